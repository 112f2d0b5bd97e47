"""How Sellercloud words success and rejection.

The documents list statuses only. The bodies have the keys that the vendor's .NET library reads
(SellerCloud.Net.Http, GenericErrorResponse).
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from importer.sandbox.checks import BodyField, Unfit, unfit_fields
from importer.sandbox.platform_api import World
from importer.sandbox.state import CANCELLED, COMPLETED, STATUSES, PurchaseOrder
from importer.sandbox.wire import (
    Answer,
    Refused,
    Request,
    instant_of_seven_digits,
    json_answer,
    text_answer,
)


def success(world: World, record_id: int, sentence: str = "Successfully saved.") -> Answer:
    """200 with one of the bodies seen in practice, by the switch `success_body`."""
    match world.switches.success_body:
        case "text":
            return text_answer(sentence)
        case "int":
            return json_answer(record_id)
        case "json":
            return json_answer({"ID": record_id})
        case _:
            return Answer(200)


def refusal(sentence: str, status: int = 400, *, applied: bool = False) -> Refused:
    body = {"ErrorMessage": sentence, "ErrorSource": None, "StackTrace": None}
    return Refused(json_answer(body, status, applied=applied))


def misfit(errors: Mapping[str, Sequence[str]], *, applied: bool = False) -> Refused:
    """What ASP.NET answers if a body does not match its model (RFC 7807)."""
    body = {
        "Title": "One or more validation errors occurred.",
        "Status": 400,
        "TraceId": uuid4().hex,
        "Errors": {name: list(sentences) for name, sentences in errors.items()},
    }
    answer = json_answer(body, 400, content_type="application/problem+json", applied=applied)
    return Refused(answer)


def missing(world: World, what: str) -> Refused:
    return refusal(f"{what} was not found.", world.switches.missing_status)


def unauthorized(_world: World) -> Answer:
    """The message is in the reason phrase, and the body is empty."""
    return Answer(401, reason="Invalid token")


def throttled(world: World, wait_s: float) -> Answer:
    """The body documented in REST API Rate Limiting, which names no status."""
    reset = instant_of_seven_digits(world.clock() + wait_s)
    body = {"Error": "Too many requests.", "RateLimitResetTime": reset}
    return json_answer(body, world.switches.throttled_status)


def no_such_route(_world: World) -> Answer:
    return json_answer({"Message": "No HTTP resource was found that matches the request URI."}, 404)


def body_of(request: Request) -> dict[str, Any]:
    """The body's object; rejected if there is none."""
    if not request.says_json:
        raise Refused(json_answer({"Message": "The request's media type is not supported."}, 415))
    body = request.json
    if not isinstance(body, dict):
        raise misfit({"": ["A non-empty request body that is a JSON object is required."]})
    return body


def entries_of(body: Mapping[str, Any], name: str) -> list[Any]:
    entries = body.get(name)
    if not isinstance(entries, list) or not entries:
        raise misfit({name: [f"The {name} field must be a list of at least one object."]})
    return entries


def misfits(entry: Any, fields: Sequence[BodyField], where: str) -> dict[str, list[str]]:
    """Sentences by field, for one entry of a list."""
    if not isinstance(entry, dict):
        return {where: ["An object is required."]}
    unfits: list[Unfit] = unfit_fields(entry, fields)
    return {f"{where}.{unfit.name}": [unfit.sentence] for unfit in unfits}


def merged(errors: Sequence[Mapping[str, list[str]]]) -> dict[str, list[str]]:
    return {name: sentences for each in errors for name, sentences in each.items()}


def purchase_order(world: World, po_id: str) -> PurchaseOrder:
    po = world.state.purchase_orders.get(int(po_id))
    if po is None:
        raise missing(world, f"Purchase order {po_id}")
    return po


def open_purchase_order(world: World, po_id: str) -> PurchaseOrder:
    """One that can be changed; which statuses forbid it is undocumented."""
    po = purchase_order(world, po_id)
    if po.status in {CANCELLED, COMPLETED}:
        raise refusal(f"Purchase order {po.id} is {STATUSES[po.status]} and cannot be changed.")
    return po
