"""A reconciliation as a report: first what differs, then everything."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from importer.columns import Value
from importer.operations.operation import Field
from importer.reconcile.compare import Agreement, Compared, words
from importer.reconcile.reconcile import Reconciliation
from importer.reports.model import Cell, Chart, Report, ReportColumn, ReportLine, ReportTable, Tone
from importer.reports.terminal.words import counted, need_attention

_TONES = {
    Agreement.MATCHES: Tone.GOOD,
    **dict.fromkeys((Agreement.DIFFERS, Agreement.MISSING, Agreement.NOT_FOUND), Tone.ATTENTION),
    **dict.fromkeys((Agreement.UNREADABLE, Agreement.NOT_CHECKED), Tone.NOTE),
}
_MOST_EXAMPLES, _MOST_REASONS = 3, 3


def report_of(result: Reconciliation) -> Report:
    return Report(
        title="Reconciliation",
        subject=f"{_listed(result.sources)}: {result.operation.title.lower()}, "
        f"against account {result.account}",
        made_at=result.ended_at,
        headline=_headline(result),
        attention=[*_attention(result)],
        facts=_facts(result),
        charts=[_verdicts_chart(result), *_fields_chart(result)],
        tables=[_rows(result), _pos(result), _calls(result), _extra(result)],
    )


def _headline(result: Reconciliation) -> str:
    rows, matching = len(result.rows), len(_with(Agreement.MATCHES, result))
    if result.attention:
        return need_attention(result.attention, rows)
    if matching == rows:
        return (
            "The row matches the platform" if rows == 1 else f"All {rows:,} rows match the platform"
        )
    unreadable = len(_with(Agreement.UNREADABLE, result)) == rows - matching
    if rows == 1:
        return "The row cannot be read back" if unreadable else "The row needs no action"
    why = "cannot be read back" if unreadable else "need no action"
    return f"{matching:,} of {rows:,} rows match; the others {why}"


def _attention(result: Reconciliation) -> Iterator[str]:
    """One sentence for each kind of trouble, most serious first, with its first rows."""
    if differing := _with(Agreement.DIFFERS, result):
        fields = ", ".join(f"{t} ({n:,})" for t, n in _differing_fields(result).most_common())
        verb = f"{counted(len(differing), 'row')} {'has' if len(differing) == 1 else 'have'}"
        example = f"For example {_examples(differing)}."
        yield f"{verb} other values on the platform: {fields}. {example}"
    if missing := _with(Agreement.MISSING, result):
        where = "not on the platform, but the purchase order is"
        todo = "Send them again, or find out who removed them."
        yield f"{_rows_are(missing)} {where}: {_examples(missing)}. {todo}"
    if rows := _with(Agreement.NOT_FOUND, result):
        pos = list(dict.fromkeys(row.po for row in rows))
        numbers = "a number" if len(pos) == 1 else "numbers"
        where = f"for {numbers} that the platform does not know"
        todo = "Ask the vendor where they come from."
        yield f"{_rows_are(rows)} {where}: {_listed(pos, 5)}. {todo}"
    yield from _not_checked_sentences(result)
    if twice := sum("second time" in words(extra.values.get("Note")) for extra in result.extras):
        yield f"{counted(twice, 'tracking number')} listed a second time; see Extra."


def _differing_fields(result: Reconciliation) -> Counter[str]:
    """How many rows differ in a field, by its title."""
    titles = {field.name: field.title for field in result.operation.fields}
    return Counter(titles[name] for row in result.rows for name in row.differing)


def _not_checked_sentences(result: Reconciliation) -> Iterator[str]:
    reasons: dict[str, list[Compared]] = {}
    for row in _with(Agreement.NOT_CHECKED, result):
        if row.needs_attention:
            reasons.setdefault(row.sentence, []).append(row)
    frequent = sorted(reasons.items(), key=lambda reason: -len(reason[1]))
    for reason, rows in frequent[:_MOST_REASONS]:
        yield f"{counted(len(rows), 'row')} not checked: {_examples(rows)}: {reason}"
    if others := sum(len(rows) for _, rows in frequent[_MOST_REASONS:]):
        yield f"{counted(others, 'row')} not checked for other reasons; see Rows."


def _with(verdict: Agreement, result: Reconciliation) -> list[Compared]:
    return [row for row in result.rows if row.verdict is verdict]


def _rows_are(rows: Sequence[Compared]) -> str:
    return f"{counted(len(rows), 'row')} {'is' if len(rows) == 1 else 'are'}"


def _examples(rows: Sequence[Compared]) -> str:
    several = len({row.source for row in rows}) > 1
    examples = "; ".join(_example(row, several=several) for row in rows[:_MOST_EXAMPLES])
    more = len(rows) - _MOST_EXAMPLES
    return examples + (f" and {more:,} more" if more > 0 else "")


def _example(row: Compared, *, several: bool) -> str:
    source, po = f"{row.source}, " * several, f" ({row.po})" if row.po else ""
    return f"{source}row {row.id.row}{po}{f', {row.sentence}' if row.differing else ''}"


def _facts(result: Reconciliation) -> list[tuple[str, Cell]]:
    counts = Counter(row.verdict for row in result.rows)
    took = (result.ended_at - result.begun_at).total_seconds()
    return [
        ("Rows", len(result.rows)),
        *((verdict.value.capitalize(), counts[verdict]) for verdict in _occurring(counts)),
        ("Extra on the platform", len(result.extras)),
        ("Read with", counted(len(result.questions), "call")),
        ("Took", f"{took:,.0f} s" if took >= 1 else "under a second"),
    ]


def _occurring(counts: Counter[Agreement]) -> list[Agreement]:
    return [verdict for verdict in Agreement if counts[verdict]]


def _verdicts_chart(result: Reconciliation) -> Chart:
    counts = Counter(row.verdict for row in result.rows)
    verdicts = _occurring(counts)
    return Chart(
        "Verdicts",
        f"{counts[Agreement.MATCHES]:,} of {counted(len(result.rows), 'row')} match.",
        [verdict.value for verdict in verdicts],
        {v.value: [counts[v] if v is at else 0 for at in verdicts] for v in verdicts},
        {verdict.value: _TONES[verdict] for verdict in verdicts},
        horizontal=True,
    )


def _fields_chart(result: Reconciliation) -> list[Chart]:
    counts = dict(_differing_fields(result).most_common())
    if not counts:
        return []
    most, count = next(iter(counts.items()))
    about = f"{most} differs most often, in {counted(count, 'row')}."
    series, tones = {"rows": [*counts.values()]}, {"rows": Tone.ATTENTION}
    return [Chart("Fields that differ", about, [*counts], series, tones, horizontal=True)]


def _rows(result: Reconciliation) -> ReportTable:
    """Every row with both sides; a field that no row fills has no column."""
    several = len(result.sources) > 1
    fields = _filled_fields(result)
    titles = [*(["Source"] if several else []), "Row", _po_title(result), "Verdict"]
    for field, both in fields:
        titles += [field.title, f"{field.title} there"] if both else [field.title]
    titles.append("Message")
    lines = [_row_line(row, fields, several=several) for row in result.rows]
    about = "The sheet and the platform side by side."
    return ReportTable("Rows", _columns(titles, lines), lines, about)


def _filled_fields(result: Reconciliation) -> list[tuple[Field, bool]]:
    """The fields that a row fills, and whether the platform returned any of their values."""
    theirs = {name for row in result.rows for name in row.theirs}
    filled = theirs.union(*(row.ours for row in result.rows)) - {result.operation.po}
    fields = (field for field in result.operation.fields if field.name in filled)
    return [(field, field.name in theirs) for field in fields]


def _row_line(row: Compared, fields: Sequence[tuple[Field, bool]], *, several: bool) -> ReportLine:
    cells: list[Cell] = [row.source] if several else []
    cells += [row.id.row, row.po, row.verdict.value]
    marked: set[int] = set()
    for field, both in fields:
        if field.name in row.differing:
            marked |= {len(cells), len(cells) + 1}
        sides = (row.ours, row.theirs) if both else (row.ours,)
        cells += [_as_shown(field, side.get(field.name)) for side in sides]
    tone = Tone.PLAIN if row.verdict is Agreement.MATCHES else _TONES[row.verdict]
    return ReportLine([*cells, row.sentence], tone, frozenset(marked))


def _as_shown(field: Field, value: Value) -> Cell:
    """An id is a name, even if it consists of digits."""
    return str(value) if isinstance(value, int) and field.kind.words.startswith("id") else value


def _columns(titles: Sequence[str], lines: Sequence[ReportLine]) -> list[ReportColumn]:
    """The columns with the kind of their cells."""
    kinds = [_kind([line.cells[at] for line in lines]) for at in range(len(titles))]
    return [*map(ReportColumn, titles, kinds)]


def _kind(cells: Sequence[Cell]) -> str:
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds and kinds <= {int, float, Decimal, bool}:
        return "number"
    return "date" if kinds and kinds <= {date, datetime} else "text"


def _pos(result: Reconciliation) -> ReportTable:
    verdicts: dict[str, Counter[Agreement]] = {}
    for row in result.rows:
        if row.po:
            verdicts.setdefault(row.po, Counter())[row.verdict] += 1
    occurring = _occurring(sum(verdicts.values(), Counter()))
    attention = {row.po for row in result.rows if row.needs_attention}
    extras = Counter(extra.po for extra in result.extras)
    lines = [
        ReportLine(
            [po, counts.total(), *map(counts.__getitem__, occurring), extras[po]],
            Tone.ATTENTION if po in attention else Tone.PLAIN,
        )
        for po, counts in verdicts.items()
    ]
    po, titles = _po_title(result), [verdict.value.capitalize() for verdict in occurring]
    columns = _columns([po, "Rows", *titles, "Extra"], lines)
    return ReportTable("POs", columns, lines, f"One line for each {po}.")


def _po_title(result: Reconciliation) -> str:
    return next(f.title for f in result.operation.fields if f.name == result.operation.po)


def _extra(result: Reconciliation) -> ReportTable:
    titles = list(dict.fromkeys(title for extra in result.extras for title in extra.values))
    lines = [
        ReportLine(
            [extra.po, *(_cell(extra.values.get(title)) for title in titles)],
            Tone.ATTENTION if extra.values.get("Note") else Tone.PLAIN,
        )
        for extra in result.extras
    ]
    columns = _columns([_po_title(result), *titles], lines)
    about = "What the platform has in addition to these rows."
    return ReportTable("Extra", columns, lines, about, "The platform has nothing else.")


def _cell(value: object) -> Cell:
    return value if value is None or isinstance(value, int | float) else str(value)


def _calls(result: Reconciliation) -> ReportTable:
    lines = [
        ReportLine(
            [question.asked_at, f"GET {question.path}", question.answer, question.seconds,
             question.rows],
            Tone.PLAIN if question.answer == "200" else Tone.NOTE,
        )
        for question in result.questions
    ]  # fmt: skip
    columns = [
        *(ReportColumn("Asked at (UTC)", "instant"), ReportColumn("Call"), ReportColumn("Answer")),
        *(ReportColumn("Seconds", "number"), ReportColumn("Rows", "number")),
    ]
    about = "All requests to the platform; none changed anything."
    return ReportTable("Calls", columns, lines, about, "No requests were needed.")


def _listed(names: Sequence[str], most: int = 3) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
