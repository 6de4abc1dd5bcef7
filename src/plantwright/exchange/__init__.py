"""Exchange with the tools of other planners: schedules of Microsoft Project and Primavera P6 in, Microsoft Project and
Excel out.

Readers turn a file into a `Network` of plain values, `folder` turns that into the texts of a programme folder; what
they mean is then read by `model.read` like any other. Nothing is scheduled here. Each is imported when it is first
used, so that who reads a plan's file does not wait for the readers of schedules.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plantwright.exchange.files import Imported, read_project
    from plantwright.exchange.folder import folder_texts
    from plantwright.exchange.project_writer import project_xml

__all__ = ["Imported", "folder_texts", "project_xml", "read_project"]
_PLACES = {"Imported": "files", "folder_texts": "folder", "project_xml": "project_writer", "read_project": "files"}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'plantwright.exchange' has no attribute {name!r}")
    return getattr(import_module(f"plantwright.exchange.{_PLACES[name]}"), name)
