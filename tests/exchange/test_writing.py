"""Microsoft Project XML written: order of elements as published, and the same plan when it is read back.

The orders below are those of Microsoft's "Elements and XML Structure" pages of the Project XML Data Interchange Schema.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantwright import scheduling
from plantwright.exchange import folder_texts, project_xml, read_project
from plantwright.exchange.network import Activity, Assignment, Network, Pool, Tie, WorkCalendar
from plantwright.exchange.project_writer import duration
from plantwright.exchange.weeks import week_and_days
from plantwright.model.programme import Programme
from plantwright.model.read import load
from plantwright.model.schedule import Schedule, ScheduledTask
from plantwright.model.underway import progress_of, remaining_work, share_done
from plantwright.model.write import folder_files, write_folder
from plantwright.workflows.new import new_programme

EXAMPLES = Path(__file__).parents[2] / "examples"
PROJECT = """SaveVersion UID Name Title Subject Category Company Manager Author CreationDate Revision LastSaved
ScheduleFromStart StartDate FinishDate FYStartDate CriticalSlackLimit CurrencyDigits CurrencySymbol CurrencyCode
CurrencySymbolPosition CalendarUID DefaultStartTime DefaultFinishTime MinutesPerDay MinutesPerWeek DaysPerMonth
DefaultTaskType DefaultFixedCostAccrual DefaultStandardRate DefaultOvertimeRate DurationFormat WorkFormat
EditableActualCosts HonorConstraints EarnedValueMethod InsertedProjectsLikeSummary MultipleCriticalPaths
NewTasksEffortDriven NewTasksEstimated StatusDate
OutlineCodes WBSMasks ExtendedAttributes Calendars Tasks Resources Assignments"""
TASK = """UID ID Name Type IsNull CreateDate Contact WBS WBSLevel OutlineNumber OutlineLevel Priority Start Finish
Duration DurationFormat Work Stop Resume ResumeValid EffortDriven Recurring OverAllocated Estimated Milestone Summary
Critical
IsSubproject EarlyStart EarlyFinish LateStart LateFinish FreeSlack TotalSlack FixedCost FixedCostAccrual PercentComplete
ActualStart ActualFinish ActualCost RemainingDuration
ConstraintType CalendarUID ConstraintDate Deadline LevelAssignments LevelingCanSplit LevelingDelay LevelingDelayFormat
PreLeveledStart IgnoreResourceCalendar Notes HideBar PredecessorLink ActualWorkProtected ExtendedAttribute Baseline"""
CALENDAR = "UID Name IsBaseCalendar BaseCalendarUID WeekDays Exceptions WorkWeeks"
EXCEPTION = """EnteredByOccurrences TimePeriod Occurrences Name Type Period DaysOfWeek MonthItem MonthPosition Month
MonthDay DayWorking WorkingTimes"""
RESOURCE = """UID ID Name Type IsNull Initials Code Group MaxUnits PeakUnits CanLevel AccrueAt Work StandardRate
StandardRateFormat Cost CalendarUID Notes ExtendedAttribute Baseline AvailabilityPeriods Rates"""
ASSIGNMENT = "UID TaskUID ResourceUID PercentWorkComplete Cost Delay Finish Start Units Work WorkContour"
ORDERS = {
    "Project": PROJECT, "Task": TASK, "Calendar": CALENDAR, "Exception": EXCEPTION, "Resource": RESOURCE,
    "Assignment": ASSIGNMENT, "WeekDay": "DayType DayWorking TimePeriod WorkingTimes", "TimePeriod": "FromDate ToDate",
    "Baseline": "Number Start Finish Cost",
    "PredecessorLink": "PredecessorUID Type CrossProject CrossProjectName LinkLag LagFormat",
    "WorkingTime": "FromTime ToTime", "AvailabilityPeriod": "AvailableFrom AvailableTo AvailableUnits",
}  # fmt: skip


def planned(name: str) -> tuple[Programme, Schedule]:
    programme = load(EXAMPLES / name)
    return programme, scheduling.schedule(programme)


@pytest.fixture(scope="module", params=["small", "ohio"])
def example(request) -> tuple[Programme, Schedule]:
    return planned(request.param)


def read_back(programme: Programme, schedule: Schedule, folder: Path) -> tuple[Network, Programme]:
    (folder / "plan.xml").write_text(project_xml(programme, schedule), encoding="utf-8")
    network = read_project(folder / "plan.xml").network
    texts = folder_texts(network)
    write_folder(folder / "back", folder_files(texts.documents, texts.tables), lambda _: None)
    return network, load(folder / "back")


def test_elements_stand_in_the_published_order(example):
    root = ElementTree.fromstring(project_xml(*example))
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        if name in ORDERS and name != "ExtendedAttributes":
            order = ORDERS[name].split()
            places = [order.index(child.tag.rpartition("}")[2]) for child in element]
            assert places == sorted(places), f"{name}: {[child.tag for child in element]}"


def test_ids_are_unique_and_every_reference_leads_somewhere(example):
    root = ElementTree.fromstring(project_xml(*example))
    space = {"p": "http://schemas.microsoft.com/project"}
    uids = {
        kind: [e.text for e in root.findall(f"p:{kind}s/p:{kind}/p:UID", space)]
        for kind in ("Task", "Resource", "Calendar")
    }
    assert all(len(found) == len(set(found)) for found in uids.values())
    for kind, path in (("Task", ".//p:PredecessorUID"), ("Task", ".//p:TaskUID"), ("Resource", ".//p:ResourceUID"),
                       ("Calendar", ".//p:CalendarUID")):  # fmt: skip
        assert {e.text for e in root.findall(path, space)} <= set(uids[kind]), path


def test_the_same_schedule_gives_the_same_bytes(example):
    assert project_xml(*example) == project_xml(*example)


def comparable(programme: Programme, schedule: Schedule | None) -> dict[str, object]:
    """What a task says, of the mode that was chosen."""
    found: dict[str, object] = {}
    for task in programme.tasks:
        name = schedule.task[task.id].mode if schedule else "normal"
        mode = next(each for each in task.modes if each.name == name)
        needs = {n.id: round(n.amount.planned, 5) for n in mode.needs if n.amount.planned > 0}
        found[task.id] = (
            task.name, task.area, task.party, task.payer, task.milestone or not mode.duration.planned,
            round(mode.duration.planned * 3600), round(mode.cost.planned + mode.equipment_cost, 4), needs,
            {(link.predecessor, link.kind, round(link.lag.planned * 600)) for link in task.links},
            round(max(task.release.planned, 0.0) * 60) if task.release else 0,
            task.deadline and round(task.deadline.planned * 60),
            round(task.weight, 6) if task.deadline else 0.0,
        )  # fmt: skip
    return found


def same_working_time(one: Programme, other: Programme) -> None:
    for task in one.tasks:
        mine, theirs = one.calendars[task.calendar], other.calendars[other.task[task.id].calendar]
        times = np.linspace(0.0, min(one.horizon_hours, other.horizon_hours), 5000)
        assert np.allclose(mine.worked(times), theirs.worked(times), atol=1e-6), task.id


def same_dates(programme: Programme, schedule: Schedule, network: Network) -> None:
    for each in network.activities:
        done = schedule.task[each.id]
        for hours, read in ((done.start, each.start), (done.finish, each.finish)):
            assert abs(programme.moment(hours) - read) <= timedelta(seconds=1), each.id


def test_read_back_an_example_has_the_same_tasks_links_calendars_and_dates(example, tmp_path):
    programme, schedule = example
    network, back = read_back(programme, schedule, tmp_path)
    assert comparable(back, None) == comparable(programme, schedule)
    same_working_time(programme, back)
    same_dates(programme, schedule, network)
    assert {(r.id, r.kind, r.calendar) for r in back.resources} == {
        (r.id, r.kind, r.calendar) for r in programme.resources
    }


def test_links_calendars_and_levelling_delay_alone_give_the_dates(example, tmp_path):
    """What Project does when it opens the file: each task as early as it may, and then its levelling delay."""
    programme, schedule = example
    _, back = read_back(programme, schedule, tmp_path)
    root = ElementTree.parse(tmp_path / "plan.xml").getroot()
    space = {"p": "http://schemas.microsoft.com/project"}
    delays = {}
    for task in root.findall("p:Tasks/p:Task", space):
        own = task.find("p:ExtendedAttribute[p:FieldID='188743731']/p:Value", space)
        if own is not None:
            delays[own.text] = float(task.findtext("p:LevelingDelay", namespaces=space)) / 600
    for task in back.tasks:
        calendars = [
            back.calendars[task.calendar],
            *(back.calendars[back.resource[n.id].calendar] for n in task.modes[0].needs),
        ]
        bounds = [0.0, task.release.planned if task.release else 0.0]
        for link in task.links:
            assert link.kind in ("FS", "SS")
            before = schedule.task[link.predecessor]
            bounds.append((before.start if link.kind == "SS" else before.finish) + link.lag.planned)
        start = max(bounds)
        for _ in range(50):
            start = max(float(calendar.next_working(start)) for calendar in calendars)
        assert start + delays[task.id] == pytest.approx(schedule.task[task.id].start, abs=0.05), task.id


def test_durations_as_the_schema_writes_them():
    assert [duration(hours) for hours in (0, 40.5, 1 / 3600, 1000)] == [
        "PT0H0M0S", "PT40H30M0S", "PT0H0M1S", "PT1000H0M0S",
    ]  # fmt: skip


def test_a_calendar_by_the_day_has_its_holidays_and_nights():
    programme = load(EXAMPLES / "small")
    days = week_and_days(programme.calendars["day_shift"], programme.start)
    assert days.week == (*([((420, 900),)] * 5), (), ())
    assert days.days[date(2026, 7, 3)] == ()
    assert min(days.days) == date(2026, 1, 19)


WEEK = st.lists(
    st.sampled_from([(), ((480, 720), (780, 1020)), ((0, 360), (1320, 1440)), ((0, 1440),)]), min_size=7, max_size=7
)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=12)


AREAS = ["", "Hall", "Hall / Slab", "A.1 & <b>"]


@st.composite
def networks(draw) -> Network:
    start = datetime(2026, 3, 2)
    calendars = []
    for key in ("c1", "c2"):
        week = tuple(draw(WEEK))
        days = draw(st.dictionaries(st.integers(0, 300), st.sampled_from([(), ((540, 600),)]), max_size=6))
        week = week if any(week) else ((((480, 1020),), *week[1:]))
        exceptions = {start.date() + timedelta(days=n): s for n, s in days.items()}
        calendars.append(WorkCalendar(key, key, 0, week, exceptions))
    tasks, ties = [], []
    for number in range(draw(st.integers(1, 6))):
        release = draw(st.none() | st.integers(1, 100))
        deadline = draw(st.none() | st.integers(101, 300))
        tasks.append(
            Activity(
                f"k{number}", f"task-{number}", draw(NAMES), 0, draw(st.integers(0, 400)) / 4,
                draw(st.sampled_from(["", "c1", "c2"])), draw(st.sampled_from(AREAS)),
                draw(st.sampled_from(["", "builder"])), "", draw(st.booleans()),
                release and start + timedelta(days=release), deadline and start + timedelta(days=deadline),
                draw(st.sampled_from([0.0, 1.0, 2.5])), draw(st.integers(0, 10**7)) / 100,
            )
        )  # fmt: skip
        for before in draw(st.sets(st.integers(0, number - 1), max_size=3)) if number else ():
            lag = draw(st.integers(-600, 600)) / 10
            ties.append(Tie(f"k{before}", f"k{number}", draw(st.sampled_from(["FS", "SS", "FF", "SF"])), lag, 0))
    pools = (Pool("p", "crew-a", draw(NAMES), 0, draw(st.sampled_from(["crew", "power", "area"])), "", ((None, 8.0),)),)
    taken = tuple(Assignment(t.key, "p", draw(st.integers(1, 32)) / 4, 0) for t in tasks if draw(st.booleans()))
    return Network("x.xml", "made", start, None, "USD", tuple(calendars), tuple(tasks), tuple(ties), pools, taken)


@given(network=networks(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_is_written_is_read_back(network, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("network")
    texts = folder_texts(network)
    write_folder(folder / "first", folder_files(texts.documents, texts.tables), lambda _: None)
    programme = load(folder / "first")
    done = []
    for task in programme.tasks:
        start = data.draw(st.integers(0, 2000)) / 3
        finish = float(programme.calendars[task.calendar].after_work(start, task.modes[0].duration.planned))
        done.append(ScheduledTask(task.id, "normal", start, finish, 0.0, 0.0, False))
    schedule = Schedule(tuple(done), (), "made", {}, {})
    network, back = read_back(programme, schedule, folder)
    assert comparable(back, None) == comparable(programme, schedule)
    same_working_time(programme, back)
    same_dates(programme, schedule, network)


def test_progress_and_baseline_come_back(tmp_path):
    programme, schedule = planned("underway")
    path = tmp_path / "plan.xml"
    path.write_text(project_xml(programme, schedule), encoding="utf-8")
    again = tmp_path / "again"
    new_programme(str(path), again)
    found = load(again)
    assert found.status_date == programme.status_date
    for task in programme.tasks:
        assert share_done(found, found.task[task.id]) == pytest.approx(share_done(programme, task), abs=0.005)
        old, new = progress_of(programme, task.id), progress_of(found, task.id)
        assert (new.actual_start, new.actual_finish) == (old.actual_start, old.actual_finish)
        left = remaining_work(programme, task).planned
        assert (
            remaining_work(found, found.task[task.id]).planned == pytest.approx(left, abs=1 / 60) or not new.is_started
        )
        agreed, kept = programme.baseline_of[task.id], found.baseline_of[task.id]
        assert (kept.start, kept.finish) == (agreed.start, agreed.finish)
        assert kept.cost.planned == pytest.approx(agreed.cost.planned, abs=0.01)
