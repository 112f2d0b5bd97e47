"""Tortures the importer and prints what became of every effect; exit status 1 for a violation."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.torture.counting import Tally
from tests.torture.databases import DATABASES, NewJournal
from tests.torture.mutations import MUTATIONS
from tests.torture.scenes import Scene, freeze, kill, new_scene, race_on_one_po, race_on_one_sheet
from tests.torture.sheets import ADD_TRACKING, TRADES

CAN_FREEZE = sys.platform != "win32"
KILLS_A_SHEET = 8

Play = Callable[[Scene], None]


def kill_scenes(kills: int) -> Iterator[tuple[str, Play]]:
    number = 0
    while kills > 0:
        trade = TRADES[number % len(TRADES)]
        here, faults = min(kills, KILLS_A_SHEET), 8 if number % 2 else 0
        suffix = ".xlsx" if number % 4 == 3 else ".csv"
        yield (
            f"{trade.operation}{suffix}, {here} kills, {faults} faults",
            partial(kill, trade=trade, kills=here, faults=faults, suffix=suffix),
        )
        kills, number = kills - here, number + 1


def freeze_scenes(freezes: int) -> Iterator[tuple[str, Play]]:
    for number in range(0, freezes if CAN_FREEZE else 0, 2):
        trade = TRADES[number // 2 % len(TRADES)]
        yield (
            f"{trade.operation}, frozen",
            partial(freeze, trade=trade, freezes=2, faults=number % 4),
        )


def race_scenes() -> Iterator[tuple[str, Play]]:
    for trade in TRADES:
        yield f"{trade.operation}, one sheet thrice", partial(race_on_one_sheet, trade=trade)
    yield "add_tracking, one PO in two sheets", race_on_one_po


def torture(
    kills: int, freezes: int, seed: int, new_journal: NewJournal, *, workers: int = 3
) -> Tally:
    """Plays scenes, a few side by side, until as many processes were killed as asked for."""
    total, scenes = Tally(), [*freeze_scenes(freezes), *race_scenes(), *kill_scenes(kills)]
    while scenes:
        play_all(total, scenes, f"{seed}/{total.kills}", new_journal, workers)
        short = 0 if total.violations else kills - total.kills  # some moments come after the end
        scenes = [*kill_scenes(short)]
    return total


def play_all(
    total: Tally,
    scenes: Sequence[tuple[str, Play]],
    seed: str,
    new_journal: NewJournal,
    workers: int,
) -> None:
    with ThreadPoolExecutor(workers) as pool:
        futures = [
            pool.submit(play_scene, f"{seed}/{number}", play, new_journal)
            for number, (_, play) in enumerate(scenes)
        ]
        for (name, _), future in zip(scenes, futures, strict=True):
            tally = future.result()
            total.add(tally)
            _say(f"{name}: {_words(tally)}; so far {total.kills} kills, {total.freezes} freezes")


def play_scene(
    seed: str, play: Play, new_journal: NewJournal, mutation: str | None = None
) -> Tally:
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        folder = Path(name)
        with new_scene(seed, folder, new_journal(folder), mutation=mutation) as scene:
            try:
                play(scene)
            except TimeoutError as error:
                scene.tally.wrong.append(str(error))
    return scene.tally


def mutations(seed: int, new_journal: NewJournal) -> list[str]:
    """Tortures a broken importer; the names of the mutations that went unnoticed."""
    unnoticed = []
    play = partial(kill, trade=ADD_TRACKING, kills=4, faults=30)
    for name in MUTATIONS:
        noticed = ""
        for number in range(5):
            tally = play_scene(f"{seed}/{name}/{number}", play, new_journal, name)
            if tally.violations:
                noticed = f"noticed in sheet {number + 1}: {_words(tally)}; {tally.violations[0]}"
                break
        _say(f"{name}: {noticed or 'NOT NOTICED'}")
        unnoticed += [] if noticed else [name]
    return unnoticed


def table(tally: Tally) -> str:
    numbers = {
        "kills": tally.kills,
        "freezes": tally.freezes,
        "races": tally.races,
        "faults": tally.faults,
        "effects wished": tally.wished,
        "sent": tally.sent,
        "refused": tally.refused,
        "doubled": len(tally.doubled),
        "lost": len(tally.lost),
        "unknown rows": tally.unknown,
        "other violations": len(tally.wrong),
    }
    return "\n".join(f"{title:<18}{number:>8}" for title, number in numbers.items())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--freezes", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    parser.add_argument("--workers", type=int, default=3, help="scenes side by side")
    parser.add_argument("--mutations", action="store_true", help="torture broken senders instead")
    asked = parser.parse_args()
    with DATABASES[asked.database]() as new_journal:
        if asked.mutations:
            return 1 if mutations(asked.seed, new_journal) else 0
        tally = torture(asked.kills, asked.freezes, asked.seed, new_journal, workers=asked.workers)
    for violation in tally.violations:
        _say(violation)
    sys.stdout.write(f"{table(tally)}\n")
    return 1 if tally.violations else 0


def _words(tally: Tally) -> str:
    return (
        f"{tally.sent} of {tally.wished} effects, {len(tally.doubled)} doubled, "
        f"{len(tally.lost)} lost, {tally.unknown} unknown, {len(tally.wrong)} other"
    )


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    raise SystemExit(main())
