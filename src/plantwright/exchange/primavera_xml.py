"""Primavera P6 XML (PMXML) as the tables of an XER, so that both are understood by one reader.

Names of elements: Oracle's P6 EPPM XML Schema; names of columns: Oracle's "XER Import/Export Data Map Guide".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from plantwright.exchange.records import Record
from plantwright.exchange.xer import Tables

LEFT_OUT = frozenset(("UDF", "Spread", "PlannedCurve", "ActualCurve", "RemainingCurve"))

_COLUMNS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "Currency": ("CURRTYPE", {"Id": "curr_short_name", "ObjectId": "curr_id", "IsBaseCurrency": "base"}),
    "OBS": ("OBS", {"ObjectId": "obs_id", "ParentObjectId": "parent_obs_id", "Name": "obs_name"}),
    "Calendar": ("CALENDAR", {
        "ObjectId": "clndr_id", "Name": "clndr_name", "BaseCalendarObjectId": "base_clndr_id",
        "HoursPerDay": "day_hr_cnt", "HoursPerWeek": "week_hr_cnt", "IsDefault": "default_flag",
    }),
    "Project": ("PROJECT", {
        "ObjectId": "proj_id", "Id": "proj_short_name", "Name": "proj_name", "PlannedStartDate": "plan_start_date",
        "DataDate": "last_recalc_date", "ActivityDefaultCalendarObjectId": "clndr_id",
        "MustFinishByDate": "plan_end_date", "OriginalProjectObjectId": "orig_proj_id",
        "CurrentBaselineProjectObjectId": "sum_base_proj_id",
    }),
    "WBS": ("PROJWBS", {
        "ObjectId": "wbs_id", "ParentObjectId": "parent_wbs_id", "Name": "wbs_name", "ProjectObjectId": "proj_id",
        "OBSObjectId": "obs_id",
    }),
    "Activity": ("TASK", {
        "ObjectId": "task_id", "Id": "task_code", "Name": "task_name", "Type": "task_type", "WBSObjectId": "wbs_id",
        "CalendarObjectId": "clndr_id", "ProjectObjectId": "proj_id", "PlannedDuration": "target_drtn_hr_cnt",
        "RemainingDuration": "remain_drtn_hr_cnt", "Status": "status_code", "ActualStartDate": "act_start_date",
        "ActualFinishDate": "act_end_date", "PrimaryConstraintType": "cstr_type", "PrimaryConstraintDate": "cstr_date",
        "SecondaryConstraintType": "cstr_type2", "SecondaryConstraintDate": "cstr_date2",
        "ExpectedFinishDate": "expect_end_date",
        "ExternalEarlyStartDate": "external_early_start_date", "ExternalLateFinishDate": "external_late_end_date",
        "PlannedStartDate": "target_start_date",
        "PlannedFinishDate": "target_end_date", "StartDate": "early_start_date", "FinishDate": "early_end_date",
        "PrimaryResourceObjectId": "rsrc_id", "PercentCompleteType": "complete_pct_type",
        "PhysicalPercentComplete": "phys_complete_pct", "AtCompletionDuration": "total_drtn_hr_cnt",
    }),
    "Relationship": ("TASKPRED", {
        "PredecessorActivityObjectId": "pred_task_id", "SuccessorActivityObjectId": "task_id", "Type": "pred_type",
        "Lag": "lag_hr_cnt", "ObjectId": "task_pred_id",
    }),
    "Resource": ("RSRC", {
        "ObjectId": "rsrc_id", "Id": "rsrc_short_name", "Name": "rsrc_name", "ResourceType": "rsrc_type",
        "CalendarObjectId": "clndr_id",
    }),
    "ResourceRate": ("RSRCRATE", {
        "ResourceObjectId": "rsrc_id", "MaxUnitsPerTime": "max_qty_per_hr", "EffectiveDate": "start_date",
        "PricePerUnit": "cost_per_qty",
    }),
    "ResourceAssignment": ("TASKRSRC", {
        "ActivityObjectId": "task_id", "ResourceObjectId": "rsrc_id", "PlannedUnitsPerTime": "target_qty_per_hr",
        "PlannedUnits": "target_qty", "PlannedCost": "target_cost", "PlannedLag": "target_lag_drtn_hr_cnt",
        "ActualCost": "act_reg_cost", "ActualUnits": "act_reg_qty", "RemainingUnits": "remain_qty",
    }),
    "ActivityExpense": ("PROJCOST", {
        "ActivityObjectId": "task_id", "PlannedCost": "target_cost", "ExpenseItem": "cost_name",
        "ActualCost": "act_cost",
    }),
    "ActivityCodeType": ("ACTVTYPE", {"ObjectId": "actv_code_type_id", "Name": "actv_code_type"}),
    "ActivityCode": ("ACTVCODE", {
        "ObjectId": "actv_code_id", "CodeTypeObjectId": "actv_code_type_id", "CodeValue": "short_name",
        "Description": "actv_code_name",
    }),
    "ScheduleOptions": ("SCHEDOPTIONS", {"RelationshipLagCalendar": "sched_calendar_on_relationship_lag"}),
}  # fmt: skip

_SHARES = frozenset(("phys_complete_pct",))
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?")
PROJECTS = ("Project", "BaselineProject")
OF_A_BASELINE = frozenset(("Activity", "ResourceAssignment", "ActivityExpense"))
"""What of a baseline is read: calendars, resources and the breakdown are those of the project."""

_WORDS = {
    "Task Dependent": "TT_Task", "Resource Dependent": "TT_Rsrc", "Level of Effort": "TT_LOE",
    "Start Milestone": "TT_Mile", "Finish Milestone": "TT_FinMile", "WBS Summary": "TT_WBS",
    "Not Started": "TK_NotStart", "In Progress": "TK_Active", "Completed": "TK_Complete",
    "Finish to Start": "PR_FS", "Start to Start": "PR_SS", "Finish to Finish": "PR_FF", "Start to Finish": "PR_SF",
    "Labor": "RT_Labor", "Nonlabor": "RT_Equip", "Material": "RT_Mat",
    "Start On": "CS_MSO", "Start On or Before": "CS_MSOB", "Start On or After": "CS_MSOA", "Finish On": "CS_MEO",
    "Finish On or Before": "CS_MEOB", "Finish On or After": "CS_MEOA", "As Late As Possible": "CS_ALAP",
    "Mandatory Start": "CS_MANDSTART", "Mandatory Finish": "CS_MANDFIN",
    "Physical": "CP_Phys", "Duration": "CP_Drtn", "Units": "CP_Units", "Scope": "CP_Phys",
    "Predecessor Activity Calendar": "rcal_Predecessor", "Successor Activity Calendar": "rcal_Successor",
    "Project Default Calendar": "rcal_ProjDefault", "24 Hour Calendar": "rcal_24Hour",
}  # fmt: skip
_CODED = frozenset((
    "task_type", "status_code", "complete_pct_type", "pred_type", "rsrc_type", "cstr_type", "cstr_type2",
    "sched_calendar_on_relationship_lag",
))  # fmt: skip


def tables_of(root: Record) -> Tables:
    """Return the objects of a P6 XML file as rows of the tables that an XER would have; others by their own name."""
    tables: dict[str, list[Record]] = {}
    for table, record in _rows(root, ""):
        tables.setdefault(table, []).append(record)
    return {table: tuple(rows) for table, rows in tables.items()}


def _rows(parent: Record, project: str) -> Iterator[tuple[str, Record]]:
    for part in parent.parts:
        if parent.name == "BaselineProject" and part.name not in OF_A_BASELINE:
            continue
        if part.name not in _COLUMNS and part.name not in PROJECTS:
            yield part.name, part
            continue
        table, columns = _COLUMNS["Project" if part.name in PROJECTS else part.name]
        named = {column: part.cells[name] for name, column in columns.items() if part.cells.get(name)}
        cells = {column: _as_in_xer(column, text) for column, text in named.items()}
        within = part.text("ObjectId") if part.name in PROJECTS else part.text("ProjectObjectId", project)
        yield table, Record(part.file, table, part.row, {"proj_id": within, **cells}, part.parts)
        if part.name in PROJECTS:
            yield from _rows(part, within)
        elif part.name == "Activity":
            yield from _codes(part, within)


def _as_in_xer(column: str, text: str) -> str:
    """A text as an XER has it: words by their codes, shares as percentages."""
    if column in _SHARES and _NUMBER.fullmatch(text):
        return f"{float(text) * 100:g}"
    return _WORDS.get(text, text) if column in _CODED else text


def _codes(activity: Record, project: str) -> Iterator[tuple[str, Record]]:
    """The codes within an activity, as an XER has them in a table of their own."""
    for code in activity.each("Code"):
        cells = {
            "proj_id": project, "task_id": activity.text("ObjectId"),
            "actv_code_type_id": code.text("TypeObjectId"), "actv_code_id": code.text("ValueObjectId"),
        }  # fmt: skip
        yield "TASKACTV", Record(code.file, "TASKACTV", code.row, cells)
