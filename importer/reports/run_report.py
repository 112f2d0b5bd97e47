"""Runs as a report: what came, what was sent, what was refused and why, and whom to call."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from importer.model.outcomes import Status
from importer.reports.model import Cell, Chart, Report, ReportColumn, ReportLine, ReportTable, Tone
from importer.reports.run_stats import IN, Cause, Day, RunStory, causes, share_wrong, vendors

_MOST_CAUSES = 12  # in a chart
_MOST_SAID = 3
_PARTS = {
    "in": (IN, Tone.GOOD),
    "needs a person": ((Status.INVALID, Status.REJECTED), Tone.ATTENTION),
    "unknown": ((Status.UNKNOWN,), Tone.NOTE),
    "unsent": ((Status.UNSENT,), Tone.PLAIN),
}
Refused = tuple[str, str]  # a file that was not taken up, and why


def report_of(
    subject: str,
    found: Sequence[RunStory],
    history: Sequence[Day],
    made_at: datetime,
    refused: Sequence[Refused] = (),
) -> Report:
    """`history` are the last days of all runs, `refused` the files that no run was made of."""
    wrong = causes(found, [Status.REJECTED, Status.INVALID])
    return Report(
        title="Run report",
        subject=subject,
        made_at=made_at,
        headline=_headline(found, refused),
        attention=_attention(found, wrong, refused),
        facts=_facts(found, refused),
        charts=[chart for chart in _charts(found, history, wrong) if chart.labels],
        tables=[
            *([_refused(refused)] if refused else []),
            _unknown(found),
            _causes(wrong),
            _scorecard(found),
            _runs(found),
            _rows(found),
        ],
    )


def _counts(found: Sequence[RunStory]) -> Counter[Status]:
    return sum((story.counts for story in found), Counter[Status]())


def _taken_back(found: Sequence[RunStory]) -> int:
    return sum(row.outcome.taken_back for story in found for row in story.rows)


def _headline(found: Sequence[RunStory], refused: Sequence[Refused]) -> str:
    counts = _counts(found)
    rows = counts.total()
    wrong = sum(counts[status] for status in Status if not status.settled)
    files = _counted(len(refused), "file")
    if wrong:
        also = f", and {files} could not be taken up" if refused else ""
        need = "needs" if wrong == 1 else "need"
        return f"{wrong:,} of {_counted(rows, 'row')} {need} a person{also}"
    if refused:
        return f"{files} could not be taken up; {_counted(rows, 'row')} went in"
    back = _taken_back(found)
    if back:
        return f"{rows - back:,} of {_counted(rows, 'row')} are in; {back:,} were taken back"
    if rows == 1:
        return "The one row is in"
    return f"All {rows:,} rows are in" if rows else "Nothing came"


def _attention(
    found: Sequence[RunStory], wrong: Sequence[Cause], refused: Sequence[Refused]
) -> list[str]:
    counts = _counts(found)
    said = []
    if counts[Status.UNKNOWN]:
        said.append(
            f"{_counted(counts[Status.UNKNOWN], 'row')} may or may not have been sent: look each "
            "up on the platform before anybody sends it again; they are listed under Unknown."
        )
    said += [f"{name} was not taken up: {_ended(why)}" for name, why in refused[:_MOST_SAID]]
    if len(refused) > _MOST_SAID:
        said.append(f"{_counted(len(refused) - _MOST_SAID, 'more file')} not taken up.")
    for each in wrong[:_MOST_SAID]:
        run, row = each.example
        verb = "refused" if each.status is Status.REJECTED else "invalid"
        said.append(
            f"{_counted(each.rows, 'row')} {verb}: {_ended(each.words)} "
            f"For example row {row.id.row} of {run.file_name}."
        )
    for story in found:
        if waiting := story.counts[Status.UNSENT]:
            said.append(
                f"{_counted(waiting, 'row')} of {story.run.file_name} not sent yet: "
                f"importer resume {story.run.id} goes on."
            )
    return said


def _facts(found: Sequence[RunStory], refused: Sequence[Refused]) -> list[tuple[str, Cell]]:
    counts = _counts(found)
    back = _taken_back(found)
    return [
        ("Sheets", len(found) + len(refused)),
        ("Rows", counts.total()),
        *((status.value.capitalize(), counts[status]) for status in Status if counts[status]),
        *([("Taken back", back)] if back else []),
        ("Requests", sum(story.requests for story in found)),
        ("Time at work", _minutes(sum(story.seconds for story in found))),
    ]


def _minutes(seconds: float) -> str:
    """
    >>> _minutes(20), _minutes(200), _minutes(20_000)
    ('under a minute', '3 min', '5 h 33 min')
    """
    minutes = round(seconds / 60)
    if seconds < 60:
        return "under a minute"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _charts(
    found: Sequence[RunStory], history: Sequence[Day], wrong: Sequence[Cause]
) -> list[Chart]:
    return [_by_vendor(found), _by_day(history), _by_cause(wrong), _by_account(found)]


def _by_vendor(found: Sequence[RunStory]) -> Chart:
    groups = vendors(found)
    counts = {vendor: _counts(group) for vendor, group in groups.items()}
    shares = {v: share for v, g in groups.items() if (share := share_wrong(g)) is not None}
    worst = max(shares, key=shares.__getitem__, default=None)
    about = (
        f"{worst} has the largest share to look at, {shares[worst]:.0%}."
        if worst is not None and shares[worst]
        else "No vendor's rows need a look."
    )
    series, tones = _in_parts([counts[vendor] for vendor in groups])
    return Chart("Outcomes by vendor", about, list(groups), series, tones, lying=True)


def _in_parts(
    counts: Sequence[Counter[Status]],
) -> tuple[dict[str, list[float]], dict[str, Tone]]:
    series: dict[str, list[float]] = {}
    for name, (statuses, _) in _PARTS.items():
        numbers = [float(sum(each[status] for status in statuses)) for each in counts]
        if any(numbers):
            series[name] = numbers
    return series, {name: _PARTS[name][1] for name in series}


def _by_day(history: Sequence[Day]) -> Chart:
    series, tones = _in_parts([Counter(day.counts) for day in history])
    sent = series.get("in", [0.0])
    about = f"{sum(sent):,.0f} rows went in over {_counted(len(history), 'day')}."
    labels = [day.day[5:] for day in history] if series else []
    return Chart("Sent per night", about, labels, series, tones)


def _by_cause(wrong: Sequence[Cause]) -> Chart:
    most = wrong[:_MOST_CAUSES]
    about = f"The most frequent: {_ended(most[0].words)}" if most else ""
    return Chart(
        "Problems by kind",
        about,
        [each.words for each in reversed(most)],
        {"rows": [each.rows for each in reversed(most)]},
        {"rows": Tone.ATTENTION},
        lying=True,
    )


def _by_account(found: Sequence[RunStory]) -> Chart:
    """Time at work beside the least that the account's limit allows for so many requests."""
    accounts: dict[str, list[RunStory]] = {}
    for story in found:
        accounts.setdefault(story.run.account, []).append(story)
    spent_s = [sum(s.seconds for s in group) for group in accounts.values()]
    least_s = [sum(s.requests * s.pace_s for s in group) for group in accounts.values()]
    unit, unit_s = _unit(max(spent_s, default=0.0))
    spent, least = ([round(each / unit_s, 1) for each in sides] for sides in (spent_s, least_s))
    about = f"{sum(spent):,.1f} {unit} at work; the limits allow no less than {sum(least):,.1f}."
    series = {"least at the limit": least, "beyond it": _beyond(spent, least)}
    tones = {"least at the limit": Tone.PLAIN, "beyond it": Tone.NOTE}
    labels = list(accounts) if any(spent) else []
    return Chart("Time against the limit", about, labels, series, tones, lying=True, whole=False)


def _unit(seconds: float) -> tuple[str, int]:
    """
    >>> _unit(40), _unit(4_000), _unit(40_000)
    (('seconds', 1), ('minutes', 60), ('hours', 3600))
    """
    if seconds < 120:
        return "seconds", 1
    return ("minutes", 60) if seconds < 7_200 else ("hours", 3_600)


def _beyond(spent: Sequence[float], least: Sequence[float]) -> list[float]:
    return [round(max(0.0, a - b), 1) for a, b in zip(spent, least, strict=True)]


def _refused(refused: Sequence[Refused]) -> ReportTable:
    lines = [ReportLine([name, why], Tone.ATTENTION) for name, why in refused]
    about = "Files of which nothing was sent."
    return ReportTable("Not taken up", [ReportColumn("File"), ReportColumn("Why")], lines, about)


def _unknown(found: Sequence[RunStory]) -> ReportTable:
    lines = [
        ReportLine([story.run.id, story.run.file_name, row.id.row, row.outcome.sentence], Tone.NOTE)
        for story in found
        for row in story.rows
        if row.outcome.status is Status.UNKNOWN
    ]
    columns = [
        ReportColumn("Run", "number"),
        ReportColumn("Sheet"),
        ReportColumn("Row", "number"),
        ReportColumn("What to look up"),
    ]
    about = "Sent, and the answer was lost. Look before anybody sends them again."
    return ReportTable("Unknown", columns, lines, about, "Nothing is in doubt.")


def _causes(wrong: Sequence[Cause]) -> ReportTable:
    lines = [
        ReportLine(
            [each.rows, each.status.value, each.words, each.runs, each.example[0].file_name,
             each.example[1].id.row, each.example[1].outcome.sentence],
        )
        for each in wrong
    ]  # fmt: skip
    columns = [
        ReportColumn("Rows", "number"),
        ReportColumn("Status"),
        ReportColumn("Cause"),
        ReportColumn("Sheets", "number"),
        ReportColumn("For example in"),
        ReportColumn("Row", "number"),
        ReportColumn("What is said there"),
    ]
    return ReportTable("Causes", columns, lines, "The most frequent first.", "Nothing was refused.")


def _scorecard(found: Sequence[RunStory]) -> ReportTable:
    lines = []
    for vendor, group in vendors(found).items():
        counts = _counts(group)
        share = share_wrong(group)
        kinds = causes(group, [Status.INVALID, Status.REJECTED])
        lines.append(
            ReportLine(
                [vendor, len(group), counts.total(), _percent(share), len(kinds),
                 kinds[0].words if kinds else None, _trend(group)],
                Tone.ATTENTION if share and share >= 0.1 else Tone.PLAIN,
                frozenset({3}),
            )
        )  # fmt: skip
    lines.sort(key=lambda line: -float(str(line.cells[3] or 0)))
    columns = [
        ReportColumn("Vendor"),
        ReportColumn("Sheets", "number"),
        ReportColumn("Rows", "number"),
        ReportColumn("% to look at", "number"),
        ReportColumn("Kinds of problem", "number"),
        ReportColumn("Most frequent"),
        ReportColumn("Trend"),
    ]
    return ReportTable("Vendors", columns, lines, "Whom to call: the largest share first.")


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)


def _trend(group: Sequence[RunStory]) -> str:
    """The later half of a vendor's sheets against the earlier."""
    half = len(group) // 2
    before, after = share_wrong(group[:half]), share_wrong(group[half:])
    if not half or before is None or after is None:
        return "too few sheets to tell"
    if abs(after - before) < 0.01:
        return "as before"
    return f"{'worse' if after > before else 'better'}: {before:.0%} before, {after:.0%} since"


def _runs(found: Sequence[RunStory]) -> ReportTable:
    lines = []
    for story in found:
        run, counts = story.run, story.counts
        numbers = [sum(counts[status] for status in part) for part, _ in _PARTS.values()]
        wrong = sum(counts[status] for status in Status if not status.settled)
        lines.append(
            ReportLine(
                [run.id, run.created_at, story.vendor, run.file_name, run.operation, run.account,
                 run.state.value, counts.total(), *numbers, story.requests,
                 round(story.seconds / 60, 1)],
                Tone.ATTENTION if wrong else Tone.PLAIN,
            )
        )  # fmt: skip
    columns = [
        ReportColumn("Run", "number"),
        ReportColumn("Begun (UTC)", "instant"),
        ReportColumn("Vendor"),
        ReportColumn("Sheet"),
        ReportColumn("Operation"),
        ReportColumn("Account"),
        ReportColumn("State"),
        ReportColumn("Rows", "number"),
        *(ReportColumn(name.capitalize(), "number") for name in _PARTS),
        ReportColumn("Requests", "number"),
        ReportColumn("Minutes", "number"),
    ]
    return ReportTable("Runs", columns, lines, "", "No run.")


def _rows(found: Sequence[RunStory]) -> ReportTable:
    """Every row that a person has to look at."""
    lines = [
        ReportLine(
            [story.run.id, story.run.file_name, row.id.row, row.outcome.status.value,
             row.outcome.sentence],
            Tone.NOTE if row.outcome.status in {Status.UNKNOWN, Status.UNSENT} else Tone.ATTENTION,
        )
        for story in found
        for row in story.rows
        if not row.outcome.status.settled
    ]  # fmt: skip
    columns = [
        ReportColumn("Run", "number"),
        ReportColumn("Sheet"),
        ReportColumn("Row", "number"),
        ReportColumn("Status"),
        ReportColumn("What is said"),
    ]
    about = "Every row that needs a look."
    return ReportTable("Rows", columns, lines, about, "None needs a look.")


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "…")) else f"{sentence}."


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
