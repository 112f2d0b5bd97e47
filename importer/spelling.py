"""Matching what people write without regard to case, spaces and punctuation."""

import difflib
from collections.abc import Iterable

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
    near = difflib.get_close_matches(key(text), by_key, n=1, cutoff=0.7)
    return f" Did you mean {by_key[near[0]]}?" if near else ""
