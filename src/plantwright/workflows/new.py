"""A programme of one's own, started from an example."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

from plantwright.model.issues import Issue, ProgrammeError

EXAMPLES = ("small", "ohio")


def copy_example(name: str, folder: Path) -> None:
    """Copy the example `name` to `folder`, which must not exist yet. Raises `ProgrammeError` saying what is wrong."""
    if name not in EXAMPLES:
        raise ProgrammeError([Issue(name, 0, "", "there is no such example", f"take one of {', '.join(EXAMPLES)}")])
    if folder.exists():
        raise ProgrammeError([Issue(str(folder), 0, "", "is there already", "name a folder that does not exist yet")])
    with as_file(_examples() / name) as example:
        shutil.copytree(example, folder)


def _examples() -> Traversable:
    """Return where the examples are: inside an installed package, or at the top of a checkout."""
    packaged = files("plantwright") / "examples"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "examples"
