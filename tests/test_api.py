import inspect
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import importer
from importer import api
from importer.demo.demo import SECRETS, sandbox_settings_file
from importer.model.options import ReadingOptions, UploadOptions
from importer.model.outcomes import Outcome, Problem, Status
from importer.model.row_ids import RowId

ROOT = Path(__file__).parents[1]
USES = ROOT / "tests" / "api_uses.py"
HEADINGS = "PO ID,PO Item ID,Qty Units Ordered"
TWO_NUMBERS = "10001,1Z999AA10123456784; 1Z999AA10123456793,UPS,2026-11-19,2"
FUNCTIONS = (api.check_sheet, api.plan_sheet, api.import_sheet, api.resume_run)


@pytest.fixture
def script(sandbox, tmp_path, monkeypatch):
    """A folder with settings, as a script is started in it."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "importer.toml").write_text(
        f'journal = "journal.db"\n{sandbox_settings_file(sandbox.url)}'
    )
    monkeypatch.chdir(tmp_path)


def test_a_script_checks_a_sheet(sheet, tmp_path):
    summary = importer.check_sheet(str(sheet(HEADINGS, "10001,100011,x")), into=str(tmp_path))

    assert summary.statuses == {"invalid": 1}
    assert summary.result == tmp_path / "sheet.result.csv"
    assert summary.problems == [
        Problem(RowId(2), "Qty Units Ordered", "x", '"x" is not a whole number; write it in digits')
    ]


def test_a_script_plans_a_sheet(sheet, script):
    summary = importer.plan_sheet(
        sheet("PO ID,Tracking Number,Carrier,Shipped On,Shipping Status", TWO_NUMBERS),
        "sellercloud",
        split=True,
    )

    assert [(call.method, call.path, call.sheet_rows) for call in summary.plan] == [
        ("POST", "PurchaseOrders/10001/TrackingNumber/Multiple", [2])
    ]
    assert summary.minutes == 0


def test_a_script_imports_a_sheet(sheet, sandbox, script):
    summary = importer.import_sheet(sheet(HEADINGS, "10001,100011,24"), "sellercloud", verify=True)

    assert summary.outcomes == {2: Outcome(importer.Status.VERIFIED)}
    assert importer.Status is Status
    assert (summary.run, summary.exit_status) == (1, 0)
    assert sandbox.state.purchase_orders[10001].items[0].qty_units == 24


def test_a_script_resumes_a_run(sheet, script, monkeypatch):
    monkeypatch.setenv("SANDBOX_PASSWORD", "wrong")
    stopped = importer.import_sheet(sheet(HEADINGS, "10001,100011,24"), "sellercloud")
    monkeypatch.setenv("SANDBOX_PASSWORD", SECRETS["SANDBOX_PASSWORD"])

    resumed = importer.resume_run(stopped.run)

    assert (stopped.statuses, resumed.statuses) == ({"unsent": 1}, {"verified": 1})


def test_a_share_of_rows_that_is_none_is_a_sentence(sheet, script):
    with pytest.raises(importer.ImporterError, match=r'"many" is not a number of rows or like 20%'):
        importer.import_sheet(sheet(HEADINGS), "sellercloud", stop_after="many")


def test_the_keywords_are_the_options_of_the_commands():
    reading = {f.name for f in fields(ReadingOptions)} - {"platform"}
    upload = {f.name for f in fields(UploadOptions)} - {"reading", "into", "take_over"}

    assert {*api.ReadingKeywords.__annotations__} == reading
    assert {*api.UploadKeywords.__annotations__} == reading | upload


def examples():
    guide = (ROOT / "importer" / "guide" / "scripting.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    yield from (pytest.param(block, id=f"guide {i}") for i, block in enumerate(blocks, start=1))
    for function in FUNCTIONS:
        code = inspect.getdoc(function).partition("Example:\n")[2]
        yield pytest.param(inspect.cleandoc(code), id=function.__name__)


@pytest.mark.parametrize("example", [*examples()])
def test_every_example_runs(example, script, tmp_path):
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    names = {name: getattr(importer, name) for name in importer.__all__}
    if "resume_run" in example:
        exec('import_sheet("samples/add_tracking.xlsx", "sellercloud")', names)  # noqa: S102

    exec(example, names)  # noqa: S102  (the examples are our own)


def test_the_types_let_right_uses_pass_and_name_wrong_ones():
    pytest.importorskip("mypy", reason="comes with the extra [lint]")
    words = ["--strict", "--no-error-summary", "--show-error-codes", str(USES)]

    said = subprocess.run(
        [sys.executable, "-m", "mypy", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    found = re.findall(r"api_uses\.py:(\d+): error: .*\[([\w-]+)\]$", said.stdout, re.MULTILINE)
    lines = enumerate(USES.read_text(encoding="utf-8").splitlines(), start=1)
    expected = [
        (str(i), line.partition("# error: ")[2]) for i, line in lines if "# error: " in line
    ]
    assert found == expected, said.stdout


def test_the_package_says_that_it_is_typed():
    assert (Path(importer.__file__).parent / "py.typed").is_file()
