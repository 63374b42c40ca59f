"""How much a workbook would unfold to, read from its parts before the reader that unfolds it sees them.

A sheet of two cells, A1 and XFD1048576, is a few hundred bytes and would become seventeen thousand million
cells; one long shared text may be named by every cell. So rows, columns and text are counted first, with a
parser that keeps nothing. What two parsers might understand differently (comments, CDATA, two members of one
name, a sheet under a strange name) is refused as damaged: no office program writes it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import NoReturn
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from registry.errors import Refused, TooLarge

MOST_TEXT = 64 * 1024 * 1024
"""Characters all cells together may hold: what a file's own unpacked size is bounded by too."""
CHUNK = 256 * 1024
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_OTHER_FORMATS = frozenset({"xl/workbook.bin", "content.xml"})
_RELATIONS = "xl/_rels/workbook.xml.rels"
_SHARED = "xl/sharedstrings.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a table may have at most."""

    size: int = 10 * 1024 * 1024  # bytes
    rows: int = 10_000
    columns: int = 100


def check_workbook_bounds(data: bytes, bounds: Bounds, *, field: str = "file") -> None:
    """Refuse a workbook (XLSX) any of whose sheets has more rows or columns than the bounds allow.

    Raises TooLarge (`too_many_rows`, `too_many_columns`, `unpacks_too_large`) and Refused (`damaged_file`).
    The archive itself was checked before (`uploads.check_upload`): its unpacked size is bounded.
    """
    try:
        with ZipFile(BytesIO(data)) as archive:
            names = _names(archive, field)
            lengths = list(_text_lengths(archive, names.get(_SHARED, ""), field))
            for folded, name in names.items():
                if folded.endswith((".xml", ".rels")) and folded != _SHARED:
                    _Counting(bounds, lengths, field).read(archive, name)
    except (BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Refused("damaged_file", field) from error
    except expat.ExpatError as error:
        raise Refused("damaged_file", field) from error


def _names(archive: ZipFile, field: str) -> dict[str, str]:
    """The members by their names without case, as readers look them up."""
    names = [name.replace("\\", "/") for name in archive.namelist()]
    folded = {name.casefold(): name for name in names}
    if len(folded) != len(names) or _OTHER_FORMATS & set(folded) or _RELATIONS not in folded:
        _damaged(field)
    for target in _targets(archive.read(folded[_RELATIONS])):
        if not target.casefold().endswith(".xml"):
            _damaged(field)
    return folded


def _targets(relations: bytes) -> list[str]:
    found: list[str] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if _local(name) == "Relationship":
            found.append(attributes.get("Target", ""))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.Parse(relations, True)
    return found


def _text_lengths(archive: ZipFile, name: str, field: str) -> Iterator[int]:
    """How long each shared text is."""
    if not name:
        return
    lengths: list[int] = []

    def start(name: str, _: Mapping[str, str]) -> None:
        if _local(name) == "si":
            lengths.append(0)

    def text(words: str) -> None:
        if lengths:
            lengths[-1] += len(words)

    parser = _strict(field)
    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    _feed(parser, archive, name)
    yield from lengths


@dataclass(slots=True)
class _Counting:
    """Walks one part; where cells stand is counted as readers count: by their own place or the next one."""

    bounds: Bounds
    lengths: list[int]
    field: str
    row: int = 0
    column: int = 0
    text: int = 0
    shared: bool = False
    value: list[str] | None = None

    def read(self, archive: ZipFile, name: str) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._root(parser)
        _feed(parser, archive, name)

    def _root(self, parser: expat.XMLParserType) -> Callable[[str, dict[str, str]], None]:
        def start(name: str, _: Mapping[str, str]) -> None:
            parser.StartElementHandler = None
            if _local(name) == "worksheet":
                _forbid(parser, self.field)
                parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
                parser.CharacterDataHandler = self._text

        return start

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self.value is not None:
            _damaged(self.field)  # nothing stands inside a value
        local = _local(name)
        if local == "row":
            self.row = self._number(attributes["r"]) if "r" in attributes else self.row + 1
            self.column = 0
        elif local == "c":
            self._cell(attributes)
        elif local == "v":
            self.value = []

    def _cell(self, attributes: Mapping[str, str]) -> None:
        self.column += 1
        if "r" in attributes:
            place = _PLACE.fullmatch(attributes["r"])
            if place is None:
                _damaged(self.field)
            self.column, self.row = _column(place[1]), int(place[2])
        self.shared = attributes.get("t") == "s"
        if self.row > self.bounds.rows:
            raise TooLarge("too_many_rows", self.field, max=self.bounds.rows)
        if self.column > self.bounds.columns:
            raise TooLarge("too_many_columns", self.field, max=self.bounds.columns)

    def _text(self, words: str) -> None:
        if self.value is not None:
            self.value.append(words)

    def _end(self, name: str) -> None:
        if _local(name) != "v" or self.value is None:
            return
        value, self.value = "".join(self.value).strip(), None
        if self.shared:
            place = self._number(value)
            self.text += self.lengths[place] if place < len(self.lengths) else 0
            if self.text > MOST_TEXT:
                raise TooLarge("unpacks_too_large", self.field, max=f"{MOST_TEXT >> 20} MB")

    def _number(self, words: str) -> int:
        return int(words) if words.isascii() and words.isdigit() and len(words) < 9 else _damaged(self.field)


def _strict(field: str) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    _forbid(parser, field)
    return parser


def _forbid(parser: expat.XMLParserType, field: str) -> None:
    def refuse(*_: object) -> None:
        _damaged(field)

    parser.CommentHandler = parser.ProcessingInstructionHandler = refuse
    parser.StartCdataSectionHandler = parser.EntityDeclHandler = parser.StartDoctypeDeclHandler = refuse


def _feed(parser: expat.XMLParserType, archive: ZipFile, name: str) -> None:
    with archive.open(name) as part:
        while chunk := part.read(CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _damaged(field: str) -> NoReturn:
    raise Refused("damaged_file", field)
