"""An account that cannot be reached keeps its own files waiting, and no others."""

from dataclasses import replace

from tests.folder.conftest import fates, shipping, tracking


def test_only_the_files_of_an_account_that_cannot_sign_in_wait(drop):
    drop.put("north/dock.csv", tracking("A12345"))
    drop.put("south/dock.csv", shipping())
    environ = {**drop.context.environ, "SANDBOX_PASSWORD": "wrong"}

    done = drop.run(replace(drop.context, environ=environ))

    assert fates(done) == {"north/dock.csv": "held", "south/dock.csv": "done"}
    assert [trouble.subject for trouble in done.trouble] == ["account sellercloud"]
    assert done.exit_status == 2
    assert (drop.layout.inbox / "north/dock.csv").exists()


def test_the_files_of_an_account_without_its_secret_wait(drop):
    drop.put("north/dock.csv", tracking("A12345"))
    environ = {k: v for k, v in drop.context.environ.items() if k != "SANDBOX_PASSWORD"}

    done = drop.run(replace(drop.context, environ=environ))

    assert fates(done) == {"north/dock.csv": "held"}
    assert "SANDBOX_PASSWORD" in done.trouble[0].sentence


def test_an_account_that_fails_on_the_way_keeps_its_file_for_the_next_pass(drop, sandbox):
    drop.put("south/1.csv", shipping())
    drop.put("south/2.csv", shipping(102))
    # The first look at the account goes well.
    sandbox.fault("status", platform="shipstation", path=".", status=401, times=None, skip=1)

    done = drop.run()

    assert fates(done) == {"south/1.csv": "unfinished", "south/2.csv": "held"}
    assert [trouble.subject for trouble in done.trouble] == ["account shipstation"]
    sandbox.faults.clear()
    assert fates(drop.run()) == {"south/1.csv": "done", "south/2.csv": "done"}
    assert sum(write.applied for write in sandbox.writes) == 2
