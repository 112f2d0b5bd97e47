"""A mapping asked about, and written into importer.toml."""

import tomllib
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from importer.cli import cli
from importer.model.errors import SettingsError, UsageError
from importer.model.options import UploadOptions
from importer.platforms import PLATFORMS
from importer.runs.prepare import prepare
from importer.settings.settings import Settings, load_settings
from importer.settings.vendor_profile import VendorProfile
from importer.vendors.map_sheet import MapOptions, map_sheet
from importer.vendors.profile_file import table_of

HEADING = ["Our Ref", "PO Date", "Trk No.", "Ship Via", "Date Shipped", "Shipping Status"]
ROWS = [
    [10001, "03/11/2026", "1Z999AA10123456784", "FDX Grnd", "20/11/2026", "Fully Shipped"],
    [10002, "04/11/2026", "986578788855", "UPS", "21/11/2026", "Fully Shipped"],
]


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
    assert 'left: Tracking Number (needed) may be "Trk No.": is similar to "Tracking No"' in said
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
    assert result.stdout.endswith("importer.toml now has vendor north\n")


def test_the_command_writes_nothing_where_nobody_answers(dock, here):
    words = ["map", "dock.csv", "--vendor", "north", "--operation", "add_tracking"]

    result = CliRunner().invoke(cli, words, input="")

    assert result.exit_code == 1
    assert not here.exists()


def test_the_command_with_yes_asks_nothing_and_tells_what_is_left(dock, here):
    words = ["map", "dock.csv", "--vendor", "north", "--operation", "add_tracking", "--yes"]

    result = CliRunner().invoke(cli, words)

    assert result.exit_code == 1
    assert "importer: no column was found for PO ID, Tracking Number" in result.stderr
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
