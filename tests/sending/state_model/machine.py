"""Runs, kills and resumes in any order, over the real journal and the real sender."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import event

from importer.journal import CallState, NewRow, NewRun, RunState, open_journal
from importer.model.errors import ImporterError
from importer.model.outcomes import Status
from importer.operations import operations
from importer.operations.operation import Operation
from importer.platforms import PLATFORMS
from importer.runs.execute import _is_open
from importer.runs.journal_rows import identity
from importer.sending.delivery import Delivery
from importer.sending.plan import plan_calls
from importer.sending.task import Doubt, Task
from importer.sending.turn_queue import TurnQueue
from importer.settings.accounts import Account
from importer.settings.rate_limit import Limit
from tests.factories import rows
from tests.sending.state_model.world import (
    ANSWERS,
    Answer,
    Effect,
    FakeConnection,
    Killed,
    Stop,
    World,
    effect_of,
)

SETTLE_S = 120.0
SENT = {Status.SENT, Status.VERIFIED}
Write = Callable[[Any], Any]
# One trouble alone is what careless senders stumble over most; several are what nobody thought of.
SCRIPTS = st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=1) | st.lists(
    st.sampled_from(ANSWERS), max_size=5
)
OPEN = {CallState.PLANNED, CallState.SENDING}

QUANTITY_ONLY = {"unit_price": None, "expected_delivery_date": None}
WHOLE_ORDER = {"sales_order_item_id": None, "quantity": None}
SHEETS: Mapping[str, Callable[[int], Mapping[str, Any]]] = {  # the n-th row a sheet may have
    "add_tracking": lambda n: {"po_id": 10001 + n // 3, "tracking_number": f"A{n:07}"},
    "update_items": lambda n: {"po_id": 10001 + n // 3, "po_item_id": 100011 + n, **QUANTITY_ONLY},
    "link_to_po": lambda n: {"order_id": 50001 + n, "existing_po_id": 10001 + n // 2},
    "notify_shipped": lambda n: {"tracking_number": f"A{n:07}", **WHOLE_ORDER},
}


@dataclass(frozen=True)
class Sheet:
    """A run's rows as anyone may find them again, long after its process has died."""

    run_id: int
    operation: Operation[Any]
    rows: Mapping[int, Any]
    effects: Mapping[int, Effect]


@dataclass
class Process:
    """One sender at work on one run, a step at a time."""

    task: Task
    delivery: Delivery
    stop: Stop
    turns: TurnQueue[int]
    doubts: dict[int, list[Doubt]] = field(default_factory=dict)

    def step(self) -> bool:
        """Begins a call, or settles one that is in doubt; whether there was one."""
        number = None if self.stop.is_set() else self.turns.next()
        if number is not None:
            record = self.task.journal.call(self.task.run_id, number)
            left = self.delivery.begin(record)
            self.delivery.flush()
            self._note(number, left)
            return True
        if self.doubts:
            number = min(self.doubts, key=lambda n: min(map(self._when, self.doubts[n])))
            doubt = min(self.doubts[number], key=self._when)
            self.doubts[number].remove(doubt)
            self._note(number, self.delivery.doubts.settle_later(doubt))
            return True
        return False

    def _when(self, doubt: Doubt) -> float:
        return self.delivery.doubts.due_at(doubt)

    def _note(self, number: int, doubts: Sequence[Doubt]) -> None:
        left = [*self.doubts.pop(number, []), *doubts]
        if left:
            self.doubts[number] = left
        else:
            self.turns.done(number)


class Model(RuleBasedStateMachine):
    """Whatever is answered, killed and resumed: nothing twice, nothing lost, no word untrue."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.world = World()
        self.journal = open_journal(Path(self.folder.name) / "journal.db", clock=self.world.clock)
        # No power is cut here, and a thousand journals a minute would wait for the disk.
        event.listen(self.journal._engine, "checkout", _hurry)
        self.write = self.journal.write
        self.sheets: list[Sheet] = []
        self.processes: dict[int, Process] = {}  # by the run they own
        self.world.on_tick = self._beat
        self.frozen = False

    def teardown(self) -> None:
        try:
            self._bring_to_an_end()
        finally:
            self.journal.close()
            self.folder.cleanup()

    # What happens

    @initialize(
        late_s=st.sampled_from([1.0, 30.0, 110.0]),
        pause_s=st.sampled_from([7.0, 300.0]),
        name=st.sampled_from(sorted(SHEETS)),
    )
    def the_platform_has_its_ways(self, late_s: float, pause_s: float, name: str) -> None:
        self.world.late_s, self.world.pause_s = late_s, pause_s
        self.a_run_begins(name, [0, 1, 5])

    @precondition(lambda self: len(self.sheets) < 4)
    @rule(
        name=st.sampled_from(sorted(SHEETS)),
        numbers=st.lists(st.integers(0, 5), min_size=1, max_size=4, unique=True),
    )
    def a_run_begins(self, name: str, numbers: list[int]) -> None:
        operation = operations()[name]
        its_rows = rows(name, *(SHEETS[name](n) for n in sorted(numbers)))
        record = self.journal.begin(
            _new_run(operation),
            [
                NewRow(row.id, identity=identity(operation, row, _account(operation)))
                for row in its_rows
            ],
            plan_calls(operation, its_rows),
        )
        self.sheets.append(
            Sheet(
                record.id,
                operation,
                {row.id: row for row in its_rows},
                {row.id: effect_of(name, row) for row in its_rows},
            )
        )
        self._start(self.sheets[-1], record.epoch)

    @precondition(lambda self: self.processes)
    @rule(which=st.integers(0, 3), answers=SCRIPTS)
    def a_call_is_sent_or_read_back(self, which: int, answers: list[Answer]) -> None:
        self.world.script = answers
        self._step(self._nth(which))
        self.world.script = []

    @precondition(lambda self: self.processes)
    @rule(
        which=st.integers(0, 3), writes=st.integers(0, 6), answers=SCRIPTS, committed=st.booleans()
    )
    def a_process_is_killed_at_a_write(
        self, which: int, writes: int, answers: list[Answer], committed: bool
    ) -> None:
        left = writes

        def kill(do: Any) -> Any:
            nonlocal left
            left -= 1
            if left >= 0:
                return self.write(do)
            if committed and left == -1:
                self.write(do)
            raise Killed

        self.world.script = answers
        self._step(self._nth(which), kill)
        self.world.script = []

    @precondition(lambda self: self.processes)
    @rule(which=st.integers(0, 3), writes=st.integers(0, 3))
    def a_process_freezes_and_another_takes_over(self, which: int, writes: int) -> None:
        """It wakes up behind a commit, such as that of its claim, and its run is another's."""
        run_id, left = self._nth(which), writes
        frozen = self.processes[run_id]

        def freeze(do: Any) -> Any:
            nonlocal left
            left -= 1
            found = self.write(do)
            if left != -1:
                return found
            with self._writing(self.write):
                self._bury(run_id)
                self.world.pass_time(60)
                self._resume(self._sheet(run_id))
                self._step(run_id)
            return found

        with self._writing(freeze):
            _run_until_it_ends(frozen)
        if run_id in self.processes and self.processes[run_id] is frozen:
            self._leave(run_id)

    @precondition(lambda self: self.processes)
    @rule(which=st.integers(0, 3))
    def a_process_is_stopped(self, which: int) -> None:
        self.processes[self._nth(which)].stop.set()

    @precondition(lambda self: self.sheets)
    @rule(which=st.integers(0, 3))
    def a_run_is_resumed(self, which: int) -> None:
        self._resume(self.sheets[which % len(self.sheets)])

    @precondition(lambda self: self.sheets)
    @rule(seconds=st.sampled_from([1.0, 20.0, 90.0, 300.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.pass_time(seconds)

    # What holds at any time

    @invariant()
    def nothing_is_applied_twice(self) -> None:
        repeated = {e for e, times in self.world.applied.items() if times > 1 and e[0] != "items"}
        assert not repeated, f"{repeated} applied more than once"

    @invariant()
    def every_row_says_what_is_true(self) -> None:
        for sheet in self.sheets:
            outcomes = self.journal.outcomes(sheet.run_id)
            assert outcomes.keys() == sheet.rows.keys()
            for number, outcome in outcomes.items():
                self._must_be_true(sheet.run_id, sheet.effects[number], outcome.status)

    def _must_be_true(self, run_id: int, effect: Effect, status: Status) -> None:
        applied = effect in self.world.applied
        if status in SENT or status is Status.UNCHANGED:
            assert applied, f"{effect} is {status}, and was never applied"
        if status is Status.UNKNOWN:
            assert effect in self.world.doubtful, f"{effect} is unknown without a reason"
        if status is Status.REJECTED:
            ours = (run_id, effect) in self.world.applied_by  # a later run may have fared better
            assert not ours, f"{effect} is rejected, and was applied"

    # How it ends

    def _bring_to_an_end(self) -> None:
        """From here on all is well: then nothing may be left open, nor in doubt for no reason."""
        self.world.script = []
        for run_id in list(self.processes):
            self._bury(run_id)
        self.world.pass_time(SETTLE_S)
        for _ in range(3):  # a run may be held up by one that comes after it
            for sheet in self.sheets:
                self._resume(sheet)
                self._run_to_the_end(sheet.run_id)
        self.world.pass_time(SETTLE_S)
        self.nothing_is_applied_twice()
        self.every_row_says_what_is_true()
        for sheet in self.sheets:
            self._must_be_complete(sheet)

    def _must_be_complete(self, sheet: Sheet) -> None:
        calls = self.journal.calls(sheet.run_id)
        assert not [c.number for c in calls if c.state in OPEN], "calls are left open"
        for number, outcome in self.journal.outcomes(sheet.run_id).items():
            if outcome.status is Status.UNSENT:  # a doubt of another run stays that run's own
                assert "may have sent this" in outcome.sentence, f"row {number} has no outcome"
                assert sheet.effects[number] in self.world.doubtful, f"row {number} is in no doubt"
        if sheet.operation.name in {"add_tracking", "update_items"}:
            unknown = [c.number for c in calls if c.state is CallState.UNKNOWN]
            assert not unknown, "a read back would have told"

    # Processes

    def _start(self, sheet: Sheet, epoch: int) -> None:
        operation, platform = sheet.operation, PLATFORMS[sheet.operation.platform.name]
        stop, clock = Stop(self.world), self.world.clock
        task = Task(
            self.journal,
            sheet.run_id,
            epoch,
            operation,
            platform,
            _account(operation),
            FakeConnection(self.world, self.journal, sheet.run_id, platform),  # type: ignore[arg-type]
            sheet.rows,
            once=not operation.repeatable,
            stop=stop,  # type: ignore[arg-type]
            clock=clock,
            wall=clock,
        )
        records = [
            r for r in self.journal.calls(sheet.run_id) if _is_open(r, operation, sheet.rows)
        ]
        turns = TurnQueue((r.number, r.call.touches) for r in records)
        self.processes[sheet.run_id] = Process(task, Delivery(task), stop, turns)

    def _resume(self, sheet: Sheet) -> None:
        if sheet.run_id not in self.processes:
            self._start(sheet, self.journal.take(sheet.run_id, take_over=True))

    def _step(self, run_id: int, write: Write | None = None) -> None:
        process = self.processes[run_id]
        try:
            with self._writing(write or self.write):
                at_work = process.step()
        except Killed:
            self._bury(run_id)
        except ImporterError:
            self.processes.pop(run_id, None)
        else:
            if not at_work:
                self._leave(run_id)

    def _run_to_the_end(self, run_id: int) -> None:
        while run_id in self.processes:
            self._step(run_id)

    def _bury(self, run_id: int) -> None:
        """What was being sent is in doubt, even where it never left."""
        self.processes.pop(run_id, None)
        for record in self.journal.calls(run_id):
            if record.state is CallState.SENDING:
                effects = self._sheet(run_id).effects
                self.world.doubtful.update(effects[number] for number in record.call.rows)

    def _leave(self, run_id: int) -> None:
        process = self.processes.pop(run_id)
        if self.journal.run(run_id).state is RunState.OPEN:
            if any(call.state in OPEN for call in self.journal.calls(run_id)):
                self.journal.let_go(run_id, process.task.epoch)
            else:
                self.journal.finish(run_id, process.task.epoch)

    def _beat(self) -> None:
        with self._writing(self.write):
            for process in self.processes.values():
                self.journal.beat(process.task.run_id, process.task.epoch)

    @contextmanager
    def _writing(self, write: Write) -> Iterator[None]:
        """Has the journal write so."""
        before, self.journal.write = self.journal.write, write  # type: ignore[method-assign]
        try:
            yield
        finally:
            self.journal.write = before  # type: ignore[method-assign]

    def _nth(self, which: int) -> int:
        return list(self.processes)[which % len(self.processes)]

    def _sheet(self, run_id: int) -> Sheet:
        return next(sheet for sheet in self.sheets if sheet.run_id == run_id)


def _run_until_it_ends(process: Process) -> None:
    """A process that has lost its run must find that out by itself."""
    try:
        while process.step():
            pass
    except (ImporterError, Killed):
        pass


def _hurry(raw: Any, *_: Any) -> None:
    raw.execute("PRAGMA synchronous = OFF")


def _account(operation: Operation[Any]) -> Account:
    name = operation.platform.name
    return Account(name, name, "https://platform.example", {}, Limit(60, 60), settle_s=SETTLE_S)


def _new_run(operation: Operation[Any]) -> NewRun:
    return NewRun(
        operation=operation.name,
        account=operation.platform.name,
        file_path="/inbox/sheet.csv",
        file_name="sheet.csv",
        file_size=1,
        file_sha256="ab" * 32,
        worksheet=None,
        version="1",
        user="buyer",
        host="context",
    )
