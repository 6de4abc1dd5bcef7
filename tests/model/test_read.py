"""Reading whole programmes: folders and workbooks alike, working time by calendar, purchases, modes."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from plantwright.model.agreements import Purchase, Sale
from plantwright.model.issues import ProgrammeError
from plantwright.model.programme import Operation, Programme, Resource
from plantwright.model.quantity import Dimension
from plantwright.model.read import check, load
from plantwright.model.workbook import to_workbook

EXAMPLES = Path(__file__).parents[2] / "examples"

MAIN = """
name: Tiny
start: 2026-01-05
horizon: 2027-01-05
calendars:
  office: {shifts: {mon-fri: ["08:00-12:00", "13:00-17:00"]}}
  round: {shifts: {mon-sun: ["00:00-24:00"]}}
parties:
  - {id: us, name: Us, role: operator}
"""


def written(folder: Path, tables: Mapping[str, str], main: str = MAIN) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "programme.yaml").write_text(main)
    for name, text in tables.items():
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize("name", ["small", "ohio"])
def test_a_folder_and_its_workbook_read_to_the_same_programme(name: str, tmp_path: Path) -> None:
    to_workbook(EXAMPLES / name, tmp_path / "plan.xlsx")
    folder, workbook = load(EXAMPLES / name), load(tmp_path / "plan.xlsx")
    for field in dataclasses.fields(Programme):
        assert getattr(folder, field.name) == getattr(workbook, field.name), field.name
    assert folder == workbook


def test_a_workbook_as_a_spreadsheet_user_types_it(tmp_path: Path) -> None:
    """Numbers as numbers, dates as dates, shares in percent, sheets that start with blank rows in between."""
    with xlsxwriter.Workbook(str(tmp_path / "plan.xlsx")) as book:
        day, percent = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "0%"})
        main = book.add_worksheet("programme")
        main.write_row(0, 0, ("key", "value"))
        main.write_row(1, 0, ("name", "Typed"))
        main.write(2, 0, "start")
        main.write_datetime(2, 1, date(2026, 1, 5), day)
        main.write(3, 0, "horizon")
        main.write_datetime(3, 1, date(2026, 12, 31), day)
        main.write(5, 0, "discount_rate")
        main.write_number(5, 1, 0.08, percent)
        for row, pair in enumerate(
            (("parties[1].id", "us"), ("parties[1].name", "Us"), ("parties[1].role", "operator")), start=6
        ):
            main.write_row(row, 0, pair)
        main.write_row(9, 0, ("calendars.day.shifts.mon-fri[1]", "07:00-15:00"))
        main.write(10, 0, "calendars.day.closed[1]")
        main.write_datetime(10, 1, date(2026, 5, 1), day)
        items, stock = book.add_worksheet("items"), book.add_worksheet("stock")
        items.write_row(0, 0, ("id", "gpus"))
        items.write_row(1, 0, ("card", 1))
        stock.write_row(0, 0, ("item", "quantity", "available"))
        stock.write_row(3, 0, ("card", 40))
        stock.write_datetime(3, 2, date(2026, 2, 1), day)
    programme = load(tmp_path / "plan.xlsx")
    assert (programme.start, programme.horizon) == (date(2026, 1, 5), date(2026, 12, 31))
    assert programme.discount_rate.planned == pytest.approx(0.08)
    (stock_row,) = programme.stock
    assert (stock_row.row, stock_row.quantity.planned, programme.moment(stock_row.available.planned).date()) == (
        4, 40.0, date(2026, 2, 1),
    )  # fmt: skip
    may_day = programme.hours(date(2026, 5, 1))
    assert float(programme.calendars["day"].worked(may_day + 24) - programme.calendars["day"].worked(may_day)) == 0.0


@pytest.mark.parametrize(
    ("duration", "calendar", "hours"),
    [
        ("3 days", "office", 24.0),
        ("3 days", "round", 72.0),
        ("3 days", "always", 72.0),
        ("2 weeks", "office", 80.0),
        ("2 weeks", "always", 336.0),
        ("1 month", "office", 365.25 / 12 / 7 * 40),
        ("6 h", "office", 6.0),
        ("90 min", "office", 1.5),
        ("@work", "office", 5 * 8.0),
        ("2 * @work", "office", 10 * 8.0),
        ("@hours", "office", 30.0),
        ("2 weeks * @effort", "office", 2 * 40 * 1.5),
    ],
)
def test_a_day_of_a_task_is_a_day_of_work_by_its_calendar(
    duration: str, calendar: str, hours: float, tmp_path: Path
) -> None:
    register = "id,likely,unit\nwork,5,days\nhours,30,h\neffort,1.5,\n"
    tasks = f"id,duration,calendar\nwiring,{duration},{calendar}\n"
    programme = load(written(tmp_path / "p", {"assumptions.csv": register, "tasks.csv": tasks}))
    read = programme.task["wiring"].modes[0].duration
    assert (read.planned, read.dimension) == (pytest.approx(hours), Dimension.TIME)
    if read.assumption:
        world = {read.assumption: programme.register.planned(read.assumption)}
        assert read.in_world(world) == pytest.approx(hours)


def test_a_lag_and_a_lead_time_are_elapsed_time(tmp_path: Path) -> None:
    tasks = "id,duration,calendar,predecessors\na,1 day,office,\nb,1 day,office,a FS+2 days\n"
    (link,) = load(written(tmp_path / "p", {"tasks.csv": tasks})).task["b"].links
    assert link.lag.planned == 48.0


PURCHASE = {
    "equipment.csv": "id,price,lead_time\noven,2 MUSD,@lead\nrack,10 kUSD,3 weeks\n",
    "assumptions.csv": "id,low,likely,high,unit\nlead,8,10,12,weeks\n",
    "tasks.csv": 'id,equipment,calendar,cost\nbuy,"oven:2, rack:20",office,5 kUSD\n',
}


def test_a_purchase_lasts_as_long_as_its_longest_lead_time_and_costs_its_equipment(tmp_path: Path) -> None:
    task = load(written(tmp_path / "p", PURCHASE)).task["buy"]
    (mode,) = task.modes
    assert task.calendar == "always"
    assert (mode.duration.assumption, mode.duration.planned) == ("lead", pytest.approx(10 * 168))
    assert (mode.cost.planned, mode.equipment_cost) == (5_000.0, 2 * 2e6 + 20 * 1e4)
    assert sum(price.planned for price in mode.equipment_prices) == mode.equipment_cost


def test_a_further_mode_takes_what_it_leaves_blank_from_the_first(tmp_path: Path) -> None:
    tables = {
        "resources.csv": "id,kind,capacity\nfitters,crew,9\n",
        "tasks.csv": (
            "id,name,party,mode,duration,calendar,resources,cost,deadline\n"
            "wire,Wiring,us,normal,4 weeks,office,fitters:2,10 kUSD,2026-06-01\n"
            "wire,,,crash,2 weeks,,fitters:6,25 kUSD,\n"
            "wire,,,slow,8 weeks,,,4 kUSD,\n"
        ),
    }
    (task,) = load(written(tmp_path / "p", tables)).tasks
    assert [mode.name for mode in task.modes] == ["normal", "crash", "slow"]
    assert [mode.duration.planned for mode in task.modes] == [160.0, 80.0, 320.0]
    assert [mode.needs[0].amount.planned for mode in task.modes] == [2.0, 6.0, 2.0]
    assert [mode.cost.planned for mode in task.modes] == [10_000.0, 25_000.0, 4_000.0]
    assert (task.row, [mode.row for mode in task.modes]) == (2, [2, 3, 4])


def test_a_fault_taken_over_from_the_first_row_is_said_once(tmp_path: Path) -> None:
    tasks = "id,mode,duration,resources\na,normal,1 day,nobody:1\na,crash,2,\n"
    with pytest.raises(ProgrammeError) as caught:
        load(written(tmp_path / "p", {"tasks.csv": tasks}))
    assert [(issue.row, issue.column) for issue in caught.value.issues] == [(2, "resources"), (3, "duration")]


def test_a_mode_that_changes_more_than_a_mode_may_is_refused(tmp_path: Path) -> None:
    tasks = "id,mode,duration,party\na,normal,1 day,\na,crash,12 h,us\n"
    with pytest.raises(ProgrammeError) as caught:
        load(written(tmp_path / "p", {"tasks.csv": tasks}))
    assert [(issue.row, issue.column) for issue in caught.value.issues] == [(3, "party")]


def test_tables_are_optional(tmp_path: Path) -> None:
    programme = load(written(tmp_path / "p", {}))
    assert (programme.tasks, programme.items, programme.agreements) == ((), (), ())
    assert programme.calendars["office"].hours_per_week == 40.0


def test_quotation_marks_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    folder = written(tmp_path / "p", {})
    (folder / "items.csv").write_bytes('\ufeffid,name\r\ncard,"Card, ""fast"",\r\nnew"\r\nboard,Board\r\n'.encode())
    items = load(folder).items
    assert [(item.id, item.name, item.row) for item in items] == [
        ("card", 'Card, "fast",\r\nnew', 2),
        ("board", "Board", 3),
    ]


def test_agreements_are_read_by_kind() -> None:
    sale, purchase = load(EXAMPLES / "small").agreements
    assert isinstance(sale, Sale)
    assert sale.assets[0].price.planned == 1.2e6
    assert isinstance(purchase, Purchase)
    assert purchase.deposit.planned == pytest.approx(0.1)


def test_an_unused_assumption_is_a_warning_and_no_error(tmp_path: Path) -> None:
    folder = written(tmp_path / "p", {"assumptions.csv": "id,likely\nidle,5\n"})
    (issue,) = check(folder)
    assert (issue.severity, issue.file, issue.row) == ("warning", "assumptions.csv", 2)
    assert load(folder).register.planned("idle") == 5.0


def test_rows_can_be_made_in_code_from_text_or_values() -> None:
    crane = Resource(id="crane", kind="crane", capacity="1; 2026-03-01: 2")  # type: ignore[arg-type]
    again = Resource(id="crane", kind="crane", capacity=crane.capacity)
    assert again == crane
    operation = Operation(item="a", operation="b", work_centre="c", time="45 min", yield_="90 %")  # type: ignore[arg-type]
    assert (operation.time.planned, operation.yield_.planned) == (0.75, pytest.approx(0.9))


def test_the_same_folder_reads_to_the_same_programme(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "small", tmp_path / "copy")
    assert load(tmp_path / "copy") == load(EXAMPLES / "small")


def test_reading_a_folder_imports_none_of_the_slow_libraries() -> None:
    """Checking must answer at once: what takes long to import stays out of it."""
    slow = ("polars", "scipy.stats", "numba", "ortools", "highspy", "plotly", "pandas", "xlsxwriter", "fastexcel")
    small = str(EXAMPLES / "small")
    program = f"import sys; from plantwright.model.read import load; load({small!r})"
    program += f"; print([m for m in {slow!r} if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout.strip() == "[]"


def test_reading_a_plan_imports_no_reader_of_schedules() -> None:
    """A quote reads a plan's file and nothing of Microsoft Project or Primavera."""
    program = "import sys, plantwright.exchange.plan_file; "
    program += "print([m for m in sys.modules if m.startswith('plantwright.exchange.')])"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout.strip() == "['plantwright.exchange.plan_file']"
