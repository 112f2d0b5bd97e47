"""Right and wrong uses of the functions for scripts, for mypy: test_api.py compares its errors."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import assert_type

from importer import (
    Call,
    Outcome,
    Problem,
    Status,
    Summary,
    check_sheet,
    import_sheet,
    plan_sheet,
    resume_run,
)


def right() -> None:
    checked = check_sheet("dock.xlsx", into=Path("out"), vendor="north", split=True)
    planned = plan_sheet(Path("dock.xlsx"), "acme", operation="add_tracking", worksheet=None)
    sent = import_sheet("dock.xlsx", "acme", journal="journal.db", stop_after="20%", verify=False)

    assert_type(checked.problems, Sequence[Problem])
    assert_type(planned.plan, Sequence[Call] | None)
    assert_type(planned.minutes, float | None)
    assert_type(sent.outcomes, Mapping[int, Outcome])
    assert_type(sent.outcomes[2].status, Status)
    assert_type(sent.statuses, dict[str, int])
    assert_type([sent.result, sent.fix], list[Path | None])
    assert_type(sent.run, int | None)
    assert_type(sent.exit_status, int)
    assert_type(resume_run(17, take_over=True), Summary)


def wrong() -> None:
    check_sheet("dock.xlsx", again=True)  # error: call-arg
    check_sheet("dock.xlsx", split="yes")  # error: arg-type
    check_sheet(17)  # error: arg-type
    plan_sheet("dock.xlsx")  # error: call-arg
    plan_sheet("dock.xlsx", "acme", into="out")  # error: call-arg
    import_sheet("dock.xlsx", account=None)  # error: arg-type
    import_sheet("dock.xlsx", "acme", stop_after=0.2)  # error: arg-type
    import_sheet("dock.xlsx", "acme", into=17)  # error: arg-type
    import_sheet("dock.xlsx", "acme", wish=True)  # error: call-arg
    resume_run("17")  # error: arg-type
    resume_run(17).stopped_by.upper()  # error: union-attr
