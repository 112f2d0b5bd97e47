"""Sellercloud's REST API. Source of all facts unless named: developer.sellercloud.com."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from importer.model.calls import Call, Reply
from importer.platforms.platform import (
    Platform,
    Refusal,
    Token,
    instant,
    is_html,
    lifetime,
    sane_pause,
    server_time,
)
from importer.settings.rate_limit import Limit
from importer.settings.secrets import Credentials, Secret

TOKEN_LIFETIME_S = 1800.0  # the sample of "Authentication" says 1800, its prose 60 minutes
# Bodies are undocumented. The vendor's own library looks for the reason in this order
# (Sellercloud.Net.Http, GenericErrorResponse); "error" is the rate limit's key.
_REASON_KEYS = (
    "errormessage",
    "exceptionmessage",
    "message",
    "errors",
    "title",
    "error_description",
    "error",
)
# A "message" or "title" may stand in a body of success too.
_ERROR_KEYS = ("errormessage", "exceptionmessage", "errors", "error_description", "error")
_BAD_NEWS = re.compile(
    r"\b(false|errors?|fail\w*|invalid|exception|denied|cannot|not found)\b", re.IGNORECASE
)


class SecretBody(dict[str, str]):
    """A request body that does not show when its call is printed."""

    def __repr__(self) -> str:
        return "{***}"


class Sellercloud(Platform):
    name = "sellercloud"
    title = "Sellercloud"
    credentials = ("username", "password")
    limit = Limit(10_800, 3600)  # an hour, for each IP address: "REST API Rate Limiting"
    server_url = "https://{server}.api.sellercloud.com/rest"
    prefix = "api/"
    probe = Call("GET", "PurchaseOrders?model.pageNumber=1&model.pageSize=1")

    def headers(self, credentials: Credentials, token: Token | None) -> dict[str, str]:  # noqa: ARG002
        return {"Authorization": f"Bearer {token.value.reveal()}"} if token else {}

    def sign_in_call(self, credentials: Credentials) -> Call:
        body = {
            "Username": credentials["username"].reveal(),
            "Password": credentials["password"].reveal(),
        }
        return Call("POST", "token", SecretBody(body))

    def read_token(self, reply: Reply) -> Token | None:
        """Obeys `expires_in`; the page's own `.expires` lies before its `.issued`."""
        body = reply.json
        value = body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(value, str) or not re.fullmatch(r"[!-~]+", value):
            return None
        return Token(Secret(value), lifetime(body.get("expires_in"), TOKEN_LIFETIME_S))

    def pause_until(self, reply: Reply, now: datetime) -> datetime | None:
        """A body with RateLimitResetTime means "too often" whatever its status."""
        body = _lower_keys(reply.json)
        if "ratelimitresettime" not in body:
            return super().pause_until(reply, now)
        # ISO 8601, such as 2026-11-20T10:15:30.1234567Z: seven digits, as .NET writes.
        reset = instant(body["ratelimitresettime"], datetime.fromisoformat)
        wait = reset - server_time(reply, now) + timedelta(seconds=1) if reset else None
        return now + sane_pause(wait)

    def reason(self, body: Any) -> Refusal | None:
        if isinstance(body, str):
            return Refusal(body)
        fields = _lower_keys(body)
        reasons = (_worded(fields[key]) for key in _REASON_KEYS if key in fields)
        return next(filter(None, reasons), None)

    def carries_error(self, body: Any) -> bool:
        fields = _lower_keys(body)
        return fields.get("success") is False or any(fields.get(key) for key in _ERROR_KEYS)

    def accepts_text(self, reply: Reply) -> bool | None:
        """Some routes answer 200 with a sentence, "Successfully saved" ("Add Items")."""
        broken = reply.text.lstrip().startswith(("{", "[", "<"))
        doubtful = broken or is_html(reply) or _BAD_NEWS.search(reply.text[:10_000])
        return None if doubtful else True


def _worded(value: Any, field: str | None = None) -> Refusal | None:
    """The first sentence in a value: a text, a list, or an object of field name to its messages."""
    match value:
        case str() if value.strip():
            return Refusal(value, field)
        case [first, *_]:
            return _worded(first, field)
        case {"Message": message} | {"message": message} | {"ErrorMessage": message}:
            return _worded(message, field)
        case Mapping() if value:
            name, messages = next(iter(value.items()))
            return _worded(messages, str(name))
        case _:
            return None


def _lower_keys(body: Any) -> dict[str, Any]:
    if not isinstance(body, Mapping):
        return {}
    return {str(key).lower(): value for key, value in body.items()}
