"""The sandbox itself: three platforms on one loopback port, their data, faults and log."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from importer.sandbox.control import answer_control, is_control
from importer.sandbox.injected_faults import InjectedFault, InjectedFaults
from importer.sandbox.log import Log, LogEntry
from importer.sandbox.platform_api import PlatformApi, World
from importer.sandbox.seed import seed
from importer.sandbox.sellercloud_api import SELLERCLOUD, TOKEN_PATH
from importer.sandbox.shipengine_api import SHIPENGINE
from importer.sandbox.shipstation_api import SHIPSTATION
from importer.sandbox.state import State
from importer.sandbox.switches import Switches
from importer.sandbox.transport import LoopbackServer, Outgoing
from importer.sandbox.wire import Answer, Clock, Request, parse_json, text_answer

PLATFORMS = (SELLERCLOUD, SHIPSTATION, SHIPENGINE)


@dataclass(frozen=True, slots=True)
class _Exchange:
    """A request in progress, with its number in the log and its platform."""

    number: int
    request: Request
    platform: PlatformApi


class Sandbox:
    """Sellercloud at `url`/rest, ShipStation v2 and ShipEngine at `url`, while it is open.

    `port` 0 means any free port. `switches` are the fields of Switches. `clock` returns seconds
    since 1970 for limits, tokens and dates; pauses always take real time.
    """

    def __init__(self, port: int = 0, *, clock: Clock = time.time, **switches: Any) -> None:
        self._port = port
        self._first_switches = Switches(**switches)
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._log = Log()
        self._server: LoopbackServer | None = None
        self._world = World(seed(), self._first_switches, clock)
        self.faults = InjectedFaults()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def start(self) -> None:
        """Listens in a thread of its own. Raises OSError if the port is in use."""
        self._server = LoopbackServer(self._port, self.respond, self._closing)
        self._server.start()

    def close(self) -> None:
        """Ends all pauses and connections."""
        self._closing.set()
        if self._server is not None:
            self._server.stop()

    @property
    def url(self) -> str:
        if self._server is None:
            raise RuntimeError("The sandbox has no address until it is started.")
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def state(self) -> State:
        return self._world.state

    @property
    def switches(self) -> Switches:
        return self._world.switches

    @property
    def log(self) -> list[LogEntry]:
        """All requests to the platforms, in the order received."""
        return self._log.entries

    @property
    def writes(self) -> list[LogEntry]:
        """The requests of routes that change data, applied or not."""
        return [entry for entry in self.log if entry.write]

    def snapshot(self) -> dict[str, Any]:
        with self._lock:
            return self.state.snapshot()

    def fault(self, kind: str, **parameters: Any) -> InjectedFault:
        """Makes a future request fail; the parameters are the fields of InjectedFault."""
        fault = InjectedFault(kind, **parameters)  # type: ignore[arg-type]  # checked by InjectedFault itself
        self.faults.add(fault)
        return fault

    def switch(self, **changes: Any) -> Switches:
        """Changes switches. Raises TypeError or ValueError for wrong names or values."""
        with self._lock:
            self._world.switches = replace(self._world.switches, **changes)
        return self._world.switches

    def reset(self) -> None:
        """Restores data, switches, tokens, limits, faults and log to their initial state."""
        with self._lock:
            self._world = World(seed(), self._first_switches, self._world.clock)
            self.faults.clear()
            self._log.clear()

    def respond(self, request: Request) -> Outgoing:
        """The answer to a request, and how it is sent."""
        if is_control(request):
            return Outgoing(answer_control(self, request))
        platform = _platform_of(request)
        if platform is None:
            return Outgoing(text_answer("No platform in the sandbox has this address.", 404))
        route = platform.route(request)
        write = route is not None and route.write
        fault = self.faults.take(request, platform.name, write=write)
        number = self._log.open(
            lambda n: self._entry(n, request, platform.name, fault, write=write)
        )
        delivery = self._deliver(_Exchange(number, request, platform), fault)
        self._closing.wait(self.switches.latency_s)
        self._log.answered(number, delivery.answer.status if delivery.answer else None)
        return delivery

    def _entry(
        self,
        number: int,
        request: Request,
        platform: str,
        fault: InjectedFault | None,
        *,
        write: bool,
    ) -> LogEntry:
        at = datetime.fromtimestamp(self._world.clock(), UTC)
        words = fault.words if fault else None
        body = _body_to_log(request)
        return LogEntry(
            number, at, platform, request.method, request.path, body, write, fault=words
        )

    def _deliver(self, exchange: _Exchange, fault: InjectedFault | None) -> Outgoing:
        if fault is None:
            return Outgoing(self._apply(exchange))
        if fault.kind == "delay":
            return Outgoing(self._delayed(exchange, fault))
        if fault.kind == "late":
            self._apply_later(exchange, fault.seconds)
        true_answer = None
        if fault.applies_first and fault.kind != "late":
            true_answer = self._apply(exchange)
        return Outgoing(fault.answer(true_answer, self._world.clock()), fault)

    def _apply(self, exchange: _Exchange) -> Answer:
        with self._lock:
            answer = exchange.platform.answer(self._world, exchange.request)
            if answer.applied:
                self._log.applied(exchange.number)
            return answer

    def _delayed(self, exchange: _Exchange, fault: InjectedFault) -> Answer:
        if not fault.applies_first:
            self._closing.wait(fault.seconds)
        answer = self._apply(exchange)
        if fault.applies_first:
            self._closing.wait(fault.seconds)
        return answer

    def _apply_later(self, exchange: _Exchange, seconds: float) -> None:
        def apply() -> None:
            if not self._closing.wait(seconds):
                self._apply(exchange)

        threading.Thread(target=apply, daemon=True).start()


def serve(
    port: int = 0, *, on_ready: Callable[[str], None] = lambda _url: None, **switches: Any
) -> None:
    """Runs a sandbox until Ctrl-C; `on_ready` gets its address once it is listening."""
    with Sandbox(port, **switches) as sandbox:
        on_ready(sandbox.url)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return


def _platform_of(request: Request) -> PlatformApi | None:
    return next((each for each in PLATFORMS if request.path.startswith(each.prefixes)), None)


def _body_to_log(request: Request) -> Any:
    parsed = parse_json(request.content)
    if request.path.rstrip("/") == TOKEN_PATH:
        return _without_password(parsed)
    return request.content.decode("utf-8", "replace") if parsed is None else parsed


def _without_password(body: Any) -> Any:
    """A sign-in with an unexpected body is not logged at all."""
    if not isinstance(body, dict):
        return "(a sign-in)"
    names = {"username": None, "password": "(hidden)"}
    return {k: names.get(k.lower()) or str(v) for k, v in body.items() if k.lower() in names}
