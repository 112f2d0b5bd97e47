"""Names: whatever a vendor calls a file, it is claimed, filed, and never written over."""

import os
import sys
from dataclasses import replace

import pytest

from importer.folder.layout import move
from tests.folder.conftest import fates, tracking

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")


@pytest.mark.parametrize(
    "name",
    [
        "a~b.csv", "ünïcödé ☃.csv", "%41.csv", "dock.result.csv", "dock.fix.csv",
        "n" * 250 + ".csv", "é" * 120 + ".csv", "-rf.csv", "no suffix",
    ],
)  # fmt: skip
def test_a_strange_name_is_filed(drop, name):
    drop.put(f"north/{name}", tracking("A12345"))

    (result,) = drop.run().results

    assert result.fate == "done"
    assert drop.left == []
    assert result.files[0].read_text() == tracking("A12345")


@LINUX
@pytest.mark.parametrize("name", [b"line\nbreak.csv", b"not utf-8 \xff.csv", b"bell\x07.csv"])
def test_a_name_that_no_screen_can_show_is_filed(drop, name):
    drop.put("north/x", "x").unlink()
    (drop.layout.inbox / "north" / os.fsdecode(name)).write_text(tracking("A12345"))

    (result,) = drop.run().results

    assert result.fate == "done"
    assert all(filed.name.isprintable() for filed in result.files)


@pytest.mark.parametrize("folder", ["a~b", "_", "%2F", "über"])
def test_a_strange_folder_keeps_its_name(drop, folder):
    drop.rules = drop.rules.replace("[inbox.north]", f'[inbox.north]\nfolder = "{folder}"')
    drop.put(f"{folder}/dock.csv", tracking("A12345"))

    assert fates(drop.run()) == {f"{folder}/dock.csv": "done"}


def test_a_strange_account_has_a_folder_of_its_own(drop, context):
    found = context.settings.account("sellercloud")
    name = "../acme eu/one."
    settings = replace(context.settings, accounts={name: replace(found, name=name)})
    drop.rules = f'settle = 0\n[inbox.north]\naccount = "{name}"\n'
    drop.put("north/dock.csv", tracking("A12345"))

    done = drop.run(replace(context, settings=settings))

    assert fates(done) == {"north/dock.csv": "done"}
    assert {p.name for p in drop.layout.root.iterdir()} == {
        "inbox", "working", "done", "attention", "reports", "folder.toml",
    }  # fmt: skip


def test_a_text_sheet_is_not_overwritten_by_its_text(drop):
    drop.put("north/dock.txt", tracking("A12345").replace(",", "\t"))

    drop.run()

    assert drop.filed["done"] == ["dock.notes.txt", "dock.result.txt", "dock.txt"]


def test_a_file_put_there_by_hand_is_not_overwritten(drop):
    drop.put("north/dock.csv", tracking("A12345"))
    drop.run()
    (day,) = (drop.layout.root / "done").iterdir()
    (day / "dock-2.txt").write_text("mine")

    drop.put("north/dock.csv", tracking("A12346"))
    drop.run()

    assert (day / "dock-2.txt").read_text() == "mine"
    assert (day / "dock-3.csv").read_text() == tracking("A12346")


def test_a_file_is_never_moved_over_another(tmp_path):
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")

    with pytest.raises(FileExistsError):
        move(tmp_path / "a", tmp_path / "b")

    assert ((tmp_path / "a").read_text(), (tmp_path / "b").read_text()) == ("a", "b")


@pytest.mark.parametrize("error", [PermissionError, OSError])
def test_without_hard_links_a_file_is_renamed(tmp_path, monkeypatch, error):
    def no_links(*_, **__):
        raise error

    monkeypatch.setattr(os, "link", no_links)
    (tmp_path / "a").write_text("a")

    move(tmp_path / "a", tmp_path / "b")

    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_move_interrupted_between_two_names_is_finished(tmp_path):
    (tmp_path / "a").write_text("a")
    os.link(tmp_path / "a", tmp_path / "b")

    move(tmp_path / "a", tmp_path / "b")

    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_file_that_cannot_be_moved_is_reported_and_stops_no_other(drop, monkeypatch):
    real = os.rename

    def rename(source, target):
        if str(source).endswith("1.csv"):
            raise PermissionError(13, "Permission denied")
        real(source, target)

    drop.put("north/1.csv", tracking("A12345"))
    drop.put("north/2.csv", tracking("A12346"))
    monkeypatch.setattr(os, "rename", rename)

    assert fates(drop.run()) == {"north/1.csv": "held", "north/2.csv": "done"}
