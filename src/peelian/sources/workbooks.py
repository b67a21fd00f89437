"""Workbooks (.xlsx) as rows of texts, sheet by sheet. Nothing is calculated or run."""

import posixpath
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from peelian.sources.contents import BROKEN_ZIP, CHUNK, Content
from peelian.sources.xml_files import parse_xml
from peelian.terms import DataError, ParameterError

LARGEST_UNPACKED = 200_000_000  # bytes; official workbooks hold a few million
MOST_CELLS = 5_000_000  # of a sheet, blank ones between others too
OLD = b"\xd0\xcf\x11\xe0"  # begins an .xls
ZIP = b"PK\x03\x04"
BOOK = "xl/workbook.xml"
CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")

Sheet = list[list[str]]


def is_workbook(path: Path) -> bool:
    """Whether a file's first bytes are a workbook's, old or new."""
    return _head(path) in (ZIP, OLD)


def read_sheets(path: Path) -> dict[str, Sheet]:
    """Sheets by name, each as rows of texts as wide as the sheet, empty where a cell is.

    A number is written in full, to the 15 digits that spreadsheets keep; a formula gives the
    value that was stored with it, nothing if none was.

    Raises
    ------
    ParameterError
        If the file cannot be read, or is no workbook.
    DataError
        If it is an old one (.xls), is damaged inside, declares a document type, or unpacks to
        more than LARGEST_UNPACKED bytes or MOST_CELLS cells in a sheet.
    """
    parts = _unpacked(path)
    if BOOK not in parts:
        raise ParameterError(f"{path}: not a workbook that can be read (no {BOOK})")
    targets = _relations(parts.get("xl/_rels/workbook.xml.rels"), path)
    shared = next((file for kind, file in targets.values() if kind == "sharedStrings"), "")
    texts = _Cells([]).read(parts[shared]).shared if shared in parts else []
    return {
        name: _Cells(texts).read(parts[file]).rows()
        for name, target in _sheet_names(parts[BOOK])
        for kind, file in (targets.get(target, ("", "")),)
        if kind == "worksheet" and file in parts
    }


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(ZIP))


def _unpacked(path: Path) -> dict[str, Content]:
    """The XML inside, each member by its name, stopping as soon as it grows too large."""
    found, size = {}, 0
    try:
        if _head(path) == OLD:
            raise DataError(f"{path}: an old workbook (.xls); open it and save it as .xlsx")
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if not member.filename.endswith((".xml", ".rels")):
                    continue
                chunks = []
                with archive.open(member) as stream:
                    while chunk := stream.read(CHUNK):
                        chunks.append(chunk)
                        size += len(chunk)
                        if size > LARGEST_UNPACKED:
                            raise DataError(
                                f"{path}: more than {LARGEST_UNPACKED:,} bytes unpacked; save "
                                "the one sheet that is needed as a workbook of its own"
                            )
                name = f"{path.name}: {member.filename}"
                found[member.filename] = Content(name, b"".join(chunks))
    except (*BROKEN_ZIP, RuntimeError) as error:
        raise ParameterError(f"{path}: not a workbook that can be read ({error})") from None
    return found


def _relations(content: Content | None, path: Path) -> dict[str, tuple[str, str]]:
    """Kind and member of each part of the book, by its identifier."""
    if content is None:
        raise ParameterError(f"{path}: not a workbook that can be read (no parts are listed)")
    found: dict[str, tuple[str, str]] = {}

    def begin(tag: str, given: dict[str, str]) -> None:
        if _plain(tag) == "Relationship" and {"Id", "Type", "Target"} <= set(given):
            file = posixpath.normpath(posixpath.join("/xl", given["Target"])).lstrip("/")
            found[given["Id"]] = (given["Type"].rpartition("/")[2], file)

    parse_xml(content, {"StartElementHandler": begin})
    return found


def _sheet_names(content: Content) -> list[tuple[str, str]]:
    """Name and identifier of each sheet, in their order."""
    found = []

    def begin(tag: str, given: dict[str, str]) -> None:
        if _plain(tag) == "sheet":
            of = next((v for name, v in given.items() if name.endswith(":id")), "")
            found.append((given.get("name", ""), of))

    parse_xml(content, {"StartElementHandler": begin})
    return found


class _Cells:
    """The cells of a sheet, or the shared texts of a book, as their XML goes by."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.shared: list[str] = []
        self.cells: dict[tuple[int, int], str] = {}
        self.row = self.column = 0  # of the last cell, counted from 1
        self.kind = ""
        self.said: list[str] = []
        self.within: list[str] = []
        self.name = ""

    def read(self, content: Content) -> "_Cells":
        """Read a document to its end."""
        self.name = content.name
        handlers: dict[str, Callable[..., None]] = {
            "StartElementHandler": self._begin,
            "EndElementHandler": self._end,
            "CharacterDataHandler": self._text,
        }
        parse_xml(content, handlers)
        return self

    def rows(self) -> Sheet:
        """Every row down to the last with a cell, all as wide as the widest."""
        height = max((row for row, _ in self.cells), default=0)
        width = max((column for _, column in self.cells), default=0)
        if height * width > MOST_CELLS:
            raise DataError(
                f"{self.name}: reaches to row {height:,} and column {width:,}; save the list "
                "alone as a workbook of its own"
            )
        found = [[""] * width for _ in range(height)]
        for (row, column), text in self.cells.items():
            found[row - 1][column - 1] = text
        return found

    def _begin(self, tag: str, given: dict[str, str]) -> None:
        tag = _plain(tag)
        self.within.append(tag)
        if tag == "row":
            told = given.get("r", "")
            self.row = int(told) if told.isdecimal() else self.row + 1
            self.column = 0
        elif tag == "c":
            at = CELL.fullmatch(given.get("r", ""))
            self.column = _number_of(at[1]) if at else self.column + 1
            self.kind, self.said = given.get("t", "n"), []
        elif tag == "si":
            self.said = []

    def _text(self, text: str) -> None:
        if self.within[-1] in ("v", "t") and "rPh" not in self.within:
            self.said.append(text)

    def _end(self, tag: str) -> None:
        tag = _plain(tag)
        self.within.pop()
        if tag == "si":
            self.shared.append("".join(self.said))
        elif tag == "c" and (text := self._value()):
            self.cells[self.row, self.column] = text

    def _value(self) -> str:
        """What a cell says, in text."""
        text = "".join(self.said).strip()
        if self.kind == "s":
            at = int(text) if text.isdecimal() else len(self.texts)
            return self.texts[at].strip() if at < len(self.texts) else ""
        if self.kind != "n":
            return text
        try:
            return f"{float(text):.15g}" if text else ""
        except ValueError:
            return text


def _plain(tag: str) -> str:
    return tag.rpartition(":")[2]


def _number_of(letters: str) -> int:
    """A column's letters as its number: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number
