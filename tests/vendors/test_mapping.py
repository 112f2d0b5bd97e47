"""A mapping proposed from a sheet, asked about, and written into importer.toml."""

import stat
import sys
import tomllib
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.cli import cli
from importer.model.errors import ChoiceNeeded, SettingsError, SheetError, UsageError
from importer.model.options import UploadOptions
from importer.operations import operations
from importer.platforms import PLATFORMS
from importer.runs.prepare import prepare
from importer.settings.settings import Settings, load_settings
from importer.settings.vendor_profile import VendorProfile
from importer.sheets.sheet import Worksheet
from importer.vendors.map_sheet import MapOptions, map_sheet
from importer.vendors.mapping import look_of, propose
from importer.vendors.profile_file import save_profile, table_of

EVERY = list(operations().values())
ADD_TRACKING = [operations()["add_tracking"]]
HEADING = ["Our Ref", "PO Date", "Trk No.", "Ship Via", "Date Shipped", "Shipping Status"]
ROWS = [
    [10001, "03/11/2026", "1Z999AA10123456784", "FDX Grnd", "20/11/2026", "Fully Shipped"],
    [10002, "04/11/2026", "986578788855", "UPS", "21/11/2026", "Fully Shipped"],
]


def worksheet(*rows, name=None):
    width = max(map(len, rows))
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    columns = [list(column) for column in zip(*padded, strict=True)]
    return Worksheet(Path("dock.csv"), name, columns)


def proposed(*rows, among=ADD_TRACKING, profile=None):
    return propose([worksheet(*rows)], among, profile or VendorProfile("north"))


def sure(proposal):
    return {claim.field.title: claim.heading for claim in proposal.sure}


def offered(proposal):
    return {t: [c.heading for c in claims] for t, claims in proposal.offers.items() if claims}


# What is sure, and what is offered --------------------------------------------------------------


def test_a_heading_is_sure_where_it_says_a_title_or_an_alias():
    found = proposed(["P.O. ID", "tracking #", "CARRIER", "Shipping  Status"])

    assert sure(found) == {
        "PO ID": "P.O. ID",
        "Tracking Number": "tracking #",
        "Carrier": "CARRIER",
        "Shipping Status": "Shipping Status",
    }
    assert [claim.reason for claim in found.sure][:2] == ["is its title", "is another name of it"]


def test_a_near_miss_is_offered_with_its_reason_and_three_values_and_never_sure():
    more = [10003, "05/11/2026", "1ZR52E190344100214", "UPS", "22/11/2026", "None"]

    found = proposed(HEADING, *ROWS, more, ROWS[0])

    assert "Tracking Number" not in sure(found)
    (offer,) = found.offers["Tracking Number"]
    assert str(offer) == (
        '"Trk No.": is near "Tracking No", and its cells look like tracking numbers; '
        "1Z999AA10123456784, 986578788855, 1ZR52E190344100214"
    )


def test_a_date_is_never_offered_as_the_number_of_the_order():
    found = proposed(HEADING, *ROWS)

    assert "PO ID" not in sure(found)
    assert "PO ID" not in offered(found)


def test_the_cells_alone_are_reason_enough_to_offer_a_column():
    found = proposed(["PO ID", "Ref 2", "Col 3"], [10001, "1Z999AA10123456784", "UPS"])

    assert offered(found) == {"Tracking Number": ["Ref 2"], "Carrier": ["Col 3"]}


def test_a_title_over_cells_that_speak_against_it_is_asked_about():
    found = proposed(["PO ID", "Tracking Number", "Ref"], [10001, "20/11/2026", 7])

    assert sure(found) == {"PO ID": "PO ID"}
    assert [str(offer) for offer in found.offers["Tracking Number"]] == [
        '"Tracking Number": says "Tracking Number", and its cells look like dates; 20/11/2026'
    ]


def test_two_headings_that_say_the_same_field_are_asked_about():
    found = proposed(["PO #", "PO No", "Carrier"], [10001, 55512, "UPS"])

    assert "PO ID" not in sure(found)
    assert sorted(offered(found)["PO ID"]) == ["PO #", "PO No"]


def test_a_title_wins_over_an_alias():
    assert sure(proposed(["PO Number", "PO ID"], [5, 10001])) == {"PO ID": "PO ID"}


def test_a_heading_that_stands_twice_is_neither_sure_nor_offered():
    found = proposed(["PO ID", "Carrier", "Carrier"], [10001, "UPS", "UPS"])

    assert sure(found) == {"PO ID": "PO ID"}
    assert offered(found) == {}


def test_what_an_older_profile_names_is_sure_and_its_field_has_no_other():
    older = VendorProfile("north", headings={"PO ID": "Our Ref", "Carrier": "Sent By"})

    found = proposed(["PO ID", "Our Ref", "Ship Via"], [4711, 10001, "UPS"], profile=older)

    assert sure(found) == {"PO ID": "Our Ref"}
    assert offered(found) == {"Carrier": ["Ship Via"]}


def test_headings_are_found_below_titles():
    assert proposed(["Tracking Number list"], ["of November"], HEADING, *ROWS).header_row == 3


def test_an_operation_that_may_be_another_is_asked_about():
    with pytest.raises(ChoiceNeeded, match=r"may be for .*add_tracking.*; choose the operation"):
        proposed(["PO #", "Ship Via", "Trk No."], [10001, "UPS", "986578788855"], among=EVERY)


@pytest.mark.parametrize("operation", EVERY, ids=lambda operation: operation.name)
def test_an_operation_is_known_by_its_own_titles(operation):
    found = proposed([field.title for field in operation.fields], among=EVERY)

    assert found.operation is operation


def test_two_worksheets_that_suit_are_asked_about():
    sheets = [worksheet(HEADING, *ROWS, name=name) for name in ("May", "June")]

    with pytest.raises(ChoiceNeeded, match='"May" and "June" fit equally well; choose the work'):
        propose(sheets, ADD_TRACKING, VendorProfile("north"))


def test_a_sheet_without_any_heading_is_refused():
    with pytest.raises(SheetError, match="no row comes near the headings of an operation"):
        proposed([1, 2], [3, 4])


@pytest.mark.parametrize(
    ("cells", "look"),
    [
        (["1Z999AA10123456784", "1Z999AA10123456784", "lost"], "tracking numbers"),
        (["2026-11-20", "20 Nov 2026", "11/20/26"], "dates"),
        ([1, 2, "12"], "small numbers"),
        ([10001, "10002", 10003.0], "large numbers"),
        (["$1,234.50", 12.5, "3.99"], "amounts"),
        (["UPS Ground", "FDX", "Fed Ex"], "carrier names"),
        (["UPS", 1, "2026-11-20"], ""),
        ([], ""),
    ],
)
def test_cells_have_a_look(cells, look):
    assert look_of(cells) == look


SPELLINGS = sorted(
    {s for o in EVERY for f in o.fields for s in (f.title, *f.about.aliases)} | {"Boxes", "Via"}
)
CELLS = st.sampled_from([None, 7, 10001, "UPS", "20/11/2026", "1Z999AA10123456784", "9.99", "x"])


@settings(max_examples=60)
@given(
    st.sampled_from(EVERY),
    st.lists(st.tuples(st.sampled_from(SPELLINGS), CELLS), min_size=1, max_size=12),
    st.sampled_from([{}, {"PO ID": "Boxes"}, {"Carrier": "Via", "PO ID": "PO #"}]),
)
def test_no_sure_mapping_has_two_headings_for_a_field_or_two_fields_for_a_heading(
    operation, columns, headings
):
    profile = VendorProfile("north", headings=headings)
    sheet = [heading for heading, _ in columns], [cell for _, cell in columns]

    try:
        found = proposed(*sheet, among=[operation], profile=profile)
    except SheetError:
        return

    for taken in (
        [claim.field.title for claim in found.sure],
        [claim.heading for claim in found.sure],
    ):
        assert max(Counter(taken).values(), default=1) == 1
    for title, claims in found.offers.items():
        assert title not in sure(found)
        assert not {claim.heading for claim in claims} & set(sure(found).values())


# Asking, and writing ----------------------------------------------------------------------------


class Answers:
    """A person who answers by a word of the question, and notes what was asked."""

    def __init__(self, *, agrees=True, **answers):
        self.answers, self.agrees, self.asked = answers, agrees, []

    def _answer(self, question):
        self.asked.append(question)
        return next((a for word, a in self.answers.items() if word in question), None)

    def choose(self, question, _answers):
        return self._answer(question)

    def write(self, question):
        return self._answer(question) or ""

    def agree(self, _question):
        return self.agrees


@pytest.fixture
def dock(sheet):
    return sheet(*(",".join(map(str, row)) for row in (HEADING, *ROWS)), name="dock.csv")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / "importer.toml"


def mapped(dock, person=None, known=None, **options):
    said = []
    options = MapOptions("north", **{"operation": "add_tracking", **options})
    found = map_sheet(dock, options, known or Settings(), person, said.append)
    return found, "\n".join(said)


def test_without_a_person_only_what_is_sure_is_taken_and_what_is_left_is_named(dock, here):
    found, said = mapped(dock)

    assert found.left == ["PO ID", "Tracking Number"]
    assert tomllib.loads(here.read_text())["vendors"]["north"] == {
        "operation": "add_tracking",
        "headings": {
            "Carrier": "Ship Via",
            "Shipped On": "Date Shipped",
            "Shipping Status": "Shipping Status",
        },
        "date_order": "dmy",
        "fingerprint": HEADING,
    }
    assert "left: PO ID is needed and has no heading" in said
    assert 'left: Tracking Number (needed) may be "Trk No.": is near "Tracking No"' in said
    assert 'left: Carrier has no meaning for "FDX Grnd"' in said
    assert "left: not used: Our Ref, PO Date, Trk No." in said


def test_a_person_is_asked_where_it_is_unsure_and_the_profile_then_reads_the_sheet(dock, here):
    person = Answers(**{"PO ID": 0, "Tracking Number": 0, "FDX Grnd": 2})

    found, said = mapped(dock, person)
    prepared = prepare(dock, UploadOptions(), load_settings(None, PLATFORMS))

    assert person.asked == [
        "PO ID (needed): which column is it?",
        "Tracking Number (needed): which column is it?",
        'Carrier: what is "FDX Grnd"?',
    ]
    assert found.written
    assert not found.left
    assert table_of(found.profile) in said
    assert "read as vendor north's" in prepared.notes
    assert [(r.po_id, r.carrier) for r in prepared.rows.values()] == [
        (10001, "FedEx"),
        (10002, "UPS"),
    ]


def test_a_needed_column_that_is_not_there_may_be_one_value_for_every_row(sheet, here):
    file = sheet("PO ID,Tracking Number,Shipped On,Carrier", "10001,986578788855,20/11/2026,UPS")
    texts = iter(["Fully Shiped", "Fully Shipped"])
    person = Answers()
    person.write = lambda question: (person.asked.append(question), next(texts))[1]

    found, _ = mapped(file, person)

    assert found.profile.constants == {"Shipping Status": "Fully Shipped"}
    assert person.asked[0] == "Shipping Status has no column; the same for every row?"
    assert "Did you mean Fully Shipped?" in person.asked[1]


def test_dates_that_may_be_either_are_asked_about(sheet, here):
    file = sheet("PO ID,Tracking #,Shipped On", "10001,986578788855,03/04/2026")

    found, _ = mapped(file, Answers(**{"what comes first in 03/04/2026": 1}))

    assert found.profile.date_order == "mdy"


def test_the_worksheet_is_named_where_there_are_several_and_the_row_where_another_is_found(here):
    heading = ["PO ID", "Tracking Number", "Carrier", "Shipping Status"]
    workbook = openpyxl.Workbook()
    workbook.active.title = "Lines"
    workbook.create_sheet("Notes").append(["nothing of ours"])
    for row in (heading, [], [*heading, "Boxes"], [10001, "986578788855", "UPS", "None", 2]):
        workbook["Lines"].append(row)
    workbook.save("dock.xlsx")

    profile = mapped(Path("dock.xlsx"))[0].profile

    assert (profile.worksheet, profile.header_row) == ("Lines", 3)
    assert prepare(
        Path("dock.xlsx"), UploadOptions(), load_settings(None, PLATFORMS)
    ).layout.rows == [4]


def test_nothing_is_written_without_a_yes(dock, here):
    found, _ = mapped(dock, Answers(agrees=False))

    assert not found.written
    assert not here.exists()


def test_mapping_again_keeps_what_the_sheet_does_not_say(dock, here):
    here.write_text(
        '[vendors.north]\nheader_row = 9\nheadings = {"PO ID" = "Our Ref", Carrier = "Gone"}\n'
        'constants = {Carrier = "UPS"}\nvalues = {Carrier = {"FDX Grnd" = "FedEx"}}\n'
        'date_order = "dmy"\nencoding = "cp1250"\n'
    )

    found, _ = mapped(dock, known=load_settings(None, PLATFORMS))

    assert found.profile.headings == {
        "PO ID": "Our Ref",
        "Shipped On": "Date Shipped",
        "Shipping Status": "Shipping Status",
    }
    assert load_settings(None, PLATFORMS).vendor("north") == VendorProfile(
        name="north",
        place="importer.toml: [vendors.north]",
        operation="add_tracking",
        headings=found.profile.headings,
        constants={"Carrier": "UPS"},
        values={"Carrier": {"FDX Grnd": "FedEx"}},
        date_order="dmy",
        encoding="cp1250",
        fingerprint=tuple(HEADING),
    )


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"account": "acme"}, SettingsError),
        ({"operation": "add_trackng"}, UsageError),
        ({"vendor": " "}, UsageError),
    ],
)
def test_what_is_not_known_is_refused_before_anything_is_written(dock, here, options, error):
    options = {"vendor": "north", "operation": "add_tracking", **options}

    with pytest.raises(error):
        map_sheet(dock, MapOptions(**options), Settings(), None, [].append)
    assert not here.exists()


def test_the_command_asks_on_a_terminal_and_shows_the_table_before_it_writes(dock, here):
    result = CliRunner().invoke(
        cli,
        ["map", "dock.csv", "--vendor", "north", "--operation", "add_tracking"],
        input="1\n1\n3\ny\n",
    )

    assert result.exit_code == 0, result.output
    table = here.read_text().rstrip()
    assert table in result.stdout
    assert tomllib.loads(table)["vendors"]["north"]["values"] == {"Carrier": {"FDX Grnd": "FedEx"}}
    assert result.stdout.endswith("importer.toml holds vendor north\n")


def test_the_command_writes_nothing_where_nobody_answers(dock, here):
    words = ["map", "dock.csv", "--vendor", "north", "--operation", "add_tracking"]

    result = CliRunner().invoke(cli, words, input="")

    assert result.exit_code == 1
    assert not here.exists()


def test_the_command_with_yes_asks_nothing_and_tells_what_is_left(dock, here):
    words = ["map", "dock.csv", "--vendor", "north", "--operation", "add_tracking", "--yes"]

    result = CliRunner().invoke(cli, words)

    assert result.exit_code == 1
    assert "importer: no column is known for PO ID, Tracking Number" in result.stderr
    assert here.exists()


def test_check_plan_and_upload_take_a_vendor_and_its_account(dock, here, monkeypatch):
    here.write_text(
        '[accounts.acme]\nplatform = "sellercloud"\nserver = "acme"\nusername_env = "U"\n'
        'password_env = "P"\n[vendors.north]\naccount = "acme"\noperation = "add_tracking"\n'
        'headings = {"PO ID" = "Our Ref", "Tracking Number" = "Trk No."}\n'
        'values = {Carrier = {"FDX Grnd" = "FedEx"}}\n'
    )
    run = CliRunner().invoke

    checked = run(cli, ["check", "dock.csv", "--vendor", "north"])
    planned = run(cli, ["plan", "dock.csv", "--vendor", "north"])
    without = run(cli, ["plan", "dock.csv"])
    unsigned = run(cli, ["upload", "dock.csv", "--vendor", "north"])

    assert (checked.exit_code, planned.exit_code) == (0, 0)
    assert "read as vendor north's" in checked.stdout
    assert "add_tracking to acme" in planned.stdout
    assert "Missing option '--account'" in without.output
    assert "the environment variable U is not set" in str(unsigned.exception)


# The file ---------------------------------------------------------------------------------------

FILE = """\
# ours
journal = "journal.db"   # beside it

[vendors."north"]
headings = {"PO ID" = "Old"}
note = [
  "a",
]
[vendors.north.values.Carrier]
"FDX" = "FedEx"

# the other one
[accounts.acme]
platform = "shipstation"

[vendors.northern]
operation = "add_tracking"
"""
PROFILE = VendorProfile("north", operation="add_tracking", headings={"PO ID": 'Our "Ref"\n#\x7f'})
TABLE = (
    '[vendors.north]\noperation = "add_tracking"\n'
    'headings = {"PO ID" = "Our \\"Ref\\"\\n#\\u007f"}\n'
)


def test_the_table_is_replaced_and_all_else_stays_as_it_is(tmp_path):
    file = tmp_path / "importer.toml"
    file.write_bytes(FILE.encode())

    save_profile(file, PROFILE)

    start, end = FILE.index('[vendors."north"]'), FILE.index("\n# the other one")
    assert file.read_bytes().decode() == FILE[:start] + TABLE + FILE[end:]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", TABLE),
        ("a = 1", f"a = 1\n\n{TABLE}"),
        ("a = 1\n", f"a = 1\n\n{TABLE}"),
        ("\ufeffa = 1\r\n", "\ufeffa = 1\r\n\r\n" + TABLE.replace("\n", "\r\n")),
        (TABLE, TABLE),
        ('t = """\n[vendors.x]\n"""\n', f't = """\n[vendors.x]\n"""\n\n{TABLE}'),
    ],
    ids=["empty", "no line end", "a line end", "windows", "the same", "a text like a table"],
)
def test_a_new_table_goes_to_the_end(tmp_path, before, after):
    file = tmp_path / "importer.toml"
    file.write_bytes(before.encode())

    save_profile(file, PROFILE)

    assert file.read_bytes().decode() == after
    assert [path.name for path in tmp_path.iterdir()] == ["importer.toml"]


@pytest.mark.parametrize(
    "before",
    [
        'vendors.north.operation = "update_items"\n',
        'vendors = {north = {operation = "update_items"}}\n',
        '[vendors]\nnorth.operation = "update_items"\n',
        '[vendors.north]\nheadings = {"PO ID" = "a"}\nnote = """\n[other]\n"""\n',
        "[vendors",
    ],
)
def test_a_table_that_cannot_be_cut_out_is_refused_and_the_file_stays(tmp_path, before):
    file = tmp_path / "importer.toml"
    file.write_bytes(before.encode())

    with pytest.raises(SettingsError, match=r"write the table \[vendors\.north\] into it by hand"):
        save_profile(file, PROFILE)

    assert file.read_bytes().decode() == before


@pytest.mark.skipif(sys.platform == "win32", reason="no such modes there")
def test_the_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path):
    file, link = tmp_path / "real.toml", tmp_path / "importer.toml"
    file.write_text("a = 1\n")
    file.chmod(0o640)
    link.symlink_to(file)

    save_profile(link, PROFILE)

    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert "[vendors.north]" in file.read_text()


def test_a_folder_that_takes_no_file_is_a_sentence(tmp_path):
    with pytest.raises(SettingsError, match="cannot be written"):
        save_profile(tmp_path / "none" / "importer.toml", PROFILE)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@settings(max_examples=60)
@given(TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=3), st.lists(TEXTS, max_size=3))
def test_what_is_written_is_what_is_read(name, values, fingerprint):
    profile = VendorProfile(
        name, values={"Carrier": values} if values else {}, fingerprint=tuple(fingerprint)
    )

    found = tomllib.loads(table_of(profile))["vendors"][name]

    assert found.get("values", {}).get("Carrier", {}) == values
    assert found.get("fingerprint", []) == fingerprint
