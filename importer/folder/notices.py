"""Notices when trouble begins and when it ends, once each, by mail or through apprise."""

import json
import os
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path, PurePosixPath

from importer.folder.layout import FolderLayout
from importer.folder.one_file import Fate, FileResult
from importer.folder.passes import PassResult
from importer.folder.rules import Notify
from importer.model.errors import ImporterError, SettingsError
from importer.model.files import read_object, write_text

_NOTIFIED = "told.json"
_SUBMISSION, _TLS_PORT = 587, 465
_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class TroubleChanges:
    """Subjects whose trouble has begun or ended since the last notice."""

    begun: AbstractSet[str]
    ended: AbstractSet[str]
    notified: Mapping[str, str]  # a subject in trouble -> the day of its notice, once sent


def changes(layout: FolderLayout, result: PassResult) -> TroubleChanges:
    """Trouble with a vendor's folder or an account is new once, and again if a new day brings more
    of it; it ends with the next success."""
    before, today = (
        read_object(layout.reports / _NOTIFIED),
        f"{result.ended_at.astimezone():%Y-%m-%d}",
    )
    in_trouble = {_folder(each) for each in result.of(Fate.ATTENTION)}
    in_trouble |= {trouble.subject for trouble in result.trouble}
    begun = {subject for subject in in_trouble if before.get(subject) != today}
    ended = (before.keys() & _successes(result)) - in_trouble
    kept = {subject: day for subject, day in before.items() if subject not in ended}
    return TroubleChanges(begun, ended, kept | dict.fromkeys(in_trouble, today))


def _successes(result: PassResult) -> set[str]:
    folders = {_folder(each) for each in result.of(Fate.DONE)}
    sent = (each for each in result.moved if each.run is not None and not each.stops_account)
    return folders | {f"account {each.account}" for each in sent}


def _folder(result: FileResult) -> str:
    return PurePosixPath("inbox", result.name).parent.as_posix()


def is_wanted(notify: Notify, what: TroubleChanges, result: PassResult) -> bool:
    if notify.when == "always":
        return bool(result.moved or what.begun or what.ended)
    return notify.when == "attention" and bool(what.begun or what.ended)


def send_notices(
    notify: Notify, what: TroubleChanges, headline: str, text: str, files: Sequence[Path]
) -> list[str]:
    """Sends mails and notices; returns why some of them could not be sent."""
    state = "needs attention" if what.begun else "back to normal" if what.ended else "finished"
    subject = f"Importer: {state}: {headline}"
    failures = []
    for wanted, send in ((notify.mail_to, _mail), (notify.urls_env, _apprise)):
        try:
            if wanted:
                send(notify, subject, text, files)
        except (ImporterError, OSError, smtplib.SMTPException) as error:
            failures.append(str(error))
    return failures


def save_notified(layout: FolderLayout, what: TroubleChanges) -> None:
    """Call it only after the notices were sent, so that the next pass tries again otherwise."""
    write_text(layout.reports / _NOTIFIED, json.dumps(what.notified))


def _mail(notify: Notify, subject: str, text: str, files: Sequence[Path]) -> None:
    message = _message(notify, subject, text, files)
    host, _, port = notify.smtp.partition(":")
    with _smtp(host, int(port) if port.isdecimal() else _SUBMISSION) as server:
        if notify.smtp_username:
            server.login(notify.smtp_username, _secret(notify.smtp_password_env))
        server.send_message(message)


def _message(notify: Notify, subject: str, text: str, files: Sequence[Path]) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())
    message["From"], message["To"] = notify.mail_from, ", ".join(notify.mail_to)
    message.set_content(text)
    for file in files:
        kind = "html" if file.suffix == ".html" else "octet-stream"
        main = "text" if kind == "html" else "application"
        message.add_attachment(file.read_bytes(), maintype=main, subtype=kind, filename=file.name)
    return message


def _smtp(host: str, port: int) -> smtplib.SMTP:
    """A connection to the server: always over TLS, except on this machine."""
    context = ssl.create_default_context()
    if port == _TLS_PORT:
        return smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_S, context=context)
    server = smtplib.SMTP(host, port, timeout=_TIMEOUT_S)
    try:
        if not is_loopback(host):
            server.starttls(context=context)
    except (OSError, smtplib.SMTPException):
        server.close()
        raise
    return server


def _apprise(notify: Notify, subject: str, text: str, files: Sequence[Path]) -> None:
    try:
        import apprise  # noqa: PLC0415  (an extra)
    except ImportError:
        raise SettingsError(
            "[notify] urls_env needs apprise: pip install 'purchase-order-importer[notify]'"
        ) from None
    notifier = apprise.Apprise()
    if not notifier.add(_secret(notify.urls_env).split()):
        raise SettingsError(f"{notify.urls_env} contains an address that apprise does not support")
    if not notifier.notify(title=subject, body=text, attach=[str(file) for file in files[:1]]):
        raise SettingsError(f"not all notices of {notify.urls_env} could be sent")


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
            f"[notify] the environment variable {name or '(none given)'} is not set"
        )
    return value
