"""One small plan in the three formats: what is carried over, and that its dates come out again when it is scheduled.

The dates were worked out by hand: five days of eight hours, the 12th of March free, the 14th a Saturday of four hours.
"""

from __future__ import annotations

import itertools
from datetime import datetime
from pathlib import Path

import pytest
from tests.exchange.networks import SAMPLES

from plantwright import scheduling
from plantwright.exchange import read_project
from plantwright.model.programme import Programme
from plantwright.model.read import check, load
from plantwright.workflows.new import new_programme

FILES = ("hall_project.xml", "hall_p6.xml", "hall.xer")
DATES = {
    "Permit": ("2026-03-02 08:00", "2026-03-06 17:00"),
    "Strip out": ("2026-03-11 08:00", "2026-03-16 12:00"),
    "Curing": ("2026-03-16 12:00", "2026-03-19 12:00"),
    "Wiring": ("2026-03-14 08:00", "2026-03-19 12:00"),
    "Old supply runs": ("2026-03-13 08:00", "2026-03-16 12:00"),
    "Hall ready": ("2026-03-19 18:00", "2026-03-19 18:00"),
}


@pytest.fixture(params=FILES)
def file(request) -> str:
    return request.param


@pytest.fixture
def made(file, tmp_path) -> Programme:
    new_programme(str(SAMPLES / file), tmp_path / "hall")
    assert [issue for issue in check(tmp_path / "hall") if issue.severity == "error"] == []
    return load(tmp_path / "hall")


def by_name(programme: Programme):
    return {task.name: task for task in programme.tasks}


def test_the_schedule_of_what_was_read_has_the_dates_of_the_file(made):
    schedule = scheduling.schedule(made)
    found = {
        task.name: tuple(made.moment(t) for t in (schedule.task[task.id].start, schedule.task[task.id].finish))
        for task in made.tasks
    }
    assert {name: found[name] for name in DATES} == {
        name: tuple(map(datetime.fromisoformat, dates)) for name, dates in DATES.items()
    }


def test_the_dates_of_the_file_are_read_too(file):
    network = read_project(SAMPLES / file).network
    found = {
        each.name: (f"{each.start:%Y-%m-%d %H:%M}", f"{each.finish:%Y-%m-%d %H:%M}") for each in network.activities
    }
    assert found == DATES


def test_links_of_all_kinds_with_their_lags(made):
    tasks = by_name(made)
    names = {task.id: task.name for task in made.tasks}
    links = {name: {(names[k.predecessor], k.kind, k.lag.planned) for k in t.links} for name, t in tasks.items()}
    assert links["Curing"] == {("Strip out", "FS", 0.0)}
    assert links["Wiring"] == {("Strip out", "SS", 0.0), ("Curing", "FF", 0.0)}
    assert links["Old supply runs"] == {("Curing", "SF", 0.0)}
    assert links["Hall ready"] == {("Curing", "FS", 6.0), ("Wiring", "FS", 0.0)}


def test_a_lag_of_working_time_waits_as_a_task_by_its_calendar(made):
    (before,) = by_name(made)["Strip out"].links
    wait = made.task[before.predecessor]
    assert (wait.modes[0].duration.planned, wait.calendar) == (16.0, by_name(made)["Permit"].calendar)
    assert [(link.predecessor, link.kind) for link in wait.links] == [(by_name(made)["Permit"].id, "FS")]


def test_durations_areas_constraints_and_cost(made):
    tasks = by_name(made)
    assert {name: task.modes[0].duration.planned for name, task in tasks.items() if name in DATES} == {
        "Permit": 40.0, "Strip out": 24.0, "Curing": 72.0, "Wiring": 32.0, "Old supply runs": 16.0, "Hall ready": 0.0,
    }  # fmt: skip
    assert (tasks["Curing"].area, tasks["Wiring"].area) == ("Hall / Slab", "Power")
    assert made.moment(tasks["Wiring"].release.planned) == datetime(2026, 3, 12, 8)
    assert made.moment(tasks["Hall ready"].deadline.planned) == datetime(2026, 3, 31, 17)
    assert tasks["Hall ready"].milestone
    assert (tasks["Permit"].modes[0].cost.planned, tasks["Wiring"].modes[0].cost.planned) == (2500.0, 900.0)
    assert made.currency == "EUR"


def test_resources_and_what_tasks_take_of_them(made):
    resources = {each.name: each for each in made.resources}
    assert {name: each.capacity[0].value.planned for name, each in resources.items()} == {"Electricians": 4, "Crane": 1}
    assert resources["Electricians"].cost.planned == 60.0
    taken = {name: [(n.id, n.amount.planned) for n in task.modes[0].needs] for name, task in by_name(made).items()}
    assert taken["Wiring"] == [(resources["Electricians"].id, 2.0)]
    assert taken["Strip out"] == [(resources["Crane"].id, 1.0)]


def test_a_calendar_has_its_free_day_and_its_working_saturday(made):
    calendar = made.calendars[by_name(made)["Permit"].calendar]
    hours = [float(calendar.worked(made.hours(made.start) + 24.0 * day)) for day in range(15)]
    worked = [b - a for a, b in itertools.pairwise(hours)]
    assert worked == [8, 8, 8, 8, 8, 0, 0, 8, 8, 8, 0, 8, 4, 0]


@pytest.mark.parametrize("file", FILES[1:])
def test_the_party_of_the_work_breakdown_is_in_charge(file, tmp_path):
    new_programme(str(SAMPLES / file), tmp_path / "hall")
    programme = load(tmp_path / "hall")
    assert {each.id: each.name for each in programme.parties} == {"Harbour_Builders": "Harbour Builders"}
    assert programme.task["A1020"].party == "Harbour_Builders"
    assert programme.task["A1030"].party == ""


def test_what_is_not_carried_over_is_named_with_its_line(tmp_path):
    said = {name: new_programme(str(SAMPLES / name), tmp_path / name) for name in FILES}
    assert all(issue.severity == "warning" and issue.file == name for name in FILES for issue in said[name])
    for name in FILES:
        lines = (SAMPLES / name).read_text(encoding="cp1252").splitlines()
        cable = next(issue for issue in said[name] if "900.00 of cost" in issue.message)
        assert "600" in lines[cable.row - 1]
    for name in FILES[1:]:
        effort = next(issue for issue in said[name] if "level of effort" in issue.message)
        assert "Site office" in (SAMPLES / name).read_text(encoding="cp1252").splitlines()[effort.row - 1]


def test_into_a_workbook_and_on_into_a_folder_it_is_the_same_programme(file, tmp_path):
    new_programme(str(SAMPLES / file), tmp_path / "direct")
    new_programme(str(SAMPLES / file), tmp_path / "hall.xlsx")
    new_programme(str(tmp_path / "hall.xlsx"), tmp_path / "back")
    assert load(tmp_path / "direct") == load(tmp_path / "hall.xlsx") == load(tmp_path / "back")


def test_nothing_is_written_over(file, tmp_path):
    from plantwright.model.issues import ProgrammeError

    (tmp_path / "hall").mkdir()
    with pytest.raises(ProgrammeError, match="is there already"):
        new_programme(str(SAMPLES / file), tmp_path / "hall")
    assert list(Path(tmp_path / "hall").iterdir()) == []
