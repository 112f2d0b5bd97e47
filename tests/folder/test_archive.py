"""Older days in a zip each: proved before anything leaves its folder."""

import os
import zipfile
from datetime import datetime, timedelta

import pytest

from importer.folder import archive as archive_module
from importer.folder.archive import archive
from importer.folder.layout import FolderLayout

OLD = f"{datetime.now().astimezone().date() - timedelta(days=100)}"
RECENT = f"{datetime.now().astimezone().date() - timedelta(days=10)}"


@pytest.fixture
def old(drop):
    """One old day in done/ and in attention/, and a recent one."""
    for where in ("done", "attention"):
        for day in (OLD, RECENT):
            folder = drop.layout.root / where / day
            folder.mkdir(parents=True)
            (folder / "dock.csv").write_text(f"{where} {day}")
            (folder / "ünïcödé.csv").write_text("x" * 1000)
    return drop.layout.root


def below(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in files)


def test_older_days_are_moved_into_a_zip_each_and_recent_ones_stay(old):
    zips = archive(FolderLayout(old), 90)

    assert [path.relative_to(old).as_posix() for path in zips] == [
        f"done/{OLD}.zip", f"attention/{OLD}.zip",
    ]  # fmt: skip
    assert below(old / "done") == sorted(
        [f"{OLD}.zip", f"{RECENT}/dock.csv", f"{RECENT}/ünïcödé.csv"]
    )
    with zipfile.ZipFile(old / "done" / f"{OLD}.zip") as zipped:
        assert zipped.read(f"{OLD}/dock.csv").decode() == f"done {OLD}"


def test_nothing_is_deleted_if_the_zip_does_not_have_it(old, monkeypatch):
    real = archive_module.written

    def spoilt(target, write):
        result = real(target, write)
        with zipfile.ZipFile(target, "w") as zipped:
            zipped.writestr(f"{OLD}/dock.csv", "something else")
            zipped.writestr(f"{OLD}/ünïcödé.csv", "x" * 1000)
        return result

    monkeypatch.setattr(archive_module, "written", spoilt)

    with pytest.raises(OSError, match="nothing was deleted"):
        archive(FolderLayout(old), 90)

    assert (old / "done" / OLD / "dock.csv").exists()


def test_an_interrupted_day_gets_a_second_zip(old):
    archive(FolderLayout(old), 90)
    (old / "done" / OLD).mkdir()
    (old / "done" / OLD / "left.csv").write_text("left")

    archive(FolderLayout(old), 90)

    assert (old / "done" / f"{OLD}.zip").exists()
    with zipfile.ZipFile(old / "done" / f"{OLD}-2.zip") as zipped:
        assert zipped.namelist() == [f"{OLD}/left.csv"]


def test_a_file_from_before_there_were_zips_is_kept_too(old):
    os.utime(old / "done" / OLD / "dock.csv", (0, 0))

    archive(FolderLayout(old), 90)

    assert not (old / "done" / OLD).exists()


def test_other_folders_than_days_are_left_alone(old):
    for name in ("2024-99-99", "mine"):
        (old / "done" / name).mkdir()

    archive(FolderLayout(old), 90)

    assert (old / "done" / "mine").exists()
    assert (old / "done" / "2024-99-99").exists()
