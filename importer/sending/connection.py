"""One account's line to its platform: signs in, sends a call, and says what an exception means."""

import re
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import NoReturn, Self
from urllib.parse import urlsplit

import httpx

from importer.model.calls import Call, Reply
from importer.model.errors import AnswerLost, NotSent, SettingsError, SignInRefused
from importer.model.version import __version__
from importer.platforms.platform import Platform, Token, one_line
from importer.sending.verdicts import JudgedReply, judge
from importer.settings.accounts import Account
from importer.settings.secrets import Credentials

MOST_BYTES = 1_000_000
_SHORTEST_SECRET = 4
_SEGMENT = r"(?!\.+(?:/|\Z))[A-Za-z0-9._~-]+"  # no segment of dots alone
_PATH = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*(?:\?[!-~]*)?")
# With these nothing of the call has left; with every other exception something may have.
_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.LocalProtocolError,
    httpx.UnsupportedProtocol,
)

_SENDING = {"http11.send_request_headers.started", "http11.send_request_body.started"}


class Connection:
    """Sends calls for one account, from many threads at once. Use it as a context manager.

    `clock` gives seconds that only go forward: a token is renewed by it, a slow reply given up.
    """

    def __init__(
        self,
        account: Account,
        platform: Platform,
        credentials: Credentials,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._account = account
        self._platform = platform
        self._credentials = credentials
        self._clock = clock
        self._client = _client(account)
        self._secrets = list(credentials.values())
        self._place = f"{platform.title} at {urlsplit(account.base_url).netloc}"
        self._sign_in_lock = threading.Lock()
        self._token: Token | None = None
        self._token_until = 0.0
        self._refusal: str | None = None
        self._last = threading.local()  # the token with which this thread last sent

    def __repr__(self) -> str:
        return f"Connection({self._account.name!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def send(self, call: Call, in_time: Callable[[], bool] = lambda: True) -> Reply:
        """The platform's reply, whatever its status, redirects too; signs in first where needed.

        Raises NotSent, AnswerLost, SignInRefused. The body of an error is cut at MOST_BYTES. A
        sign-in that came too often gives its own 429 as the reply. `in_time` is asked last of
        all, just before the bytes leave: NotSent where it says no.
        """
        token = self._current_token()
        if isinstance(token, Reply):
            return token
        self._last.token = token
        return self._exchange(call, token, in_time)

    def attempt(self, call: Call, in_time: Callable[[], bool] = lambda: True) -> JudgedReply:
        """Sends a call and judges what came. Raises SignInRefused."""
        came: Reply | NotSent | AnswerLost
        try:
            came = self.send(call, in_time)
        except (NotSent, AnswerLost) as error:
            came = error
        return judge(self._platform, came)

    def renew(self) -> None:
        """After a 401: lets the next call sign in again, unless another thread already did."""
        with self._sign_in_lock:
            if getattr(self._last, "token", None) is self._token:
                self._token = None

    def _current_token(self) -> Token | Reply | None:
        call = self._platform.sign_in_call(self._credentials)
        if call is None:
            return None
        with self._sign_in_lock:
            if self._refusal is not None:  # another try could lock the account
                raise SignInRefused(self._refusal)
            if self._token is None or self._clock() >= self._token_until:
                return self._sign_in(call)
            return self._token

    def _sign_in(self, call: Call) -> Token | Reply:
        asked_at = self._clock()
        try:
            reply = self._exchange(call, None, lambda: True)
        except AnswerLost as error:
            raise NotSent(f"{error} It was the sign-in; no call was sent.") from None
        if self._platform.pause_until(reply, reply.received_at) is not None:
            return reply
        token = self._platform.read_token(reply) if reply.ok else None
        if token is None:
            self._no_token(reply)
        self._secrets.append(token.value)
        self._token_until = asked_at + token.lifetime_s - min(60.0, token.lifetime_s / 10)
        self._token = token
        return token

    def _no_token(self, reply: Reply) -> NoReturn:
        refused = 300 <= reply.status < 500 and reply.status != 408
        if refused or (reply.ok and self._platform.accepted(reply) is False):
            sentence = self._scrubbed(self._platform.explain(reply).sentence)
            self._refusal = (
                f'{self._place} refused the sign-in of account {self._account.name}: "{sentence}" '
                f"({reply.status}). Check its credentials and its address."
            )
            raise SignInRefused(self._refusal)
        # Not quoted: in a form nobody foresaw it may hold the token.
        raise NotSent(f"{self._place} answered the sign-in with {reply.status} and no token.")

    def _exchange(self, call: Call, token: Token | None, in_time: Callable[[], bool]) -> Reply:
        request = self._request(call, token)
        request.extensions["trace"] = partial(_check_the_clock, in_time)
        deadline = self._clock() + self._account.timeout_s
        response, content = self._received(request, deadline)
        text = _decoded(content, response.charset_encoding)
        return Reply(
            status=response.status_code,
            # What a call asked for stays as it came; a refusal may quote the secret it refused.
            text=text if response.is_success else self._scrubbed(text),
            headers={k: v for k, v in response.headers.items() if k != "set-cookie"},
        )

    def _request(self, call: Call, token: Token | None) -> httpx.Request:
        if not _PATH.fullmatch(call.path):
            raise NotSent(f'"{one_line(call.path)}" is no path at {self._place}; nothing was sent.')
        try:
            base = httpx.URL(self._account.base_url)
            request = self._client.build_request(
                call.method,
                f"{self._account.base_url}/{self._platform.prefix}{call.path}",
                content=call.content,
                headers=self._platform.headers(self._credentials, token),
            )
        except (httpx.InvalidURL, ValueError) as error:
            words = f"{self._place} was sent nothing because the call cannot be written"
            raise NotSent(self._scrubbed(f"{words}: {_reason(error)}.")) from None
        if (request.url.scheme, request.url.netloc) != (base.scheme, base.netloc):
            raise NotSent(f'"{call.path}" leads away from {self._place}; nothing was sent.')
        return request

    def _read(self, response: httpx.Response, deadline: float) -> bytes:
        """The body, within bounds that httpx lacks: in bytes, and in time as a whole."""
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if self._clock() > deadline:
                raise AnswerLost(self._lost(f"it took longer than {self._account.timeout_s:g} s"))
            if len(content) > MOST_BYTES:
                if response.is_success:
                    raise AnswerLost(self._lost(f"it is longer than {MOST_BYTES} bytes"))
                break
        return bytes(content[:MOST_BYTES])

    def _received(self, request: httpx.Request, deadline: float) -> tuple[httpx.Response, bytes]:
        """Turns httpx's exceptions into NotSent and AnswerLost, without their secrets."""
        try:
            with closing(self._client.send(request, stream=True)) as response:
                return response, self._read(response, deadline)
        except _BEFORE_SENDING as error:
            raise NotSent(self._not_reached(error)) from None
        except (httpx.HTTPError, httpx.StreamError, OSError, ValueError) as error:
            raise AnswerLost(self._lost(_reason(error))) from None

    def _not_reached(self, error: Exception) -> str:
        words = f"{self._place} could not be reached: {_reason(error)}; nothing was sent."
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            own = "If your network signs its own certificates"
            words += f" {own}, name their authority as ca_bundle."
        return self._scrubbed(words)

    def _lost(self, reason: str) -> str:
        return self._scrubbed(f"{self._place} was sent the call, but its answer is lost: {reason}.")

    def _scrubbed(self, text: str) -> str:
        for secret in self._secrets:
            # Shorter ones would take the words of the sentence apart.
            if len(secret.reveal()) >= _SHORTEST_SECRET:
                text = text.replace(secret.reveal(), str(secret))
        return text


def _check_the_clock(in_time: Callable[[], bool], step: str, _about: object) -> None:
    """Called by httpcore: nothing is sent by a process that was frozen on the way here."""
    if step in _SENDING and not in_time():
        raise NotSent("not sent: its time had passed")


def _client(account: Account) -> httpx.Client:
    """Raises SettingsError where certificates or the environment's proxies cannot be used."""
    plain_http = account.base_url.startswith("http://")
    trusted = _trusted(account)
    try:
        return httpx.Client(
            headers={
                "Accept": "application/json",
                "Content-Type": "application/json",
                "User-Agent": f"purchase-order-importer/{__version__}",
            },
            verify=trusted,
            trust_env=not plain_http,  # a proxy would carry loopback's plain secrets elsewhere
            timeout=account.timeout_s,
            limits=httpx.Limits(
                max_connections=account.workers, max_keepalive_connections=account.workers
            ),
            follow_redirects=False,  # httpx keeps an API-Key when a redirect leaves the host
        )
    except (httpx.InvalidURL, ImportError, OSError, ValueError) as error:
        raise SettingsError(
            f"The environment's proxy or certificate settings ({type(error).__name__}) cannot be "
            "used; check HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE or SSL_CERT_DIR."
        ) from None


def _trusted(account: Account) -> ssl.SSLContext | bool:
    if account.ca_bundle is None:
        return True
    try:
        return ssl.create_default_context(cafile=account.ca_bundle)
    except OSError as error:  # an SSLError is one too
        raise SettingsError(
            f"Account {account.name}: ca_bundle {account.ca_bundle} cannot be used: "
            f"{_reason(error)}."
        ) from None


def _reason(error: Exception) -> str:
    """
    >>> _reason(OSError("[Errno 111] Connection refused"))
    'Connection refused'
    """
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    words = re.sub(r"^\[[^\]]*\] | \(_ssl\.c:\d+\)$", "", one_line(text)[:300])
    return words.rstrip(".") or type(error).__name__


def _decoded(content: bytes, charset: str | None) -> str:
    """Text whatever the bytes: Sellercloud's .NET may open with a byte-order mark."""
    try:
        text = content.decode(charset or "utf-8", errors="replace")
    except (LookupError, UnicodeError):
        text = content.decode("utf-8", errors="replace")
    return text.removeprefix("\ufeff")
