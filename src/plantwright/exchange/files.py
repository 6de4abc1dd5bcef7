"""The door for schedule files of other tools: which format a file is in, and what was read of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from plantwright.exchange import primavera, primavera_xml, project
from plantwright.exchange.markup import read_xml
from plantwright.exchange.network import Network
from plantwright.exchange.xer import read_xer
from plantwright.model.files import FileError
from plantwright.model.issues import Issue, ProgrammeError

ENDINGS = (".xml", ".xer")
"""Endings of the files that can be read."""


@dataclass(frozen=True)
class Imported:
    """A schedule as it was read, and what of the file could not be carried over."""

    network: Network
    warnings: tuple[Issue, ...]


def read_project(path: Path) -> Imported:
    """Return the schedule of a Microsoft Project XML, Primavera P6 XML or XER file.

    Raises ProgrammeError with everything that is wrong with the file, each with its line.
    """
    issues: list[Issue] = []
    try:
        network = _network(path, issues)
    except FileError as error:
        raise ProgrammeError(error.issues) from error
    if not network.activities:
        issues.append(Issue(path.name, 0, "", "there is no task in the file", "check that it is the right file"))
    if network.activities and not (network.start and 1990 <= network.start.year <= 2110):
        said = f"the plan starts {network.start:%Y-%m-%d}" if network.start else "no date says when the plan starts"
        issues.append(Issue(path.name, 0, "start", said, "give it a start between the years 1990 and 2110"))
    if errors := [issue for issue in issues if issue.severity == "error"]:
        raise ProgrammeError(list(dict.fromkeys(errors)))
    return Imported(network, tuple(sorted(set(issues))))


def _network(path: Path, issues: list[Issue]) -> Network:
    if path.suffix.lower() == ".xer":
        return primavera.network_of(path.name, read_xer(path), issues)
    document = read_xml(path, project.LEFT_OUT | primavera_xml.LEFT_OUT)
    if document.root.name == "Project":
        return project.network_of(document, issues)
    if document.root.name != "APIBusinessObjects":
        said = f"the file is XML, but no schedule: it begins with <{document.root.name[:40]}>"
        remedy = "export it as Microsoft Project XML, Primavera P6 XML or XER"
        raise FileError(Issue(path.name, document.root.row, "", said, remedy))
    for name, times in sorted(document.left_out.items()):
        said = f"{times:,} {name} {'is' if times == 1 else 'are'} not carried over"
        issues.append(Issue(path.name, 0, name, said, "nothing to do, unless you need it", "warning"))
    return primavera.network_of(path.name, primavera_xml.tables_of(document.root), issues)
