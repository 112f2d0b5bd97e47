"""Matching what people write without regard to case, spaces and punctuation."""

import difflib
import re
from collections.abc import Iterable

from importer.model.cleaning import from_cell


def key(text: str) -> str:
    """A text without case, spaces and punctuation, to match headings and choices by.

    >>> key("P.O. Number"), key("Tracking #"), key("PO\\n#")
    ('ponumber', 'tracking#', 'po#')
    """
    return "".join(c for c in from_cell(text).casefold() if c.isalnum() or c == "#")


def did_you_mean(text: str, spellings: Iterable[str]) -> str:
    """The spelling that the text begins with, else the one that a slip of the pen makes it.

    >>> did_you_mean("Fedx", ["UPS", "FedEx"]), did_you_mean("pigeon", ["UPS", "FedEx"])
    (' Did you mean FedEx?', '')
    >>> did_you_mean("UPS Ground", ["UPS", "USPS"]), did_you_mean("Net 90", ["Net 60"])
    (' Did you mean UPS?', '')
    """
    by_key = {key(spelling): spelling for spelling in spellings}
    begun = [word for word in _beginnings(text) if word in by_key]
    slips = [spelling for spelling in by_key if _may_be_a_slip(key(text), spelling)]
    near = begun[-1:] or difflib.get_close_matches(key(text), slips, n=1, cutoff=0.65)
    return f" Did you mean {by_key[near[0]]}?" if near else ""


def _beginnings(text: str) -> list[str]:
    """
    >>> _beginnings("FedEx Ground (2 Day)")
    ['fedex', 'fedexground', 'fedexground2', 'fedexground2day']
    """
    ends = (word.end() for word in re.finditer(r"[^\W_]+", text))
    return [key(text[:end]) for end in ends]


def _may_be_a_slip(text: str, spelling: str) -> bool:
    """Whether the keys may be one word written twice: "net90" is not "net60", nor "prepaid" "paid".

    A slip leaves the digits alone and changes few letters; a text may also break off early.
    """
    apart = abs(len(text) - len(spelling))
    short = apart <= max(1, max(len(text), len(spelling)) // 4) or spelling.startswith(text)
    return short and _digits(text) == _digits(spelling)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def listed(numbers: Iterable[int], most: int = 6) -> str:
    """Numbers of rows, each once.

    >>> listed([4, 7, 9]), listed(range(1, 20))
    ('4, 7 and 9', '1, 2, 3, 4, 5, 6 and 13 more')
    """
    rows = [*dict.fromkeys(numbers)]
    if not rows:
        return ""
    shown_numbers = [str(row) for row in rows[:most]]
    if len(rows) > most:
        return f"{', '.join(shown_numbers)} and {len(rows) - most} more"
    return " and ".join(filter(None, [", ".join(shown_numbers[:-1]), shown_numbers[-1]]))
