"""Files that cannot be used as files: each is answered by name, quickly, and never with a traceback."""

from __future__ import annotations

import os
import shutil
import time
import tracemalloc
from pathlib import Path

import pytest
import xlsxwriter

from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.read import check, load
from plantwright.model.workbook import to_workbook

SMALL = Path(__file__).parents[2] / "examples" / "small"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied = tmp_path / "programme"
    shutil.copytree(SMALL, copied)
    return copied


def errors_of(path: Path) -> tuple[Issue, ...]:
    with pytest.raises(ProgrammeError) as caught:
        load(path)
    return caught.value.issues


def the_error_of(path: Path) -> Issue:
    issues = errors_of(path)
    assert len(issues) == 1, "\n".join(map(str, issues))
    return issues[0]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    issue = the_error_of(tmp_path / "nowhere")
    assert "the programme does not exist" in str(issue)


def test_a_file_instead_of_a_folder(folder: Path) -> None:
    assert "is not a folder" in str(the_error_of(folder / "tasks.csv"))


def test_an_empty_folder(tmp_path: Path) -> None:
    issue = the_error_of(tmp_path)
    assert (issue.file, issue.message) == ("programme.yaml", "the file is missing")


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\xef\xbb\xbf", b",,,\n,,,\n"], ids=["nothing", "lines", "mark", "commas"]
)
def test_an_empty_table(folder: Path, content: bytes) -> None:
    (folder / "bom.csv").write_bytes(content)
    issue = the_error_of(folder)
    assert (issue.file, issue.message) == ("bom.csv", "the file is empty")


@pytest.mark.parametrize("content", ["", "# nothing\n", "---\n"])
def test_an_empty_document(folder: Path, content: str) -> None:
    (folder / "programme.yaml").write_text(content)
    issue = the_error_of(folder)
    assert (issue.file, issue.message) == ("programme.yaml", "the file is empty")


def test_a_table_that_is_not_utf8_is_named_with_its_row_and_byte(folder: Path) -> None:
    text = (folder / "items.csv").read_bytes()
    (folder / "items.csv").write_bytes(text.replace(b"Coolant hose", "K\u00fchlschlauch".encode("latin-1")))
    issue = the_error_of(folder)
    assert (issue.file, issue.row) == ("items.csv", 6)
    assert "0xfc" in issue.message
    assert "UTF-8" in issue.remedy


def test_a_document_that_is_not_utf8(folder: Path) -> None:
    (folder / "agreements.yaml").write_bytes(b"- id: caf\xe9\n")
    assert the_error_of(folder).file == "agreements.yaml"


def test_a_table_of_200_megabytes_is_refused_quickly_and_unread(folder: Path) -> None:
    with (folder / "demand.csv").open("wb") as file:
        file.truncate(200_000_000)
    tracemalloc.start()
    begun = time.process_time()
    issue = the_error_of(folder)
    spent, (_, peak) = time.process_time() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert issue.file == "demand.csv"
    assert "200 MB" in issue.message
    assert peak < 10_000_000
    assert spent < 5


def test_a_link_out_of_the_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("item,quantity\nhose,60\n")
    (folder / "stock.csv").unlink()
    (folder / "stock.csv").symlink_to(tmp_path / "secret.csv")
    issue = the_error_of(folder)
    assert (issue.file, "leads out of the programme's folder" in issue.message) == ("stock.csv", True)


def test_a_link_within_the_folder_is_followed(folder: Path) -> None:
    (folder / "old").mkdir()
    (folder / "stock.csv").rename(folder / "old" / "stock.csv")
    (folder / "stock.csv").symlink_to(folder / "old" / "stock.csv")
    assert load(folder).stock == load(SMALL).stock


def test_a_folder_reached_by_a_link_is_read(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(folder)
    assert load(tmp_path / "linked") == load(SMALL)


def test_a_link_to_itself(folder: Path) -> None:
    (folder / "stock.csv").unlink()
    (folder / "stock.csv").symlink_to(folder / "stock.csv")
    assert the_error_of(folder).file == "stock.csv"


def test_a_link_to_a_device(folder: Path) -> None:
    (folder / "stock.csv").unlink()
    (folder / "stock.csv").symlink_to("/dev/zero")
    assert the_error_of(folder).file == "stock.csv"


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    (folder / "stock.csv").unlink()
    os.mkfifo(folder / "stock.csv")
    assert "this is not a file" in str(the_error_of(folder))


def test_a_folder_named_like_a_table(folder: Path) -> None:
    (folder / "stock.csv").unlink()
    (folder / "stock.csv").mkdir()
    assert "this is not a file" in str(the_error_of(folder))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_the_right_to_read_it(folder: Path) -> None:
    (folder / "stock.csv").chmod(0)
    assert "cannot be read" in str(the_error_of(folder))


def test_a_zero_byte_in_a_table(folder: Path) -> None:
    text = (folder / "stock.csv").read_bytes()
    (folder / "stock.csv").write_bytes(text.replace(b"60", b"6\x000"))
    assert the_error_of(folder).file == "stock.csv"


def test_one_endless_cell(folder: Path) -> None:
    (folder / "stock.csv").write_text("item,quantity\nhose," + "9" * 200_000 + "\n")
    assert the_error_of(folder).row == 2


def test_aliases_that_unfold_without_end(folder: Path) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (folder / "programme.yaml").write_text("\n".join(levels))
    assert "unfolds to more than" in str(the_error_of(folder))


def test_an_alias_that_contains_itself(folder: Path) -> None:
    (folder / "programme.yaml").write_text("name: &a [*a]\n")
    assert the_error_of(folder).file == "programme.yaml"


@pytest.mark.parametrize("opening", ["[", "{a: "])
def test_a_document_nested_too_deeply(folder: Path, opening: str) -> None:
    (folder / "programme.yaml").write_text(opening * 20_000)
    assert "nested too deeply" in str(the_error_of(folder))


@pytest.mark.parametrize(
    "content",
    [
        "- a\n- b\n",
        "just a text\n",
        "a: b\n",
        "name: !!python/object:os.system x\n",
        "name: [a\n",
        "\x00\x01",
        "? [a, b]\n: c\n",
    ],
)
def test_documents_that_are_no_programme(folder: Path, content: str) -> None:
    (folder / "programme.yaml").write_text(content)
    issues = errors_of(folder)
    assert {issue.file for issue in issues} == {"programme.yaml"}, "\n".join(map(str, issues))


@pytest.mark.parametrize(
    "content", ["a: b\n", "text\n", "- text\n", "- {id: x}\n", "- [a]\n", "- {kind: [a], id: x}\n"]
)
def test_documents_that_are_no_agreements(folder: Path, content: str) -> None:
    (folder / "agreements.yaml").write_text(content)
    assert {issue.file for issue in errors_of(folder)} == {"agreements.yaml"}


def test_values_of_the_wrong_shape(folder: Path) -> None:
    (folder / "programme.yaml").write_text(
        "name: [a]\nstart: {a: b}\nhorizon: [2026-01-01]\ncurrency: {}\nparties: text\ncalendars: [a]\n"
        "objective: {order: cost, weights: [a]}\nplanning_quantile: lots\ndiscount_rate: [8]\nreport: {a: [b]}\n"
    )
    columns = {issue.column.split(".")[0] for issue in errors_of(folder)}
    assert columns >= {
        "name",
        "start",
        "horizon",
        "currency",
        "parties",
        "calendars",
        "objective",
        "planning_quantile",
        "discount_rate",
    }


def test_a_file_whose_name_is_nearly_right_is_pointed_out(folder: Path) -> None:
    (folder / "stock.csv").rename(folder / "stocks.csv")
    warnings = [issue for issue in check(folder) if issue.severity == "warning"]
    assert any(issue.file == "stocks.csv" and "did you mean 'stock.csv'?" in issue.remedy for issue in warnings)


def test_a_workbook_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "plan.xlsx").write_text("no zip")
    assert "not a workbook" in str(the_error_of(tmp_path / "plan.xlsx"))


def test_a_workbook_that_is_not_there(tmp_path: Path) -> None:
    assert the_error_of(tmp_path / "plan.xlsx").file == "plan.xlsx"


def test_a_workbook_cut_short(tmp_path: Path) -> None:
    to_workbook(SMALL, tmp_path / "plan.xlsx")
    content = (tmp_path / "plan.xlsx").read_bytes()
    (tmp_path / "plan.xlsx").write_bytes(content[: len(content) // 2])
    assert the_error_of(tmp_path / "plan.xlsx").file == "plan.xlsx"


def test_formulas_in_a_workbook_are_named_by_row_and_column(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "plan.xlsx")) as book:
        main = book.add_worksheet("programme")
        for row, pair in enumerate(
            [("key", "value"), ("name", "x"), ("start", "2026-01-01"), ("horizon", "2026-12-31")]
        ):
            main.write_row(row, 0, pair)
        stock = book.add_worksheet("stock")
        stock.write_row(0, 0, ("item", "quantity"))
        stock.write_string(1, 0, "hose")
        stock.write_formula(1, 1, "=2*30", None, 60)
    issue = the_error_of(tmp_path / "plan.xlsx")
    assert (issue.file, issue.row, issue.column) == ("plan.xlsx[stock]", 2, "B")


def test_faults_in_a_workbook_name_sheet_row_and_column(folder: Path, tmp_path: Path) -> None:
    for name, old, new in (
        ("bom.csv", "cabinet,frame", "cabinet,frames"),
        ("programme.yaml", "role: operator", "role: operater"),
    ):
        text = (folder / name).read_text()
        (folder / name).write_text(text.replace(old, new))
    to_workbook(folder, tmp_path / "plan.xlsx")
    places = {(issue.file, issue.column) for issue in errors_of(tmp_path / "plan.xlsx")}
    assert places == {("plan.xlsx[bom]", "component"), ("plan.xlsx[programme]", "parties.2.role")}
