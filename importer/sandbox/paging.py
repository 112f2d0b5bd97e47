"""Lists in pages, as ShipStation v2 and ShipEngine return them."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from importer.sandbox.envelope import refusal
from importer.sandbox.platform_api import World
from importer.sandbox.wire import Answer, Request, json_answer

LARGEST_PAGE = 500

Record = TypeVar("Record")


def page_answer(
    world: World,
    request: Request,
    records: Sequence[Record],
    as_row: Callable[[Record], Any],
    *,
    name: str,
    size: int,
) -> Answer:
    """One page under `name`, with counts and links; a link without a target is {}."""
    page, size = _whole(world, request, "page", 1), _whole(world, request, "page_size", size)
    pages = -(-len(records) // size)
    links = {
        "first": _link(request, 1),
        "last": _link(request, max(pages, 1)),
        "prev": _link(request, page - 1) if page > 1 else {},
        "next": _link(request, page + 1) if page < pages else {},
    }
    rows = [as_row(record) for record in records[(page - 1) * size : page * size]]
    counts = {"total": len(records), "page": page, "pages": pages}
    return json_answer({name: rows, **counts, "links": links})


def _whole(world: World, request: Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    largest = LARGEST_PAGE if name == "page_size" else 10**6
    if not (text.isdecimal() and 1 <= int(text) <= largest):
        message = f'{name} cannot be "{text}".'
        raise refusal(world, 400, "invalid_field_value", message, field=(name, text))
    return int(text)


def _link(request: Request, page: int) -> dict[str, str]:
    query = urlencode({**request.query, "page": page})
    return {"href": f"http://{request.headers.get('host', '')}{request.path}?{query}"}
