"""What progress and baseline must keep, and what each breach is told with: file, row, column, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from plantwright.model.issues import Issue
from plantwright.model.read import check, load

START = "name: Tiny\nstart: 2026-01-05\nhorizon: 2026-12-31\n"
STATUS = START + "status_date: 2026-03-01\n"
TASKS = (
    "id,mode,duration,predecessors\ndig,normal,10 days,\ndig,fast,5 days,\npour,normal,10 days,dig\n"
    "fill,normal,2 days,pour SS+3d\n"
)
PROGRESS = "task,mode,actual_start,actual_finish,remaining,percent_complete,actual_cost\n"


def found(folder: Path, progress: str, main: str = STATUS, baseline: str = "", tasks: str = TASKS) -> list[Issue]:
    (folder / "programme.yaml").write_text(main)
    (folder / "tasks.csv").write_text(tasks)
    (folder / "progress.csv").write_text(PROGRESS + progress)
    if baseline:
        (folder / "baseline.csv").write_text("task,mode,start,finish\n" + baseline)
    return list(check(folder))


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        ("dig,,2026-03-02,,3 days,,", "actual_start", "after the status date"),
        ("dig,,2026-01-07,2026-03-02,,,", "actual_finish", "after the status date"),
        ("dig,,2026-01-02,2026-02-01,,,", "actual_start", "before the start"),
        ("dig,,2026-02-01,2026-01-20,,,", "actual_finish", "finished before it started"),
        ("dig,,,2026-01-20,,,", "actual_start", "no actual start"),
        ("dig,,,,,20 %,", "actual_start", "no actual start"),
        ("dig,,2026-02-01,,,,", "remaining", "nothing says what is left"),
        ("dig,,2026-02-01,,0 days,,", "actual_finish", "it is not finished"),
        ("dig,,2026-02-01,,,100 %,", "actual_finish", "it is not finished"),
        ("dig,,2026-02-01,2026-02-20,2 days,,", "remaining", "yet some is left"),
        ("dig,,2026-02-01,2026-02-20,,90 %,", "percent_complete", "not 100 % complete"),
        ("dig,slow,2026-02-01,,2 days,,", "mode", "no mode 'slow'"),
        ("digg,,2026-02-01,,2 days,,", "task", "no task 'digg'"),
    ],
)
def test_a_row_of_progress_that_cannot_be(tmp_path: Path, row: str, column: str, says: str) -> None:
    issues = found(tmp_path, row + "\n")
    assert [(i.file, i.row, i.column, i.severity) for i in issues] == [("progress.csv", 2, column, "error")]
    assert says in issues[0].message


def test_a_task_has_one_row_of_progress(tmp_path: Path) -> None:
    issues = found(tmp_path, "dig,,2026-02-01,,2 days,,\ndig,,2026-02-01,,3 days,,\n")
    assert [(i.file, i.row, i.column) for i in issues] == [("progress.csv", 3, "task")]


def test_an_actual_date_is_no_assumption(tmp_path: Path) -> None:
    (tmp_path / "assumptions.csv").write_text("id,low,likely,high,unit\nwhen,2026-01-10,2026-01-20,2026-02-01,date\n")
    issues = found(tmp_path, "dig,,@when,,2 days,,\n")
    assert [(i.file, i.column) for i in issues] == [("progress.csv", "actual_start")]
    (tmp_path / "progress.csv").unlink()
    issues = found(tmp_path, "", START + "status_date: '@when'\n")
    assert [(i.file, i.row, i.column) for i in issues if i.severity == "error"] == [
        ("programme.yaml", 4, "status_date")
    ]


def test_progress_needs_a_status_date_within_the_programme(tmp_path: Path) -> None:
    [issue] = found(tmp_path, "dig,,2026-02-01,,2 days,,\n", START)
    assert (issue.file, issue.column) == ("programme.yaml", "status_date")
    [issue] = found(tmp_path, "", START + "status_date: 2027-03-01\n")
    assert (issue.file, issue.row, issue.column) == ("programme.yaml", 4, "status_date")


def test_progress_out_of_sequence_is_a_warning_that_says_the_rule(tmp_path: Path) -> None:
    rows = "dig,,2026-02-01,,2 days,,\npour,,2026-02-10,,8 days,,\nfill,,2026-02-11,,1 day,,\n"
    issues = found(tmp_path, rows)
    assert [(i.row, i.column, i.severity) for i in issues] == [
        (3, "actual_start", "warning"),
        (4, "actual_start", "warning"),
    ]
    assert "dig FS" in issues[0].message
    assert "waits for the link" in issues[0].remedy


def test_a_hard_deadline_before_the_status_date_is_named(tmp_path: Path) -> None:
    tasks = (
        "id,duration,deadline,weight\ndig,10 days,2026-02-01,\npour,10 days,2026-02-01,1\nfill,10 days,2026-02-01,\n"
    )
    issues = found(tmp_path, "fill,,2026-01-08,2026-02-10,,,\n", tasks=tasks)
    assert [(i.file, i.row, i.column) for i in issues] == [("tasks.csv", 2, "deadline")]


def test_a_baseline_that_cannot_be(tmp_path: Path) -> None:
    issues = found(tmp_path, "", baseline="dig,slow,2026-01-05,2026-01-15\npour,normal,2026-02-01,2026-01-15\n")
    assert [(i.file, i.row, i.column) for i in issues] == [("baseline.csv", 2, "mode"), ("baseline.csv", 3, "finish")]


def test_progress_and_baseline_are_read(tmp_path: Path) -> None:
    assert (
        found(tmp_path, "dig,fast,2026-02-01,,2 days,40 %,\n", baseline="dig,fast,2026-01-05,2026-01-10 12:00\n") == []
    )
    programme = load(tmp_path)
    assert programme.status_date is not None
    assert programme.moment(programme.status_date.planned).isoformat() == "2026-03-01T00:00:00"
    row = programme.progress_of["dig"]
    assert (row.mode, row.remaining and row.remaining.planned, row.percent_complete) == (
        "fast",
        48.0,
        row.percent_complete,
    )
    assert programme.baseline_of["dig"].finish.planned == 5.5 * 24
