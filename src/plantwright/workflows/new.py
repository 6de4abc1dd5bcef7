"""A programme of one's own, started from an example, a workbook, another folder or a schedule of another tool."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import TemporaryDirectory

from plantwright.exchange.files import ENDINGS, read_project
from plantwright.exchange.folder import folder_texts
from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.read import check
from plantwright.model.workbook import read_workbook, to_workbook
from plantwright.model.write import folder_files, must_not_exist, raw_files, write_folder

EXAMPLES = ("small", "ohio")
WORKBOOK = ".xlsx"


def new_programme(source: str, target: Path) -> tuple[Issue, ...]:
    """Make the folder or workbook (.xlsx) `target` from an example's name, a programme's folder or workbook, or a
    schedule of Microsoft Project (.xml) or Primavera P6 (.xml, .xer).

    Returns what could not be carried over. Raises `ProgrammeError` saying what is wrong; nothing is written then.
    """
    must_not_exist(target)
    path = Path(source)
    if path.suffix.lower() in ENDINGS:
        return _import(path, target)
    if source in EXAMPLES:
        with as_file(_examples() / source) as example:
            return _copy(example, target)
    if not path.exists():
        remedy = f"take one of {', '.join(EXAMPLES)}, or name a folder, a workbook or a schedule ({', '.join(ENDINGS)})"
        raise ProgrammeError([Issue(source, 0, "", "there is no such example or file", remedy)])
    return _copy(path, target)


def _copy(source: Path, target: Path) -> tuple[Issue, ...]:
    """Carry a programme from a folder or workbook to the other, or to another of its kind, as it is."""
    if source.is_dir() and not (source / "programme.yaml").is_file():
        raise ProgrammeError([Issue(str(source), 0, "", "is no programme", "name a folder with a programme.yaml")])
    if source.is_dir() and target.suffix.lower() != WORKBOOK:
        shutil.copytree(source, target)
    elif source.is_dir():
        to_workbook(source, target)
    elif source.suffix.lower() == target.suffix.lower() == WORKBOOK:
        shutil.copyfile(source, target)
    else:
        raw = read_workbook(source)
        if errors := [issue for issue in raw.issues if issue.severity == "error"]:
            raise ProgrammeError(errors)
        write_folder(target, raw_files(raw), lambda _: None)
        return raw.issues
    return ()


def _import(source: Path, target: Path) -> tuple[Issue, ...]:
    """Carry a schedule of another tool over to a folder or workbook that checks without an error."""
    found = read_project(source)
    texts = folder_texts(found.network)
    warnings: list[Issue] = [*found.warnings, *texts.warnings]

    def verify(folder: Path) -> None:
        issues = [_traced(issue, source.name, texts.origins) for issue in check(folder)]
        if errors := [issue for issue in issues if issue.severity == "error"]:
            raise ProgrammeError(errors)
        warnings.extend(issues)

    made = folder_files(texts.documents, texts.tables)
    if target.suffix.lower() != WORKBOOK:
        write_folder(target, made, verify)
    else:
        with TemporaryDirectory() as scratch:
            write_folder(Path(scratch) / "programme", made, verify)
            to_workbook(Path(scratch) / "programme", target)
    return tuple(sorted(set(warnings)))


def _traced(issue: Issue, file: str, origins: Mapping[tuple[str, int], int]) -> Issue:
    """An issue about a row of the new programme as one about the line of the file behind it."""
    table = issue.file.rpartition(".")[0]
    place = (table, issue.row) if (table, issue.row) in origins else (".".join(issue.column.split(".")[:2]), 0)
    return replace(issue, file=file, row=origins.get(place, 0))


def _examples() -> Traversable:
    """Return where the examples are: inside an installed package, or at the top of a checkout."""
    packaged = files("plantwright") / "examples"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "examples"
