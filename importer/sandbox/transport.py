"""HTTP/1.1 on a loopback port: complete requests in, answers out, complete or broken on demand."""

import contextlib
import socket
import struct
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from importer.sandbox.injected_faults import InjectedFault
from importer.sandbox.wire import Answer, Request, text_answer

LARGEST_BODY = 64 * 1024 * 1024  # bytes

# SO_LINGER with a zero timeout: close() sends a reset. Windows uses shorter integers.
_RESET_ON_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An answer and the fault to send it with; without an answer the connection ends."""

    answer: Answer | None
    fault: InjectedFault | None = None


class LoopbackServer(ThreadingHTTPServer):
    """Listens on 127.0.0.1 at once; `stop` also ends open connections."""

    request_queue_size = 128
    allow_reuse_address = sys.platform != "win32"  # there it would share a port in use

    def __init__(
        self, port: int, respond: Callable[[Request], Outgoing], closing: threading.Event
    ) -> None:
        self.respond = respond
        self.closing = closing
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        super().__init__(("127.0.0.1", port), Conversation)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def server_bind(self) -> None:
        """Skips HTTPServer's lookup of the host name, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.port

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        self._open.discard(request)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is not an error."""
        if not isinstance(sys.exc_info()[1], OSError | ValueError):
            super().handle_error(request, client_address)


class Conversation(BaseHTTPRequestHandler):
    """One connection, kept alive between requests."""

    server: LoopbackServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def converse(self) -> None:
        request = self._request()
        if request is None:
            self.close_connection = True
            self.wfile.write(whole(text_answer("A body needs a valid Content-Length.", 411)))
            return
        self._deliver(self.server.respond(request))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = converse  # noqa: N815  # http.server's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server's name
        """Does nothing: the sandbox has its own log."""

    def _request(self) -> Request | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            return None
        if "Transfer-Encoding" in self.headers:
            return None
        address = urlsplit(self.path)
        return Request(
            self.command,
            address.path,
            dict(parse_qsl(address.query, keep_blank_values=True)),
            {name.lower(): text for name, text in self.headers.items()},
            self.rfile.read(int(length)),
        )

    def _deliver(self, delivery: Outgoing) -> None:
        answer, fault = delivery.answer, delivery.fault
        kind = fault.kind if fault else None
        if answer is None or fault is None:
            self._send_or_drop(answer, reset=fault is None or fault.reset)
        elif kind == "half":
            self._send_half(answer, fault)
        elif kind == "slow_body":
            self._send_slowly(answer, fault.seconds)
        elif kind == "endless_body":
            self._send_forever(answer)
        else:
            self.wfile.write(whole(answer))
            self.close_connection = self.close_connection or kind == "hang_up"

    def _send_or_drop(self, answer: Answer | None, *, reset: bool) -> None:
        if answer is not None:
            self.wfile.write(whole(answer))
            return
        self.close_connection = True
        if reset:
            self._reset()

    def _reset(self) -> None:
        """Closes before the server can end the connection properly."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.rfile.close()
        self.connection.close()

    def _send_half(self, answer: Answer, fault: InjectedFault) -> None:
        top = head(answer, len(answer.content))
        cut_head, cut_body = top[: len(top) // 2], top + answer.content[: len(answer.content) // 2]
        self.wfile.write(cut_head if fault.cut == "head" else cut_body)
        self.close_connection = True

    def _send_slowly(self, answer: Answer, seconds: float) -> None:
        self.wfile.write(head(answer, len(answer.content)))
        for n in range(len(answer.content)):
            if self.server.closing.wait(seconds):
                break
            self.wfile.write(answer.content[n : n + 1])

    def _send_forever(self, answer: Answer) -> None:
        """Until the client hangs up, which makes the write fail."""
        self.wfile.write(head(answer, None))
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        while not self.server.closing.is_set():
            self.wfile.write(chunk)


def whole(answer: Answer) -> bytes:
    """Head and body in one piece: a second send would wait for the first one's acknowledgment."""
    return head(answer, len(answer.content)) + answer.content


def head(answer: Answer, length: int | None) -> bytes:
    """The status line and the headers; without a length the body is chunked."""
    body = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    lines = [
        f"HTTP/1.1 {answer.status} {answer.reason or _reason(answer.status)}",
        *(f"{name}: {text}" for name, text in answer.headers.items()),
        *([] if answer.status == HTTPStatus.NO_CONTENT else [body]),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
