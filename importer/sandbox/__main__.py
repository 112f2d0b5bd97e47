"""The sandbox as a process of its own: python -m importer.sandbox --port 8321."""

import argparse
import json
from typing import Any

from importer.sandbox import serve


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m importer.sandbox", description=__doc__)
    words.add_argument("--port", type=int, default=0, help="0 takes any port that is free")
    words.add_argument(
        "--switch",
        action="append",
        default=[],
        type=_switch,
        metavar="NAME=VALUE",
        help="a field of Switches, as in --switch success_body=int; may be given again",
    )
    given = words.parse_args()
    try:
        serve(given.port, on_ready=_say_ready, **dict(given.switch))
    except (OSError, TypeError, ValueError) as error:
        words.error(str(error))


def _switch(text: str) -> tuple[str, Any]:
    """
    >>> _switch("partial_apply=true"), _switch("success_body=int")
    (('partial_apply', True), ('success_body', 'int'))
    """
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _say_ready(url: str) -> None:
    print(f"sandbox ready on {url}", flush=True)  # noqa: T201  # what a starting process waits for


if __name__ == "__main__":
    main()
