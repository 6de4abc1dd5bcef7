import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantwright.model.issues import ProgrammeError
from plantwright.scheduling import solve_file
from plantwright.scheduling.instance_files import InstanceError, read_problem
from plantwright.scheduling.problem import Kind, ProblemError

STARS = "*" * 40 + "\n"
MULTI_MODE = (
    STARS
    + "jobs (incl. supersource/sink ):  4\nRESOURCES\n  - renewable                 :  1   R\n"
    + "  - nonrenewable              :  1   N\n  - doubly constrained        :  0   D\n"
    + STARS
    + "PRECEDENCE RELATIONS:\njobnr.    #modes  #successors   successors\n"
    + "   1        1          2           2   3\n   2        2          1           4\n"
    + "   3        1          1           4\n   4        1          0\n"
    + STARS
    + "REQUESTS/DURATIONS:\njobnr. mode duration  R 1  N 1\n----------\n"
    + "  1      1     0       0    0\n  2      1     2       2    5\n         2     4       1    1\n"
    + "  3      1     3       1    1\n  4      1     0       0    0\n"
    + STARS
    + "RESOURCEAVAILABILITIES:\n  R 1  N 1\n    2    {stock}\n"
    + STARS
)
MAX_LAGS = (
    "2 1 0 0\n0 1 2 1 2 [0] [0]\n1 1 2 2 3 [1] [3]\n2 1 2 3 1 [2] [-{limit}]\n3 1 0\n"
    "0 1 0 0\n1 1 3 1\n2 1 2 1\n3 1 0 0\n1\n"
)
PATTERSON = "5 2\n4 1\n0 0 0 2 2 3\n3 2 1 1\n4\n2 4 0 1 5\n1 1 1 1 5\n0 0 0 0\n"


def _write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_multi_mode_file_is_read_whole(tmp_path):
    problem = read_problem(_write(tmp_path, "a.mm", MULTI_MODE.format(stock=9)))
    assert [len(task.modes) for task in problem.tasks] == [1, 2, 1, 1]
    assert problem.tasks[1].modes[1].duration == 4
    assert problem.tasks[1].modes[0].demand == (2,)
    assert problem.tasks[1].modes[0].consumption == (5,)
    assert (problem.resources[0].steps, problem.stocks[0].units) == (((0, 2),), 9)
    assert [(link.before, link.after) for link in problem.links] == [(0, 1), (0, 2), (1, 3), (2, 3)]


@pytest.mark.parametrize(("stock", "makespan"), [(9, 4), (2, 4), (1, None)])
def test_modes_are_chosen_within_the_stock(tmp_path, stock, makespan):
    found = solve_file(_write(tmp_path, "a.mm", MULTI_MODE.format(stock=stock)), time_limit=5)
    assert found.status == ("optimal" if makespan else "infeasible")
    assert found.makespan == makespan


@pytest.mark.parametrize(("limit", "status"), [(4, "optimal"), (2, "infeasible")])
def test_a_negative_lag_is_a_maximum_the_other_way(tmp_path, limit, status):
    # One machine: task 2 starts 3 or more after task 1 does, and at most `limit` after.
    path = _write(tmp_path, "a.sch", MAX_LAGS.format(limit=limit))
    link = next(link for link in read_problem(path).links if link.max_lag is not None)
    assert (link.before, link.after, link.kind, link.lag, link.max_lag) == (1, 2, Kind.SS, None, limit)
    found = solve_file(path, time_limit=5)
    assert found.status == status
    assert not found.starts or found.starts[2] - found.starts[1] in range(3, limit + 1)


def test_two_tasks_may_start_together_but_none_after_itself(tmp_path):
    text = MAX_LAGS.format(limit=4).replace("[1] [3]\n2 1 2 3 1 [2] [-4]", "[{0}] [3]\n2 1 2 3 1 [2] [{1}]")
    together = text.replace("1 1 2 2 3", "1 1 2 2 3").replace("\n1\n", "\n2\n")
    found = solve_file(_write(tmp_path, "a.sch", together.format(0, 0)), time_limit=5)
    assert (found.status, found.starts[1]) == ("optimal", found.starts[2])
    assert solve_file(_write(tmp_path, "b.sch", together.format(2, -1)), time_limit=5).status == "infeasible"


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("a.txt", "", "expected a .sm"),
        ("a.sm", "", "no numbers of renewable"),
        ("a.sm", MULTI_MODE[: MULTI_MODE.index("REQUESTS")].format(stock=1), "no section"),
        (
            "a.mm",
            MULTI_MODE.format(stock="9").replace("   2        2          1", "   2        2          3"),
            "successors",
        ),
        ("a.mm", MULTI_MODE.format(stock=9).replace(":  0   D", ":  1   D"), "doubly"),
        ("a.sch", "2 1 0 0\n0 1 2 1 2 [0] [0]\n", "breaks off"),
        ("a.mm", MULTI_MODE.format(stock=9).replace("  3      1     3", "  9      1     3"), "not described"),
        ("a.mm", MULTI_MODE.format(stock=9).replace("  3      1     3", "  3      1     99999999"), "add up to more"),
        ("a.sch", "2 1 0 0\n0 1 2 1 [0]\n1 1 0\n2 1 0\n3 1 0\n", "describes another number"),
        ("a.sch", "-9 1 0 0\n", "tasks"),
        ("a.sch", "bytes \xff\n", "not plain text"),
        ("a.sch", "", "breaks off"),
    ],
)
def test_a_broken_file_is_refused_with_its_reason(tmp_path, name, text, part):
    path = tmp_path / name
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ProblemError, match=part):
        read_problem(path)
    with pytest.raises(ProgrammeError):
        solve_file(path)


@given(st.integers(0, 10**6), st.text(max_size=4) | st.text("-0123456789 \n", max_size=6), st.integers(0, 30))
@settings(deadline=None, max_examples=200)
def test_a_damaged_file_is_read_or_refused_with_a_reason_in_the_file(place, inserted, deleted):
    texts = ((MULTI_MODE.format(stock=9), ".mm"), (MAX_LAGS.format(limit=4), ".sch"), (PATTERSON, ".rcp"))
    for text, suffix in texts:
        at = place % len(text)
        damaged = text[:at] + inserted + text[at + deleted :]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"a{suffix}"
            path.write_text(damaged, encoding="utf-8", errors="replace")
            assert is_read(path) or is_refused(path, lines=len(damaged.splitlines()))


def is_read(path: Path) -> bool:
    """Whether a file is read, as tasks with durations."""
    try:
        problem = read_problem(path)
    except InstanceError:
        return False
    return bool(problem.tasks) and all(mode.duration >= 0 for task in problem.tasks for mode in task.modes)


def is_refused(path: Path, lines: int) -> bool:
    """Whether a file is refused with a reason and one of its lines, or 0 for all of it."""
    with pytest.raises(InstanceError) as refused:
        read_problem(path)
    return bool(refused.value.reason) and 0 <= refused.value.line <= lines


def test_a_number_with_two_signs_is_named(tmp_path):
    path = _write(tmp_path, "a.rcp", PATTERSON.replace("3 2 1 1", "3 --2 1 1"))
    with pytest.raises(InstanceError, match=r"a.rcp:4: '--2' is not a whole number"):
        read_problem(path)


def broken(old: str, new: str) -> str:
    return MULTI_MODE.format(stock=9).replace(old, new, 1)


def test_a_patterson_file_is_read_wherever_its_lines_break(tmp_path):
    problem = read_problem(_write(tmp_path, "a.rcp", PATTERSON))
    assert [(task.modes[0].duration, task.modes[0].demand) for task in problem.tasks] == [
        (0, (0, 0)), (3, (2, 1)), (2, (4, 0)), (1, (1, 1)), (0, (0, 0)),
    ]  # fmt: skip
    assert [(link.before, link.after) for link in problem.links] == [(0, 1), (0, 2), (1, 3), (2, 4), (3, 4)]
    assert [resource.steps[0][1] for resource in problem.resources] == [4, 1]
    assert solve_file(tmp_path / "a.rcp", time_limit=5).makespan == 6
    joined = _write(tmp_path, "b.rcp", " ".join(PATTERSON.split()) + "\x1a")
    assert read_problem(joined).links == problem.links


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.mm", broken("  3      1     3       1    1", "  3      1     3       1"), "a.mm:11: task 2 is described"),
        ("a.mm", broken("  3      1     3       1    1", "  3      1     3"), "a.mm:21: 3 numbers for a mode"),
        ("a.mm", broken("1          1           4", "1          1           7"), "a.mm:12: task 3 is before task 7"),
        ("a.mm", broken("    2    9", "    2"), "a.mm:26: 1 of 2 capacities"),
        ("a.mm", broken("2    5\n", "2    x5\n"), "a.mm:19: 'x5' is not a whole number"),
        ("a.mm", broken("   3        1          1", "   2        1          1"), "a.mm:12: task 2 is described twice"),
        ("a.sch", MAX_LAGS.format(limit=4).replace("2 1 2 1\n", "2 1 2\n"), "a.sch:8: 3 of 4 numbers for a task"),
        ("a.sch", MAX_LAGS.format(limit=4).replace("1 1 2 2 3 [1]", "1 1 2 2 9 [1]"), "a.sch:3: a link of task 1"),
        ("a.sch", MAX_LAGS.format(limit=4).replace("3 1 0\n0", "3 one 0\n0"), "a.sch:5: 'one' is not a whole number"),
        ("a.rcp", PATTERSON[:-4], "a.rcp:8: the file breaks off in task 5"),
        ("a.rcp", PATTERSON[:-11], "a.rcp:7: the file breaks off in the 1 successors"),
        ("a.rcp", PATTERSON.replace("1\n4\n", "1\n8\n", 1), "a.rcp:5: task 2 is before task 8"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(tmp_path, name, text, said):
    with pytest.raises(ProblemError) as refused:
        read_problem(_write(tmp_path, name, text))
    assert refused.value.reasons[0].startswith(said)
    with pytest.raises(ProgrammeError) as shown:
        solve_file(tmp_path / name)
    assert str(shown.value.issues[0]).startswith(said.partition(": ")[0])
