"""How long `importer --help` takes, next to a Python that only imports click.

`python -m tests.benchmarks.starting` prints both and their ratio, at most 1.6.
"""

import subprocess
import sys
import time

ROUNDS = 15
CLICK = [sys.executable, "-c", "import click"]
HELP = [sys.executable, "-m", "importer", "--help"]


def seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - begun


def main() -> None:
    times = [(seconds(CLICK), seconds(HELP)) for _ in range(ROUNDS)]
    click, help_ = (min(each) for each in zip(*times, strict=True))
    sys.stdout.write(f"click {click:.3f} s, help {help_:.3f} s: {help_ / click:.2f} times\n")


if __name__ == "__main__":
    main()
