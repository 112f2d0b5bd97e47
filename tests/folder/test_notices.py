"""Who is told of what, and when: over a real SMTP server, and through apprise."""

import email
import socket
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from importer.folder import notices
from importer.folder.notices import changes, is_wanted, save_notified, send_notices
from importer.folder.one_file import Fate, FileResult
from importer.folder.passes import PassResult, Trouble
from importer.folder.rules import Notify

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def passed(*fates, trouble=(), day=0):
    at = NOON + timedelta(days=day)
    result = [
        FileResult(f"{folder}/{n}.csv", "acme", fate, "said", run=1)
        for n, (folder, fate) in enumerate(fates)
    ]
    return PassResult(at, at, result, [Trouble(subject, "said") for subject in trouble])


def told(drop, done):
    """What is changes of a pass, and that it was told."""
    what = changes(drop.layout, done)
    save_notified(drop.layout, what)
    return sorted(what.begun), sorted(what.ended)


def test_trouble_is_reported_once_when_it_begins_and_once_when_it_ends(drop):
    bad, good = ("north", Fate.ATTENTION), ("north", Fate.DONE)

    assert told(drop, passed(bad, bad, bad)) == (["inbox/north"], [])
    assert told(drop, passed(bad)) == ([], [])
    assert told(drop, passed()) == ([], [])  # nothing came: that is no success
    assert told(drop, passed(good)) == ([], ["inbox/north"])
    assert told(drop, passed(good)) == ([], [])


def test_one_vendors_trouble_does_not_hide_another_s(drop):
    told(drop, passed(("north", Fate.ATTENTION)))

    assert told(drop, passed(("south", Fate.ATTENTION))) == (["inbox/south"], [])


def test_more_trouble_on_a_new_day_is_reported_again(drop):
    told(drop, passed(("north", Fate.ATTENTION)))

    assert told(drop, passed(("north", Fate.ATTENTION), day=1)) == (["inbox/north"], [])


def test_an_account_that_cannot_sign_in_is_reported_once_and_when_it_can_again(drop):
    held = passed(("north", Fate.HELD), trouble=["account acme"])

    assert told(drop, held) == (["account acme"], [])
    assert told(drop, held) == ([], [])
    assert told(drop, passed(("north", Fate.DONE))) == ([], ["account acme"])


def test_a_notice_that_was_not_sent_is_due_again(drop):
    bad = passed(("north", Fate.ATTENTION))

    assert changes(drop.layout, bad).begun == changes(drop.layout, bad).begun == {"inbox/north"}


@pytest.mark.parametrize(
    ("when", "good", "bad"),
    [("attention", False, True), ("always", True, True), ("never", False, False)],
)
def test_folder_toml_says_when_notices_are_sent(drop, when, good, bad):
    notify = Notify(when=when)
    well, ill = passed(("north", Fate.DONE)), passed(("north", Fate.ATTENTION))

    assert is_wanted(notify, changes(drop.layout, well), well) is good
    assert is_wanted(notify, changes(drop.layout, ill), ill) is bad


# Mail --------------------------------------------------------------------------------------------


class Mailbox:
    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  (aiosmtpd's own)
        self.mails.append((envelope, email.message_from_bytes(envelope.content), session.ssl))
        return "250 OK"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture
def mailbox():
    """A real SMTP server on loopback."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    box.address = f"127.0.0.1:{controller.port}"
    yield box
    controller.stop()


def notify_by(box, **more):
    return Notify(
        when="attention",
        mail_to=["buyer@example.com", "boss@example.com"],
        mail_from="importer@example.com",
        smtp=box.address,
        **more,
    )


BEGUN = notices.TroubleChanges({"inbox/north"}, set(), {})


def test_a_mail_has_the_summary_as_text_and_the_report_attached(mailbox, tmp_path):
    page = tmp_path / "night.html"
    page.write_text("<h1>Night</h1>")

    failed = send_notices(
        notify_by(mailbox), BEGUN, "1 file: 1 attention", "dock.csv: attention", [page]
    )

    assert failed == []
    ((envelope, mail, _),) = mailbox.mails
    assert envelope.rcpt_tos == ["buyer@example.com", "boss@example.com"]
    assert mail["Subject"] == "Importer: needs attention: 1 file: 1 attention"
    text, attached = mail.get_payload()
    assert "dock.csv" in text.get_payload(decode=True).decode()
    assert attached.get_filename() == "night.html"
    assert attached.get_payload(decode=True) == b"<h1>Night</h1>"


def test_a_name_with_line_breaks_makes_no_header_of_its_own(mailbox):
    send_notices(notify_by(mailbox), BEGUN, "x\r\nBcc: thief@example.com", "text", [])

    ((envelope, mail, _),) = mailbox.mails
    assert mail["Bcc"] is None
    assert "thief@example.com" not in envelope.rcpt_tos


def test_a_missing_server_is_reported_and_stops_nothing():
    notify = Notify("always", ["a@example.com"], "b@example.com", "127.0.0.1:1")

    (failed,) = send_notices(notify, BEGUN, "headline", "text", [])

    assert "refused" in failed


def test_a_missing_password_is_reported(mailbox, monkeypatch):
    monkeypatch.delenv("SMTP_PASSWORD", raising=False)
    notify = notify_by(mailbox, smtp_username="me", smtp_password_env="SMTP_PASSWORD")

    assert send_notices(notify, BEGUN, "headline", "text", []) == [
        "[notify] the environment variable SMTP_PASSWORD is not set"
    ]


def test_a_remote_server_gets_mail_over_tls_only(monkeypatch, tmp_path):
    with_tls(monkeypatch, tmp_path)
    box, seen = Mailbox(), []

    def authenticate(server, session, envelope, mechanism, data):
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    controller = Controller(
        box, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True,
        authenticator=authenticate,
    )  # fmt: skip
    controller.start()
    box.address = f"localhost:{controller.port}"

    failed = send_notices(
        notify_by(box, smtp_username="me", smtp_password_env="SMTP_PASSWORD"),
        BEGUN, "headline", "text", [],
    )  # fmt: skip
    controller.stop()

    assert failed == []
    assert box.mails[0][2] is not None
    assert seen == [(b"me", b"a secret")]


def test_a_remote_server_without_tls_gets_no_mail(mailbox, monkeypatch, tmp_path):
    with_tls(monkeypatch, tmp_path)

    (failed,) = send_notices(notify_by(mailbox), BEGUN, "headline", "text", [])

    assert "STARTTLS" in failed
    assert mailbox.mails == []


def with_tls(monkeypatch, folder):
    """localhost with a certificate, and taken for a machine elsewhere."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, form, plain))
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "cert.pem"))
    monkeypatch.setenv("SMTP_PASSWORD", "a secret")
    monkeypatch.setattr(notices, "is_loopback", lambda _: False)


# Notices -----------------------------------------------------------------------------------------


# apprise tries modules that later Pythons have no more.
OLD_MODULES = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def chat(monkeypatch):
    """Something that takes a POST, as a chat's webhook does."""
    posts = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self):
            posts.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Webhook)
    thread = Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("NOTIFY_URLS", f"json://127.0.0.1:{server.server_port}/")
    yield posts
    server.shutdown()
    thread.join()
    server.server_close()


@OLD_MODULES
def test_a_notice_goes_where_apprise_sends_it(chat):
    failed = send_notices(Notify("always", urls_env="NOTIFY_URLS"), BEGUN, "headline", "text", [])

    assert failed == []
    assert b"Importer: needs attention: headline" in chat[0]


@OLD_MODULES
def test_a_way_that_fails_does_not_keep_another_from_being_tried(chat):
    notify = Notify(
        "always", ["a@example.com"], "b@example.com", "127.0.0.1:1", urls_env="NOTIFY_URLS"
    )

    failed = send_notices(notify, BEGUN, "headline", "text", [])

    assert len(failed) == len(chat) == 1


@OLD_MODULES
def test_an_address_that_apprise_does_not_support_is_reported_without_quoting_it(monkeypatch):
    monkeypatch.setenv("NOTIFY_URLS", "pigeon://secret")

    failed = send_notices(Notify("always", urls_env="NOTIFY_URLS"), BEGUN, "headline", "text", [])

    assert failed == ["NOTIFY_URLS contains an address that apprise does not support"]


def test_the_end_of_trouble_is_in_the_subject(mailbox):
    over = replace(BEGUN, begun=set(), ended={"inbox/north"})

    send_notices(notify_by(mailbox), over, "1 file: 1 done", "text", [])

    assert mailbox.mails[0][1]["Subject"].startswith("Importer: back to normal")
