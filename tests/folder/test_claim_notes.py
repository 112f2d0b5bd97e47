"""A pass that ends at the worst moment, and the next one that finds what it left."""

import shutil
import subprocess
import sys

import pytest

from importer.folder import one_file
from importer.folder.arrival import arrivals
from importer.folder.layout import FolderLayout
from importer.folder.rules import load_folder
from importer.journal import RunState
from tests.folder.conftest import fates, shipping, tracking


class PowerCut(BaseException):
    """No code of the importer's own hears of it."""


def power_cut(*_, **__):
    raise PowerCut


def cut_short(drop, monkeypatch, where, call=power_cut):
    with monkeypatch.context() as patch:
        patch.setattr(where, call)
        # A thread of a pool keeps what ends it to itself, as a killed process would.
        drop.run()


def claim(drop, name, account):
    (arrival,) = (a for a in arrivals(drop.layout.inbox) if str(a.name) == name)
    return drop.layout.claim(arrival, account, "20261120T2200")


def test_a_claim_of_an_interrupted_pass_comes_first(drop):
    drop.put("north/1.csv", tracking("A12345"))
    claim(drop, "north/1.csv", "sellercloud")
    drop.put("north/0.csv", tracking("A12346"))

    done = drop.run()

    assert fates(done) == {"north/1.csv": "done", "north/0.csv": "done"}
    assert drop.left == []


def test_of_two_passes_one_has_the_file(drop):
    drop.put("north/1.csv", tracking("A12345"))
    (arrival,) = arrivals(drop.layout.inbox)

    first = drop.layout.claim(arrival, "sellercloud", "1")
    second = drop.layout.claim(arrival, "sellercloud", "2")

    assert first.path.exists()
    assert second is None


def test_interrupted_after_its_run_a_file_gets_that_result_and_is_not_sent_again(
    drop, sandbox, monkeypatch
):
    drop.put("south/1.csv", shipping())  # an operation that would send again
    cut_short(drop, monkeypatch, "importer.folder.one_file._file_away")

    done = drop.run()

    assert fates(done) == {"south/1.csv": "done"}
    assert drop.filed["done"] == ["1.csv", "1.result.csv", "1.txt"]
    assert len(sandbox.writes) == 1
    assert drop.left == []


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_interrupted_while_filing_the_rest_goes_to_the_same_place(
    drop, sandbox, monkeypatch, moved
):
    drop.put("south/1.csv", shipping())
    cut_while_filing(drop, monkeypatch, moved)

    done = drop.run()

    assert fates(done) == {"south/1.csv": "done"}
    assert drop.filed["done"] == ["1.csv", "1.result.csv", "1.txt"]
    assert len(sandbox.writes) == 1
    assert drop.left == []


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_interrupted_while_filing_a_name_taken_meanwhile_is_not_overwritten(
    drop, monkeypatch, moved
):
    drop.put("south/1.csv", shipping())
    cut_while_filing(drop, monkeypatch, moved)
    (day,) = (drop.layout.root / "done").iterdir()
    (day / "1.csv").write_text("another")

    done = drop.run()

    assert fates(done) == {"south/1.csv": "done"}
    assert (day / "1.csv").read_text() == "another"
    assert (day / "1-2.csv").read_text() == shipping()
    assert len(drop.filed["done"]) == 4
    assert drop.left == []


def cut_while_filing(drop, monkeypatch, moved):
    real = FolderLayout.move_extras

    def some(layout, claimed, names):
        kept = dict([*list(names.items())[:moved], list(names.items())[-1]])
        real(layout, claimed, kept)
        raise PowerCut

    cut_short(drop, monkeypatch, "importer.folder.layout.FolderLayout.move_extras", some)


def test_interrupted_after_the_last_move_only_notes_are_left_and_cleared(drop, monkeypatch):
    drop.put("south/1.csv", shipping())
    cut_short(drop, monkeypatch, "importer.folder.layout.FolderLayout.clear_claim")

    done = drop.run()

    assert done.results == []
    assert drop.left == []
    assert drop.filed["done"] == ["1.csv", "1.result.csv", "1.txt"]


def test_a_run_of_a_killed_pass_continues_at_once(drop, sandbox):
    drop.put("north/1.csv", tracking("A12345"))
    drop.context.stop.set()
    claimed = claim(drop, "north/1.csv", "sellercloud")
    rule = first_rule(drop)
    one_file.process_file(claimed, rule, "sellercloud", drop.context, drop.layout)
    drop.context.stop.clear()
    (run,) = drop.context.journal.runs()
    host = run.owner.partition("@")[2]
    drop.context.journal.take(run.id, f"999999@{host}")  # its heart beat a moment ago

    done = drop.run()

    assert fates(done) == {"north/1.csv": "done"}
    assert drop.context.journal.run(run.id).state is RunState.FINISHED
    assert len(sandbox.writes) == 1


def first_rule(drop):
    drop.run()
    return load_folder(drop.layout.root, drop.context.settings).rules[0]


def test_a_run_of_another_machine_is_waited_for(drop, sandbox):
    drop.put("north/1.csv", tracking("A12345"))
    drop.put("north/2.csv", tracking("A12346"))
    drop.context.stop.set()
    claimed = claim(drop, "north/1.csv", "sellercloud")
    one_file.process_file(claimed, first_rule(drop), "sellercloud", drop.context, drop.layout)
    drop.context.stop.clear()
    drop.context.journal.take(1, "7@elsewhere")

    done = drop.run()

    assert fates(done) == {"north/1.csv": "unfinished", "north/2.csv": "held"}
    assert "is being worked on by 7@elsewhere" in done.trouble[0].sentence
    assert sandbox.writes == []


def test_a_file_that_crashes_the_program_three_times_goes_to_attention(drop, monkeypatch):
    drop.put("north/1.csv", tracking("A12345"))
    drop.put("north/2.csv", tracking("A12346"))
    for _ in range(3):
        cut_short(drop, monkeypatch, "importer.folder.one_file.upload_sheet")

    done = drop.run()

    assert fates(done) == {"north/1.csv": "attention", "north/2.csv": "done"}
    assert "the importer crashed 3 times" in done.results[0].sentence


def test_an_account_that_another_pass_is_processing_is_left_alone(drop, tmp_path):
    drop.put("north/1.csv", tracking("A12345"))
    drop.put("south/1.csv", shipping())
    with held_by_another_process(drop.layout):
        done = drop.run()

    assert fates(done) == {"north/1.csv": "waiting", "south/1.csv": "done"}
    assert done.exit_status == 0


def test_when_another_pass_ends_its_files_are_processed(drop):
    drop.put("north/1.csv", tracking("A12345"))
    with held_by_another_process(drop.layout) as other:

        def killed(_):
            other.kill()
            other.wait()

        done = drop.run(sleep=killed, wait_s=10)

    assert fates(done) == {"north/1.csv": "done"}


def held_by_another_process(layout: FolderLayout):
    code = (
        "import sys; from pathlib import Path; from importer.folder.layout import FolderLayout\n"
        "with FolderLayout(Path(sys.argv[1])).account_lock('sellercloud') as ours:\n"
        "    print(ours, flush=True); sys.stdin.read()"
    )
    return _Held(
        subprocess.Popen(
            [sys.executable, "-c", code, str(layout.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
    )


class _Held:
    def __init__(self, process):
        self._process = process

    def __enter__(self):
        assert self._process.stdout.readline().strip() == b"True"
        return self._process

    def __exit__(self, *_):
        self._process.kill()
        self._process.communicate()


def test_claims_of_an_account_that_no_rule_uses_anymore_are_reported(drop):
    drop.put("north/1.csv", tracking("A12345"))
    claim(drop, "north/1.csv", "old/one")

    done = drop.run()

    assert "files for account old/one" in done.trouble[0].sentence
    assert done.results == []


def test_a_claim_is_not_sent_to_an_account_that_its_rule_names_only_now(drop, sandbox):
    drop.put("north/1.csv", tracking("A12345"))
    claim(drop, "north/1.csv", "shipstation")

    done = drop.run()

    assert fates(done) == {"north/1.csv": "attention"}
    assert "was claimed for account shipstation" in done.results[0].sentence
    assert sandbox.writes == []


def test_a_file_changed_while_its_rows_were_sent_goes_to_attention(drop, monkeypatch):
    drop.put("north/1.csv", tracking("A12345"))
    real = one_file.upload_sheet

    def upload(sheet, *rest):
        summary = real(sheet, *rest)
        with sheet.open("a") as file:
            file.write("10001,A9,UPS,2026-11-19,2\n")
        return summary

    monkeypatch.setattr(one_file, "upload_sheet", upload)
    done = drop.run()

    assert fates(done) == {"north/1.csv": "attention"}
    assert "the file changed while its rows were being sent" in done.results[0].sentence


def test_the_folder_may_have_been_emptied_meanwhile(drop):
    drop.put("north/1.csv", tracking("A12345"))

    done = drop.run(sleep=lambda _: shutil.rmtree(drop.layout.inbox / "north"))

    assert done.results == []
