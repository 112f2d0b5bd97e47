"""What a cell of a workbook can hold of a text."""

import re

LONGEST_CELL = 32_767  # UTF-16 units: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
_NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def cell_text(text: str) -> str:
    r"""The text without what XML cannot hold, up to Excel's length.

    >>> cell_text("a\x00b\r\nc\ud800")
    'ab\nc\\ud800'
    """
    if text.isascii() and text.isprintable() and len(text) <= LONGEST_CELL:
        return text  # as nearly every cell
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _NOT_XML.sub("", text).encode(errors="backslashreplace").decode()
    if len(text) * 2 <= LONGEST_CELL:
        return text
    return text.encode("utf-16-le")[: LONGEST_CELL * 2].decode("utf-16-le", "ignore")
