"""Critical path and time-cost trade-off as textbooks print them."""

import pytest
from tests.scheduling.problems import crash, programme, task

from plantwright.scheduling import Status, schedule, solve
from plantwright.scheduling.problem import Link, Mode, Problem, Stage, Task

RELIABLE = {
    "A": (2, 1, 180, 280, ""), "B": (4, 2, 320, 420, "A"), "C": (10, 7, 620, 860, "B"), "D": (6, 4, 260, 340, "C"),
    "E": (4, 3, 410, 570, "C"), "F": (5, 3, 180, 260, "E"), "G": (7, 4, 900, 1020, "D"), "H": (9, 6, 200, 380, "EG"),
    "I": (7, 5, 210, 270, "C"), "J": (8, 6, 430, 490, "FI"), "K": (4, 3, 160, 200, "J"), "L": (5, 3, 250, 350, "J"),
    "M": (2, 1, 100, 200, "H"), "N": (6, 3, 330, 510, "KL"),
}  # fmt: skip
"""Reliable Construction Co.: normal and crash weeks, normal and crash cost in thousands, predecessors (Hillier &
Lieberman, Introduction to Operations Research, chapter on project management)."""


def test_reliable_construction_takes_44_weeks_with_the_slacks_of_hillier_and_lieberman():
    tasks = tuple(task(name, row[0] * 168.0, tuple((p, "FS", 0) for p in row[4])) for name, row in RELIABLE.items())
    found = schedule(programme(tasks, days=500))
    weeks = {done.task: done.total_float / 168 for done in found.tasks}
    assert found.finish / 168 == pytest.approx(44)
    assert weeks == pytest.approx(
        {"A": 0, "B": 0, "C": 0, "D": 4, "E": 0, "F": 0, "G": 4, "H": 4, "I": 2, "J": 0, "K": 1, "L": 0, "M": 4, "N": 0}
    )
    assert "".join(done.task for done in found.tasks if done.critical) == "ABCEFJLN"


def test_crashing_reliable_construction_to_40_weeks_costs_140_thousand_more():
    def weekly_modes(row):
        normal, least, cost, crashed, _ = row
        slope = (crashed - cost) / (normal - least)
        return tuple(Mode(weeks, cost=round(cost + slope * (normal - weeks))) for weeks in range(least, normal + 1))

    names = list(RELIABLE)
    tasks = tuple(Task(name, weekly_modes(row), deadline=40) for name, row in RELIABLE.items())
    links = tuple(Link(names.index(p), number) for number, row in enumerate(RELIABLE.values()) for p in row[4])
    found = solve(Problem(tasks, links, horizon=60, objectives=(Stage.COST, Stage.MAKESPAN)))
    assert found.status is Status.OPTIMAL
    assert found.values == (4690, 40)
    by_hand = solve(
        Problem(tuple(Task(t.name, t.modes, deadline=44) for t in tasks), links, horizon=60, objectives=(Stage.COST,))
    )
    assert by_hand.values == (4550,)


def test_crashing_is_chosen_on_the_critical_path_of_a_programme():
    # The same company: its cheapest week is one of J at 30 thousand, found by the programme's own modes.
    tasks = tuple(
        task(name, row[0] * 168.0, tuple((p, "FS", 0) for p in row[4]), cost=row[2],
             crash=(crash((row[0] - 1) * 168.0, row[2] + 30),) if name == "J" else (),
             deadline=43 * 168.0 if name == "N" else None)
        for name, row in RELIABLE.items()
    )  # fmt: skip
    found = schedule(programme(tasks, order=("cost", "finish"), days=500))
    assert found.task["J"].mode != "normal"
    assert found.finish / 168 == pytest.approx(43)
