"""Runs the sandbox as a separate process: python -m importer.sandbox --port 8321."""

import argparse
import json
from typing import Any

from importer.sandbox import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m importer.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument(
        "--switch",
        action="append",
        default=[],
        type=_switch,
        metavar="NAME=VALUE",
        help="a field of Switches, such as success_body=int; can be repeated",
    )
    arguments = parser.parse_args()
    try:
        serve(arguments.port, on_ready=_say_ready, **dict(arguments.switch))
    except (OSError, TypeError, ValueError) as error:
        parser.error(str(error))


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
    print(f"sandbox ready on {url}", flush=True)  # noqa: T201  # the parent process waits for this


if __name__ == "__main__":
    main()
