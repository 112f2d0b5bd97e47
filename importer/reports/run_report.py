"""Runs as a report: what was sent, what was rejected and why, and which vendor to call."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from importer.model.outcomes import Status
from importer.model.row_counts import RowCounts
from importer.reports.model import Cell, Chart, Report, ReportColumn, ReportLine, ReportTable, Tone
from importer.reports.run_stats import Cause, RunStory, causes, grouped, total, vendors
from importer.reports.terminal.words import counted, need_attention

_MOST_CAUSES = 12  # in a chart
_MOST_LISTED = 3
_WORTH_A_CALL = 0.1  # of a vendor's rows
_WRONG = (Status.REJECTED, Status.INVALID)
_PARTS = {
    "accepted": Tone.GOOD,
    "undone": Tone.PLAIN,
    "needs attention": Tone.ATTENTION,
    "unknown": Tone.NOTE,
    "unsent": Tone.PLAIN,
}
_KINDS = {
    "Started (UTC)": "instant",
    **dict.fromkeys(("Run", "Row", "Rows", "Sheets", "Requests", "Minutes"), "number"),
    **dict.fromkeys(("% needing attention", "Kinds of problem"), "number"),
    **dict.fromkeys((name.capitalize() for name in _PARTS), "number"),
}
Unprocessed = tuple[str, str]  # a file that no run was made of, and why


def report_of(
    subject: str,
    stories: Sequence[RunStory],
    history: Mapping[str, RowCounts],
    made_at: datetime,
    unprocessed: Sequence[Unprocessed] = (),
) -> Report:
    """`history` are the last days of all runs, `unprocessed` the files that no run was made of."""
    wrong = causes(stories, _WRONG)
    charts = [
        _by_vendor(vendors(stories)),
        _by_day(history),
        _by_cause(wrong),
        _by_account(stories),
    ]
    return Report(
        title="Run report",
        subject=subject,
        made_at=made_at,
        headline=_headline(total(stories), len(unprocessed)),
        attention=_attention(stories, wrong, unprocessed),
        facts=_facts(stories, unprocessed),
        charts=[chart for chart in charts if chart.labels],
        tables=[
            *([_unprocessed(unprocessed)] if unprocessed else []),
            _unknown(stories),
            _causes(wrong),
            _scorecard(stories),
            _runs(stories),
            _rows(stories),
        ],
    )


def _headline(counts: RowCounts, unprocessed: int) -> str:
    rows, files = counted(counts.rows, "row"), counted(unprocessed, "file")
    if counts.attention:
        also = f", and {files} could not be processed" if unprocessed else ""
        return need_attention(counts.attention, counts.rows) + also
    if unprocessed:
        return f"{files} could not be processed; {counted(counts.accepted, 'row')} accepted"
    if counts.undone:
        were = "was" if counts.undone == 1 else "were"
        return f"{counts.accepted:,} of {rows} accepted; {counts.undone:,} {were} undone"
    if counts.rows == 1:
        return "The row was accepted"
    return f"All {rows} were accepted" if counts.rows else "No sheets arrived"


def _attention(
    stories: Sequence[RunStory], wrong: Sequence[Cause], unprocessed: Sequence[Unprocessed]
) -> list[str]:
    sentences = []
    if unknown := total(stories).number(Status.UNKNOWN):
        todo = "check the platform for each before anybody sends it again"
        where = "the Unknown table has them"
        rows = counted(unknown, "row")
        sentences.append(f"{rows} may or may not have been sent: {todo}; {where}.")
    sentences += _unprocessed_sentences(unprocessed)
    sentences += map(_cause_sentence, wrong[:_MOST_LISTED])
    for story in stories:
        if waiting := story.counts.number(Status.UNSENT):
            sheet = f"{counted(waiting, 'row')} of {story.run.file_name}"
            sentences.append(f"{sheet} not sent yet: importer resume {story.run.id} sends them.")
    return sentences


def _unprocessed_sentences(unprocessed: Sequence[Unprocessed]) -> list[str]:
    sentences = [f"{name} was not processed: {_ended(why)}" for name, why in unprocessed]
    if (more := len(unprocessed) - _MOST_LISTED) > 0:
        return [*sentences[:_MOST_LISTED], f"{counted(more, 'more file')} not processed."]
    return sentences


def _cause_sentence(cause: Cause) -> str:
    verb = "rejected" if cause.status is Status.REJECTED else "invalid"
    rows = f"{counted(cause.rows, 'row')} {verb}: {_ended(cause.words)}"
    return f"{rows} For example row {cause.row} of {cause.run.file_name}."


def _facts(
    stories: Sequence[RunStory], unprocessed: Sequence[Unprocessed]
) -> list[tuple[str, Cell]]:
    counts = total(stories)
    return [
        ("Sheets", len(stories) + len(unprocessed)),
        ("Rows", counts.rows),
        *((status.value.capitalize(), number) for status, number in counts.statuses.items()),
        *([("Undone", counts.undone)] if counts.undone else []),
        ("Requests", sum(story.requests for story in stories)),
        ("Time at work", _minutes(sum(story.seconds for story in stories))),
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


def _parts(counts: RowCounts) -> dict[str, int]:
    """Each row in one of _PARTS."""
    others = (counts.number(*each) for each in (_WRONG, (Status.UNKNOWN,), (Status.UNSENT,)))
    return dict(zip(_PARTS, (counts.accepted, counts.undone, *others), strict=True))


def _by_vendor(groups: Mapping[str, Sequence[RunStory]]) -> Chart:
    counts = {vendor: total(groups[vendor]) for vendor in reversed([*groups])}  # drawn from below
    shares = {vendor: each.share_wrong or 0.0 for vendor, each in counts.items()}
    worst = max(shares, key=shares.__getitem__, default=None)
    about = (
        f"{worst} has the largest share that needs attention, {shares[worst]:.0%}."
        if worst is not None and shares[worst]
        else "No vendor's rows need attention."
    )
    series, tones = _in_parts([*counts.values()])
    return Chart("Outcomes by vendor", about, [*counts], series, tones, horizontal=True)


def _in_parts(counts: Sequence[RowCounts]) -> tuple[dict[str, list[float]], Mapping[str, Tone]]:
    """The parts that occur, each with its number for each of the counts."""
    parts = [_parts(each) for each in counts]
    every = {name: [float(each[name]) for each in parts] for name in _PARTS}
    return {name: numbers for name, numbers in every.items() if any(numbers)}, _PARTS


def _by_day(history: Mapping[str, RowCounts]) -> Chart:
    series, tones = _in_parts([*history.values()])
    accepted = RowCounts.total(history.values()).accepted
    about = f"{counted(accepted, 'row')} accepted over {counted(len(history), 'day')}."
    labels = [day[5:] for day in history] if series else []
    return Chart("Sent per night", about, labels, series, tones)


def _by_cause(wrong: Sequence[Cause]) -> Chart:
    most = wrong[:_MOST_CAUSES]
    about = f"The most frequent: {_ended(most[0].words)}" if most else ""
    return Chart(
        "Problems by kind",
        about,
        [cause.words for cause in most[::-1]],
        {"rows": [cause.rows for cause in most[::-1]]},
        {"rows": Tone.ATTENTION},
        horizontal=True,
    )


def _by_account(stories: Sequence[RunStory]) -> Chart:
    """Time at work next to the least that the account's limit allows for so many requests."""
    accounts = grouped(stories, lambda story: story.run.account)
    spent_s = [sum(s.seconds for s in group) for group in accounts.values()]
    least_s = [sum(s.requests * s.pace_s for s in group) for group in accounts.values()]
    unit, unit_s = _unit(max(spent_s, default=0.0))
    spent, least = ([round(each / unit_s, 1) for each in sides] for sides in (spent_s, least_s))
    about = f"{sum(spent):,.1f} {unit} at work; the limits allow no less than {sum(least):,.1f}."
    beyond = [round(max(0.0, a - b), 1) for a, b in zip(spent, least, strict=True)]
    series = {"least at the limit": least, "beyond it": beyond}
    tones = {"least at the limit": Tone.PLAIN, "beyond it": Tone.NOTE}
    labels = list(accounts) if any(spent) and any(least) else []  # some accounts have no limit
    return Chart(
        "Time against the limit", about, labels, series, tones, horizontal=True, whole_numbers=False
    )


def _unit(seconds: float) -> tuple[str, int]:
    """
    >>> _unit(40), _unit(4_000), _unit(40_000)
    (('seconds', 1), ('minutes', 60), ('hours', 3600))
    """
    if seconds < 120:
        return "seconds", 1
    return ("minutes", 60) if seconds < 7_200 else ("hours", 3_600)


def _unprocessed(unprocessed: Sequence[Unprocessed]) -> ReportTable:
    lines = [ReportLine([name, why], Tone.ATTENTION) for name, why in unprocessed]
    about = "Nothing in these files was sent."
    return ReportTable("Not processed", _columns("File", "Why"), lines, about)


def _unknown(stories: Sequence[RunStory]) -> ReportTable:
    lines = [
        ReportLine([story.run.id, story.run.file_name, row, outcome.sentence], Tone.NOTE)
        for story in stories
        for row, outcome in story.rows.items()
        if outcome.status is Status.UNKNOWN
    ]
    columns = _columns("Run", "Sheet", "Row", "What to check")
    about = "Sent, but the answer was lost. Check the platform before anybody sends them again."
    return ReportTable("Unknown", columns, lines, about, "No unknown outcomes.")


def _causes(wrong: Sequence[Cause]) -> ReportTable:
    lines = [
        ReportLine(
            [cause.rows, cause.status.value, cause.words, cause.runs, cause.run.file_name,
             cause.row, cause.sentence],
        )
        for cause in wrong
    ]  # fmt: skip
    columns = _columns(
        *("Rows", "Status", "Cause", "Sheets", "For example in", "Row", "Its message")
    )
    return ReportTable("Causes", columns, lines, "The most frequent first.", "None was rejected.")


def _scorecard(stories: Sequence[RunStory]) -> ReportTable:
    lines = [_vendor_line(vendor, group) for vendor, group in vendors(stories).items()]
    lines.sort(key=lambda line: -float(str(line.cells[3] or 0)))
    columns = _columns(
        *("Vendor", "Sheets", "Rows", "% needing attention", "Kinds of problem"),
        *("Most frequent", "Trend"),
    )
    return ReportTable("Vendors", columns, lines, "Whom to call: the largest share first.")


def _vendor_line(vendor: str, group: Sequence[RunStory]) -> ReportLine:
    counts, kinds = total(group), causes(group, _WRONG)
    share = counts.share_wrong
    return ReportLine(
        [vendor, len(group), counts.rows, None if share is None else round(share * 100, 1),
         len(kinds), kinds[0].words if kinds else None, _trend(group)],
        Tone.ATTENTION if share and share >= _WORTH_A_CALL else Tone.PLAIN,
        frozenset({3}),
    )  # fmt: skip


def _trend(group: Sequence[RunStory]) -> str:
    """The later half of a vendor's sheets against the earlier."""
    half = len(group) // 2
    before, after = total(group[:half]).share_wrong, total(group[half:]).share_wrong
    if before is None or after is None:
        return "too few sheets to tell"
    if abs(after - before) < 0.01:
        return "as before"
    return f"{'worse' if after > before else 'better'}: {before:.0%} before, {after:.0%} since"


def _runs(stories: Sequence[RunStory]) -> ReportTable:
    columns = _columns(
        *("Run", "Started (UTC)", "Vendor", "Sheet", "Operation", "Account", "State", "Rows"),
        *(name.capitalize() for name in _PARTS),
        *("Requests", "Minutes"),
    )
    return ReportTable("Runs", columns, [*map(_run_line, stories)], "", "No runs.")


def _run_line(story: RunStory) -> ReportLine:
    run, counts = story.run, story.counts
    return ReportLine(
        [run.id, run.created_at, story.vendor, run.file_name, run.operation, run.account,
         run.state.value, counts.rows, *_parts(counts).values(), story.requests,
         round(story.seconds / 60, 1)],
        Tone.ATTENTION if counts.attention else Tone.PLAIN,
    )  # fmt: skip


def _rows(stories: Sequence[RunStory]) -> ReportTable:
    lines = [
        ReportLine(
            [story.run.id, story.run.file_name, row, outcome.status.value, outcome.sentence],
            Tone.NOTE if outcome.status in {Status.UNKNOWN, Status.UNSENT} else Tone.ATTENTION,
        )
        for story in stories
        for row, outcome in story.rows.items()
        if not outcome.status.settled
    ]
    columns = _columns("Run", "Sheet", "Row", "Status", "Message")
    about = "Every row that needs attention."
    return ReportTable("Rows", columns, lines, about, "No row needs attention.")


def _columns(*titles: str) -> list[ReportColumn]:
    return [ReportColumn(title, _KINDS.get(title, "text")) for title in titles]


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "…")) else f"{sentence}."
