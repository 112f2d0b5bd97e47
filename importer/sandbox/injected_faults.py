"""Faults on demand: what goes wrong with the next requests, and how."""

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from importer.sandbox.typed import check_types
from importer.sandbox.wire import (
    Answer,
    Request,
    http_date,
    instant_of_seven_digits,
    json_answer,
    text_answer,
)

Kind: TypeAlias = Literal[
    "status",  # `status` (500) with `reply`, `headers`, `content_type`
    "html",  # `status` (502) with an HTML page, like a gateway's
    "broken_json",  # 200 with JSON that ends too soon
    "error_body",  # 200 with `reply`, by default {"Success": false, "ErrorMessage": ...}
    "empty",  # 200 with nothing
    "redirect",  # `status` (307) to `location`
    "throttle",  # 429 for `seconds` in the `form` seconds, date or sellercloud
    "delay",  # the true answer, `seconds` late
    "late",  # `status`, or a cut connection without one; applied `seconds` later anyway
    "drop",  # the connection ends without an answer, by a reset or, with reset=False, properly
    "half",  # the answer is cut off in its `cut`: head or body
    "slow_body",  # one byte of the answer's body every `seconds`
    "endless_body",  # a body without an end
    "hang_up",  # the true answer, then the connection ends, perhaps during the next request
]

# These faults happen after the request was applied, unless `after` says otherwise.
AFTER = frozenset({"broken_json", "empty", "half", "slow_body", "endless_body", "hang_up"})

_HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>nginx</body></html>"
_FILLER = json_answer({"note": "The body of an answer that is long enough to be cut in two."})


@dataclass(frozen=True, slots=True)
class InjectedFault:
    """What goes wrong with the requests it matches, `times` times, after the first `skip` of them.

    `path` is a regular expression searched in the path, `body_contains` a text in the body. A fault
    without method and path does not affect sign-in and reads. `after`: the request is applied
    first; None means as usual for the kind. Raises ValueError for wrong values.
    """

    kind: Kind
    platform: Literal["sellercloud", "shipstation", "shipengine"] | None = None  # None: any
    method: str | None = None
    path: str | None = None
    body_contains: str | None = None
    times: int | None = 1  # None: always
    skip: int = 0
    after: bool | None = None
    seconds: float = 1.0
    status: int | None = None
    reply: Any = None  # text is sent as is, anything else as JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    location: str = "http://127.0.0.1:9/elsewhere"
    form: Literal["seconds", "date", "sellercloud"] = "seconds"
    cut: Literal["head", "body"] = "body"
    reset: bool = True

    def __post_init__(self) -> None:
        check_types(self)
        try:
            re.compile(self.path or "")
        except re.error as error:
            raise ValueError(f'path "{self.path}" is not a regular expression: {error}.') from None

    @property
    def applies_first(self) -> bool:
        return self.kind in AFTER if self.after is None else self.after

    @property
    def words(self) -> str:
        """Its name in the log, such as "drop after"."""
        if self.kind == "late":
            return "late"
        return f"{self.kind} {'after' if self.applies_first else 'before'}"

    def matches(self, request: Request, platform: str, *, write: bool) -> bool:
        return (
            self.platform in {None, platform}
            and self.method in {None, request.method}
            and (write or self.method is not None or self.path is not None)
            and re.search(self.path or "", request.path) is not None
            and (self.body_contains or "").encode() in request.content
        )

    def answer(self, true_answer: Answer | None, now: float) -> Answer | None:
        """What is sent instead of the true answer; None if the connection ends at once."""
        match self.kind:
            case "drop":
                return None
            case "late":
                return None if self.status is None else _made(self, self.status, self.reply)
            case "hang_up":
                return true_answer or _FILLER
            case "half" | "slow_body" | "endless_body":  # these need a body
                return true_answer if true_answer and true_answer.content else _FILLER
            case _:
                return _answer_of_its_own(self, now)


class InjectedFaults:
    """The pending faults, first come first served; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: list[
            tuple[InjectedFault, list[int]]
        ] = []  # with the number of requests it matched

    def add(self, fault: InjectedFault) -> None:
        with self._lock:
            self._pending.append((fault, [0]))

    def clear(self) -> None:
        with self._lock:
            self._pending.clear()

    @property
    def pending(self) -> list[InjectedFault]:
        with self._lock:
            return [fault for fault, _ in self._pending]

    def take(self, request: Request, platform: str, *, write: bool) -> InjectedFault | None:
        """The first fault that is due for this request."""
        with self._lock:
            for entry in self._pending:
                fault, matched = entry
                if not fault.matches(request, platform, write=write):
                    continue
                matched[0] += 1
                if matched[0] > fault.skip:
                    if fault.times is not None and matched[0] == fault.skip + fault.times:
                        self._pending.remove(entry)
                    return fault
            return None


def _answer_of_its_own(fault: InjectedFault, now: float) -> Answer:
    match fault.kind:
        case "html":
            status = fault.status or 502
            return text_answer(_HTML.format(f"{status} Error"), status, "text/html")
        case "broken_json":
            return _made(fault, fault.status or 200, '{"ok":tr')
        case "error_body":
            refused = {"Success": False, "ErrorMessage": "The request could not be completed."}
            return _made(fault, fault.status or 200, fault.reply or refused)
        case "empty":
            return Answer(fault.status or 200)
        case "redirect":
            return Answer(fault.status or 307, headers={"Location": fault.location})
        case "throttle":
            return _throttled(fault, now)
        case _:
            return _made(fault, fault.status or 500, fault.reply)


def _made(fault: InjectedFault, status: int, reply: Any) -> Answer:
    text = "" if reply is None else reply if isinstance(reply, str) else json.dumps(reply)
    headers = {"Content-Type": fault.content_type, **fault.headers}
    return Answer(status, text.encode("utf-8", "surrogateescape"), headers)


def _throttled(fault: InjectedFault, now: float) -> Answer:
    status, until = fault.status or 429, now + fault.seconds
    if fault.form == "sellercloud":
        reset = instant_of_seven_digits(until)
        body = {"Error": "Too many requests.", "RateLimitResetTime": reset}
        return json_answer(body, status)
    retry_after = http_date(until) if fault.form == "date" else f"{fault.seconds:.0f}"
    error = {
        "error_source": "shipengine",
        "error_type": "system",
        "error_code": "rate_limit_exceeded",
        "message": "Too many requests.",
    }
    return json_answer({"errors": [error]}, status, headers={"Retry-After": retry_after})
