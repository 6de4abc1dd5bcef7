"""The rules that a programme must keep beyond its single cells, one function a rule; all issues are found at once.

What a single cell may hold is in `cells`; form and headings of the files are checked where they are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from plantwright.model.files import Document
from plantwright.model.issues import Issue
from plantwright.model.programme import Programme


@dataclass(frozen=True)
class Draft:
    """A programme as far as it could be read, with what is needed to tell a fault from the consequence of another.

    `known` holds the ids that each table names, unreadable rows included; `whole` the tables that were read without an error.
    """

    programme: Programme
    known: Mapping[str, frozenset[str]]
    whole: frozenset[str]
    documents: Mapping[str, Document]
    unreadable: frozenset[str] = frozenset()


def findings(draft: Draft) -> Iterator[Issue]:
    """Yield every issue that the rules find in a draft."""
    yield from ()
