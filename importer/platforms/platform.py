"""The contract that a platform's file fills in: address, sign-in, pace, and what replies mean."""

import html
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from importer.model.calls import Call, Reply
from importer.model.cleaning import printable
from importer.settings.rate_limit import Limit
from importer.settings.secrets import Credentials, Secret

DEFAULT_PAUSE = timedelta(seconds=60)  # where a platform says "too fast" but not until when
LONGEST_PAUSE = timedelta(minutes=65)  # Sellercloud counts by the hour; the rest is clock skew
_LONGEST_SENTENCE = 300
_MOST_READ = 20_000  # characters of an answer that are searched for a sentence
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|<[/!?]?[a-z][^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_TITLE = re.compile(r"<title[^<>]*>([^<]*)</title>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """What a sign-in gives: sent with every call until it is `lifetime_s` seconds old."""

    value: Secret
    lifetime_s: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a platform refused, in its own words, and the field and value it names, if any."""

    sentence: str
    field: str | None = None
    value: str | None = None


class Platform(ABC):
    """A vendor's API as a whole. Platforms hold no state; what they read comes as arguments."""

    name: ClassVar[str]  # as importer.toml spells it
    title: ClassVar[str]  # as the vendor spells it
    credentials: ClassVar[tuple[str, ...]]  # the secrets an account needs: "api_key"
    limit: ClassVar[Limit]
    base_url: ClassVar[str | None] = None  # where all accounts share one address
    server_url: ClassVar[str | None] = None  # where each has its own, with {server} in it
    probe: ClassVar[Call]  # a GET that changes nothing, to try whether an account can sign in
    prefix: ClassVar[str] = ""  # between the base address and the path of every call

    @abstractmethod
    def headers(self, credentials: Credentials, token: Token | None) -> dict[str, str]:
        """The headers that prove who calls. They hold secrets: never print them."""

    @abstractmethod
    def reason(self, body: Any) -> Refusal | None:
        """Why a call was refused, as a JSON body words it; None where it gives no reason."""

    @abstractmethod
    def carries_error(self, body: Any) -> bool:
        """Whether the JSON body of a 2xx tells of an error all the same."""

    def sign_in_call(self, credentials: Credentials) -> Call | None:  # noqa: ARG002  (for those that sign in)
        """The call that fetches a token; None where the credentials go with every call."""
        return None

    def read_token(self, reply: Reply) -> Token | None:  # noqa: ARG002  (for those that sign in)
        """The token in the reply to the sign-in; None where there is none."""
        return None

    def pause_until(self, reply: Reply, now: datetime) -> datetime | None:
        """When the account may call again, if the reply says that it called too often.

        An instant is measured from the reply's Date header, so a wrong clock here does no harm.
        One that makes no sense (in the past, far away) becomes a minute.
        """
        if reply.status != 429:
            return None
        return now + sane_pause(retry_after(reply, now))

    def explain(self, reply: Reply) -> Refusal:
        """The platform's own sentence about a refusal: short enough for a cell, without markup."""
        reason = self.reason(reply.json)
        if reason is None or not (sentence := plain(reason.sentence)):
            return Refusal(self._unexplained(reply))
        return Refusal(sentence, _name(reason.field), _name(reason.value))

    def accepted(self, reply: Reply) -> bool | None:
        """Whether a 2xx means what it says: True, False where it carries an error, None where it
        cannot be told, as from a login page. False for every other status.
        """
        if not reply.ok:
            return False
        if not reply.text.strip():
            return True
        body = reply.json
        if body is None or isinstance(body, str | bool):
            return self.accepts_text(reply)
        return not self.carries_error(body)

    def accepts_text(self, reply: Reply) -> bool | None:  # noqa: ARG002  (for those that answer so)
        """The same for a 2xx that holds a sentence instead of a JSON object, array or number."""
        return None

    def _unexplained(self, reply: Reply) -> str:
        if 300 <= reply.status < 400:
            return f"{self.title} answered {reply.status}, a redirect, which is never followed"
        text = plain(reply.text) if reply.json is None else ""
        return text or f"{self.title} answered {reply.status} without a reason"


class KeyedPlatform(Platform):
    """A platform with one API key and the error envelope that ShipStation v2 and ShipEngine share.

    Its envelope: `{"errors": [{"error_code", "message", "field_name", "field_value"}]}`; a 2xx
    may be a partial success and carry it too (docs.shipstation.com, guides/errors).
    """

    credentials = ("api_key",)
    limit = Limit(200, 60)  # docs.shipstation.com/rate-limits; a sandbox key has 20 a minute

    def headers(self, credentials: Credentials, token: Token | None) -> dict[str, str]:  # noqa: ARG002
        return {"API-Key": credentials["api_key"].reveal()}

    def reason(self, body: Any) -> Refusal | None:
        errors = [error for error in _errors(body) if isinstance(error, Mapping)]
        words = [str(error.get("message") or error.get("error_code") or "") for error in errors]
        *others, last = dict.fromkeys(filter(None, words)) or [""]
        sentence = "; ".join([*(each.removesuffix(".") for each in others), last])
        if not sentence:
            return None
        blamed = next((error for error in errors if error.get("field_name")), errors[0])
        return Refusal(sentence, blamed.get("field_name"), blamed.get("field_value"))

    def carries_error(self, body: Any) -> bool:
        return bool(_errors(body))


def _errors(body: Any) -> list[Any]:
    errors = body.get("errors") if isinstance(body, Mapping) else None
    return errors if isinstance(errors, list) else []


def _name(value: Any) -> str | None:
    """A field or value as a platform names it, printable; None for nothing."""
    return None if value is None else shortened(one_line(str(value))) or None


def retry_after(reply: Reply, now: datetime) -> timedelta | None:
    """The wait of the Retry-After header, which holds seconds or an HTTP date.

    >>> retry_after(Reply(429, headers={"retry-after": "7"}), datetime(2026, 1, 1, tzinfo=UTC))
    datetime.timedelta(seconds=7)
    """
    text = reply.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text, re.ASCII):
        return timedelta(seconds=float(text))
    until = instant(text)
    return None if until is None else until - server_time(reply, now)


def sane_pause(wait: timedelta | None) -> timedelta:
    if wait is None or not timedelta(0) <= wait <= LONGEST_PAUSE:
        return DEFAULT_PAUSE
    return wait


def server_time(reply: Reply, now: datetime) -> datetime:
    """The platform's clock as its Date header tells it, else ours."""
    return instant(reply.headers.get("date", "")) or now


def instant(text: Any, parse: Callable[[str], datetime] = parsedate_to_datetime) -> datetime | None:
    """The instant in a text, by default an HTTP date; UTC where it names no zone."""
    try:
        parsed = parse(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def lifetime(seconds: Any, default_s: float) -> float:
    """Seconds that a token lives; the default where the platform's number makes no sense."""
    try:
        wait_s = float(seconds)
    except (TypeError, ValueError, OverflowError):
        return default_s
    return min(wait_s, 86400.0) if math.isfinite(wait_s) and wait_s > 0 else default_s


def plain(text: str) -> str:
    """A sentence of a platform without markup and control characters.

    >>> plain("<html><title>Runtime &amp; Error</title><body>stack trace</body></html>")
    'Runtime & Error'
    >>> plain("Quantity < 3 is too small\\x07")
    'Quantity < 3 is too small'
    """
    text = text[:_MOST_READ]
    if not _MARKUP.search(text):
        return shortened(one_line(text))
    title = _TITLE.search(text)
    words = _without_markup(title[1]) if title else ""
    # Escaped markup becomes markup when unescaped, so it is taken away twice.
    return shortened(words or _without_markup(text))


def is_html(reply: Reply) -> bool:
    start = reply.text.lstrip()[:200].lower()
    return "html" in reply.headers.get("content-type", "") or start.startswith(
        ("<!doctype", "<html")
    )


def _without_markup(text: str) -> str:
    return one_line(_MARKUP.sub(" ", html.unescape(_MARKUP.sub(" ", text))))


def one_line(text: str) -> str:
    """A text from the network as one line, without what could turn or hide its neighbors."""
    whole = text.encode("utf-8", "ignore").decode()  # without half surrogate pairs
    return printable(" ".join(whole.split())).strip()


def shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SENTENCE else text[: _LONGEST_SENTENCE - 1].rstrip() + "…"
