"""What each way to fail on a real socket means, one token for many threads, and no secret told."""

import gzip
import json
import logging
import os
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count

import pytest

from importer.model.calls import Call
from importer.model.errors import AnswerLost, NotSent, SettingsError, SignInRefused
from importer.model.version import __version__
from importer.platforms import PLATFORMS
from importer.sending.connection import MOST_BYTES, Connection
from importer.settings.accounts import Account
from importer.settings.rate_limit import Limit
from importer.settings.secrets import Secret

KEY = "key-hunter2"
TLS_HELLO = b"\x16\x03"
CREDENTIALS = {
    "username": Secret("vera-hunter2"),
    "password": Secret("pass-hunter2"),
    "api_key": Secret(KEY),
}
GET = Call("GET", "v2/purchase_orders/se-1")
POST = Call("POST", "PurchaseOrders/10001/TrackingNumber/Multiple", {"TrackingNumbers": []})


def response(status=200, body: bytes | str = b"", **headers) -> bytes:
    content = body.encode() if isinstance(body, str) else body
    fields = {"content-length": len(content), "connection": "close", **headers}
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items()]
    return f"HTTP/1.1 {status} Whatever\r\n{''.join(lines)}\r\n".encode() + content


class Server:
    """Answers one request of each connection with bytes, or with what `answer` does and returns."""

    def __init__(self, answer, context: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.context = context
        self.requests: list[bytes] = []
        self.over = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()

    def accept(self) -> None:
        with ThreadPoolExecutor(16) as pool, suppress(OSError):
            while not self.over.is_set():
                pool.submit(self.serve, self.socket.accept()[0])

    def serve(self, line: socket.socket) -> None:
        with line, suppress(OSError):
            line.settimeout(5)
            if self.context is None:
                self.talk(line)
            else:
                with self.context.wrap_socket(line, server_side=True) as secured:
                    self.talk(secured)

    def talk(self, line: socket.socket) -> None:
        request = read_request(line)
        if request:
            self.requests.append(request)
            answer = self.answer
            line.sendall(answer(self, line, request.decode()) if callable(answer) else answer)

    @property
    def lines(self) -> list[str]:
        return [request.split(b" HTTP/")[0].decode() for request in self.requests]

    def close(self) -> None:
        self.over.set()
        with suppress(OSError), socket.create_connection(self.socket.getsockname(), 1):
            pass
        self.thread.join()
        self.socket.close()


def read_request(line: socket.socket) -> bytes:
    found = b""
    while b"\r\n\r\n" not in found and not found.startswith(TLS_HELLO):
        more = line.recv(65536)
        if not more:
            return b""
        found += more
    head, _, body = found.partition(b"\r\n\r\n")
    for field in head.lower().split(b"\r\n"):
        if field.startswith(b"content-length:"):
            while len(body) < int(field[15:]):
                body += line.recv(65536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def serve():
    servers = []

    def serve(answer, context=None) -> Server:
        servers.append(Server(answer, context))
        return servers[-1]

    yield serve
    for server in servers:
        server.close()


@pytest.fixture
def connect(monkeypatch):
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    opened = []

    def connect(place, platform="shipstation", clock=time.monotonic, **changes) -> Connection:
        base_url = place if "://" in place else f"http://{place}"
        account = Account(
            "acme", platform, base_url, {}, Limit(0, 0), **{"timeout_s": 5, **changes}
        )
        opened.append(Connection(account, PLATFORMS[platform], CREDENTIALS, clock=clock))
        return opened[-1]

    yield connect
    for connection in opened:
        with connection:
            pass


def reset(server, line, request) -> bytes:
    line.setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
    )
    line.close()
    return b""


def hang(server, line, request) -> bytes:
    server.over.wait(5)
    return b""


def drip(server, line, request) -> bytes:
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not server.over.wait(0.01):
        line.sendall(b"x")
    return b""


def endless(server, line, request) -> bytes:
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not server.over.is_set():
        line.sendall(b"x" * 65536)
    return b""


def shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error)


def test_a_reply_comes_whole_and_the_request_as_documented(serve, connect):
    server = serve(response(200, "\ufeff[1]", x_request_id="r1", set_cookie="a=b"))

    reply = connect(server.address).send(GET)

    assert (reply.status, reply.text, reply.json) == (200, "[1]", [1])
    assert reply.headers == {"content-length": "6", "connection": "close", "x-request-id": "r1"}
    head = server.requests[0].decode().lower().split("\r\n")
    assert head[0] == "get /v2/purchase_orders/se-1 http/1.1"
    assert {f"api-key: {KEY}", f"user-agent: purchase-order-importer/{__version__}"} <= set(head)
    assert "content-type: application/json" in head


@pytest.mark.parametrize("status", [302, 307, 400, 401, 404, 429, 500, 503])
def test_every_status_is_a_reply_and_no_redirect_is_followed(serve, connect, status):
    server = serve(response(status, "why", location="/elsewhere"))

    reply = connect(server.address).send(GET)

    assert (reply.status, reply.text) == (status, "why")
    assert len(server.requests) == 1


def test_a_refused_connection_is_not_sent(connect):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        place = f"127.0.0.1:{unused.getsockname()[1]}"

    with pytest.raises(NotSent, match=rf"ShipStation at {place} could not be reached: .*refused"):
        connect(place).send(GET)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(reset, "", id="reset before a reply"),
        pytest.param(b"", "disconnected", id="closed before a reply"),
        pytest.param(b"HTTP/1.1 200 OK\r\ncontent-le", "", id="half a head"),
        pytest.param(response(200, "{}")[:-1], "closed connection", id="half a body"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "", id="no HTTP"),
        pytest.param(response(200, "no", content_encoding="gzip"), "", id="bad gzip"),
        pytest.param(
            response(200, gzip.compress(b"x" * 9**7), content_encoding="gzip"),
            "longer than 1000000 bytes",
            id="gzip bomb",
        ),
    ],
)
def test_what_fails_after_sending_is_lost(serve, connect, answer, words):
    server = serve(answer)

    with pytest.raises(AnswerLost, match=f"its answer is lost: .*{words}") as caught:
        connect(server.address).send(GET)

    assert server.address in str(caught.value)
    assert "hunter2" not in shown(caught.value)


def test_a_silent_platform_is_lost_after_the_timeout(serve, connect):
    with pytest.raises(AnswerLost, match=r"its answer is lost: .*timed out"):
        connect(serve(hang).address, timeout_s=0.1).send(GET)


def test_a_body_that_drips_is_lost_once_the_whole_took_too_long(serve, connect):
    seconds = count(0, 3)  # reading the clock takes three

    with pytest.raises(AnswerLost, match=r"its answer is lost: it took longer than 5 s"):
        connect(serve(drip).address, clock=lambda: next(seconds)).send(GET)


def test_an_endless_body_is_lost(serve, connect):
    with pytest.raises(AnswerLost, match="longer than 1000000 bytes"):
        connect(serve(endless).address).send(GET)


def test_an_endless_error_is_cut(serve, connect):
    server = serve(response(404, "x" * (MOST_BYTES + 5)))

    assert len(connect(server.address).send(GET).text) == MOST_BYTES


@pytest.mark.parametrize("charset", ["martian", "zip", "utf-16", "undefined", "ascii"])
def test_any_charset_becomes_text(serve, connect, charset):
    server = serve(response(200, b"\xff\xfe\xe9x", content_type=f"text/plain; charset={charset}"))

    assert isinstance(connect(server.address).send(GET).text, str)


@pytest.mark.parametrize(
    "path",
    [
        "/v2",
        "//evil.com",
        "http://evil.com/x",
        "a/../b",
        "a/./b",
        "..",
        "a//b",
        "a/",
        "",
        "a b",
        "é",
        "a\nb",
        "a\\b",
        "a#b",
        "a/%2e%2e/b",
        "@evil.com",
        ":80/x",
        "a?b c",
        "a\n",
    ],
)
def test_a_path_that_leads_astray_is_not_sent(serve, connect, path):
    server = serve(response())

    with pytest.raises(NotSent, match="is no path at ShipStation"):
        connect(server.address).send(Call("GET", path))

    assert server.requests == []


def test_a_body_that_cannot_be_written_is_not_sent(serve, connect):
    with pytest.raises(NotSent, match="cannot be written"):
        connect(serve(response()).address).send(Call("POST", "v2/x", {"note": "\ud800"}))


def test_a_query_is_kept(serve, connect):
    server = serve(response())

    connect(server.address + "/rest").send(Call("GET", "v2/list?from=01/02/2026&n=1"))

    assert server.lines == ["GET /rest/v2/list?from=01/02/2026&n=1"]


class Tokens:
    """Answers sign-ins with t0k-1, t0k-2, ..., and calls with 401 where their token is not good."""

    def __init__(self, lifetime=1800, good=None) -> None:
        self.lifetime = lifetime
        self.good = good
        self.given = 0
        self.lock = threading.Lock()

    def __call__(self, _server, _line, request) -> bytes:
        if not request.startswith("POST /rest/api/token "):
            bearer = request.partition("Bearer ")[2].split("\r\n")[0]
            return response(200 if self.good is None or bearer in self.good else 401, bearer)
        time.sleep(0.02)  # long enough for all threads to be waiting
        with self.lock:
            self.given += 1
            body = {"access_token": f"t0k-{self.given}", "expires_in": self.lifetime}
            return response(200, json.dumps(body))


@pytest.fixture
def sellercloud(serve, connect):
    def sellercloud(answer, **changes):
        server = serve(answer)
        return server, connect(f"http://{server.address}/rest", "sellercloud", **changes)

    return sellercloud


def test_the_first_call_signs_in(sellercloud):
    server, connection = sellercloud(Tokens())

    replies = [connection.send(POST), connection.send(POST)]

    call = "POST /rest/api/PurchaseOrders/10001/TrackingNumber/Multiple"
    assert server.lines == ["POST /rest/api/token", call, call]
    assert [reply.text for reply in replies] == ["t0k-1", "t0k-1"]
    body = json.loads(server.requests[0].partition(b"\r\n\r\n")[2])
    assert body == {"Username": "vera-hunter2", "Password": "pass-hunter2"}
    assert b"Authorization: Bearer t0k-1\r\n" in server.requests[1]


def test_threads_share_one_sign_in(sellercloud):
    tokens = Tokens()
    _, connection = sellercloud(tokens)

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(connection.send, [POST] * 8))

    assert [reply.text for reply in replies] == ["t0k-1"] * 8
    assert tokens.given == 1


def test_a_token_is_renewed_shortly_before_it_expires(sellercloud):
    now = [1000.0]
    _, connection = sellercloud(Tokens(lifetime=1800), clock=lambda: now[0])

    seen = []
    for now[0] in (1000, 1000 + 1739, 1000 + 1741, 1000 + 1741 + 1739):
        seen.append(connection.send(POST).text)

    assert seen == ["t0k-1", "t0k-1", "t0k-2", "t0k-2"]


def test_a_renewal_signs_in_again(sellercloud):
    _, connection = sellercloud(Tokens(good={"t0k-2"}))

    refused = connection.send(POST)
    connection.renew()

    assert (refused.status, connection.send(POST).status) == (401, 200)


def test_threads_that_fail_with_one_token_renew_it_once(sellercloud):
    tokens = Tokens(good={"t0k-2"})
    _, connection = sellercloud(tokens)
    all_refused = threading.Barrier(8)

    def send_twice(_):
        assert connection.send(POST).status == 401
        all_refused.wait(5)
        connection.renew()
        return connection.send(POST).status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send_twice, range(8)))

    assert statuses == [200] * 8
    assert tokens.given == 2


def test_a_late_renewal_keeps_a_newer_token(sellercloud):
    tokens = Tokens()
    _, connection = sellercloud(tokens)
    connection.send(POST)
    with ThreadPoolExecutor(1) as other:
        other.submit(connection.send, POST).result()
        connection.renew()
        connection.send(POST)

        other.submit(connection.renew).result()

    assert connection.send(POST).text == "t0k-2"


def test_a_platform_without_sign_in_has_nothing_to_renew(serve, connect):
    connection = connect(serve(response()).address)
    connection.send(GET)

    connection.renew()

    assert connection.send(GET).ok


@pytest.mark.parametrize("status", [400, 401, 403, 404, 302])
def test_a_refused_sign_in_says_why_and_is_tried_once(sellercloud, status):
    why = json.dumps({"error_description": "Wrong password pass-hunter2 of vera-hunter2"})
    server, connection = sellercloud(response(status, why))

    errors = []
    for _ in range(3):
        with pytest.raises(SignInRefused) as caught:
            connection.send(POST)
        errors.append(caught.value)

    assert f'the sign-in of account acme: "Wrong password *** of ***" ({status})' in str(errors[0])
    assert server.lines == ["POST /rest/api/token"]
    assert "hunter2" not in "".join(map(shown, errors))


@pytest.mark.parametrize(
    "answer",
    [
        reset,
        b"",
        response(500, "down"),
        response(503),
        response(200, "<html>Maintenance</html>"),
        response(200, "{}"),
        response(200, '{"access_token": "a\\nb"}'),
    ],
)
def test_a_sign_in_that_fails_otherwise_sends_nothing(sellercloud, answer):
    server, connection = sellercloud(answer)

    with pytest.raises(NotSent) as caught:
        connection.send(POST)

    assert server.lines == ["POST /rest/api/token"]
    assert "hunter2" not in shown(caught.value)


@pytest.mark.parametrize("body", ['"t0k-1"', "access_token=t0k-1", '{"access_token": "t0k-1", '])
def test_a_token_in_another_form_is_not_told(sellercloud, body):
    _, connection = sellercloud(response(200, body))

    with pytest.raises(NotSent, match="answered the sign-in with 200 and no token") as caught:
        connection.send(POST)

    assert "t0k" not in shown(caught.value)


def test_a_sign_in_that_says_no_with_200_is_refused(sellercloud):
    _, connection = sellercloud(response(200, '{"ErrorMessage": "Account suspended"}'))

    with pytest.raises(SignInRefused, match="Account suspended"):
        connection.send(POST)


@pytest.mark.parametrize(
    "answer",
    [response(429), response(400, '{"RateLimitResetTime": "2026-11-20T10:00:00.0000000Z"}')],
)
def test_a_sign_in_that_came_too_often_is_the_reply(sellercloud, answer):
    _, connection = sellercloud(answer)

    reply = connection.send(POST)

    assert PLATFORMS["sellercloud"].pause_until(reply, reply.received_at) is not None


# Secrets


def test_no_log_tells_a_secret(sellercloud, caplog):
    caplog.set_level(logging.DEBUG)
    _, connection = sellercloud(Tokens())

    connection.send(POST)

    assert caplog.records
    assert not [record for record in caplog.records if "hunter2" in record.getMessage()]
    assert "t0k" not in caplog.text
    assert "hunter2" not in repr(connection)


def test_a_refusal_that_quotes_the_key_is_scrubbed(serve, connect):
    server = serve(response(401, f"unknown key {KEY}"))

    assert connect(server.address).send(GET).text == "unknown key ***"


def test_a_malformed_reply_that_quotes_the_key_is_scrubbed(serve, connect):
    with pytest.raises(AnswerLost) as caught:
        connect(serve(f"{KEY} HTTP\r\n\r\n".encode()).address).send(GET)

    assert "hunter2" not in shown(caught.value)


# Proxies and certificates


def test_loopback_goes_past_the_proxy(serve, connect, monkeypatch):
    server = serve(response())
    connection_refused = "http://127.0.0.1:1"
    monkeypatch.setenv("HTTP_PROXY", connection_refused)
    monkeypatch.setenv("ALL_PROXY", connection_refused)

    assert connect(server.address).send(GET).ok


def test_a_proxy_that_refuses_is_not_sent(serve, connect, monkeypatch):
    proxy = serve(response(407))
    connection_to_proxy = f"http://proxy-user:hunter2@{proxy.address}"
    monkeypatch.setenv("HTTPS_PROXY", connection_to_proxy)

    with pytest.raises(NotSent, match="407") as caught:
        connect("https://api.shipstation.com").send(GET)

    assert proxy.lines == ["CONNECT api.shipstation.com:443"]
    assert "hunter2" not in shown(caught.value)


def test_an_unusable_proxy_is_a_sentence(connect, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "gopher://user:hunter2@proxy")

    with pytest.raises(
        SettingsError, match="environment's proxy or certificate settings"
    ) as caught:
        connect("https://api.shipstation.com")

    assert "hunter2" not in shown(caught.value)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    if not shutil.which("openssl"):
        pytest.skip("needs the openssl program to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=127.0.0.1",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            "key.pem",
            "-out",
            "certificate.pem",
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture
def secure(serve, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")
    return serve(response(200, "secure"), context)


def test_an_untrusted_certificate_is_not_sent(secure, connect):
    with pytest.raises(NotSent, match=r"certificate verify failed.*nothing was sent.*ca_bundle"):
        connect(f"https://{secure.address}").send(GET)

    assert secure.requests == []


def test_a_named_authority_is_trusted(secure, connect, certificate):
    connection = connect(f"https://{secure.address}", ca_bundle=certificate / "certificate.pem")

    assert connection.send(GET).text == "secure"


def test_a_certificate_of_another_host_is_not_sent(secure, connect, certificate):
    place = f"https://localhost:{secure.address.split(':')[1]}"

    with pytest.raises(NotSent, match="certificate"):
        connect(place, ca_bundle=certificate / "certificate.pem").send(GET)


def test_a_server_without_tls_is_not_sent(serve, connect):
    server = serve(response())

    with pytest.raises(NotSent, match="nothing was sent"):
        connect(f"https://{server.address}").send(GET)


def test_a_ca_bundle_that_cannot_be_used_is_a_sentence(connect, tmp_path):
    (tmp_path / "bad.pem").write_text("no certificate")

    for name in ("none.pem", "bad.pem"):
        with pytest.raises(SettingsError, match=rf"acme: ca_bundle .*{name} cannot be used: \w"):
            connect("https://127.0.0.1:1", ca_bundle=tmp_path / name)
