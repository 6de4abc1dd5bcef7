"""Edits of a workbook brought back into the programme folder that it was made from."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory, mkstemp

from plantwright.model.changes import Change, changes_between
from plantwright.model.files import Raw, read_folder
from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.read import check
from plantwright.model.workbook import TABLE_NAMES, read_workbook
from plantwright.model.write import raw_files
from plantwright.workflows.firm import is_plan, with_firm_orders


@dataclass(frozen=True)
class BroughtBack:
    """What changed in the folder, and what there is to say about it."""

    changes: tuple[Change, ...]
    warnings: tuple[Issue, ...]


def bring_back(workbook: Path, folder: Path) -> BroughtBack:
    """Make a programme folder say what a workbook says; files that say it already are not touched.

    A sheet that is missing leaves its file as it is; of a plan's workbook the orders marked firm come back. Raises
    ProgrammeError where either cannot be read or the programme would not be sound; nothing is changed then.
    """
    new = with_firm_orders(workbook, folder) if is_plan(workbook) else read_workbook(workbook)
    old = read_folder(folder, frozenset(TABLE_NAMES))
    if errors := [issue for issue in (*new.issues, *old.issues) if issue.severity == "error"]:
        raise ProgrammeError(errors)
    changes = changes_between(old, new)
    changed = {change.file for change in changes} | _reordered(old, new)
    files = {name: text for name, text in raw_files(new).items() if name in changed}
    issues = _checked(folder, files, workbook.name)
    for name, text in files.items():
        _put(folder / name, text)
    missing = [name for name in old.sheets if name not in new.sheets and not is_plan(workbook)]
    said = [
        Issue(workbook.name, 0, name, "there is no such sheet, so its table is left as it is",
              f"delete {name}.csv to be rid of it", "warning")
        for name in missing
    ]  # fmt: skip
    return BroughtBack(changes, (*issues, *said))


def _reordered(old: Raw, new: Raw) -> set[str]:
    """Tables with the same rows in another order, which counts where it says what is preferred."""
    return {
        f"{name}.csv"
        for name, sheet in new.sheets.items()
        if name in old.sheets and [cells for _, cells in sheet.rows] != [cells for _, cells in old.sheets[name].rows]
    }


def _checked(folder: Path, files: dict[str, str], workbook: str) -> tuple[Issue, ...]:
    """The warnings about the folder as it would be; raises ProgrammeError with its errors, by the workbook's sheets."""
    with TemporaryDirectory() as scratch:
        made = Path(scratch) / "programme"
        made.mkdir()
        for path in folder.iterdir():
            if path.suffix in (".csv", ".yaml") and path.is_file():
                shutil.copyfile(path, made / path.name)
        for name, text in files.items():
            (made / name).write_text(text, encoding="utf-8", newline="")
        issues = [
            replace(issue, file=f"{workbook}[{issue.file.rpartition('.')[0]}]") if issue.file in files else issue
            for issue in check(made)
        ]
    if errors := [issue for issue in issues if issue.severity == "error"]:
        raise ProgrammeError(errors)
    return tuple(issues)


def _put(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    handle, made = mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(made).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(made).replace(path)
    finally:
        Path(made).unlink(missing_ok=True)
