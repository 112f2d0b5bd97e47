"""The error envelope and the key that ShipStation v2 and ShipEngine share."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from importer.sandbox.checks import Unfit
from importer.sandbox.platform_api import World
from importer.sandbox.wire import Answer, Refused, Request, json_answer


def refusal(
    world: World,
    status: int,
    code: str,
    message: str,
    *,
    kind: str = "validation",
    field: tuple[str, Any] | None = None,
) -> Refused:
    """One error; `field` is the name and the value that caused it."""
    return Refused(_envelope(status, [_error(world, code, message, kind, field)]))


def misfit(world: World, unfits: Sequence[Unfit]) -> Refused:
    """One error for each wrong field."""
    errors = [
        _error(
            world,
            "field_value_required" if unfit.missing else "invalid_field_value",
            unfit.sentence,
            "validation",
            (unfit.name, unfit.value),
        )
        for unfit in unfits
    ]
    return Refused(_envelope(400, errors))


def throttled(world: World, wait_s: float) -> Answer:
    """Retry-After in whole seconds; X-RateLimit headers belong to ShipStation's V1."""
    error = _error(world, "rate_limit_exceeded", "Too many requests.", "system", None)
    return _envelope(429, [error], {"Retry-After": str(max(1, -int(-wait_s // 1)))})


def unauthorized(world: World) -> Answer:
    """The same for a missing and a wrong key, and without a request_id, as captured."""
    error = _error(world, "unauthorized", "Access denied.", "security")
    return json_answer({"errors": [error]}, 401)


def no_such_route(world: World) -> Answer:
    error = _error(world, "unspecified", "The requested resource was not found.", "validation")
    return _envelope(404, [error])


def has_key(key: str) -> Callable[[World, Request], bool]:
    return lambda _world, request: request.headers.get("api-key") == key


def body_of(world: World, request: Request) -> dict[str, Any]:
    """The body's object; rejected if there is none."""
    body = request.json
    if body is None:
        raise refusal(world, 400, "request_body_required", "Body of request cannot be null.")
    if not isinstance(body, dict):
        raise refusal(world, 400, "invalid_object", "Body of request must be an object.")
    return body


def _envelope(
    status: int, errors: Sequence[Mapping[str, Any]], headers: Mapping[str, str] | None = None
) -> Answer:
    return json_answer({"request_id": str(uuid4()), "errors": errors}, status, headers=headers)


def _error(
    world: World, code: str, message: str, kind: str, field: tuple[str, Any] | None = None
) -> dict[str, Any]:
    error = {
        "error_source": world.switches.error_source,
        "error_type": kind,
        "error_code": code,
        "message": message,
    }
    if field is not None:
        error |= {"field_name": field[0], "field_value": _text(field[1])}
    return error


def _text(value: Any) -> str:
    return "" if value is None else str(value)
