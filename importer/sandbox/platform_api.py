"""What the three platforms have in common: routes, a way to sign in, and a limit."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from importer.sandbox.limits import Window
from importer.sandbox.state import State
from importer.sandbox.switches import Switches
from importer.sandbox.wire import Answer, Clock, Refused, Request


@dataclass(slots=True)
class World:
    """Everything a route can use. `tokens` are Sellercloud's, with their time of expiry."""

    state: State
    switches: Switches
    clock: Clock
    tokens: dict[str, float] = field(default_factory=dict)
    windows: dict[str, Window] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """`serve` gets the world, the request and the groups of `path`."""

    method: str
    path: str  # a regular expression for the whole path
    serve: Callable[..., Answer]
    write: bool = False
    needs_sign_in: bool = True

    def groups(self, request: Request) -> tuple[str, ...] | None:
        match = re.fullmatch(self.path, request.path) if request.method == self.method else None
        return match.groups() if match else None


@dataclass(frozen=True, slots=True)
class PlatformApi:
    name: str
    prefixes: tuple[str, ...]  # of its paths
    routes: tuple[Route, ...]
    is_signed_in: Callable[[World, Request], bool]
    unauthorized: Callable[[World], Answer]
    throttled: Callable[[World, float], Answer]  # given the seconds until there is room
    no_such_route: Callable[[World], Answer]
    window_s: float
    limit: Callable[[Switches], int]  # requests in any `window_s`

    def route(self, request: Request) -> Route | None:
        return next((route for route in self.routes if route.groups(request) is not None), None)

    def answer(self, world: World, request: Request) -> Answer:
        """Checks limit, route and sign-in, then serves; needs the world's lock."""
        wait_s = self._wait(world)
        if wait_s is not None:
            return self.throttled(world, wait_s)
        route = self.route(request)
        if route is None:
            return self.no_such_route(world)
        if route.needs_sign_in and not self.is_signed_in(world, request):
            return self.unauthorized(world)
        try:
            answer = route.serve(world, request, *(route.groups(request) or ()))
        except Refused as refused:
            return refused.answer
        return replace(answer, applied=route.write)

    def _wait(self, world: World) -> float | None:
        if world.switches.unlimited:
            return None
        window = world.windows.setdefault(self.name, Window(self.window_s))
        return window.admit(world.clock(), self.limit(world.switches))
