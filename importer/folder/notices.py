"""Whom a pass is news to: trouble once as it begins and once as it ends, by mail and by notices."""

import json
import os
import smtplib
import ssl
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from email.message import EmailMessage
from functools import partial
from ipaddress import ip_address
from pathlib import Path, PurePosixPath

from importer.folder.claim_notes import write_text
from importer.folder.layout import FolderLayout
from importer.folder.one_file import Fate, FileResult
from importer.folder.passes import Pass
from importer.folder.rules import Notify
from importer.model.errors import ImporterError, SettingsError

_TOLD = "told.json"
_SUBMISSION = 587
_TLS_PORT = 465
_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class News:
    """Subjects whose trouble began, or is over, since somebody was told last."""

    begun: AbstractSet[str]
    over: AbstractSet[str]
    told: Mapping[str, str]  # a subject in trouble -> the day it was told, once this is


def news(places: FolderLayout, done: Pass) -> News:
    """Trouble of a vendor's folder or an account is told once, and again when a new day brings
    more of it; its end is told with the first success after it."""
    before, today = _told(places), f"{done.ended_at.astimezone():%Y-%m-%d}"
    now = {_folder(h) for h in done.of(Fate.ATTENTION)} | {t.subject for t in done.trouble}
    well = {_folder(h) for h in done.of(Fate.DONE)}
    well |= {f"account {h.account}" for h in done.moved if h.run is not None and not h.stops}
    begun = {subject for subject in now if before.get(subject) != today}
    over = (before.keys() & well) - now
    told = {s: day for s, day in before.items() if s not in over} | dict.fromkeys(now, today)
    return News(begun, over, told)


def _folder(handled: FileResult) -> str:
    return PurePosixPath("inbox", handled.name).parent.as_posix()


def _told(places: FolderLayout) -> dict[str, str]:
    try:
        found = json.loads((places.reports / _TOLD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_wanted(notify: Notify, what: News, done: Pass) -> bool:
    if notify.when == "always":
        return bool(done.moved or what.begun or what.over)
    return notify.when == "attention" and bool(what.begun or what.over)


def tell(notify: Notify, what: News, headline: str, text: str, files: Sequence[Path]) -> list[str]:
    """Mails and notices; why some of them could not be sent."""
    state = "needs a person" if what.begun else "in order again" if what.over else "passed"
    subject = f"Importer: {state}: {headline}"
    ways: list[Callable[[], None]] = []
    if notify.mail_to:
        ways.append(partial(_mail, notify, subject, text, files))
    if notify.urls_env:
        ways.append(partial(_notice, notify, subject, text, files))
    failed = []
    for way in ways:
        try:
            way()
        except (ImporterError, OSError, smtplib.SMTPException) as error:
            failed.append(str(error))
    return failed


def note_told(places: FolderLayout, what: News) -> None:
    """Only once somebody was told: else the next pass tries again."""
    write_text(places.reports / _TOLD, json.dumps(what.told))


def _mail(notify: Notify, subject: str, text: str, files: Sequence[Path]) -> None:
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


def _notice(notify: Notify, subject: str, text: str, files: Sequence[Path]) -> None:
    try:
        import apprise  # noqa: PLC0415  (an extra)
    except ImportError:
        raise SettingsError(
            "[notify] names urls_env, and apprise is not installed: "
            "pip install 'purchase-order-importer[notify]'"
        ) from None
    told = apprise.Apprise()
    if not told.add(_secret(notify.urls_env).split()):
        raise SettingsError(f"{notify.urls_env} holds an address that apprise does not know")
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
