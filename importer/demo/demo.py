"""Settings for the sandbox, and the demo that sends the samples to it."""

import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from importer.journal import open_journal
from importer.model.errors import UsageError
from importer.model.files import numbered
from importer.model.options import UploadOptions
from importer.model.summary import Summary, exit_status
from importer.operations import operations
from importer.platforms import PLATFORMS
from importer.reports.terminal.words import columns_text
from importer.runs.execute import Context, Progress
from importer.runs.upload import upload_sheet
from importer.sandbox import PASSWORD, SHIPENGINE_KEY, SHIPSTATION_KEY, USERNAME, Sandbox
from importer.settings.settings import FILE_NAME, load_settings

MISTAKES = "add_tracking_mistakes"  # the sample that shows red rows

SECRETS = {
    "SANDBOX_USERNAME": USERNAME,
    "SANDBOX_PASSWORD": PASSWORD,
    "SANDBOX_SHIPSTATION_KEY": SHIPSTATION_KEY,
    "SANDBOX_SHIPENGINE_KEY": SHIPENGINE_KEY,
}


def sandbox_settings(url: str) -> str:
    """What `importer sandbox` prints once it is ready: an importer.toml and the secrets for it."""
    exports = "\n".join(_export(name, value, sys.platform) for name, value in SECRETS.items())
    return (
        f"sandbox ready on {url}\n\n"
        f"Save this as {FILE_NAME} in your working folder:\n\n{sandbox_settings_file(url)}\n"
        f"Paste this into your terminal:\n\n{exports}\n\n"
        f"See its data and requests at {url}/sandbox. Press Ctrl-C to stop it."
    )


def _export(name: str, value: str, system: str) -> str:
    """
    >>> _export("KEY", "a b", "linux"), _export("KEY", "a b", "win32")
    ("export KEY='a b'", '$env:KEY = "a b"')
    """
    windows = system == "win32"
    return f'$env:{name} = "{value}"' if windows else f"export {name}={shlex.quote(value)}"


def command_to_type(program: str) -> str:
    """How to run this program again, from `sys.argv[0]`.

    >>> command_to_type(".venv/bin/importer"), command_to_type("/lib/importer/__main__.py")
    ('.venv/bin/importer', 'python -m importer')
    """
    if Path(program).stem == "__main__":
        return "python -m importer"
    on_path = shutil.which("importer")
    is_on_path = on_path is not None and Path(on_path).resolve() == Path(program).resolve()
    return "importer" if is_on_path else _quoted(program)


def _quoted(path: str) -> str:
    """Works in both kinds of terminal."""
    return f'"{path}"' if " " in path else path


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


def run_demo(
    into: Path, say: Callable[[str], object], progress: Progress, command: str = "importer"
) -> int:
    """Sends a clean sample of each operation to an embedded sandbox; returns the exit status.

    A sheet with mistakes comes last and does not affect the status. Sheets, results, settings and
    journal are in `into` afterwards, or in a numbered folder next to it if that is in use.
    `command` is how to run this program, for the last line.
    """
    folder = new_folder(into)
    with Sandbox() as sandbox:
        (folder / FILE_NAME).write_text(sandbox_settings_file(sandbox.url), encoding="utf-8")
        settings = load_settings(folder / FILE_NAME, PLATFORMS)
        with open_journal(folder / "journal.db") as journal:
            context = Context(settings, journal, environ=SECRETS, progress=progress)
            *clean, mistakes = [
                upload_sheet(sheet, UploadOptions(), context, settings.account(account))
                for sheet, account in _copied_samples(folder)
            ]
        writes = len(sandbox.writes)
    say(_table([*clean, mistakes]))
    say(f"\n{writes} writes reached the sandbox. Sheets, results and journal: {folder.resolve()}")
    say(f"{mistakes.sheet.name} has deliberate mistakes; its result marks the rows to fix in red.")
    journal_path = _quoted(str(folder / "journal.db"))
    say(f"Details of the first run: {command} --journal {journal_path} show 1")
    return exit_status(clean)


def new_folder(into: Path) -> Path:
    names = numbered(into)
    folder = next(f for f in names if not f.exists() or (f.is_dir() and not any(f.iterdir())))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _copied_samples(folder: Path) -> list[tuple[Path, str]]:
    """Copies each operation's clean sample, then the one with mistakes; adds each one's account."""
    accounts = {operation.name: operation.platform.name for operation in operations().values()}
    copies = []
    for stem, account in (accounts | {MISTAKES: "sellercloud"}).items():
        files = sorted(_samples().glob(f"{stem}.*"))
        sample = next(f for f in files if f.suffix != ".json" and ".result" not in f.name)
        copies.append((Path(shutil.copyfile(sample, folder / sample.name)), account))
    return copies


def _samples() -> Path:
    """Next to the package in a checkout, inside it if it was installed from a wheel."""
    inside = Path(__file__).parents[1]
    for folder in (inside / "_samples", inside.parent / "samples"):
        if folder.is_dir():
            return folder
    raise UsageError("the samples are not installed; run the demo from a checkout")


def _table(summaries: Sequence[Summary]) -> str:
    rows = [("sheet", "operation", "rows", "calls", "outcome", "result")]
    for s in summaries:
        statuses = ", ".join(f"{count} {status}" for status, count in s.statuses.items())
        counts = (str(len(s.outcomes)), str(s.calls), statuses)
        rows.append((s.sheet.name, s.operation or "", *counts, s.result.name if s.result else ""))
    return columns_text(rows)
