"""Files of strangers that cannot be used: each is answered by name, with its line, quickly and without a traceback."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.exchange.networks import SAMPLES, activities, calendar, link, project, task, xer
from typer.testing import CliRunner

from plantwright.cli import app
from plantwright.exchange.markup import LARGEST_FILE
from plantwright.model.issues import ProgrammeError
from plantwright.workflows.new import new_programme

LAUGHS = (
    '<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>\n<Project><Name>&i;</Name></Project>"
)


def errors_of(tmp_path: Path, name: str, content: str | bytes) -> str:
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    begun = time.perf_counter()
    answer = CliRunner().invoke(app, ["new", str(tmp_path / "out"), "--from", str(tmp_path / name)])
    assert time.perf_counter() - begun < 20
    assert answer.exit_code == 1, answer.output
    assert not (tmp_path / "out").exists()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert isinstance(answer.exception, SystemExit), answer.exception
    assert f"{name}" in answer.output
    return answer.output


def test_entities_that_unfold_without_end_are_refused_unread(tmp_path):
    said = errors_of(tmp_path, "laughs.xml", LAUGHS)
    assert "laughs.xml:2: the file declares a document type" in said


def test_a_file_from_outside_is_never_fetched(tmp_path):
    content = '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><Project><Name>&x;</Name></Project>'
    assert "document type" in errors_of(tmp_path, "entity.xml", content)


@pytest.mark.parametrize("name", ["big.xml", "big.xer"])
def test_a_file_of_more_than_100_mb_is_refused_unread(tmp_path, name):
    with (tmp_path / name).open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    answer = CliRunner().invoke(app, ["new", str(tmp_path / "out"), "--from", str(tmp_path / name)])
    assert answer.exit_code == 1
    assert "may have 100 MB" in answer.output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not XML: no element found"),
        (b"PK\x03\x04 something", "not XML"),
        (b"<Project><Tasks></Project>", "not XML: mismatched tag"),
        (b'<?xml version="1.0" encoding="klingon"?><Project/>', "encoding"),
        (b'<?xml version="1.0" encoding="shift_jis"?><Project/>', "encoding"),
        (b"<Project><Name>caf\xe9</Name></Project>", "not XML: not well-formed"),
        (b"<html><body>Sign in</body></html>", "no schedule: it begins with <html>"),
        (b"<Project/>", "there is no task in the file"),
        (b"<APIBusinessObjects/>", "there is no task in the file"),
        (b"<a>" * 5000, "nested more than 50 deep"),
    ],
    ids=["empty", "zip", "cut", "encoding", "multibyte", "latin", "html", "bare", "bare p6", "deep"],
)
def test_xml_that_is_none(tmp_path, content, said):
    assert said in errors_of(tmp_path, "bad.xml", content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "does not begin as an XER does"),
        ("ERMHDR\t19\n%R\t1\t2\n", "bad.xer:2: the row stands before its columns"),
        ("ERMHDR\t19\n%T\tTASK\n%F\ttask_id\n%E\n", "there is no task in the file"),
        (xer(TASK=activities((1, 1, 99, "TT_Task", "A", "A", 8))), "there is no calendar '99' in the file"),
        (xer(TASK=activities((1, 1, 7, "TT_Task", "A", "A", "soon"))), "'soon' is not a number"),
        (xer(TASK=activities((1, 1, 7, "TT_Task", "A", "A", ""))), "activity 'A' has no duration"),
        (xer(TASK=activities((1, 1, 7, "TT_Task", "A", "A", 1e7))), "more than 50 years"),
        (xer(TASK=activities((1, 1, 7, "TT_Odd", "A", "A", 8))), "there is no type 'TT_Odd'"),
        (xer(TASK=activities(("", 1, 7, "TT_Task", "A", "A", 8))), "has no id of its own"),
        (xer(TASK=activities((1, 1, 7, "TT_Task", "A", "A", 8, "CS_X", "2026-04-01"))), "no constraint 'CS_X'"),
        (xer(TASK=activities((1, 1, 7, "TT_Task", "A", "A", 8, "CS_MSOA", "1 April"))), "'1 April' is not a date"),
    ],
    ids=["empty", "order", "tasks", "calendar", "number", "duration", "long", "type", "id", "constraint", "date"],
)
def test_tables_that_say_too_little_or_wrong(tmp_path, content, said):
    assert said in errors_of(tmp_path, "bad.xer", content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (project(task(1) + task(1)), "the task has no UID of its own"),
        (project("<Task><UID>1</UID><Name>x</Name></Task>"), "the task has no duration"),
        (project(task(1, more="<CalendarUID>9</CalendarUID>")), "there is no calendar 9 in the file"),
        (project(task(1, more="<Deadline>soon</Deadline>")), "'soon' is not a date"),
        (project(task(1, more="<FixedCost>1e999</FixedCost>")), "'1e999' is not a number"),
        (project("<Task><UID>1</UID><Duration>P1Y</Duration></Task>"), "'P1Y' is not a duration"),
        (project(task(1) + task(2, more=link(1, kind=9))), "there is no kind of link 9"),
        (project(task(1), calendar(1, base=2) + calendar(2, base=1)), "the calendar is its own base"),
        (project(task(1), calendar(1, base=5)), "names the base calendar 5, which is not in the file"),
    ],
    ids=["uid", "duration", "calendar", "date", "number", "length", "kind", "base", "missing"],
)
def test_a_project_that_says_too_little_or_wrong(tmp_path, content, said):
    assert said in errors_of(tmp_path, "bad.xml", content)


def test_a_cycle_is_named_with_its_way_and_the_line_of_a_task(tmp_path):
    tasks = "\n".join([task(1, more=link(3)), task(2, more=link(1)), task(3, more=link(2))])
    said = errors_of(tmp_path, "cycle.xml", project(tasks))
    assert "cycle.xml:1" in said
    assert "t1" in said
    assert "t3" in said
    assert "tasks.csv" not in said.split(":")[0]


def test_a_calendar_without_working_time_is_named_with_its_line(tmp_path):
    week = "".join(f"<WeekDay><DayType>{d}</DayType><DayWorking>0</DayWorking></WeekDay>" for d in range(1, 8))
    text = project(task(1, more="<CalendarUID>1</CalendarUID>"), "\n\n" + calendar(1, f"<WeekDays>{week}</WeekDays>"))
    assert "no.xml:3" in errors_of(tmp_path, "no.xml", text)


def test_exceptions_without_end_do_not_hang(tmp_path):
    rule = (
        "<Exception><TimePeriod><FromDate>2000-01-01T00:00:00</FromDate><ToDate>2149-01-01T00:00:00</ToDate></TimePeriod>"
        "<Type>5</Type><MonthItem>1</MonthItem><MonthPosition>4</MonthPosition><DayWorking>0</DayWorking></Exception>"
    )
    text = project(task(1, more="<CalendarUID>1</CalendarUID>"), calendar(1, f"<Exceptions>{rule * 5000}</Exceptions>"))
    assert "unfold to more than" in errors_of(tmp_path, "long.xml", text)


def test_an_outline_without_end_does_not_hang(tmp_path):
    tasks = "".join(
        f"<Task><UID>{n}</UID><OutlineLevel>{n}</OutlineLevel><Summary>1</Summary></Task>" for n in range(1, 20000)
    )
    assert "the outline is more than 50 deep" in errors_of(tmp_path, "deep.xml", project(tasks))


def test_many_errors_are_all_said_at_once(tmp_path):
    text = project(
        task(1, more="<CalendarUID>9</CalendarUID>") + task(2, more="<Deadline>x</Deadline>" + link(1, kind=7))
    )
    said = errors_of(tmp_path, "many.xml", text)
    assert "3 errors" in said


def test_a_file_that_is_not_there(tmp_path):
    for name in ("none.xml", "none.xer", "none.xlsx", "none"):
        answer = CliRunner().invoke(app, ["new", str(tmp_path / "out"), "--from", str(tmp_path / name)])
        assert answer.exit_code == 1
        assert isinstance(answer.exception, SystemExit), (name, answer.exception)


@pytest.mark.parametrize("name", ["hall_project.xml", "hall_p6.xml", "hall.xer"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_by_name(tmp_path_factory, name, data):
    content = bytearray((SAMPLES / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        what = data.draw(st.sampled_from(["cut", "copy", "change"]))
        length = data.draw(st.integers(1, 200))
        if what == "cut":
            del content[at : at + length]
        elif what == "copy":
            content[at:at] = content[at : at + length]
        else:
            content[at : at + 1] = data.draw(st.binary(min_size=1, max_size=3))
    folder = tmp_path_factory.mktemp("damaged")
    (folder / name).write_bytes(bytes(content))
    try:
        new_programme(str(folder / name), folder / "out")
    except ProgrammeError:
        assert [path.name for path in folder.iterdir()] == [name]
