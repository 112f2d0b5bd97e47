"""How many calls an account may send in how much time."""

import re
from dataclasses import dataclass
from typing import Self

from importer.settings.toml_table import TomlTable

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
# Calls are paced a little under the limit: other programs share it, and clocks differ.
_SHARE_OF_LIMIT = 0.95


@dataclass(frozen=True, slots=True)
class Limit:
    """`calls` in `seconds`; 0 calls means unlimited."""

    calls: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Raises ValueError if the text is not a limit.

        >>> Limit.parse("10800/hour"), Limit.parse("unlimited").pace_s
        (Limit(calls=10800, seconds=3600), 0.0)
        """
        if text == "unlimited":
            return cls(0, 0)
        match = re.fullmatch(r"([1-9][0-9]{0,6})/(second|minute|hour|day)", text)
        if not match:
            raise ValueError(text)
        return cls(int(match[1]), _SECONDS[match[2]])

    @property
    def pace_s(self) -> float:
        """Seconds between two calls, at 95 % of the limit."""
        return self.seconds / self.calls / _SHARE_OF_LIMIT if self.calls else 0.0


def read_limit(table: TomlTable) -> Limit | None:
    text = table.text("limit")
    if text is None:
        return None
    try:
        return Limit.parse(text)
    except ValueError:
        raise table.wrong(
            f'limit "{text}" must look like "200/minute", "3/second", "10800/hour" or "unlimited"'
        ) from None
