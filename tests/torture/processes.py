"""The importer as a process of its own: started, and ended or frozen at a chosen moment."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from importer.demo.demo import SECRETS
from importer.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
TOO_LONG_S = 120.0
LOOK_EVERY_S = 0.004


@dataclass(frozen=True, slots=True)
class Moment:
    """So many requests from now, and so many seconds more."""

    requests: int
    seconds: float


def any_moment(random: Random, requests: int) -> Moment:
    """Anywhere in a run of so many requests: as it starts, sends, reads back, or writes its result.

    A moment after the last request lies in the writing of the result, or after the end.
    """
    part = random.random()
    if part < 0.1:
        return Moment(0, random.uniform(0.0, 1.5))
    if part < 0.2:
        return Moment(requests, random.uniform(0.0, 0.1))
    return Moment(random.randint(1, max(1, requests)), random.uniform(0.0, 0.06))


class Process:
    """One process and all that it says, kept in a file."""

    def __init__(self, words: Sequence[str], said: Path) -> None:
        self._said = said
        with said.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *words],
                cwd=ROOT,
                env={**os.environ, **SECRETS},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def reach(self, moment: Moment, sandbox: Sandbox) -> bool:
        """Waits for the moment; False where the process ends before it."""
        begun, until = len(sandbox.log), time.monotonic() + TOO_LONG_S
        while self.running and len(sandbox.log) - begun < moment.requests:
            self._must_end(until)
            time.sleep(LOOK_EVERY_S)
        if self.running:
            time.sleep(moment.seconds)
        return self.running

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        """POSIX only."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> int:
        """Its exit status, once it ended by itself."""
        try:
            return self._process.wait(TOO_LONG_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise TimeoutError(f"it never ended: {self.words}") from None

    @property
    def words(self) -> str:
        return self._said.read_text(encoding="utf-8", errors="replace")

    def _must_end(self, until: float) -> None:
        if time.monotonic() > until:
            self.kill()
            raise TimeoutError(f"it never ended: {self.words}")
