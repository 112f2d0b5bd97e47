"""One sheet each, through kills, freezes or races, to its end; then everything is counted."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from importer.demo.demo import sandbox_settings_file
from importer.journal import Journal, RunState, open_journal
from importer.model.errors import JournalError
from importer.model.outcomes import Outcome
from importer.model.sheet_rows import by_sheet_row
from importer.sandbox import Sandbox
from tests.torture.child import STALE_AFTER_S
from tests.torture.counting import Tally, compare_result, count, count_overlaps, count_resent
from tests.torture.processes import Moment, Process, any_moment
from tests.torture.sheets import ADD_TRACKING, Line, Sheet, Trade, tracking_line, write_sheet
from tests.torture.trouble import make_trouble

SETTLE_S = 1.0
MOST_TRIES = 30  # of a run that nobody kills any more, until it is finished
KEYS = f'limit = "unlimited"\nworkers = 8\ntimeout = 5\nsettle = {SETTLE_S}\n'


@dataclass(slots=True)
class Scene:
    """A sandbox, a journal, a folder, and what was counted so far."""

    random: Random
    sandbox: Sandbox
    folder: Path
    journal: str
    mutation: str | None = None
    tally: Tally = field(default_factory=Tally)

    @property
    def config(self) -> Path:
        return self.folder / "importer.toml"

    def sheet(self, trade: Trade, suffix: str = ".csv", lines: Sequence[Line] = ()) -> Sheet:
        path = self.folder / f"{trade.operation}{len(list(self.folder.iterdir()))}{suffix}"
        return write_sheet(path, trade, lines or trade.lines(self.random))

    def start(self, *words: str) -> Process:
        """The real command."""
        before = ("importer", "--config", str(self.config), "--journal", self.journal)
        return Process([*before, *words], self._new_page())

    def start_hasty(self, *words: str) -> Process:
        """The importer whose owners go stale at once, with the scene's mutation."""
        mutation = [] if self.mutation is None else [self.mutation]
        before = ("tests.torture.child", str(self.config), self.journal)
        return Process([*before, *words, *mutation], self._new_page())

    def upload(self, sheet: Sheet) -> Process:
        words = ("upload", str(sheet.path), "--split", "--account", sheet.trade.account)
        return self.start(*words) if self.mutation is None else self.upload_hastily(sheet)

    def upload_hastily(self, sheet: Sheet) -> Process:
        return self.start_hasty("upload", str(sheet.path), sheet.trade.account)

    def resume(self, run_id: int) -> Process:
        if self.mutation is not None:
            return self.start_hasty("resume", str(run_id))
        return self.start("resume", str(run_id), "--take-over")

    @contextmanager
    def opened(self) -> Iterator[Journal]:
        with open_journal(self.journal) as journal:
            yield journal

    def runs(self) -> dict[int, RunState]:
        """Oldest first."""
        with self.opened() as journal:
            return {run.id: run.state for run in reversed(journal.runs())}

    def outcomes(self, run_id: int) -> dict[int, Outcome]:
        with self.opened() as journal:
            return by_sheet_row(journal.outcomes(run_id))

    def note_tracebacks(self) -> None:
        for page in sorted(self.folder.glob("said*.txt")):
            said = page.read_text(encoding="utf-8", errors="replace")
            if "Traceback" in said:
                self.tally.wrong.append(f"{page.name}: {said}")

    def _new_page(self) -> Path:
        return self.folder / f"said{time.monotonic_ns()}.txt"


@contextmanager
def new_scene(
    seed: str, folder: Path, journal: str, *, mutation: str | None = None
) -> Iterator[Scene]:
    """A sandbox like a network with some latency, and settings that lead to it."""
    random = Random(seed)  # noqa: S311  (the same trouble for the same seed)
    with Sandbox(unlimited=True, latency_s=random.uniform(0.02, 0.05)) as sandbox:
        scene = Scene(random, sandbox, folder, journal, mutation)
        settings = sandbox_settings_file(sandbox.url).replace('limit = "unlimited"\n', KEYS)
        scene.config.write_text(settings, encoding="utf-8")
        yield scene
        scene.note_tracebacks()


def kill(scene: Scene, trade: Trade, kills: int, *, faults: int, suffix: str = ".csv") -> None:
    """Kills the run of a sheet so often, each time at any moment of what is left of it."""
    sheet = scene.sheet(trade, suffix)
    make_trouble(scene.random, scene.sandbox, faults)
    for _ in range(kills * 3):  # some moments come after the end
        if scene.tally.kills == kills or _is_finished(scene):
            break
        process = _next_process(scene, sheet)
        if process.reach(any_moment(scene.random, requests=14), scene.sandbox):
            process.kill()
            scene.tally.kills += 1
        process.end()
    _bring_to_an_end(scene, sheet)
    scene.tally.faults += sum(entry.fault is not None for entry in scene.sandbox.log)
    _count_all(scene, [sheet])


def freeze(scene: Scene, trade: Trade, freezes: int, *, faults: int) -> None:
    """Freezes each owner of a run until another has taken it over; some wake in its midst."""
    sheet = scene.sheet(trade)
    make_trouble(scene.random, scene.sandbox, faults)
    owners = [scene.upload_hastily(sheet)]
    for _ in range(freezes):
        if not owners[-1].reach(_while_sending(scene.random), scene.sandbox):
            break
        _freeze_outside_of_commits(scene, owners[-1])
        scene.tally.freezes += 1
        time.sleep(STALE_AFTER_S + 0.2)
        owners.append(scene.start_hasty("resume", str(next(iter(scene.runs())))))
        if scene.random.random() < 0.5:  # else it wakes when all is done
            owners[-1].reach(_while_sending(scene.random), scene.sandbox)
            owners[-2].thaw()
    owners[-1].end()
    for owner in owners[:-1]:
        owner.thaw()
        owner.end()
    _bring_to_an_end(scene, sheet)
    scene.tally.faults += sum(entry.fault is not None for entry in scene.sandbox.log)
    _count_all(scene, [sheet])


def race_on_one_sheet(scene: Scene, trade: Trade, runners: int = 3) -> None:
    """Several processes are given the same sheet at once."""
    sheet = scene.sheet(trade)
    for process in [scene.upload(sheet) for _ in range(runners)]:
        process.end()
    scene.tally.races += 1
    for run_id, state in scene.runs().items():
        if state is RunState.OPEN:
            scene.resume(run_id).end()
    _count_all(scene, [sheet])


def race_on_one_po(scene: Scene) -> None:
    """Two sheets name the same purchase orders at once."""
    pos = scene.random.sample(range(20001, 20401), 20)
    sheets = [
        scene.sheet(
            ADD_TRACKING,
            lines=[tracking_line(po, f"{name}{po}{n}") for po in pos for n in range(2)],
        )
        for name in ("LEFT", "RIGHT")
    ]
    for process in [scene.upload(sheet) for sheet in sheets]:
        process.end()
    scene.tally.races += 1
    for run_id, state in scene.runs().items():
        if state is RunState.OPEN:
            scene.resume(run_id).end()
    _count_all(scene, sheets)


def _freeze_outside_of_commits(scene: Scene, process: Process) -> None:
    """Frozen amid a commit it would keep SQLite's file locked, and nobody could take over."""
    while True:
        process.freeze()
        time.sleep(0.05)  # until its last thread has stopped
        try:
            with open_journal(scene.journal, lock_wait_s=0.2):
                return
        except JournalError:
            process.thaw()
            time.sleep(0.003)


def _while_sending(random: Random) -> Moment:
    return Moment(random.randint(1, 25), random.uniform(0.0, 0.05))


def _next_process(scene: Scene, sheet: Sheet) -> Process:
    runs = scene.runs()
    return scene.resume(next(iter(runs))) if runs else scene.upload(sheet)


def _is_finished(scene: Scene) -> bool:
    runs = scene.runs()
    return bool(runs) and set(runs.values()) == {RunState.FINISHED}


def _bring_to_an_end(scene: Scene, sheet: Sheet) -> None:
    for _ in range(MOST_TRIES):
        if _is_finished(scene):
            return
        _next_process(scene, sheet).end()
    scene.tally.wrong.append(f"{sheet.trade.operation}: its run is never finished")


def _count_all(scene: Scene, sheets: Sequence[Sheet]) -> None:
    """Compares results and journal, uploads once more, and counts what the sandbox holds."""
    for sheet in sheets:
        runs = [scene.outcomes(run_id) for run_id in _runs_of(scene, sheet)]
        compare_result(scene.tally, sheet, runs)
    scene.sandbox.faults.clear()
    for sheet in sheets:
        scene.upload(sheet).end()
    # A process that dies while it sends leaves half a body, which is no JSON.
    writes = [entry for entry in scene.sandbox.writes if isinstance(entry.body, dict)]
    count_resent(scene.tally, sheets[0].trade, writes)
    count_overlaps(scene.tally, sheets[0].trade, writes)
    for sheet in sheets:
        for run_id in _runs_of(scene, sheet)[:1]:
            count(scene.tally, scene.sandbox, sheet, scene.outcomes(run_id))


def _runs_of(scene: Scene, sheet: Sheet) -> list[int]:
    """Newest first; the newest is what a person would look at."""
    with scene.opened() as journal:
        return [run.id for run in journal.runs() if run.file_name == sheet.path.name]
