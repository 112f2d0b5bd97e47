"""A reconciliation as a report: what differs first, then everything."""

from collections import Counter
from collections.abc import Sequence

from importer.columns import Value
from importer.operations.operation import Field
from importer.reconcile.compare import Agreement, Compared, words
from importer.reconcile.reconcile import Reconciliation
from importer.reports.model import Cell, Chart, Report, ReportColumn, ReportLine, ReportTable, Tone

_TONES = {
    Agreement.MATCHES: Tone.GOOD,
    Agreement.DIFFERS: Tone.ATTENTION,
    Agreement.MISSING: Tone.ATTENTION,
    Agreement.NOT_FOUND: Tone.ATTENTION,
    Agreement.UNREADABLE: Tone.NOTE,
    Agreement.NOT_CHECKED: Tone.NOTE,
}
_MOST_EXAMPLES, _MOST_REASONS = 3, 3


def report_of(found: Reconciliation) -> Report:
    several = len(found.sources) > 1
    return Report(
        title="Reconciliation",
        subject=f"{_listed(found.sources)}: {found.operation.title.lower()}, "
        f"against account {found.account}",
        made_at=found.ended_at,
        headline=_headline(found),
        attention=_attention(found),
        facts=_facts(found),
        charts=_charts(found),
        tables=[
            _rows(found, several=several),
            _pos(found),
            _calls(found),
            _extra(found),
        ],
    )


def _headline(found: Reconciliation) -> str:
    rows = len(found.rows)
    if found.attention:
        need = "needs" if found.attention == 1 else "need"
        return f"{found.attention:,} of {_counted(rows, 'row')} {need} a person"
    matching = sum(row.verdict is Agreement.MATCHES for row in found.rows)
    if matching == rows:
        who = "The one row matches" if rows == 1 else f"All {rows:,} rows match"
        return f"{who} what the platform holds"
    others = {row.verdict for row in found.rows} - {Agreement.MATCHES}
    why = "cannot be read back" if others == {Agreement.UNREADABLE} else "ask nothing of anybody"
    return f"{matching:,} of {_counted(rows, 'row')} match; the others {why}"


def _attention(found: Reconciliation) -> list[str]:
    """One sentence for each kind of trouble, the gravest first, each with its first rows."""
    said = []
    differing = _with(found, Agreement.DIFFERS)
    if differing:
        titles = {field.name: field.title for field in found.operation.fields}
        counts = Counter(titles[name] for row in differing for name in row.differing)
        fields = ", ".join(f"{title} ({count:,})" for title, count in counts.most_common())
        said.append(
            f"{_rows_words(differing)} here and there with other values: {fields}. "
            f"For example {_examples(differing)}."
        )
    missing = _with(found, Agreement.MISSING)
    if missing:
        said.append(
            f"{_rows_words(missing)} not on the platform, though the purchase order is: "
            f"{_examples(missing)}. Send again what was sent, or find out who removed it."
        )
    lost = _with(found, Agreement.NOT_FOUND)
    if lost:
        pos = list(dict.fromkeys(row.po for row in lost))
        said.append(
            f"{_rows_words(lost)} for a number that the platform does not know: "
            f"{_listed(pos, 5)}. Ask whose numbers they are."
        )
    unchecked = [row for row in _with(found, Agreement.NOT_CHECKED) if row.needs_attention]
    reasons: dict[str, list[Compared]] = {}
    for row in unchecked:
        reasons.setdefault(row.sentence, []).append(row)
    frequent = sorted(reasons.items(), key=lambda reason: -len(reason[1]))
    for reason, rows in frequent[:_MOST_REASONS]:
        said.append(f"{_counted(len(rows), 'row')} not checked: {_examples(rows)}: {reason}")
    left = sum(len(rows) for _, rows in frequent[_MOST_REASONS:])
    if left:
        said.append(f"{_counted(left, 'row')} not checked for other reasons; see Rows.")
    twice = sum("second time" in words(extra.values.get("Note")) for extra in found.extras)
    if twice:
        said.append(f"{_counted(twice, 'tracking number')} listed a second time; see Extra.")
    return said


def _with(found: Reconciliation, verdict: Agreement) -> list[Compared]:
    return [row for row in found.rows if row.verdict is verdict]


def _rows_words(rows: Sequence[Compared]) -> str:
    return f"{_counted(len(rows), 'row')} {'is' if len(rows) == 1 else 'are'}"


def _examples(rows: Sequence[Compared]) -> str:
    several = len({row.source for row in rows}) > 1
    said = "; ".join(
        (f"{row.source}, " if several else "")
        + f"row {row.id.row}"
        + (f" ({row.po})" if row.po else "")
        + (f", {row.sentence}" if row.differing else "")
        for row in rows[:_MOST_EXAMPLES]
    )
    more = len(rows) - _MOST_EXAMPLES
    return said + (f" and {more:,} more" if more > 0 else "")


def _facts(found: Reconciliation) -> list[tuple[str, Cell]]:
    counts = Counter(row.verdict for row in found.rows)
    took = (found.ended_at - found.begun_at).total_seconds()
    return [
        ("Rows", len(found.rows)),
        *(
            (verdict.value.capitalize(), counts[verdict])
            for verdict in Agreement
            if counts[verdict]
        ),
        ("Extra on the platform", len(found.extras)),
        ("Read with", _counted(len(found.questions), "call")),
        ("Took", f"{took:,.0f} s" if took >= 1 else "under a second"),
    ]


def _charts(found: Reconciliation) -> list[Chart]:
    counts = Counter(row.verdict for row in found.rows)
    verdicts = [verdict for verdict in Agreement if counts[verdict]]
    charts = [
        Chart(
            "Verdicts",
            f"{counts[Agreement.MATCHES]:,} of {_counted(len(found.rows), 'row')} match.",
            [verdict.value for verdict in verdicts],
            {v.value: [counts[v] if v is at else 0 for at in verdicts] for v in verdicts},
            {verdict.value: _TONES[verdict] for verdict in verdicts},
            lying=True,
        )
    ]
    titles = {field.name: field.title for field in found.operation.fields}
    fields = Counter(titles[name] for row in found.rows for name in row.differing)
    if fields:
        ordered = fields.most_common()
        most, count = ordered[0]
        charts.append(
            Chart(
                "Fields that differ",
                f"{most} differs most often, in {_counted(count, 'row')}.",
                [title for title, _ in ordered],
                {"rows": [count for _, count in ordered]},
                {"rows": Tone.ATTENTION},
                lying=True,
            )
        )
    return charts


def _rows(found: Reconciliation, *, several: bool) -> ReportTable:
    """Every row with both sides; a field that no row fills has no column."""
    fields = [
        field
        for field in found.operation.fields
        if field.name != found.operation.po
        and any(field.name in row.ours or field.name in row.theirs for row in found.rows)
    ]
    shown = {field.name for field in fields if any(field.name in row.theirs for row in found.rows)}
    columns = [
        *([ReportColumn("Source")] if several else []),
        ReportColumn("Row", "number"),
        ReportColumn(_po_title(found)),
        ReportColumn("Verdict"),
    ]
    at: dict[str, int] = {}
    for field in fields:
        at[field.name] = len(columns)
        columns.append(ReportColumn(field.title))
        if field.name in shown:
            columns.append(ReportColumn(f"{field.title} there"))
    columns.append(ReportColumn("What is said"))

    def line(row: Compared) -> ReportLine:
        cells: list[Cell] = [
            *([row.source] if several else []),
            row.id.row,
            row.po,
            row.verdict.value,
        ]
        for field in fields:
            sides = (row.ours, row.theirs) if field.name in shown else (row.ours,)
            cells += [_as_shown(field, side.get(field.name)) for side in sides]
        marked = frozenset(at[name] + part for name in row.differing for part in (0, 1))
        tone = Tone.PLAIN if row.verdict is Agreement.MATCHES else _TONES[row.verdict]
        return ReportLine([*cells, row.sentence], tone, marked)

    lines = [line(row) for row in found.rows]
    return ReportTable("Rows", _kinds(columns, lines), lines, "Here and there, side by side.")


def _as_shown(field: Field, value: Value) -> Cell:
    """An id is a name, though it is made of digits."""
    return str(value) if isinstance(value, int) and field.kind.words.startswith("id") else value


def _kinds(columns: Sequence[ReportColumn], lines: Sequence[ReportLine]) -> list[ReportColumn]:
    """The columns with the kind that their cells have."""
    kinds = []
    for at, column in enumerate(columns):
        cells = [line.cells[at] for line in lines if line.cells[at] is not None]
        number = bool(cells) and all(not isinstance(c, str) and hasattr(c, "real") for c in cells)
        day = bool(cells) and all(hasattr(cell, "isoformat") for cell in cells)
        kinds.append(ReportColumn(column.title, "number" if number else "date" if day else "text"))
    return kinds


def _pos(found: Reconciliation) -> ReportTable:
    rows: dict[str, Counter[Agreement]] = {}
    needy = {row.po for row in found.rows if row.needs_attention}
    for row in found.rows:
        if row.po:
            rows.setdefault(row.po, Counter())[row.verdict] += 1
    extras = Counter(extra.po for extra in found.extras)
    verdicts = [v for v in Agreement if any(counts[v] for counts in rows.values())]
    lines = [
        ReportLine(
            [po, counts.total(), *(counts[verdict] for verdict in verdicts), extras[po]],
            Tone.ATTENTION if po in needy else Tone.PLAIN,
        )
        for po, counts in rows.items()
    ]
    columns = [
        ReportColumn(_po_title(found)),
        ReportColumn("Rows", "number"),
        *(ReportColumn(verdict.value.capitalize(), "number") for verdict in verdicts),
        ReportColumn("Extra", "number"),
    ]
    return ReportTable("POs", columns, lines, f"One line for each {_po_title(found)}.")


def _po_title(found: Reconciliation) -> str:
    return next(f.title for f in found.operation.fields if f.name == found.operation.po)


def _extra(found: Reconciliation) -> ReportTable:
    titles = list(dict.fromkeys(title for extra in found.extras for title in extra.values))
    lines = [
        ReportLine(
            [extra.po, *(_cell(extra.values.get(title)) for title in titles)],
            Tone.ATTENTION if extra.values.get("Note") else Tone.PLAIN,
        )
        for extra in found.extras
    ]
    columns = _kinds([ReportColumn(_po_title(found)), *map(ReportColumn, titles)], lines)
    about = "What the platform holds beside these rows."
    return ReportTable(
        "Extra", columns, lines, about, "The platform holds nothing beside these rows."
    )


def _cell(value: object) -> Cell:
    return value if value is None or isinstance(value, int | float) else str(value)


def _calls(found: Reconciliation) -> ReportTable:
    lines = [
        ReportLine(
            [question.asked_at, f"GET {question.path}", question.answer, question.seconds,
             question.rows],
            Tone.PLAIN if question.answer == "200" else Tone.NOTE,
        )
        for question in found.questions
    ]  # fmt: skip
    columns = [
        ReportColumn("Asked at (UTC)", "instant"),
        ReportColumn("Call"),
        ReportColumn("Answer"),
        ReportColumn("Seconds", "number"),
        ReportColumn("Rows", "number"),
    ]
    return ReportTable(
        "Calls", columns, lines, "What was asked. Nothing was sent.", "Nothing was asked."
    )


def _listed(names: Sequence[str], most: int = 3) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
