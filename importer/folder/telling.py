"""The morning after a pass: its page among the others, and a note to those who want one."""

import os
import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any, BinaryIO

from importer.errors import SettingsError
from importer.folder.handling import Fate
from importer.folder.night import Pass
from importer.folder.places import Places
from importer.folder.rules import Notify
from importer.journal import Journal
from importer.reports.files import write_report
from importer.reports.model import Column, Line, Report, Table, Tone
from importer.reports.nights import days, stories
from importer.reports.of_runs import report_of
from importer.reports.page import page
from importer.settings import Settings
from importer.sheets.results import written
from importer.summaries import EVERYTHING_SETTLED

_SUBMISSION = 587
_TLS_PORT = 465
_TIMEOUT_S = 30
_MOST_NIGHTS = 400


def write_night(places: Places, done: Pass, journal: Journal, settings: Settings) -> list[Path]:
    """Writes the report of a pass, and the index of all nights anew; the files of the report."""
    runs = [handled.summary.run for handled in done.handled if handled.summary is not None]
    found = stories(journal, [journal.run(run) for run in runs if run is not None], settings)
    refused = [(h.name, h.sentence) for h in done.of(Fate.ATTENTION) if h.summary is None]
    refused += [("inbox", sentence) for sentence in done.trouble]
    local = done.ended_at.astimezone()
    report = report_of(
        f"drop folder {places.root.name}, {local:%Y-%m-%d %H:%M}",
        found,
        days(journal, done.ended_at),
        done.ended_at,
        refused,
    )
    report = _with_files(report, done)
    files = write_report(report, places.reports / f"{local:%Y-%m-%d-%H%M}")
    _write_index(places, report, files[0])
    return files


def _with_files(report: Report, done: Pass) -> Report:
    """What became of each file comes before what became of its rows."""
    tones = {Fate.ATTENTION: Tone.ATTENTION, Fate.UNFINISHED: Tone.NOTE, Fate.HELD: Tone.NOTE}
    lines = [
        Line(
            [h.name, h.fate.value, h.account, h.sentence, str(h.files[0]) if h.files else None],
            tones.get(h.fate, Tone.PLAIN),
        )
        for h in done.handled
    ]
    columns = [Column(title) for title in ("File", "Fate", "Account", "What is said", "Filed as")]
    files = Table("Files", columns, lines, "Each file of this pass.", "No file came.")
    return Report(
        report.title, report.subject, report.made_at, report.headline, report.attention,
        report.facts, report.charts, [files, *report.tables],
    )  # fmt: skip


def _write_index(places: Places, report: Report, night: Path) -> None:
    """reports/index.html: a line for each night, the newest first, with its page."""
    kept = places.reports / "nights.tsv"
    line = "\t".join([night.name, f"{report.made_at:%Y-%m-%d %H:%M}", report.headline])
    lines = [line, *(kept.read_text(encoding="utf-8").splitlines() if kept.exists() else [])]
    _write(kept, "\n".join(lines[:_MOST_NIGHTS]) + "\n")
    cells = [each.split("\t") for each in lines[:_MOST_NIGHTS]]
    nights = Table(
        "Nights",
        [Column("Page", "link"), Column("Ended (UTC)"), Column("What is said")],
        [Line(each) for each in cells if len(each) == len(("page", "ended", "said"))],
    )
    index = Report(
        "Drop folder", str(places.root.resolve()), report.made_at, report.headline,
        report.attention, [("Nights", len(cells))], [], [nights],
    )  # fmt: skip
    _write(places.reports / "index.html", page(index))


def _write(path: Path, text: str) -> None:
    def write(file: BinaryIO) -> tuple[str, ...]:
        file.write(text.encode())
        return ()

    written(path, write)


def is_news(notify: Notify, before: Mapping[str, Any] | None, done: Pass) -> bool:
    """Whether somebody is to be told: once when trouble begins, once when it is over."""
    if notify.when == "always":
        return bool(done.handled or done.trouble)
    was_well = before is None or before.get("exit_status") == EVERYTHING_SETTLED
    is_well = done.exit_status == EVERYTHING_SETTLED
    return notify.when == "attention" and was_well != is_well


def tell(notify: Notify, done: Pass, headline: str, text: str, files: list[Path]) -> None:
    """Mails and notices; raises OSError, smtplib.SMTPException or SettingsError."""
    state = "in order" if done.exit_status == EVERYTHING_SETTLED else "needs a person"
    subject = f"Importer: {state}: {headline}"
    if notify.mail_to:
        _mail(notify, subject, text, files)
    if notify.urls_env:
        _notice(notify, subject, text, files)


def _mail(notify: Notify, subject: str, text: str, files: list[Path]) -> None:
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())
    message["From"], message["To"] = notify.mail_from, ", ".join(notify.mail_to)
    message.set_content(text)
    for file in files:
        kind = "html" if file.suffix == ".html" else "octet-stream"
        main = "text" if kind == "html" else "application"
        message.add_attachment(file.read_bytes(), maintype=main, subtype=kind, filename=file.name)
    host, _, port = notify.smtp.partition(":")
    number = int(port) if port.isdecimal() else _SUBMISSION
    context = ssl.create_default_context()
    if number == _TLS_PORT:
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, number, timeout=_TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(host, number, timeout=_TIMEOUT_S)
    with server:
        if number != _TLS_PORT and not is_loopback(host):
            server.starttls(context=context)  # never in the clear, except to this machine
        if notify.smtp_username:
            server.login(notify.smtp_username, _secret(notify.smtp_password_env))
        server.send_message(message)


def _notice(notify: Notify, subject: str, text: str, files: list[Path]) -> None:
    try:
        import apprise  # noqa: PLC0415  (an extra)
    except ImportError:
        raise SettingsError(
            "[notify] names urls_env, and apprise is not installed: "
            "pip install 'purchase-order-importer[notify]'"
        ) from None
    told = apprise.Apprise()
    told.add(_secret(notify.urls_env).split())
    if not told.notify(title=subject, body=text, attach=[str(file) for file in files[:1]]):
        raise SettingsError(f"not every notice of {notify.urls_env} could be sent")


def is_loopback(host: str) -> bool:
    """
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("smtp.example.com")
    (True, True, False)
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _secret(name: str | None) -> str:
    value = os.environ.get(name or "")
    if not value:
        raise SettingsError(
            f"[notify] the environment variable {name or '(none named)'} is not set"
        )
    return value
