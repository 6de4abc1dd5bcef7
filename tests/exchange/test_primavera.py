"""Primavera P6: calendars as text and as XML, lags by the calendar that the options name, types and constraints."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from tests.exchange.networks import FIVE_DAYS, SHIFT, activities, xer

from plantwright.exchange import folder_texts, read_project
from plantwright.exchange.network import Agreed, Done

LINK = "task_pred_id task_id pred_task_id pred_type lag_hr_cnt"
TWO = activities((1, 1, 7, "TT_Task", "A.1", "First", 8), (2, 1, 8, "TT_Task", "A 1", "Second", 8))
NIGHT = FIVE_DAYS.format("(0||2()((0||0(s|22:00|f|00:00)())))", "")
CALENDARS = (
    "clndr_id clndr_name base_clndr_id clndr_data",
    [(7, "Days", "", FIVE_DAYS.format(f"(0||2()({SHIFT}))", "(0||0(d|46097)())")), (8, "Nights", 7, NIGHT)],
)


@pytest.fixture
def read(tmp_path):
    def reading(text: str, encoding: str = "cp1252"):
        path = tmp_path / "made.xer"
        path.write_bytes(text.encode(encoding))
        return read_project(path)

    return reading


def test_a_calendar_takes_its_holidays_from_its_base(read):
    found = read(xer(CALENDAR=CALENDARS, TASK=TWO)).network
    days, nights = found.calendars
    assert days.week[0] == ((480, 720), (780, 1020))
    assert nights.week == (((1320, 1440),), (), (), (), (), (), ())
    assert days.days == nights.days == {date(2026, 3, 16): ()}


def test_days_that_differ_count_from_the_end_of_1899(read):
    week = "".join(f"(0||{day}()({SHIFT}))" for day in range(1, 8))
    text = FIVE_DAYS.format(week, "(0||0(d|46093)())\x7f\x7f(0||1(d|46095)((0||0(f|12:00|s|08:00)())))")
    found = read(xer(CALENDAR=("clndr_id clndr_name clndr_data", [(7, "D", text), (8, "E", text)]), TASK=TWO)).network
    assert found.calendars[0].days == {date(2026, 3, 12): (), date(2026, 3, 14): ((480, 720),)}


@pytest.mark.parametrize(
    ("option", "calendar"),
    [("rcal_Predecessor", "7"), ("rcal_Successor", "8"), ("rcal_24Hour", ""), ("rcal_ProjDefault", "7"), ("", "7")],
)
def test_the_options_say_by_which_calendar_lags_count(read, option, calendar):
    options = ("proj_id sched_calendar_on_relationship_lag", [(1, option)])
    text = xer(CALENDAR=CALENDARS, TASK=TWO, TASKPRED=(LINK, [(1, 2, 1, "PR_SS", 4)]), SCHEDOPTIONS=options)
    assert [(tie.kind, tie.lag, tie.calendar) for tie in read(text).network.ties] == [("SS", 4.0, calendar)]


@pytest.mark.parametrize(
    ("kind", "release", "deadline", "hard", "named"),
    [
        ("CS_MSOA", True, False, False, False), ("CS_MEOB", False, True, False, False),
        ("CS_MSO", True, False, False, True), ("CS_MEO", False, True, False, True),
        ("CS_MANDSTART", True, False, False, True), ("CS_MANDFIN", False, True, True, True),
        ("CS_MSOB", False, False, False, True), ("CS_MEOA", False, False, False, True),
        ("CS_ALAP", False, False, False, True),
    ],
)  # fmt: skip
def test_constraints(read, kind, release, deadline, hard, named):
    found = read(xer(TASK=activities((1, 1, 7, "TT_Task", "A", "A", 8, kind, "2026-04-01 17:00"))))
    (activity,) = found.network.activities
    when = datetime(2026, 4, 1, 17)
    assert (activity.release, activity.deadline) == (when if release else None, when if deadline else None)
    assert activity.weight == (1.0 if deadline and not hard else 0.0)
    assert [issue.column for issue in found.warnings] == (["cstr_type"] if named else [])


def test_dates_that_other_projects_impose(read):
    columns = "task_id proj_id clndr_id task_type task_code target_drtn_hr_cnt external_early_start_date "
    columns += "external_late_end_date"
    rows = [(1, 1, 7, "TT_Task", "A", 8, "2026-04-01 08:00", "2026-05-01 17:00")]
    found = read(xer(TASK=(columns, rows)))
    assert found.network.activities[0].release == datetime(2026, 4, 1, 8)
    assert sorted(issue.column for issue in found.warnings) == ["external_early_start_date", "external_late_end_date"]


def test_numbers_may_have_a_decimal_comma(read):
    (activity,) = read(xer(TASK=activities((1, 1, 7, "TT_Task", "A", "A", "7,5")))).network.activities
    assert activity.hours == 7.5


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_names_in_any_usual_encoding(read, encoding):
    found = read(xer(TASK=activities((1, 1, 7, "TT_Task", "A", "Gru\u00df\u00fc\u00df", 8))), encoding)
    assert found.network.activities[0].name == "Gru\u00df\u00fc\u00df"


def test_codes_become_ids_that_differ(read):
    texts = folder_texts(read(xer(CALENDAR=CALENDARS, TASK=TWO, TASKPRED=(LINK, [(1, 2, 1, "PR_FS", 0)]))).network)
    cells = [row for _, row in texts.tables["tasks"].rows]
    assert [row["id"] for row in cells] == ["A_1", "A_1_2"]
    assert cells[1]["predecessors"] == "A_1 FS"


def test_an_activity_that_depends_on_its_resource_works_by_its_calendar(read):
    text = xer(
        CALENDAR=CALENDARS, TASK=activities((1, 1, 7, "TT_Rsrc", "A", "A", 8)),
        RSRC=("rsrc_id clndr_id rsrc_name rsrc_type", [(5, 8, "Crew", "RT_Labor")]),
        TASKRSRC=("task_id rsrc_id target_qty_per_hr target_qty", [(1, 5, 2, 16)]),
    )  # fmt: skip
    found = read(text).network
    assert found.activities[0].calendar == "8"
    texts = folder_texts(found)
    assert texts.tables["resources"].rows[0][1]["capacity"] == "2"
    assert "no limit" in " ".join(issue.message for issue in texts.warnings)


def test_limits_by_date_and_units_from_the_work(read):
    text = xer(
        TASK=activities((1, 1, 7, "TT_Task", "A", "A", 8)),
        RSRC=("rsrc_id clndr_id rsrc_name rsrc_type", [(5, 7, "Crew", "RT_Labor")]),
        RSRCRATE=("rsrc_id max_qty_per_hr cost_per_qty start_date",
                  [(5, 6, 50, "2026-05-01 00:00"), (5, 4, 50, "2026-01-01 00:00")]),
        TASKRSRC=("task_id rsrc_id target_qty_per_hr target_qty", [(1, 5, 0, 24)]),
    )  # fmt: skip
    rows = folder_texts(read(text).network).tables
    assert rows["resources"].rows[0][1]["capacity"] == "4; 2026-05-01: 6"
    assert rows["tasks"].rows[0][1]["resources"] == "Crew:3"


BASELINES = (
    "proj_id proj_short_name clndr_id plan_start_date orig_proj_id last_recalc_date",
    [(1, "P", 7, "2026-03-02 08:00", "", "2026-03-09 00:00"), (2, "B1", 7, "2026-03-02 08:00", 1, "2026-01-01 00:00"),
     (3, "B2", 7, "2026-03-02 08:00", 1, "2026-02-01 00:00")],
)  # fmt: skip
DATED = "task_id proj_id clndr_id task_type task_code task_name target_drtn_hr_cnt target_start_date target_end_date"
OF_THREE = (
    DATED,
    [
        (1, 1, 7, "TT_Task", "A", "A", 8, "2026-03-02 08:00", "2026-03-02 17:00"),
        (2, 2, 7, "TT_Task", "A", "A", 8, "2026-02-02 08:00", "2026-02-02 17:00"),
        (3, 3, 7, "TT_Task", "A", "A", 16, "2026-02-09 08:00", "2026-02-10 17:00"),
        (4, 3, 7, "TT_Task", "GONE", "Gone", 8, "2026-02-09 08:00", "2026-02-09 17:00"),
    ],
)


def test_the_latest_baseline_is_what_was_agreed(read):
    costs = ("taskrsrc_id task_id proj_id rsrc_id target_cost", [(1, 3, 3, "", "1.250,50")])
    links = ("task_pred_id task_id pred_task_id proj_id pred_type", [(1, 3, 4, 3, "PR_FS")])
    found = read(xer(PROJECT=BASELINES, TASK=OF_THREE, TASKRSRC=costs, TASKPRED=links))
    (activity,) = found.network.activities
    assert activity.agreed == Agreed(datetime(2026, 2, 9, 8), datetime(2026, 2, 10, 17), 1250.5)
    assert [issue.message for issue in found.warnings] == [
        "baseline 'B1' is not carried over: 'B2' is the current one",
        "1 of the activities of baseline 'B2' are not in the project any more",
    ]


def test_the_project_says_which_baseline_is_its_current_one(read):
    columns, rows = BASELINES
    projects = (f"{columns} sum_base_proj_id", [(*row, 2 if row[0] == 1 else "") for row in rows])
    (activity,) = read(xer(PROJECT=projects, TASK=OF_THREE)).network.activities
    assert activity.agreed.start == datetime(2026, 2, 2, 8)


def test_a_baseline_exported_on_its_own_is_a_project(read):
    columns, rows = BASELINES
    found = read(xer(PROJECT=(columns, rows[1:2]), TASK=(DATED, OF_THREE[1][1:2])))
    assert [(each.id, each.agreed) for each in found.network.activities] == [("A", None)]


def test_what_has_happened_is_dated_and_costed(read):
    columns = "task_id proj_id clndr_id task_type task_code target_drtn_hr_cnt remain_drtn_hr_cnt status_code"
    columns += " act_start_date complete_pct_type phys_complete_pct"
    rows = [
        (1, 1, 7, "TT_Task", "PHYS", 40, 30, "TK_Active", "2026-03-02 08:00", "CP_Phys", 60),
        (2, 1, 7, "TT_Task", "UNITS", 40, 30, "TK_Active", "2026-03-02 08:00", "CP_Units", ""),
        (3, 1, 7, "TT_Task", "DRTN", 40, 30, "TK_Active", "2026-03-02 08:00", "CP_Drtn", ""),
        (4, 1, 7, "TT_Task", "BARE", "", 24, "TK_Active", "", "", ""),
    ]
    work = ("taskrsrc_id task_id proj_id rsrc_id act_reg_qty act_ot_qty remain_qty act_reg_cost act_ot_cost",
            [(1, 2, 1, "", 20, 10, 90, 500, 250)])  # fmt: skip
    spent = ("cost_item_id task_id proj_id act_cost", [(1, 1, 1, 99)])
    found = read(xer(TASK=(columns, rows), TASKRSRC=work, PROJCOST=spent))
    begun = datetime(2026, 3, 2, 8)
    assert [each.done for each in found.network.activities] == [
        Done(begun, None, 30, 0.6, 99), Done(begun, None, 30, 0.25, 750), Done(begun, None, 30, None, 0), None,
    ]  # fmt: skip
    assert found.network.activities[3].hours == 24
    assert any("has begun by its status" in issue.message for issue in found.warnings)


def test_codes_say_what_an_activity_is_and_who_does_it(read):
    found = read(xer(
        CALENDAR=CALENDARS, TASK=TWO, ACTVTYPE=("actv_code_type_id actv_code_type", [(1, "Phase"), (2, "Contractor")]),
        ACTVCODE=("actv_code_id actv_code_type_id short_name actv_code_name", [(5, 1, "B", "Build"), (6, 2, "X", "")]),
        TASKACTV=("task_id actv_code_type_id actv_code_id", [(1, 1, 5), (1, 2, 6), (2, 9, 9)]),
    ))  # fmt: skip
    first, second = found.network.activities
    assert (first.note, first.party) == ("Phase: Build; Contractor: X", "X")
    assert (second.note, second.party) == ("", "")
    assert dict(folder_texts(found.network).tables["tasks"].rows[0][1])["note"] == "Phase: Build; Contractor: X"


def test_several_projects_in_a_file_are_told_apart_by_area(read):
    breakdown = ("wbs_id proj_id parent_wbs_id wbs_name proj_node_flag",
                 [(10, 1, "", "North", "Y"), (11, 1, 10, "Roof", "N"), (20, 2, "", "South", "Y")])  # fmt: skip
    columns = "task_id proj_id clndr_id task_type task_code target_drtn_hr_cnt wbs_id"
    rows = [(1, 1, 7, "TT_Task", "A", 8, 11), (2, 2, 7, "TT_Task", "A", 8, 20)]
    projects = ("proj_id proj_short_name clndr_id plan_start_date",
                [(1, "N", 7, "2026-03-02 08:00"), (2, "S", 7, "2026-03-02 08:00")])  # fmt: skip
    found = read(xer(PROJECT=projects, PROJWBS=breakdown, TASK=(columns, rows))).network
    assert [each.area for each in found.activities] == ["North / Roof", "South"]
    assert [row["id"] for _, row in folder_texts(found).tables["tasks"].rows] == ["A", "A_2"]


def test_a_text_over_several_lines_does_not_cut_its_row(read):
    text = xer(TASK=activities((1, 1, 7, "TT_Task", "A", "Two\nlines", 12, "CS_MSOA", "2026-04-01 08:00")))
    (activity,) = read("\r\n" + text).network.activities
    assert (activity.name, activity.hours, activity.release) == ("Two\nlines", 12, datetime(2026, 4, 1, 8))


@pytest.mark.parametrize(
    ("text", "value"), [("1.234,5", 1234.5), ("1,234.5", 1234.5), ("1 234,5", 1234.5), ("1.234.567", 1234567)]
)
def test_numbers_may_have_marks_of_thousands(read, text, value):
    cost = ("taskrsrc_id task_id proj_id target_cost", [(1, 1, 1, text)])
    first, _ = read(xer(CALENDAR=CALENDARS, TASK=TWO, TASKRSRC=cost)).network.activities
    assert first.cost == value


P6 = """<APIBusinessObjects xmlns="http://xmlns.oracle.com/Primavera/P6/V19.12/API/BusinessObjects">
<Calendar><ObjectId>7</ObjectId><Name>Days</Name></Calendar>
<ActivityCodeType><ObjectId>1</ObjectId><Name>Phase</Name></ActivityCodeType>
<ActivityCode><ObjectId>5</ObjectId><CodeTypeObjectId>1</CodeTypeObjectId><Description>Build</Description></ActivityCode>
<Project><ObjectId>1</ObjectId><Id>P</Id><PlannedStartDate>2026-03-02T08:00:00</PlannedStartDate>
<DataDate>2026-03-05T00:00:00</DataDate><CurrentBaselineProjectObjectId>2</CurrentBaselineProjectObjectId>
<Activity><ObjectId>11</ObjectId><Id>A</Id><CalendarObjectId>7</CalendarObjectId><Type>Task Dependent</Type>
<Status>In Progress</Status><PlannedDuration>40</PlannedDuration><RemainingDuration>20</RemainingDuration>
<ActualStartDate>2026-03-03T08:00:00</ActualStartDate><PercentCompleteType>Physical</PercentCompleteType>
<PhysicalPercentComplete>0.4</PhysicalPercentComplete>
<Code><TypeObjectId>1</TypeObjectId><ValueObjectId>5</ValueObjectId></Code></Activity></Project>
<BaselineProject><ObjectId>2</ObjectId><Id>P - B1</Id><OriginalProjectObjectId>1</OriginalProjectObjectId>
<WBS><ObjectId>9</ObjectId></WBS>
<Activity><ObjectId>21</ObjectId><Id>A</Id><Type>Task Dependent</Type><PlannedDuration>40</PlannedDuration>
<PlannedStartDate>2026-03-02T08:00:00</PlannedStartDate><PlannedFinishDate>2026-03-06T17:00:00</PlannedFinishDate>
</Activity>
<ResourceAssignment><ActivityObjectId>21</ActivityObjectId><PlannedCost>4000</PlannedCost></ResourceAssignment>
</BaselineProject></APIBusinessObjects>"""


def test_p6_xml_holds_progress_baseline_and_codes(tmp_path):
    path = tmp_path / "made.xml"
    path.write_text(P6)
    found = read_project(path)
    (activity,) = found.network.activities
    assert activity.done == Done(datetime(2026, 3, 3, 8), None, 20, 0.4, 0)
    assert activity.agreed == Agreed(datetime(2026, 3, 2, 8), datetime(2026, 3, 6, 17), 4000)
    assert (activity.note, found.network.status) == ("Phase: Build", datetime(2026, 3, 5))


def test_progress_up_to_the_data_date_is_carried_over(read):
    columns = (
        "task_id proj_id clndr_id task_type task_code task_name target_drtn_hr_cnt status_code act_start_date "
        "act_end_date remain_drtn_hr_cnt complete_pct_type phys_complete_pct"
    )
    rows = [
        (1, 1, 7, "TT_Task", "A", "First", 8, "TK_Complete", "2026-03-02 08:00", "2026-03-03 12:00", 0, "CP_Drtn", 0),
        (2, 1, 7, "TT_Task", "B", "Second", 16, "TK_Active", "2026-03-03 13:00", "", 10, "CP_Phys", 25),
        (3, 1, 7, "TT_Task", "C", "Third", 8, "TK_NotStart", "", "", 8, "CP_Drtn", 0),
    ]
    data_date = ("proj_id proj_short_name clndr_id plan_start_date last_recalc_date",
                 [(1, "P", 7, "2026-03-02 08:00", "2026-03-05 08:00")])  # fmt: skip
    found = folder_texts(read(xer(PROJECT=data_date, TASK=(columns, rows))).network)
    assert found.documents["programme"]["status_date"] == "2026-03-05 08:00"
    assert [dict(cells) for _, cells in found.tables["progress"].rows] == [
        {"task": "A", "actual_start": "2026-03-02 08:00", "actual_finish": "2026-03-03 12:00"},
        {"task": "B", "actual_start": "2026-03-03 13:00", "remaining": "10 h", "percent_complete": "25 %"},
    ]
