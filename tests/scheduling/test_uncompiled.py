"""The kernels say the same with the compiler off: what Numba compiles is plain Python, in a fixed order of sums."""

import os
import subprocess
import sys
from pathlib import Path

from tests.scheduling.problems import day_shift, programme, resource, task

from plantwright.scheduling import conversion_trials, schedule
from plantwright.scheduling.generation import generate
from plantwright.scheduling.problem import Kind, Link, Mode, Problem, Resource, Stock, Task, WorkingTime


def answers() -> str:
    tasks = tuple(
        Task(f"t{i}", (Mode(1 + i % 4, (1,), (2,), 1, i % 2 - 1), Mode(2 + i % 4, (1,), (1,), 0))) for i in range(8)
    )
    links = tuple(Link(i, i + 3, list(Kind)[i % 4], i % 3) for i in range(5))
    calendar = WorkingTime("shift", tuple((begin, begin + 3) for begin in range(0, 90, 5)))
    problem = Problem(tasks, links, (Resource("crew", ((0, 2), (9, 1))),), (Stock("budget", 12),), (calendar,), 90)
    found = generate(problem, schedules=120)
    jobs = (
        task("a", 20, needs=(("crew", 1),), calendar="day"),
        task("b", 20, (("a", "FF", 3),), (("crew", 1),), calendar="day"),
    )
    plan = programme(jobs, (resource("crew", ((0, 1),)),), calendars=(day_shift(),))
    trials = conversion_trials(plan, schedule(plan), 1, range(3))
    return repr((found.start, found.mode, found.values, trials.start.tolist(), trials.finish.tolist()))


def test_kernels_agree_with_and_without_the_compiler():
    # A scalar's overflow, which the random stream is made of, warns in Python and not when compiled.
    # Another distribution may have installed a package `tests`: this one is named by its folder.
    program = (
        "import sys, types; tests = types.ModuleType('tests'); tests.__path__ = [sys.argv[1]]; "
        "sys.modules['tests'] = tests; from tests.scheduling.test_uncompiled import answers; print(answers())"
    )
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(Path(__file__).parents[1])],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    assert found.stdout.strip() == answers()
