"""Files are written whole or not at all."""

import pytest

from importer.model.files import WrittenResult, write_bytes, written


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_in_its_place_and_leaves_nothing_else(tmp_path):
    assert write_bytes(tmp_path / "a.csv", b"new") == tmp_path / "a.csv"

    assert (tmp_path / "a.csv").read_bytes() == b"new"
    assert names(tmp_path) == ["a.csv"]


def test_a_write_that_fails_leaves_the_old_file_and_names_it(tmp_path):
    target = tmp_path / "a.csv"
    target.write_bytes(b"old")

    def fail(file):
        file.write(b"half")
        raise OSError(28, "No space left on device", file.name)

    with pytest.raises(OSError, match="No space left") as failed:
        written(target, fail)

    assert failed.value.filename == str(target)
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["a.csv"]


def test_a_folder_of_that_name_is_no_place_for_a_file(tmp_path):
    (tmp_path / "a.csv").mkdir()

    with pytest.raises(IsADirectoryError):
        write_bytes(tmp_path / "a.csv", b"")


def test_the_place_is_chosen_by_what_was_written(tmp_path):
    def write(file):
        file.write(b"long")
        return ("a note",)

    def choose(part, target):
        return target.with_name(f"{part.stat().st_size} bytes.csv")

    result = written(tmp_path / "a.csv", write, choose)

    assert result == WrittenResult(tmp_path / "4 bytes.csv", ("a note",))


def test_a_file_that_another_program_holds_open_is_written_under_the_next_free_name(
    tmp_path, monkeypatch
):
    held = tmp_path / "a.csv"
    (tmp_path / "a (2).csv").write_bytes(b"someone's")
    replace = type(held).replace

    def refuse(part, target):
        if target == held:
            raise PermissionError(13, "in use", str(target))
        return replace(part, target)

    monkeypatch.setattr(type(held), "replace", refuse)

    result = written(held, lambda file: (str(file.write(b"new")),))

    assert result == WrittenResult(
        tmp_path / "a (3).csv", ("3", '"a.csv" is in use by another program, so see "a (3).csv".')
    )
