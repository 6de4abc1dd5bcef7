"""XML of strangers as records: no document type, no entities, bounded in size and depth.

The standard library's expat is driven directly, since it is there that a document type can be refused before anything
in it is unfolded, and that lines are known.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from plantwright.exchange.records import Record
from plantwright.model.files import FileError, read_bytes
from plantwright.model.issues import Issue

LARGEST_FILE = 100_000_000
DEEPEST = 50


@dataclass(frozen=True)
class Document:
    """An XML file: its root with all within it, and how many elements were left out by name."""

    root: Record
    left_out: Counter[str]


@dataclass(slots=True)
class _Open:
    """An element not yet closed; most are leaves, which need neither cells nor parts."""

    name: str
    row: int
    cells: dict[str, str] | None = None
    parts: list[Record] | None = None
    text: list[str] = field(default_factory=list)


def read_xml(path: Path, leave_out: frozenset[str] = frozenset()) -> Document:
    """Return the elements of an XML file, without those named in `leave_out`; raise FileError saying what is wrong."""
    content = read_bytes(path, path.parent, LARGEST_FILE)
    return _Reading(path.name, leave_out).document(content)


class _Reading:
    """Gathers the elements that expat reports."""

    def __init__(self, file: str, leave_out: frozenset[str]) -> None:
        self.file = file
        self.leave_out = leave_out
        self.left_out: Counter[str] = Counter()
        self.within_left_out = 0
        self.open: list[_Open] = []
        self.root: Record | None = None
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.doctype

    def document(self, content: bytes) -> Document:
        try:
            self.parser.Parse(content, True)
        except expat.ExpatError as error:
            said = f"the file is not XML: {expat.ErrorString(error.code)}"
            raise FileError(Issue(self.file, error.lineno, "", said, "export it again as XML")) from error
        except (ValueError, LookupError) as error:
            said = f"the file's encoding cannot be read: {str(error)[:100]}"
            raise FileError(Issue(self.file, 1, "", said, "save it as XML in UTF-8")) from error
        if self.root is None:
            raise FileError(Issue(self.file, 0, "", "the file is empty", "export it again as XML"))
        return Document(self.root, self.left_out)

    def doctype(self, *_: object) -> None:
        said = "the file declares a document type, which may hide entities that unfold without end"
        raise FileError(Issue(self.file, self.parser.CurrentLineNumber, "", said, "take the <!DOCTYPE ...> out"))

    def start(self, name: str, _: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if self.within_left_out or local in self.leave_out:
            self.left_out[local] += not self.within_left_out
            self.within_left_out += 1
            return
        if len(self.open) >= DEEPEST:
            said = f"the file is nested more than {DEEPEST} deep"
            raise FileError(Issue(self.file, self.parser.CurrentLineNumber, "", said, "export it again as XML"))
        self.open.append(_Open(local, self.parser.CurrentLineNumber))

    def characters(self, text: str) -> None:
        if self.open and not self.within_left_out:
            self.open[-1].text.append(text)

    def end(self, _: str) -> None:
        if self.within_left_out:
            self.within_left_out -= 1
            return
        closed = self.open.pop()
        above = self.open[-1] if self.open else None
        if above and closed.cells is None and closed.parts is None:
            above.cells = {} if above.cells is None else above.cells
            above.cells.setdefault(closed.name, "".join(closed.text).strip())
            return
        record = Record(self.file, closed.name, closed.row, closed.cells or {}, tuple(closed.parts or ()))
        if above is None:
            self.root = record
        elif above.parts is None:
            above.parts = [record]
        else:
            above.parts.append(record)
