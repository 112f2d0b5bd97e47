"""A vendor's table written into importer.toml."""

import stat
import sys
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.model.errors import SettingsError
from importer.settings.vendor_profile import VendorProfile
from importer.vendors.profile_file import save_profile, table_of

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
    table = TABLE.replace("north", '"north"')
    assert file.read_bytes().decode() == FILE[:start] + table + FILE[end:]


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
    ("before", "after"),
    [
        ('vendors.north.operation = "update_items"\n', TABLE),
        ('[vendors]\nnorth.operation = "update_items"\n', f"[vendors]\n{TABLE}"),
        (f'{TABLE}note = """\n[other]\n"""\n# below\n', f"{TABLE}# below\n"),
    ],
    ids=["dotted", "dotted in a table", "a text like a table"],
)
def test_an_older_table_is_replaced_however_it_is_written(tmp_path, before, after):
    file = tmp_path / "importer.toml"
    file.write_bytes(before.encode())

    save_profile(file, PROFILE)

    assert file.read_bytes().decode() == after


def test_a_new_table_goes_below_those_of_other_vendors(tmp_path):
    file = tmp_path / "importer.toml"
    south, rest = (
        "[vendors.south]\n# nothing yet\n\n",
        '[accounts.acme]\nplatform = "shipstation"\n\n\n',
    )
    file.write_text(south + rest)

    save_profile(file, PROFILE)

    assert file.read_text() == f"{south}{TABLE}\n{rest}"


@pytest.mark.parametrize(
    "before", ['vendors = {north = {operation = "update_items"}}\n', "[vendors"]
)
def test_a_file_that_cannot_be_changed_is_refused_and_stays(tmp_path, before):
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
