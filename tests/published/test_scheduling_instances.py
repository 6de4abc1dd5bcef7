"""Instances of PSPLIB, MMLIB and RCPSP/max against the best known values, read from the shared data."""

import csv
import os
from pathlib import Path

import pytest

from plantwright.scheduling import check_solution, read_problem, solve
from plantwright.scheduling.bounds import makespan_bound
from plantwright.scheduling.generation import generate

DATA = Path(__file__).parents[3] / "shared" / "data" / "scheduling"


@pytest.fixture(scope="module")
def best_known():
    if not DATA.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"{DATA} is missing")
        pytest.skip(f"the instances are not beside the repository ({DATA})")
    with (DATA / "best_known.csv").open() as file:
        return {(row["set"], row["instance"]): row for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("folder", "instance"),
    [
        ("rcpsp_j30", "j301_2.sm"), ("rcpsp_j30", "j3014_5.sm"), ("rcpsp_j30", "j3030_1.sm"),
        ("mrcpsp_j20", "j2010_4.mm"), ("mrcpsp_mmlib50", "J5013_5.mm"),
        ("rcpspmax_ubo20", "psp1.sch"), ("rcpspmax_ubo20", "psp82.sch"),
    ],
)  # fmt: skip
def test_the_published_optimum_is_found_and_proved(best_known, folder, instance):
    problem = read_problem(DATA / folder / instance)
    found = solve(problem, time_limit=30)
    assert check_solution(problem, found) == []
    assert (found.status, str(found.makespan)) == ("optimal", best_known[folder, instance.split(".")[0]]["ub"])


@pytest.mark.parametrize("instance", ["psp39", "psp9"])
def test_an_instance_without_a_solution_is_proved_so(best_known, instance):
    assert best_known["rcpspmax_ubo20", instance]["ub"] == "unsat"
    assert solve(read_problem(DATA / "rcpspmax_ubo20" / f"{instance}.sch"), time_limit=30).status == "infeasible"


@pytest.mark.parametrize(("folder", "most"), [("rcpsp_j30", 0.5), ("rcpsp_j60", 1.5), ("rcpsp_j120", 4.5)])
def test_five_thousand_passes_come_near_the_best_known(best_known, folder, most):
    gaps = []
    for (group, instance), row in list(best_known.items())[::3]:
        if group == folder and row["ub"].isdigit():
            problem = read_problem(DATA / folder / f"{instance}.sm")
            found = generate(problem, schedules=5_000)
            assert check_solution(problem, found) == []
            assert makespan_bound(problem) <= int(row["ub"]) <= found.makespan
            gaps.append(found.makespan / int(row["ub"]) - 1)
    assert 100 * sum(gaps) / len(gaps) < most
