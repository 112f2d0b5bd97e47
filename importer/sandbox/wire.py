"""Requests and answers of the sandbox, and how it formats instants."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, TypeAlias

Clock: TypeAlias = Callable[[], float]  # seconds since 1970, as time.time gives them


@dataclass(frozen=True, slots=True)
class Request:
    """A request as received. `path` has no query; `headers` have lowercase names."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""

    @property
    def says_json(self) -> bool:
        return self.headers.get("content-type", "").startswith("application/json")

    @property
    def json(self) -> Any:
        """The body if it is declared as JSON and is JSON, otherwise None."""
        return parse_json(self.content) if self.says_json else None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to send. `applied`: data was changed, whatever the status says."""

    status: int = 200
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""  # "" for the standard phrase of the status
    applied: bool = False


class Refused(Exception):
    """A platform rejects a request with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def json_answer(
    body: Any,
    status: int = 200,
    *,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
    applied: bool = False,
) -> Answer:
    content = json.dumps(body, ensure_ascii=False).encode()
    return Answer(status, content, {"Content-Type": content_type, **(headers or {})}, "", applied)


def text_answer(text: str, status: int = 200, content_type: str = "text/plain") -> Answer:
    return Answer(status, text.encode(), {"Content-Type": f"{content_type}; charset=utf-8"})


def parse_json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def instant(seconds: float) -> str:
    """
    >>> instant(1_700_000_000.5)
    '2023-11-14T22:13:20.500Z'
    """
    moment = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds") + "Z"


def instant_of_seven_digits(seconds: float) -> str:
    """The form of Sellercloud's RateLimitResetTime (REST API Rate Limiting).

    >>> instant_of_seven_digits(1_700_000_000.5)
    '2023-11-14T22:13:20.5000000Z'
    """
    moment = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds") + "0Z"


def http_date(seconds: float) -> str:
    """
    >>> http_date(1_700_000_000.5)
    'Tue, 14 Nov 2023 22:13:20 GMT'
    """
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)
