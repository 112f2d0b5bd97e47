"""Working against the sandbox: the settings for it, and the demo that sends the samples to it."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from importer import __file__ as package
from importer.errors import UsageError
from importer.journal import open_journal
from importer.listings import columns_text
from importer.operations import operations
from importer.platforms import PLATFORMS
from importer.preparation import Wish
from importer.run import Desk, Progress, upload_sheet
from importer.sandbox import PASSWORD, SHIPENGINE_KEY, SHIPSTATION_KEY, USERNAME, Sandbox
from importer.settings import FILE_NAME, load_settings
from importer.summaries import Summary, exit_status

SECRETS = {
    "SANDBOX_USERNAME": USERNAME,
    "SANDBOX_PASSWORD": PASSWORD,
    "SANDBOX_SHIPSTATION_KEY": SHIPSTATION_KEY,
    "SANDBOX_SHIPENGINE_KEY": SHIPENGINE_KEY,
}


def sandbox_settings(url: str) -> str:
    """What `importer sandbox` says once it listens: the importer.toml for it, and the secrets."""
    exports = "\n".join(f"  {name}={value}" for name, value in SECRETS.items())
    return (
        f"sandbox ready on {url}\n\n"
        f"In {FILE_NAME}:\n\n{sandbox_settings_file(url)}\n"
        f"In the environment:\n\n{exports}\n\n"
        f"What it holds and was asked: {url}/sandbox. Ctrl-C ends it."
    )


def sandbox_settings_file(url: str) -> str:
    return f"""\
[accounts.sellercloud]
platform = "sellercloud"
base_url = "{url}/rest"
username_env = "SANDBOX_USERNAME"
password_env = "SANDBOX_PASSWORD"
limit = "unlimited"

[accounts.shipstation]
platform = "shipstation"
base_url = "{url}"
api_key_env = "SANDBOX_SHIPSTATION_KEY"
limit = "unlimited"

[accounts.shipengine]
platform = "shipengine"
base_url = "{url}"
api_key_env = "SANDBOX_SHIPENGINE_KEY"
limit = "unlimited"
"""


def run_demo(into: Path, say: Callable[[str], object], progress: Progress) -> int:
    """Sends the clean sample of each operation to an embedded sandbox; the exit status.

    The sheets, their results, the settings and the journal stand in `into` afterwards, or in a
    numbered folder beside it where that is taken.
    """
    folder = _new_folder(into)
    with Sandbox() as sandbox:
        (folder / FILE_NAME).write_text(sandbox_settings_file(sandbox.url), encoding="utf-8")
        settings = load_settings(folder / FILE_NAME, PLATFORMS)
        with open_journal(folder / "journal.db") as journal:
            desk = Desk(settings, journal, environ=SECRETS, progress=progress)
            summaries = [
                upload_sheet(sheet, Wish(), desk, settings.account(account))
                for sheet, account in _copied_samples(folder)
            ]
        writes = len(sandbox.writes)
    say(_table(summaries))
    say(f"\n{writes} writes reached the sandbox. Sheets, results and journal: {folder.resolve()}")
    say(f"The story of the first run: importer --journal {folder / 'journal.db'} show 1")
    return exit_status(summaries)


def _new_folder(into: Path) -> Path:
    folder, number = into, 2
    while folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        folder, number = into.with_name(f"{into.name}-{number}"), number + 1
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _copied_samples(folder: Path) -> list[tuple[Path, str]]:
    """Each operation's clean sample, copied into the folder, and the account it goes to."""
    samples = _samples()
    found = []
    for operation in operations().values():
        sample = next(p for p in sorted(samples.glob(f"{operation.name}.*")) if p.suffix != ".json")
        copied = Path(shutil.copyfile(sample, folder / sample.name))
        found.append((copied, operation.platform.name))
    return found


def _samples() -> Path:
    """Beside the package in a checkout, inside it where it was installed from a wheel."""
    inside = Path(package).parent
    for folder in (inside / "_samples", inside.parent / "samples"):
        if folder.is_dir():
            return folder
    raise UsageError("the samples are not installed; run the demo from a checkout")


def _table(summaries: Sequence[Summary]) -> str:
    rows = [("sheet", "operation", "rows", "calls", "outcome", "result")]
    for s in summaries:
        said = ", ".join(f"{count} {status}" for status, count in s.statuses.items())
        result = s.result.name if s.result else ""
        rows.append(
            (s.sheet.name, s.operation or "", str(len(s.outcomes)), str(s.calls), said, result)
        )
    return columns_text(rows)
