"""The sample files, and small files made in a test: the tasks of a Microsoft Project, the tables of an XER."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

SAMPLES = Path(__file__).parent / "samples"
FIVE_DAYS = "(0||CalendarData()((0||DaysOfWeek()({})))(0||Exceptions()({})))"
SHIFT = "(0||0(s|08:00|f|12:00)())(0||1(s|13:00|f|17:00)())"


def project(tasks: str = "", calendars: str = "", more: str = "", head: str = "") -> str:
    """The text of a Microsoft Project file."""
    return (
        '<Project xmlns="http://schemas.microsoft.com/project"><Name>made</Name>'
        f"<StartDate>2026-03-02T08:00:00</StartDate>{head}"
        f"<Calendars>{calendars}</Calendars><Tasks>{tasks}</Tasks>{more}</Project>"
    )


def task(uid: int, *, name: str = "", hours: float = 8, more: str = "", level: int = 1) -> str:
    return (
        f"<Task><UID>{uid}</UID><Name>{name or f'Task {uid}'}</Name><OutlineLevel>{level}</OutlineLevel>"
        f"<Duration>PT{int(hours)}H0M0S</Duration>{more}</Task>"
    )


def link(uid: int, kind: int = 1, lag: int = 0, unit: int = 7) -> str:
    return (
        f"<PredecessorLink><PredecessorUID>{uid}</PredecessorUID><Type>{kind}</Type><LinkLag>{lag}</LinkLag>"
        f"<LagFormat>{unit}</LagFormat></PredecessorLink>"
    )


def calendar(uid: int, body: str = "", *, base: int = -1, name: str = "Days") -> str:
    return (
        f"<Calendar><UID>{uid}</UID><Name>{name}</Name><IsBaseCalendar>{int(base < 0)}</IsBaseCalendar>"
        f"<BaseCalendarUID>{base}</BaseCalendarUID>{body}</Calendar>"
    )


def xer(**tables: tuple[str, Iterable[Iterable[object]]]) -> str:
    """The text of an XER: for each table its columns, parted by blanks, and its rows."""
    lines = ["ERMHDR\t19.12\t2026-03-01\tProject\tp\tP\tdb\tPM\tUSD"]
    week = "".join(f"(0||{day}()({SHIFT if 2 <= day <= 6 else ''}))" for day in range(1, 8))
    usual = {
        "PROJECT": ("proj_id proj_short_name clndr_id plan_start_date", [(1, "P", 7, "2026-03-02 08:00")]),
        "CALENDAR": ("clndr_id clndr_name clndr_data", [(7, "Days", FIVE_DAYS.format(week, ""))]),
    }
    for name, (columns, rows) in (usual | tables).items():
        lines += [f"%T\t{name}", "\t".join(["%F", *columns.split()])]
        lines += ["\t".join(["%R", *map(str, row)]) for row in rows]
    return "\r\n".join([*lines, "%E", ""])


ACTIVITY = "task_id proj_id clndr_id task_type task_code task_name target_drtn_hr_cnt cstr_type cstr_date"


def activities(*rows: tuple[object, ...]) -> tuple[str, list[tuple[object, ...]]]:
    return ACTIVITY, [(*row, *[""] * (9 - len(row))) for row in rows]
