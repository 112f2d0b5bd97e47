"""Text from a cell or a platform, made fit to be looked at."""

from importer.sheets.results import clean


def visible(text: str) -> str:
    """Text without what could turn or hide its neighbours: controls, and marks of direction.

    >>> visible("1Z\\u202e999")
    '1Z999'
    """
    text = clean(text)
    if text.isprintable():  # as nearly every cell is
        return text
    return "".join(c for c in text if c.isprintable() or c in "\n\t")
