"""What a monitor is told of a drop folder."""

from datetime import UTC, datetime

from importer.folder.one_file import Fate, FileResult
from importer.folder.passes import PassResult, Trouble
from importer.folder.status import folder_status, heartbeat, last_pass, save_pass

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_the_last_pass_is_kept_as_a_monitor_reads_it(drop):
    files = [FileResult("north/1.csv", "acme", Fate.DONE, "1 verified", run=1)]
    result = PassResult(NOON, NOON, files, [Trouble("account acme", "acme cannot sign in")])

    save_pass(drop.layout, result, next_at=NOON)

    assert last_pass(drop.layout) == {
        "begun_at": "2026-11-21T12:00:00+00:00",
        "ended_at": "2026-11-21T12:00:00+00:00",
        "exit_status": 2,
        "files": {"done": 1},
        "trouble": ["acme cannot sign in"],
        "next_at": "2026-11-21T12:00:00+00:00",
    }


def test_only_sheets_count_as_waiting_for_attention(drop):
    day = drop.layout.root / "attention" / "2026-11-21"
    day.mkdir(parents=True)
    names = ("dock.csv", "dock.result.csv", "dock.fix.xlsx", "dock.txt", "dock.csv.md5", ".hidden")
    for name in names:
        (day / name).touch()
    (drop.layout.root / "attention" / "2026-10-01.zip").touch()

    assert folder_status(drop.layout)["in_attention"] == 1


def test_a_folder_without_a_pass_has_a_status_too(drop):
    assert folder_status(drop.layout) == {
        "last_pass": None,
        "heartbeat_at": None,
        "waiting": 0,
        "oldest": None,
        "being_worked_on": 0,
        "in_attention": 0,
        "next_at": None,
    }


def test_notes_of_a_pass_that_cannot_be_read_are_no_pass(drop):
    (drop.layout.reports / "last-pass.json").write_text("[]", encoding="utf-8")

    assert last_pass(drop.layout) is None


def test_the_heart_beats_while_a_pass_runs(drop):
    with heartbeat(drop.layout):
        pass

    assert folder_status(drop.layout)["heartbeat_at"] is not None
