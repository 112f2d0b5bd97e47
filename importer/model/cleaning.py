"""Three ways to clean a text, named by who reads it: our columns, a database, a person."""

import re

# Seen in vendors' exports and never meant: zero-width marks, soft hyphens, byte-order marks, and
# what turns text from right to left.
_INVISIBLE = dict.fromkeys(
    [
        *map(ord, "\u00ad\u061c\u2060\ufeff"),
        *(*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)),
    ]
)
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")  # what parts two numbers must not vanish
# Control characters, and halves of surrogate pairs, which no encoding can write.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def from_cell(text: str) -> str:
    """A cell's text without invisible characters; no-break spaces become spaces.

    >>> from_cell("\\u00a0 1Z999\\u200b ")
    '1Z999'
    >>> from_cell("1Z999\\r1Z888")
    '1Z999\\n1Z888'
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _BREAKS.sub("\n", text.translate(_INVISIBLE))
    text = text.replace("\u00a0", " ").replace("\u202f", " ")
    return _CONTROL.sub("", text).strip()


def storable(text: str) -> str:
    r"""The text with NUL and lone surrogates escaped, which no database and no file can hold.

    >>> storable("caf\xe9 \x00 \udcff")
    'café \\x00 \\udcff'
    """
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def printable(text: str) -> str:
    """The text without what could turn or hide its neighbors: controls, and marks of direction.

    >>> printable("1Z\\u202e999")
    '1Z999'
    """
    if text.isprintable():  # as nearly every text is
        return text
    text = storable(text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in text if c.isprintable() or c in "\n\t")
