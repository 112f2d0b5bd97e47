"""How long a check takes, everything included, beside a script that takes no care.

    python -m tests.benchmarks.check [--rows N] [--rounds N] [--sheet FILE] [--against COMMAND]

The two run in turn, so that a busy machine slows both; what counts is the ratio. `--sheet` takes
another sheet, and `--against` another yardstick, a command in which {sheet} and {result} stand for
the files. Memory is that of all processes of the command together, where /proc tells it.
"""

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks.check_sheet import write_sheet

ROWS, ROUNDS = 100_000, 5
OURS = f"{sys.executable} -m importer check {{sheet}} --operation add_tracking -o {{result}}"
YARDSTICK = f"{sys.executable} -m tests.benchmarks.check_yardstick {{sheet}} {{result}}"
_LOOK_EVERY_S = 0.01


@dataclass(frozen=True, slots=True)
class Took:
    seconds: float
    megabytes: float  # at the peak; 0 where it is not known
    said: str


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.check")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--against", default=YARDSTICK)
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        sheet = asked.sheet or Path(folder) / "sheet.xlsx"
        if asked.sheet is None:
            write_sheet(sheet, asked.rows)
        rounds = [
            (_run(OURS, sheet, Path(folder) / "out"),
             _run(asked.against, sheet, Path(folder) / "yardstick.xlsx"))
            for _ in range(asked.rounds)
        ]  # fmt: skip
    sys.stdout.write(_table(rounds))


def _run(command: str, sheet: Path, result: Path) -> Took:
    words = shlex.split(
        command.format(sheet=shlex.quote(str(sheet)), result=shlex.quote(str(result)))
    )
    begun = time.perf_counter()
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, _megabytes(process.pid))
            time.sleep(_LOOK_EVERY_S)
        seconds = time.perf_counter() - begun
        said = process.stdout.read() if process.stdout else ""
    return Took(seconds, peak, said)


def _megabytes(pid: int) -> float:
    """What a process and its children hold of memory now."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):  # it has just ended, or there is no /proc
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20 + sum(map(_megabytes, map(int, children)))


def _table(rounds: Sequence[tuple[Took, Took]]) -> str:
    ours, theirs = zip(*rounds, strict=True)
    lines = [f"{'':12}{'seconds':>10}{'peak MB':>10}"]
    for name, took in (("importer", ours), ("yardstick", theirs)):
        seconds, peak = median(t.seconds for t in took), max(t.megabytes for t in took)
        lines.append(f"{name:12}{seconds:10.2f}{peak:10.0f}")
    ratio = median(one.seconds / other.seconds for one, other in rounds)
    lines.append(f"{'ratio':12}{ratio:10.2f}")
    counted = next((line.strip() for line in ours[0].said.splitlines() if " rows: " in line), "")
    lines += [f"importer:  {counted}", f"yardstick: {theirs[0].said.strip()}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
