"""Microsoft Project XML: calendars that recur and inherit, links of summary tasks, lags, constraints, resources."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from tests.exchange.networks import calendar, link, project, task

from plantwright.exchange import folder_texts, read_project
from plantwright.model.read import check
from plantwright.workflows.new import new_programme

DAY_OFF = "<DayWorking>0</DayWorking>"
PERIOD = "<TimePeriod><FromDate>{}T00:00:00</FromDate><ToDate>{}T23:59:00</ToDate></TimePeriod>"


@pytest.fixture
def read(tmp_path):
    def reading(text: str):
        path = tmp_path / "made.xml"
        path.write_text(text, encoding="utf-8")
        return read_project(path)

    return reading


def free_days(read, exception: str) -> list[date]:
    body = f"<Exceptions><Exception>{exception}{DAY_OFF}</Exception></Exceptions>"
    found = read(project(task(1, more="<CalendarUID>1</CalendarUID>"), calendar(1, body)))
    return sorted(found.network.calendars[0].days)


@pytest.mark.parametrize(
    ("exception", "days"),
    [
        ("<Type>1</Type>", ["2026-06-01", "2026-06-02", "2026-06-03", "2026-06-04", "2026-06-05"]),
        ("<Type>1</Type><Period>2</Period>", ["2026-06-01", "2026-06-03", "2026-06-05"]),
        ("<Type>2</Type><Month>5</Month><MonthDay>4</MonthDay>", ["2026-06-04"]),
        ("<Type>3</Type><Month>5</Month><MonthItem>6</MonthItem><MonthPosition>0</MonthPosition>", ["2026-06-03"]),
        ("<Type>4</Type><Period>1</Period><MonthDay>2</MonthDay>", ["2026-06-02"]),
        ("<Type>5</Type><Period>1</Period><MonthItem>1</MonthItem><MonthPosition>1</MonthPosition>", ["2026-06-02"]),
        ("<Type>6</Type><Period>1</Period><DaysOfWeek>18</DaysOfWeek>", ["2026-06-01", "2026-06-04"]),
    ],
    ids=["daily", "every other day", "yearly", "yearly by place", "monthly", "monthly by place", "weekly"],
)
def test_exceptions_that_recur(read, exception, days):
    """The first week of June 2026 begins with a Monday; days that are free anyway do not count."""
    assert free_days(read, PERIOD.format("2026-06-01", "2026-06-07") + exception) == [*map(date.fromisoformat, days)]


def test_the_last_thursday_of_november_every_year(read):
    rule = "<Type>3</Type><Month>10</Month><MonthItem>7</MonthItem><MonthPosition>4</MonthPosition>"
    found = free_days(read, PERIOD.format("2026-01-01", "2028-12-31") + rule)
    assert found == [date(2026, 11, 26), date(2027, 11, 25), date(2028, 11, 30)]


def test_as_many_occurrences_as_are_said(read):
    rule = "<EnteredByOccurrences>1</EnteredByOccurrences><Occurrences>3</Occurrences><Type>6</Type>"
    rule += "<DaysOfWeek>8</DaysOfWeek>"
    found = free_days(read, PERIOD.format("2026-06-01", "2026-12-31") + rule)
    assert found == [date(2026, 6, 3), date(2026, 6, 10), date(2026, 6, 17)]


def test_a_calendar_has_the_days_of_its_base_but_for_its_own(read):
    times = (
        "<WorkingTimes><WorkingTime><FromTime>22:00:00</FromTime><ToTime>00:00:00</ToTime></WorkingTime></WorkingTimes>"
    )
    base = "<WeekDays><WeekDay><DayType>2</DayType><DayWorking>0</DayWorking></WeekDay></WeekDays>"
    own = f"<WeekDays><WeekDay><DayType>3</DayType><DayWorking>1</DayWorking>{times}</WeekDay></WeekDays>"
    calendars = calendar(1, base) + calendar(2, own, base=1)
    found = read(project(task(1, more="<CalendarUID>2</CalendarUID>"), calendars)).network
    week = next(each for each in found.calendars if each.key == "2").week
    assert week[:3] == ((), ((22 * 60, 1440),), ((480, 720), (780, 1020)))


def test_weeks_of_their_own_hold_for_their_time(read):
    weeks = (
        f"<WorkWeeks><WorkWeek>{PERIOD.format('2026-06-01', '2026-06-14')}<WeekDays><WeekDay><DayType>6</DayType>"
        "<DayWorking>0</DayWorking></WeekDay></WeekDays></WorkWeek></WorkWeeks>"
    )
    found = read(project(task(1, more="<CalendarUID>1</CalendarUID>"), calendar(1, weeks))).network
    assert found.calendars[0].days == {date(2026, 6, 5): (), date(2026, 6, 12): ()}


@pytest.mark.parametrize(
    ("lag", "unit", "hours", "working"),
    [(4800, 7, 8.0, True), (4800, 8, 8.0, False), (50, 19, 4.0, True), (-50, 20, -4.0, False), (600, 5, 1.0, True)],
    ids=["days", "elapsed days", "percent", "elapsed percent, back", "hours"],
)
def test_lags_in_tenths_of_minutes_or_percent_of_the_predecessor(read, lag, unit, hours, working):
    tasks = task(1) + task(2, more=link(1, lag=lag, unit=unit))
    found = read(project(tasks, calendar(1), head="<CalendarUID>1</CalendarUID>")).network
    assert [(tie.lag, tie.calendar) for tie in found.ties] == [(hours, "1" if working else "")]


def test_a_lead_of_working_time_becomes_elapsed_and_is_named(read):
    tasks = task(1) + task(2, more=link(1, lag=-4800, unit=7))
    texts = folder_texts(read(project(tasks, calendar(1), head="<CalendarUID>1</CalendarUID>")).network)
    assert texts.tables["tasks"].rows[1][1]["predecessors"] == "t1 FS-33.6 h"
    assert [issue.row for issue in texts.warnings] == [1]
    assert "-8 h" in texts.warnings[0].message


def summary(uid: int, level: int = 1, more: str = "") -> str:
    named = f"<UID>{uid}</UID><Name>S{uid}</Name><OutlineLevel>{level}</OutlineLevel>"
    return f"<Task>{named}<Summary>1</Summary>{more}</Task>"


def test_a_link_of_a_summary_task_holds_for_all_below_it(read):
    tasks = summary(10) + task(1, level=2) + task(2, level=2) + summary(20, more=link(10)) + task(3, level=2)
    found = read(project(tasks)).network
    assert {(tie.predecessor, tie.successor, tie.kind) for tie in found.ties} == {("1", "3", "FS"), ("2", "3", "FS")}


def test_a_start_to_start_link_from_a_summary_task_is_named(read):
    found = read(project(summary(10) + task(1, level=2) + task(2, more=link(10, kind=3))))
    assert found.network.ties == ()
    assert [issue.message for issue in found.warnings] == [
        "the SS link of a summary task (10 to 2) is not carried over"
    ]


@pytest.mark.parametrize(
    ("kind", "release", "deadline", "named"),
    [
        (2, True, False, True),
        (3, False, True, True),
        (4, True, False, False),
        (7, False, True, False),
        (1, False, False, True),
        (5, False, False, True),
        (6, False, False, True),
    ],
    ids=["must start", "must finish", "no earlier", "finish no later", "late", "start no later", "finish no earlier"],
)
def test_constraints(read, kind, release, deadline, named):
    said = f"<ConstraintType>{kind}</ConstraintType><ConstraintDate>2026-04-01T08:00:00</ConstraintDate>"
    found = read(project(task(1, more=said)))
    (activity,) = found.network.activities
    when = datetime(2026, 4, 1, 8)
    assert (activity.release, activity.deadline) == (when if release else None, when if deadline else None)
    assert [issue.column for issue in found.warnings] == (["ConstraintType"] if named else [])
    assert activity.weight == 0


def test_a_task_scheduled_by_hand_starts_no_earlier_and_is_named(read):
    found = read(project(task(1, more="<Manual>1</Manual><Start>2026-04-01T08:00:00</Start>")))
    assert found.network.activities[0].release == datetime(2026, 4, 1, 8)
    assert [issue.column for issue in found.warnings] == ["Manual"]


def test_a_deadline_may_be_missed_at_a_price(read):
    (activity,) = read(project(task(1, more="<Deadline>2026-04-01T17:00:00</Deadline>"))).network.activities
    assert (activity.deadline, activity.weight) == (datetime(2026, 4, 1, 17), 1.0)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("<Active>0</Active>", "it is inactive"),
        ("<ExternalTask>1</ExternalTask>", "task of another project"),
        ("<Baseline><Number>0</Number><Start>2026-03-02T08:00:00</Start></Baseline>", "1 Baseline is not carried over"),
        ("<TimephasedData><UID>1</UID></TimephasedData>", "1 TimephasedData is not carried over"),
        (link(77), "the link to task 77 is not carried over"),
    ],
    ids=["inactive", "external", "baseline", "spread", "link"],
)
def test_what_is_not_carried_over_is_named(read, more, said):
    found = read(project(task(1, more=more) + task(2)))
    assert [issue.message for issue in found.warnings if said in issue.message], found.warnings


def test_progress_and_baseline_are_carried_over(read, tmp_path):
    done = "<ActualStart>2026-03-02T08:00:00</ActualStart><ActualFinish>2026-03-03T12:00:00</ActualFinish>"
    agreed = "<Baseline><Number>0</Number><Start>2026-03-02T08:00:00</Start><Finish>2026-03-02T17:00:00</Finish>"
    runs = "<ActualStart>2026-03-03T08:00:00</ActualStart><PercentComplete>40</PercentComplete>"
    cost = "<ActualCost>12500</ActualCost>"
    text = project(
        task(1, more=f"{done}{cost}{agreed}<Cost>10000</Cost></Baseline>")
        + task(2, hours=10, more=runs + link(1, lag=4800))
        + task(3, more=link(2)),
        head="<StatusDate>2026-03-04T08:00:00</StatusDate>",
    )
    found = folder_texts(read(text).network)
    assert found.documents["programme"]["status_date"] == "2026-03-04 08:00"
    assert [dict(cells) for _, cells in found.tables["progress"].rows] == [
        {
            "task": "t1", "actual_start": "2026-03-02 08:00", "actual_finish": "2026-03-03 12:00",
            "actual_cost": "125.00 USD",
        },
        {"task": "t2", "actual_start": "2026-03-03 08:00", "remaining": "6 h", "percent_complete": "40 %"},
    ]  # fmt: skip
    assert [dict(cells) for _, cells in found.tables["baseline"].rows] == [
        {"task": "t1", "start": "2026-03-02 08:00", "finish": "2026-03-02 17:00", "cost": "100.00 USD"}
    ]
    made = tmp_path / "made"
    new_programme(str(tmp_path / "made.xml"), made)
    assert [issue for issue in check(made) if issue.severity == "error"] == []


def test_capacity_by_periods_and_a_need_above_it(read):
    periods = (
        "<AvailabilityPeriods><AvailabilityPeriod><AvailableFrom>1984-01-01T00:00:00</AvailableFrom><AvailableTo>"
        "2026-04-30T23:59:00</AvailableTo><AvailableUnits>2</AvailableUnits></AvailabilityPeriod><AvailabilityPeriod>"
        "<AvailableFrom>2026-05-01T00:00:00</AvailableFrom><AvailableTo>2049-12-31T23:59:00</AvailableTo>"
        "<AvailableUnits>3</AvailableUnits></AvailabilityPeriod></AvailabilityPeriods>"
    )
    more = (
        f"<Resources><Resource><UID>1</UID><Name>Crew: A</Name><Type>1</Type>{periods}</Resource></Resources>"
        "<Assignments><Assignment><TaskUID>1</TaskUID><ResourceUID>1</ResourceUID><Units>5</Units></Assignment></Assignments>"
    )
    texts = folder_texts(read(project(task(1), more=more)).network)
    assert texts.tables["resources"].rows[0][1] == {
        "id": "Crew_A", "name": "Crew: A", "kind": "crew", "capacity": "2; 2026-05-01: 5", "calendar": "always",
    }  # fmt: skip
    assert "takes 5 of 'Crew: A', of which there are 3" in texts.warnings[0].message


def test_a_task_without_a_calendar_works_when_its_resource_does(read):
    """So does Project: the project's own calendar holds for tasks that nobody is assigned to."""
    night = (
        "<WorkingTimes><WorkingTime><FromTime>22:00:00</FromTime><ToTime>00:00:00</ToTime></WorkingTime></WorkingTimes>"
    )
    own = f"<WeekDays><WeekDay><DayType>2</DayType><DayWorking>1</DayWorking>{night}</WeekDay></WeekDays>"
    more = (
        "<Resources><Resource><UID>1</UID><Name>Night</Name><Type>1</Type><CalendarUID>2</CalendarUID></Resource>"
        "</Resources><Assignments><Assignment><TaskUID>1</TaskUID><ResourceUID>1</ResourceUID></Assignment></Assignments>"
    )
    calendars = calendar(1) + calendar(2, own, base=1, name="Night")
    found = read(project(task(1) + task(2), calendars, more, "<CalendarUID>1</CalendarUID>")).network
    assert [each.calendar for each in found.activities] == ["2", "1"]


def test_ids_are_unique_and_names_are_no_formulas(read):
    texts = folder_texts(
        read(project(task(1, name="=1+1") + task(2, name=" two\nlines ") + task(3, name="x" * 3000))).network
    )
    cells = [row for _, row in texts.tables["tasks"].rows]
    assert [row["id"] for row in cells] == ["t1", "t2", "t3"]
    assert [row["name"] for row in cells[:2]] == ["1+1", "two lines"]
    assert len(cells[2]["name"]) == 2000


def test_the_horizon_leaves_room_after_the_latest_date(read):
    said = "<Deadline>2028-03-02T08:00:00</Deadline>"
    texts = folder_texts(read(project(task(1, more=said))).network)
    assert date.fromisoformat(texts.documents["programme"]["horizon"]) >= date(2028, 3, 2) + timedelta(days=300)
