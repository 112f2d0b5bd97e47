"""Inboxes elsewhere: a real sftp server, and a store where a rename is not atomic."""

import hashlib
import re
from dataclasses import replace

import fsspec
import pytest
from fsspec.implementations.sftp import SFTPFileSystem

from importer.folder import remote
from importer.folder.layout import FolderLayout
from importer.folder.rules import init_folder
from tests.folder.conftest import RULES, Drop, fates, shipping, tracking
from tests.folder.sftp import PASSWORD, USER, sftp_server


@pytest.fixture
def there(tmp_path):
    """The vendor's folder, as the server has it."""
    outgoing = tmp_path / "server" / "outgoing"
    outgoing.mkdir(parents=True)
    return outgoing


@pytest.fixture
def server(there):
    with sftp_server(there.parent) as opened:
        yield opened


@pytest.fixture
def by_sftp(drop, server, tmp_path):
    known = server.known_hosts(tmp_path / "known_hosts")
    drop.rules = f"""{RULES}
[inbox.north.remote]
url = "sftp://127.0.0.1:{server.port}/outgoing"
username = "{USER}"
password_env = "NORTH_SFTP_PASSWORD"
known_hosts = '{known}'
allow_agent = false
look_for_keys = false
"""
    return with_secret(drop, PASSWORD)


def with_secret(drop, password):
    environ = {**drop.context.environ, "NORTH_SFTP_PASSWORD": password}
    drop.context = replace(drop.context, environ=environ)
    return drop


def below(folder):
    """Files, without what is different each time in the names that were given to them."""
    return sorted(
        re.sub(r"[0-9]{4}-..-../[0-9]{6}-[0-9a-f]{6}-", "", str(path.relative_to(folder)))
        for path in folder.rglob("*")
        if path.is_file()
    )


def test_a_complete_file_is_fetched_sent_and_moved_to_taken_on_the_server(by_sftp, there, sandbox):
    (there / "dock.csv").write_text(tracking("A12345"))
    (there / "half.csv.part").write_text(tracking("A12346"))

    done = by_sftp.run()

    assert fates(done) == {"north/dock.csv": "done"}
    assert below(there) == [".importer/taken/dock.csv", "half.csv.part"]
    assert len(sandbox.writes) == 1
    assert by_sftp.run().results == []


def test_a_file_that_grows_there_waits(by_sftp, there):
    growing = there / "dock.csv"
    growing.write_text(tracking("A12345"))

    def grow(_):
        growing.write_text(tracking("A12345", "A12346"))

    assert by_sftp.run(sleep=grow).results == []
    assert fates(by_sftp.run()) == {"north/dock.csv": "done"}


def test_a_matching_checksum_makes_a_file_complete_at_once(by_sftp, there):
    content = tracking("A12345")
    (there / "dock.csv").write_text(content)
    (there / "dock.csv.sha256").write_text(hashlib.sha256(content.encode()).hexdigest())

    done = by_sftp.run(sleep=pytest.fail)

    assert fates(done) == {"north/dock.csv": "done"}
    assert below(there) == [".importer/taken/dock.csv", ".importer/taken/dock.csv.sha256"]


def test_a_wrong_checksum_sends_a_file_to_attention(by_sftp, there, sandbox):
    (there / "dock.csv").write_text(tracking("A12345"))
    (there / "dock.csv.md5").write_text("0" * 32)

    assert fates(by_sftp.run()) == {"north/dock.csv": "attention"}
    assert sandbox.writes == []


@pytest.mark.parametrize("call", ["get_file", "_move_to_taken"])
def test_a_claim_left_by_a_crash_is_continued(by_sftp, there, sandbox, monkeypatch, call):
    (there / "dock.csv").write_text(tracking("A12345"))

    def power_cut(*_):
        raise OSError("the line is dead")

    owner = SFTPFileSystem if call == "get_file" else remote._RemoteFolder
    with monkeypatch.context() as patch:
        patch.setattr(owner, call, power_cut)
        first = by_sftp.run()
    done = by_sftp.run()

    assert "could not be read: OSError: the line is dead" in first.trouble[0].sentence
    sent = {**fates(first), **fates(done)}
    assert set(sent.values()) <= {"done", "seen before"}
    assert below(there) == [".importer/taken/dock.csv"]
    assert len(sandbox.writes) == 1


def test_a_new_file_of_a_name_that_waits_here_waits_there(by_sftp, there):
    (there / "dock.csv").write_text(tracking("A12345"))
    by_sftp.put("north/dock.csv", tracking("A12346"))

    done = by_sftp.run()

    assert fates(done) == {"north/dock.csv": "done"}
    assert below(there) == ["dock.csv"]
    assert fates(by_sftp.run()) == {"north/dock.csv": "done"}


def test_a_server_that_cannot_be_reached_stops_nothing_else(by_sftp, server):
    by_sftp.put("south/dock.csv", shipping())
    server.close()

    done = by_sftp.run()

    assert fates(done) == {"south/dock.csv": "done"}
    assert done.trouble[0].subject == "remote inbox of north"


def test_a_secret_that_an_error_repeats_is_masked(by_sftp, monkeypatch):
    def repeating(_, remote, **__):
        raise OSError("cannot sign in with the password 'open sesame'")

    monkeypatch.setattr(SFTPFileSystem, "__init__", repeating)
    done = with_secret(by_sftp, "open sesame").run()

    assert done.trouble[0].sentence.endswith("OSError: cannot sign in with the password '***'")


def test_a_wrong_password_is_reported(by_sftp):
    done = with_secret(by_sftp, "wrong").run()

    assert "AuthenticationException" in done.trouble[0].sentence


def test_a_missing_secret_is_reported(by_sftp):
    done = with_secret(by_sftp, "").run()

    assert "NORTH_SFTP_PASSWORD is not set" in done.trouble[0].sentence


def test_a_server_with_an_unknown_key_is_rejected(by_sftp, there, tmp_path):
    (there / "dock.csv").write_text(tracking("A12345"))
    (tmp_path / "known_hosts").write_text("")

    done = by_sftp.run()

    assert "not found in known_hosts" in done.trouble[0].sentence
    assert below(there) == ["dock.csv"]


# A store that copies where others rename ---------------------------------------------------------


@pytest.fixture
def in_a_store(drop, tmp_path):
    drop.rules = f'{RULES}\n[inbox.north.remote]\nurl = "memory://{tmp_path.name}/outgoing"\n'
    store = fsspec.filesystem("memory")
    store.makedirs(f"/{tmp_path.name}/outgoing", exist_ok=True)
    yield drop, store, f"/{tmp_path.name}/outgoing"
    store.rm(f"/{tmp_path.name}", recursive=True)


def test_from_a_store_a_file_is_fetched_once(in_a_store, sandbox):
    drop, store, folder = in_a_store
    store.pipe_file(f"{folder}/dock.csv", tracking("A12345").encode())

    assert fates(drop.run()) == {"north/dock.csv": "done"}
    assert drop.run().results == []
    assert [
        path for path in store.find(folder) if "taken" not in path and "claims" not in path
    ] == []
    assert len(sandbox.writes) == 1


def test_what_another_drop_folder_has_claimed_in_a_store_is_its_own(
    in_a_store, tmp_path, monkeypatch
):
    drop, store, folder = in_a_store
    other = Drop(FolderLayout(tmp_path / "other"), drop.context, drop.rules)
    init_folder(other.layout.root)
    store.pipe_file(f"{folder}/dock.csv", tracking("A12345").encode())
    with monkeypatch.context() as patch:
        patch.setattr(remote._RemoteFolder, "_bring", lambda *_: None)  # claimed, and no further
        drop.run()

    assert other.run().results == []
    assert fates(drop.run()) == {"north/dock.csv": "done"}
