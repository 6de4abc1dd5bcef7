"""A programme edited in a workbook and brought back: what changed is said, what did not is not touched."""

from __future__ import annotations

import shutil
from pathlib import Path

import fastexcel
import pytest
import xlsxwriter
from typer.testing import CliRunner

from plantwright.cli import app
from plantwright.model.issues import ProgrammeError
from plantwright.model.read import load
from plantwright.workflows.bring_back import bring_back
from plantwright.workflows.new import new_programme

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(params=["small", "ohio"])
def example(request) -> Path:
    return EXAMPLES / request.param


@pytest.fixture
def mine(tmp_path) -> Path:
    shutil.copytree(EXAMPLES / "small", tmp_path / "mine")
    new_programme(str(tmp_path / "mine"), tmp_path / "mine.xlsx")
    return tmp_path / "mine"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def edited(book: Path, sheet: str, edit, *, drop: frozenset[str] = frozenset()) -> None:
    """Rewrite a workbook with the rows of one sheet edited, as a spreadsheet would save it."""
    read = fastexcel.read_excel(book)
    rows = {n: read.load_sheet(n, header_row=None, dtypes="string").to_polars().rows() for n in read.sheet_names}
    with xlsxwriter.Workbook(str(book)) as out:
        for name, cells in rows.items():
            if name not in drop:
                written = out.add_worksheet(name)
                for number, row in enumerate(edit([*map(list, cells)]) if name == sheet else cells):
                    for column, cell in enumerate(row):
                        if cell is not None:
                            written.write(number, column, cell)


def test_a_folder_to_a_workbook_and_back_is_the_same_programme(example, tmp_path):
    new_programme(str(example), tmp_path / "book.xlsx")
    new_programme(str(tmp_path / "book.xlsx"), tmp_path / "back")
    assert load(tmp_path / "back") == load(example)


def test_an_unedited_workbook_changes_no_byte(example, tmp_path):
    shutil.copytree(example, tmp_path / "mine")
    new_programme(str(tmp_path / "mine"), tmp_path / "mine.xlsx")
    before = contents(tmp_path / "mine")
    assert bring_back(tmp_path / "mine.xlsx", tmp_path / "mine").changes == ()
    assert contents(tmp_path / "mine") == before


def test_an_edited_cell_an_added_and_a_deleted_row_are_said_and_carried_back(mine):
    def edit(rows):
        heading = rows[0]
        rows[1][heading.index("quantity")] = 25
        rows.append([*rows[2]])
        rows[-1][heading.index("id")] = "third_row"
        del rows[2]
        return rows

    edited(mine.with_suffix(".xlsx"), "demand", edit)
    before = contents(mine)
    found = bring_back(mine.with_suffix(".xlsx"), mine)
    assert [str(change) for change in found.changes] == [
        "demand.csv: first_row: quantity: 20 -> 25", "demand.csv: second_row: removed", "demand.csv: third_row: added",
    ]  # fmt: skip
    after = contents(mine)
    assert {name for name in after if after[name] != before[name]} == {"demand.csv"}
    assert [(each.id, each.quantity) for each in load(mine).demand] == [("first_row", 25), ("third_row", 55)]


def test_a_key_of_a_document_is_said_by_its_path(mine):
    def edit(rows):
        return [[key, "2027-06-30" if key == "horizon" else value] for key, value in rows]

    edited(mine.with_suffix(".xlsx"), "programme", edit)
    found = bring_back(mine.with_suffix(".xlsx"), mine)
    assert [str(change) for change in found.changes] == ["programme.yaml: horizon: 2026-12-31 -> 2027-06-30"]
    assert f"{load(mine).horizon}" == "2027-06-30"


def test_an_edit_that_is_not_sound_changes_nothing_and_names_sheet_and_row(mine):
    def edit(rows):
        rows[1][rows[0].index("item")] = "cabnet"
        return rows

    edited(mine.with_suffix(".xlsx"), "demand", edit)
    before = contents(mine)
    with pytest.raises(ProgrammeError) as caught:
        bring_back(mine.with_suffix(".xlsx"), mine)
    assert [(issue.file, issue.row, issue.column) for issue in caught.value.issues] == [
        ("mine.xlsx[demand]", 2, "item")
    ]
    assert contents(mine) == before


def test_a_missing_sheet_leaves_its_table(mine):
    edited(mine.with_suffix(".xlsx"), "", None, drop=frozenset(["stock"]))
    before = contents(mine)
    found = bring_back(mine.with_suffix(".xlsx"), mine)
    assert [(issue.column, issue.severity) for issue in found.warnings] == [("stock", "warning")]
    assert contents(mine) == before


def test_rows_in_another_order_are_carried_back(mine):
    edited(mine.with_suffix(".xlsx"), "demand", lambda rows: [rows[0], rows[2], rows[1]])
    bring_back(mine.with_suffix(".xlsx"), mine)
    assert [each.id for each in load(mine).demand] == ["second_row", "first_row"]


def test_the_command_shows_the_changes(mine):
    edited(mine.with_suffix(".xlsx"), "demand", lambda rows: rows[:2])
    answer = CliRunner().invoke(app, ["new", str(mine), "--from", str(mine.with_suffix(".xlsx")), "--replace"])
    assert answer.exit_code == 0, answer.output
    assert "demand.csv: second_row: removed" in answer.output
    assert "1 change in" in answer.output


def test_a_folder_that_is_not_there_or_a_book_that_is_none(mine, tmp_path):
    for book, folder in ((mine.with_suffix(".xlsx"), tmp_path / "none"), (mine / "tasks.csv", mine)):
        answer = CliRunner().invoke(app, ["new", str(folder), "--from", str(book), "--replace"])
        assert answer.exit_code == 1
        assert isinstance(answer.exception, SystemExit)


def test_a_workbook_of_the_same_folder_has_the_same_bytes(mine, tmp_path):
    new_programme(str(mine), tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == mine.with_suffix(".xlsx").read_bytes()


def test_dates_are_dates_and_numbers_are_numbers_to_a_spreadsheet(mine):
    rows = fastexcel.read_excel(mine.with_suffix(".xlsx")).load_sheet("demand").to_polars()
    assert rows["due"].dtype.is_temporal()
    assert rows["quantity"].dtype.is_numeric()
