"""Matching what people write without regard to case, spaces and punctuation."""

import difflib
from collections.abc import Iterable, Sequence

from importer.cells import clean


def key(text: str) -> str:
    """A text without case, spaces and punctuation, to match headings and choices by.

    >>> key("P.O. Number"), key("Tracking #"), key("PO\\n#")
    ('ponumber', 'tracking#', 'po#')
    """
    return "".join(c for c in clean(text).casefold() if c.isalnum() or c == "#")


def did_you_mean(text: str, spellings: Iterable[str]) -> str:
    """
    >>> did_you_mean("Fedx", ["UPS", "FedEx"]), did_you_mean("pigeon", ["UPS", "FedEx"])
    (' Did you mean FedEx?', '')
    """
    by_key = {key(spelling): spelling for spelling in spellings}
    near = difflib.get_close_matches(key(text), by_key, n=1, cutoff=0.65)
    return f" Did you mean {by_key[near[0]]}?" if near else ""


def listed(numbers: Sequence[int], most: int = 6) -> str:
    """
    >>> listed([4, 7, 9]), listed(range(1, 20))
    ('4, 7 and 9', '1, 2, 3, 4, 5, 6 and 13 more')
    """
    if not numbers:
        return ""
    shown_numbers = [str(n) for n in numbers[:most]]
    if len(numbers) > most:
        return f"{', '.join(shown_numbers)} and {len(numbers) - most} more"
    return " and ".join(filter(None, [", ".join(shown_numbers[:-1]), shown_numbers[-1]]))
