"""Working against the sandbox: the settings for it, and the demo that sends the samples to it."""

import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from importer.journal import open_journal
from importer.model.errors import UsageError
from importer.model.options import UploadOptions
from importer.model.summary import Summary, exit_status
from importer.operations import operations
from importer.platforms import PLATFORMS
from importer.reports.terminal.words import columns_text
from importer.runs.execute import Context, Progress
from importer.runs.upload import upload_sheet
from importer.sandbox import PASSWORD, SHIPENGINE_KEY, SHIPSTATION_KEY, USERNAME, Sandbox
from importer.settings.settings import FILE_NAME, load_settings

MISTAKEN = "add_tracking_mistakes"  # the sample that shows red rows

SECRETS = {
    "SANDBOX_USERNAME": USERNAME,
    "SANDBOX_PASSWORD": PASSWORD,
    "SANDBOX_SHIPSTATION_KEY": SHIPSTATION_KEY,
    "SANDBOX_SHIPENGINE_KEY": SHIPENGINE_KEY,
}


def sandbox_settings(url: str) -> str:
    """What `importer sandbox` says once it listens: the importer.toml for it, and the secrets."""
    exports = "\n".join(_export(name, value, sys.platform) for name, value in SECRETS.items())
    return (
        f"sandbox ready on {url}\n\n"
        f"Save this as {FILE_NAME} in the folder you work in:\n\n{sandbox_settings_file(url)}\n"
        f"Paste this into the terminal you work in:\n\n{exports}\n\n"
        f"What it holds and was asked: {url}/sandbox. Ctrl-C ends it."
    )


def _export(name: str, value: str, system: str) -> str:
    """
    >>> _export("KEY", "a b", "linux"), _export("KEY", "a b", "win32")
    ("export KEY='a b'", '$env:KEY = "a b"')
    """
    return (
        f'$env:{name} = "{value}"' if system == "win32" else f"export {name}={shlex.quote(value)}"
    )


def spelt(called: str) -> str:
    """How to call this program again, from what it was called by: `sys.argv[0]`.

    >>> spelt(".venv/bin/importer"), spelt("/site-packages/importer/__main__.py")
    ('.venv/bin/importer', 'python -m importer')
    """
    if Path(called).stem == "__main__":
        return "python -m importer"
    found = shutil.which("importer")
    on_the_path = found is not None and Path(found).resolve() == Path(called).resolve()
    return "importer" if on_the_path else _quoted(called)


def _quoted(path: str) -> str:
    """As both kinds of terminal take it."""
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
    into: Path, say: Callable[[str], object], progress: Progress, called: str = "importer"
) -> int:
    """Sends the clean sample of each operation to an embedded sandbox; the exit status.

    A sheet with mistakes goes after them, to be looked at; it does not count. The sheets, their
    results, the settings and the journal stand in `into` afterwards, or in a numbered folder
    beside it where that is taken. `called` is how this program is called, for the last line.
    """
    folder = new_folder(into)
    with Sandbox() as sandbox:
        (folder / FILE_NAME).write_text(sandbox_settings_file(sandbox.url), encoding="utf-8")
        settings = load_settings(folder / FILE_NAME, PLATFORMS)
        with open_journal(folder / "journal.db") as journal:
            context = Context(settings, journal, environ=SECRETS, progress=progress)
            *clean, mistaken = [
                upload_sheet(sheet, UploadOptions(), context, settings.account(account))
                for sheet, account in _copied_samples(folder)
            ]
        writes = len(sandbox.writes)
    say(_table([*clean, mistaken]))
    say(f"\n{writes} writes reached the sandbox. Sheets, results and journal: {folder.resolve()}")
    say(f"{mistaken.sheet.name} has mistakes on purpose: its result shows the rows to mend in red.")
    kept = _quoted(str(folder / "journal.db"))
    say(f"The story of the first run: {called} --journal {kept} show 1")
    return exit_status(clean)


def new_folder(into: Path) -> Path:
    folder, number = into, 2
    while folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        folder, number = into.with_name(f"{into.name}-{number}"), number + 1
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _copied_samples(folder: Path) -> list[tuple[Path, str]]:
    """Each operation's clean sample, then a mistaken one, copied into the folder, and the account
    each goes to."""
    wanted = [(operation.name, operation.platform.name) for operation in operations().values()]
    return [
        (_copied(stem, folder), account) for stem, account in (*wanted, (MISTAKEN, "sellercloud"))
    ]


def _copied(stem: str, folder: Path) -> Path:
    found = sorted(_samples().glob(f"{stem}.*"))
    sample = next(path for path in found if path.suffix != ".json" and ".result" not in path.name)
    return Path(shutil.copyfile(sample, folder / sample.name))


def _samples() -> Path:
    """Beside the package in a checkout, inside it where it was installed from a wheel."""
    inside = Path(__file__).parents[1]
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
