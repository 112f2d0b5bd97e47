"""The sandbox's own address, /sandbox: its data and log, its faults and its switches."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol

from importer.sandbox.injected_faults import InjectedFault, InjectedFaults
from importer.sandbox.page import Shown, page
from importer.sandbox.switches import Switches
from importer.sandbox.wire import Answer, Request, json_answer, parse_json, text_answer


class Controlled(Shown, Protocol):
    """What /sandbox can show and change."""

    faults: InjectedFaults

    def snapshot(self) -> dict[str, Any]: ...
    def switch(self, **changes: Any) -> Switches: ...
    def fault(self, kind: str, **parameters: Any) -> InjectedFault: ...
    def reset(self) -> None: ...


def is_control(request: Request) -> bool:
    return request.path.rstrip("/") in {"", "/sandbox"} or request.path.startswith("/sandbox/")


def answer_control(sandbox: Controlled, request: Request) -> Answer:
    """Bodies are JSON objects with the fields of InjectedFault and of Switches."""
    serve = _ROUTES.get((request.method, request.path.rstrip("/") or "/sandbox"))
    if serve is None:
        return text_answer("The sandbox has no such page; see /sandbox.", 404)
    body = parse_json(request.content) if request.content else {}
    if not isinstance(body, dict):
        return json_answer({"error": "The body must be a JSON object."}, 400)
    try:
        result = serve(sandbox, body)
    except (TypeError, ValueError) as error:
        return json_answer({"error": str(error)}, 400)
    return result if isinstance(result, Answer) else json_answer(result)


def _page(sandbox: Controlled, _body: Any) -> Answer:
    return text_answer(page(sandbox), content_type="text/html")


def _log(sandbox: Controlled, _body: Any) -> Any:
    return [entry.as_json() for entry in sandbox.log]


def _state(sandbox: Controlled, _body: Any) -> Any:
    return sandbox.snapshot()


def _switches(sandbox: Controlled, _body: Any) -> Any:
    return asdict(sandbox.switches)


def _switch(sandbox: Controlled, body: dict[str, Any]) -> Any:
    return asdict(sandbox.switch(**body))


def _faults(sandbox: Controlled, _body: Any) -> Any:
    return [asdict(fault) for fault in sandbox.faults.pending]


def _add_fault(sandbox: Controlled, body: dict[str, Any]) -> Any:
    return asdict(sandbox.fault(**body))


def _clear_faults(sandbox: Controlled, _body: Any) -> Any:
    sandbox.faults.clear()
    return {}


def _reset(sandbox: Controlled, _body: Any) -> Any:
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
