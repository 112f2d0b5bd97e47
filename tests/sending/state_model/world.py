"""A platform in memory that counts what it applied, a clock that only tests move, and kills."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

from importer.journal import CallState, Journal, Purpose
from importer.model.calls import Call, Reply
from importer.model.errors import AnswerLost, NotSent, SignInRefused
from importer.platforms.platform import Platform
from importer.sending import verdicts
from importer.sending.verdicts import JudgedReply

START = 1_763_600_000.0  # 2025-11-20 00:53:20 UTC
Effect = tuple[str, ...]


class Killed(BaseException):
    """The process ends here and now: no `except Exception` of the importer may see it."""


class When(Enum):
    """Whether, and when, the platform applies a write."""

    NEVER = auto()
    NOW = auto()
    HALF = auto()  # the first half of its entries
    LATE = auto()  # while the client has long been told, or has died


class Came(Enum):
    """What the client is told."""

    ACCEPTED = auto()
    REFUSED = auto()
    FAILED = auto()
    ERROR_BODY = auto()
    GATEWAY = auto()
    LOST = auto()
    GARBAGE = auto()
    TOO_OFTEN = auto()
    NOT_SIGNED_IN = auto()
    NOT_SENT = auto()
    SIGN_IN_REFUSED = auto()
    KILLED = auto()


@dataclass(frozen=True)
class Answer:
    came: Came
    when: When

    def __repr__(self) -> str:
        return f"{self.came.name}/{self.when.name}"


FINE = Answer(Came.ACCEPTED, When.NOW)
NOT_APPLIED = (
    Came.REFUSED,
    Came.TOO_OFTEN,
    Came.NOT_SIGNED_IN,
    Came.NOT_SENT,
    Came.SIGN_IN_REFUSED,
)
OVER_AND_DONE = (Came.FAILED, Came.ERROR_BODY)  # the platform's own failure: nothing comes late
NO_TELLING = (Came.GATEWAY, Came.LOST, Came.GARBAGE, Came.KILLED)
ANSWERS = (
    *[FINE] * 12,  # so that what follows a trouble is often seen to work
    *(Answer(came, When.NEVER) for came in NOT_APPLIED),
    *(Answer(came, when) for came in OVER_AND_DONE for when in list(When)[:3]),
    *(Answer(came, when) for came in NO_TELLING for when in When),
    *[Answer(Came.LOST, When.LATE)] * 6,  # the trouble that is hardest to bring about by luck
)

REPLIES = {
    Came.REFUSED: Reply(400, '{"ErrorMessage":"No.","errors":[{"message":"No."}]}'),
    Came.FAILED: Reply(500, '{"ErrorMessage":"Oh.","errors":[{"message":"Oh."}]}'),
    Came.ERROR_BODY: Reply(200, '{"Success":false,"errors":[{"message":"Oh."}]}'),
    Came.GATEWAY: Reply(502, "<html><title>Bad gateway</title></html>"),
    Came.GARBAGE: Reply(200, "<html><title>Sign in</title></html>"),
    Came.NOT_SIGNED_IN: Reply(401, ""),
}


@dataclass
class World:
    """What is true: the platform's own books, and the time."""

    late_s: float = 60.0  # from a write to its late application
    pause_s: float = 7.0  # that a 429 asks for
    seconds: float = START
    script: list[Answer] = field(default_factory=list)  # of the next requests; then all is well
    applied: Counter[Effect] = field(default_factory=Counter)
    applied_by: set[tuple[int, Effect]] = field(default_factory=set)  # run and effect
    doubtful: set[Effect] = field(default_factory=set)  # sent, and never answered clearly
    on_tick: Callable[[], object] = lambda: None
    items: dict[tuple[str, str], str] = field(default_factory=dict)  # PO, item -> quantity
    _due: list[tuple[float, int, list[Effect]]] = field(default_factory=list)

    def clock(self) -> float:
        return self.seconds

    def pass_time(self, seconds: float) -> None:
        assert seconds >= 0, "nobody waits for the past"
        assert seconds < 7200, "nobody waits for ever"
        self.seconds += seconds
        for due in [due for due in self._due if due[0] <= self.seconds]:
            self._due.remove(due)
            self._apply(due[1], due[2])
        self.on_tick()

    def write(self, run_id: int, call: Call) -> Reply:
        answer, effects = self.next_answer(), effects_of(call)
        if answer.came in OVER_AND_DONE + NO_TELLING:
            self.doubtful.update(effects)
        match answer.when:
            case When.NOW:
                self._apply(run_id, effects)
            case When.HALF:
                self._apply(run_id, effects[: len(effects) // 2])
            case When.LATE:
                self._due.append((self.seconds + self.late_s, run_id, effects))
        return self.reply(answer.came, Reply(200, ""))

    def read(self, call: Call) -> Reply:
        return self.reply(self.next_answer().came, Reply(200, self._books(call)))

    def next_answer(self) -> Answer:
        return self.script.pop(0) if self.script else FINE

    def reply(self, came: Came, fine: Reply) -> Reply:
        match came:
            case Came.ACCEPTED:
                return fine
            case Came.LOST:
                raise AnswerLost("The answer is lost.")
            case Came.NOT_SENT:
                raise NotSent("Nobody is there.")
            case Came.SIGN_IN_REFUSED:
                raise SignInRefused("The password is wrong.")
            case Came.KILLED:
                raise Killed
            case Came.TOO_OFTEN:
                headers = {"retry-after": str(int(self.pause_s))}
                return Reply(429, "", headers, datetime.fromtimestamp(self.seconds, UTC))
            case _:
                return REPLIES[came]

    def _apply(self, run_id: int, effects: Sequence[Effect]) -> None:
        self.applied.update(effects)
        self.applied_by.update((run_id, effect) for effect in effects)
        self.items.update({(e[1], e[2]): e[3] for e in effects if e[0] == "items"})

    def _books(self, call: Call) -> str:
        """What the platform shows of a purchase order at a read back."""
        number = call.path.split("/")[1]
        shown = [effect for effect in self.applied if effect[:2] == (kind_of(call.path), number)]
        match kind_of(call.path):
            case "tracking":
                return _json(TrackingNumbers=[{"TrackingNumber": e[2]} for e in shown])
            case "items":
                items = [
                    {"ID": item, "QtyUnitsOrdered": quantity}
                    for (po, item), quantity in self.items.items()
                    if po == number
                ]
                return _json(Items=items)
            case _:
                return _json(RelatedItems=[{"ID": e[2], "RecordType": "Order"} for e in shown])


@dataclass
class FakeConnection:
    """What Delivery knows of a connection. No write leaves before the journal has its record."""

    world: World
    journal: Journal
    run_id: int
    platform: Platform

    def attempt(self, call: Call, in_time: Callable[[], bool] = lambda: True) -> JudgedReply:
        try:
            return verdicts.judge(self.platform, self.send(call, in_time))
        except (NotSent, AnswerLost) as error:
            return verdicts.judge(self.platform, error)

    def send(self, call: Call, in_time: Callable[[], bool]) -> Reply:
        if not in_time():
            raise NotSent("Its time had passed.")
        if call.method == "GET":
            return self.world.read(call)
        self._must_be_recorded(call)
        return self.world.write(self.run_id, call)

    def renew(self) -> None:
        """There is no token here."""

    def _must_be_recorded(self, call: Call) -> None:
        records = [r for r in self.journal.calls(self.run_id) if r.call == call]
        sending = [r.number for r in records if r.state is CallState.SENDING]
        assert len(sending) == 1, f"{call.path} left without its record"
        attempts = self.journal.attempts(self.run_id, sending[0])
        last = [a for a in attempts if a.purpose is Purpose.WRITE][-1]
        assert last.ended_at is None, f"{call.path} left without an attempt of its own"


@dataclass
class Stop:
    """A threading.Event whose wait takes no time but the world's."""

    world: World
    wished: bool = False

    def set(self) -> None:
        self.wished = True

    def is_set(self) -> bool:
        return self.wished

    def wait(self, seconds: float) -> bool:
        self.world.pass_time(seconds)
        return self.wished


def kind_of(path: str) -> str:
    if path.startswith("v-beta"):
        return "notice"
    if path.endswith("TrackingNumber/Multiple"):
        return "tracking"
    return "items" if path.endswith("/Items") else "link"


def effects_of(call: Call) -> list[Effect]:
    body: Any = call.body
    kind, number = kind_of(call.path), call.path.split("/")[1]
    match kind:
        case "tracking":
            return [(kind, number, e["TrackingNumber"]) for e in body["TrackingNumbers"]]
        case "items":
            return [(kind, number, str(e["ID"]), str(e["QtyUnitsOrdered"])) for e in body["Items"]]
        case "link":
            return [(kind, str(body["ExistingPo"]["PoID"]), number)]
        case _:
            return [(kind, call.path.split("/")[2], body["tracking_number"])]


def effect_of(operation: str, row: Any) -> Effect:
    """The same from a row."""
    match operation:
        case "add_tracking":
            return ("tracking", str(row.po_id), row.tracking_number)
        case "update_items":
            return ("items", str(row.po_id), str(row.po_item_id), str(row.qty_units_ordered))
        case "link_to_po":
            return ("link", str(row.existing_po_id), str(row.order_id))
        case _:
            return ("notice", row.sales_order_id, row.tracking_number)


def _json(**body: Any) -> str:
    return json.dumps(body)
