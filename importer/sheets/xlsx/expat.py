"""The XML of a workbook's parts, by expat: no document type, and so no entities."""

from xml.parsers import expat

from importer.model.errors import SheetError

AGAIN = "open it in Excel and save it again as .xlsx"
DAMAGED = f"is a damaged workbook; {AGAIN}"
UNREADABLE = f"is a damaged workbook, or written in a way that no reader knows; {AGAIN}"


def elements(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    """Every element of a small part in its order: the name without its prefix, the attributes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: found.append(
        (name.rpartition(":")[2], attributes)
    )
    parser.StartDoctypeDeclHandler = no_entities
    feed(parser, xml, last=True)
    return found


def feed(parser: expat.XMLParserType, xml: bytes, *, last: bool) -> None:
    try:
        parser.Parse(xml, last)
    except expat.ExpatError as error:
        raise SheetError(f"contains broken XML ({error}); {AGAIN}") from error


def no_entities(*_: object) -> None:
    raise SheetError(f"defines entities, as malicious files do; {AGAIN}")
