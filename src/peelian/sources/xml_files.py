"""XML from strangers: read as a stream, with no document types and so no entities."""

from collections.abc import Callable, Mapping
from typing import Any
from xml.parsers import expat

from peelian.sources.contents import Content
from peelian.terms import DataError


def parse_xml(content: Content, handlers: Mapping[str, Callable[..., Any]]) -> None:
    """Send a document through expat handlers, by their names in `xml.parsers.expat`.

    Raises
    ------
    DataError
        If the document is cut off or not XML, or declares a document type: that is where
        entities which grow without end, or fetch other files, are declared.
    """
    parser = expat.ParserCreate(namespace_separator=None)
    parser.buffer_text = True
    for name, handler in handlers.items():
        setattr(parser, name, handler)

    def refuse(*_: object) -> None:
        raise DataError(
            f"{content.name}: declares a document type, which nothing needs; not read"
        )

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content.data, True)
    except expat.ExpatError as error:
        raise DataError(
            f"{content.name}: the XML is cut off or damaged ({error}); fetch it again"
        ) from None


def require_sound_xml(content: Content) -> None:
    """Raise DataError unless the document is whole and declares no document type."""
    parse_xml(content, {})
