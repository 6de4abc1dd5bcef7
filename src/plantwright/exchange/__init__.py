"""Exchange with the tools of other planners: schedules of Microsoft Project and Primavera P6 in, Microsoft Project and
Excel out.

Readers turn a file into a `Network` of plain values, `folder` turns that into the texts of a programme folder; what
they mean is then read by `model.read` like any other. Nothing is scheduled here.
"""

from plantwright.exchange.files import Imported, read_project
from plantwright.exchange.folder import folder_texts
from plantwright.exchange.project_writer import project_xml

__all__ = ["Imported", "folder_texts", "project_xml", "read_project"]
