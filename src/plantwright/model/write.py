"""Programmes as texts put into files: a folder of YAML and CSV that appears whole or not at all.

What the texts mean is read in `read`; workbooks are written in `workbook`.
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from plantwright.model.files import Document, Raw, Sheet
from plantwright.model.issues import Issue, ProgrammeError

_NULL = "tag:yaml.org,2002:null"
_WIDTH = 120


class _Plain(yaml.SafeDumper):
    """Writes texts without quotation marks where they would read the same: every scalar of a programme is a text."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag == _NULL]
    for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
}


def yaml_text(data: Any) -> str:
    """Return nested mappings, lists and texts as YAML that reads to the same."""
    return yaml.dump(data, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=False)


def csv_text(table: Sheet) -> str:
    """Return a table as CSV that reads to the same."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.headings)
    for _, cells in table.rows:
        writer.writerow([cells.get(heading, "") for heading in table.headings])
    return text.getvalue()


def folder_files(documents: Mapping[str, Any], tables: Mapping[str, Sheet]) -> dict[str, str]:
    """Return the texts of a programme folder by file name."""
    files = {f"{name}.yaml": yaml_text(data) for name, data in documents.items()}
    return files | {f"{name}.csv": csv_text(table) for name, table in tables.items() if table.headings}


def raw_files(raw: Raw) -> dict[str, str]:
    """Return the texts of a programme folder that says what raw tables and documents say."""
    documents: Mapping[str, Document] = raw.documents
    return folder_files({name: document.data for name, document in documents.items()}, raw.sheets)


def write_folder(folder: Path, files: Mapping[str, str], verify: Callable[[Path], None]) -> None:
    """Write texts as the files of a new folder once `verify` has passed them, given the folder where they wait.

    Raises ProgrammeError where the folder is there already, and whatever `verify` raises; nothing is left behind then.
    """
    must_not_exist(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        made.chmod(0o755)
        for name, text in files.items():
            (made / name).write_text(text, encoding="utf-8", newline="")
        verify(made)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def must_not_exist(path: Path) -> None:
    """Raise ProgrammeError where a file or folder is there already."""
    if path.exists() or path.is_symlink():
        raise ProgrammeError([Issue(str(path), 0, "", "is there already", "name one that does not exist yet")])
