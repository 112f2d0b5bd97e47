"""The sandbox's own address, /sandbox: what it holds and heard, its faults and its switches."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from importer.sandbox.page import page
from importer.sandbox.wire import Answer, Request, json_answer, parse_json, text_answer

if TYPE_CHECKING:
    from importer.sandbox.server import Sandbox


def is_control(request: Request) -> bool:
    return request.path.rstrip("/") in {"", "/sandbox"} or request.path.startswith("/sandbox/")


def answer_control(sandbox: "Sandbox", request: Request) -> Answer:
    """Bodies are JSON objects with the fields of Fault and of Switches."""
    serve = _ROUTES.get((request.method, request.path.rstrip("/") or "/sandbox"))
    if serve is None:
        return text_answer("The sandbox has no such page; see /sandbox.", 404)
    body = parse_json(request.content) if request.content else {}
    if not isinstance(body, dict):
        return json_answer({"error": "The body must be a JSON object."}, 400)
    try:
        found = serve(sandbox, body)
    except (TypeError, ValueError) as error:
        return json_answer({"error": str(error)}, 400)
    return found if isinstance(found, Answer) else json_answer(found)


def _page(sandbox: "Sandbox", _body: Any) -> Answer:
    return text_answer(page(sandbox), content_type="text/html")


def _log(sandbox: "Sandbox", _body: Any) -> Any:
    return [entry.as_json() for entry in sandbox.log]


def _state(sandbox: "Sandbox", _body: Any) -> Any:
    return sandbox.snapshot()


def _switches(sandbox: "Sandbox", _body: Any) -> Any:
    return asdict(sandbox.switches)


def _switch(sandbox: "Sandbox", body: dict[str, Any]) -> Any:
    return asdict(sandbox.switch(**body))


def _faults(sandbox: "Sandbox", _body: Any) -> Any:
    return [asdict(fault) for fault in sandbox.faults.pending]


def _add_fault(sandbox: "Sandbox", body: dict[str, Any]) -> Any:
    return asdict(sandbox.fault(**body))


def _clear_faults(sandbox: "Sandbox", _body: Any) -> Any:
    sandbox.faults.clear()
    return {}


def _reset(sandbox: "Sandbox", _body: Any) -> Any:
    sandbox.reset()
    return {}


_ROUTES: dict[tuple[str, str], Callable[..., Any]] = {
    ("GET", "/sandbox"): _page,
    ("GET", "/sandbox/log"): _log,
    ("GET", "/sandbox/state"): _state,
    ("GET", "/sandbox/switches"): _switches,
    ("POST", "/sandbox/switches"): _switch,
    ("GET", "/sandbox/faults"): _faults,
    ("POST", "/sandbox/faults"): _add_fault,
    ("DELETE", "/sandbox/faults"): _clear_faults,
    ("POST", "/sandbox/reset"): _reset,
}
