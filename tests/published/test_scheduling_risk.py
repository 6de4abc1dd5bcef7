"""Schedule risk against theory: PERT's textbook case, maxima in closed form, bounds of the literature on the finish."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from tests.scheduling.problems import programme, task

from plantwright.model.assumptions import Assumption, Distribution, Law
from plantwright.model.quantity import Dimension, Quantity
from plantwright.scheduling import risk_analysis, schedule

WORLDS = 20_000

RELIABLE = {
    "A": (1, 2, 3, ""), "B": (2, 3.5, 8, "A"), "C": (6, 9, 18, "B"), "D": (4, 5.5, 10, "C"), "E": (1, 4.5, 5, "C"),
    "F": (4, 4, 10, "E"), "G": (5, 6.5, 11, "D"), "H": (5, 8, 17, "EG"), "I": (3, 7.5, 9, "C"), "J": (3, 9, 9, "FI"),
    "K": (4, 4, 4, "J"), "L": (1, 5.5, 7, "J"), "M": (1, 2, 3, "H"), "N": (5, 5.5, 9, "KL"),
}  # fmt: skip
"""Reliable Construction: three estimates in weeks, predecessors (Hillier & Lieberman, Introduction to Operations
Research, chapter on project management)."""
CRITICAL = "ABCEFJLN"


def drawn(name: str, law: Law, low: float, likely: float, high: float, values: tuple[float, ...] = ()):
    spread = Distribution(law, low, likely, high, values)
    entry = Assumption(name, spread, Dimension.TIME, "h", False, False, "", "")
    return Quantity(float(spread.quantile(0.5)), Dimension.TIME, name, 1.0, "h"), entry


def network(laws: dict[str, tuple[tuple, str]], *, days: int = 4000):
    """A programme of tasks by name with (law, low, likely, high[, values]) and one-letter predecessors."""
    made = {name: drawn(f"d{name}", *law) for name, (law, _) in laws.items()}
    tasks = tuple(
        task(name, made[name][0], tuple((b, "FS", 0) for b in before)) for name, (_, before) in laws.items()
    )  # fmt: skip
    return programme(tasks, assumptions=tuple(entry for _, entry in made.values()), days=days)


def analysed(plan, worlds: int = WORLDS):
    return risk_analysis(plan, schedule(plan), trials=worlds, seed=1)


def pert(names: str, within: str):
    return network({
        name: ((Law.PERT, *RELIABLE[name][:3]), "".join(b for b in RELIABLE[name][3] if b in within)) for name in names
    })  # fmt: skip


def error(finish) -> float:
    return 4 * finish.std() / np.sqrt(finish.size)


def test_the_critical_path_of_reliable_construction_takes_44_weeks_on_average():
    finish = analysed(pert(CRITICAL, CRITICAL)).planned.finish
    assert finish.mean() == pytest.approx(44.0, abs=error(finish))
    # The variance of a beta law of shape 4 is (mean - low)(high - mean) / 7; PERT's rule of a sixth gives 9 in all.
    means = {name: (a + 4 * m + b) / 6 for name, (a, m, b, _) in RELIABLE.items()}
    variance = sum((means[n] - RELIABLE[n][0]) * (RELIABLE[n][2] - means[n]) / 7 for n in CRITICAL)
    assert finish.var() == pytest.approx(variance, rel=0.05)
    assert variance == pytest.approx(9.0, rel=0.25)
    # The textbook gives the deadline of 47 weeks a chance of 0.84 by the normal law.
    assert (finish <= 47).mean() == pytest.approx(0.84, abs=0.03)


def test_the_whole_of_reliable_construction_is_later_than_its_critical_path():
    found = analysed(pert("ABCDEFGHIJKLMN", "ABCDEFGHIJKLMN"))
    chain = analysed(pert(CRITICAL, CRITICAL)).planned.finish
    assert (found.planned.finish >= chain - 1e-9).all()
    # PERT's three other paths are 43, 42 and 42 weeks on average: they are latest now and then.
    often = dict(zip(found.tasks, found.criticality, strict=True))
    assert often["A"] == often["B"] == often["C"] == 1.0
    assert 0.5 < often["J"] < 0.95
    assert 0.05 < often["H"] < 0.5
    assert found.slip.merging > 0.3


@pytest.mark.parametrize("rates", [(1 / 40, 1 / 40), (1 / 30, 1 / 60), (1 / 10, 1 / 80)])
def test_two_exponential_paths_merge_as_in_closed_form(rates):
    # E max = 1/a + 1/b - 1/(a+b); the path with rate a is the later one with probability b/(a+b).
    a, b = rates
    plan = network({
        "x": ((Law.EXPONENTIAL, 1, 1 / a, 1), ""), "y": ((Law.EXPONENTIAL, 1, 1 / b, 1), ""),
        "z": ((Law.FIXED, 1, 1, 1), "xy"),
    })  # fmt: skip
    found = analysed(plan)
    expected = 1 / a + 1 / b - 1 / (a + b)
    assert found.planned.finish.mean() == pytest.approx(expected + 1, abs=error(found.planned.finish))
    assert found.criticality.tolist() == pytest.approx([b / (a + b), a / (a + b), 1.0], abs=0.015)
    merge = next(merge for merge in found.merges if merge.task == "z")
    assert merge.bias == pytest.approx(expected - max(1 / a, 1 / b), abs=error(found.planned.finish))


@pytest.mark.parametrize("paths", [2, 3, 6])
def test_uniform_paths_merge_at_n_over_n_plus_one(paths):
    names = "uvwxyz"[:paths]
    laws = dict.fromkeys(names, ((Law.UNIFORM, 0, 50, 100), "")) | {"end": ((Law.FIXED, 1, 1, 1), names)}
    found = analysed(network(laws))
    assert found.planned.finish.mean() - 1 == pytest.approx(100 * paths / (paths + 1), abs=error(found.planned.finish))
    assert found.criticality[:paths] == pytest.approx([1 / paths] * paths, abs=0.02)
    # Each of them moves the end alike: the correlation of one uniform with the largest of n is sqrt(3 / (n(n+2))).
    assert found.sensitivity[:paths] == pytest.approx([np.sqrt(3 / (paths * (paths + 2)))] * paths, abs=0.03)


def test_two_normal_paths_merge_as_clark_has_it():
    """Clark (1961): the mean of the larger of two equal normal variables is mean + deviation / sqrt(pi)."""
    # A lognormal law of a small deviation is a normal one but for its third moment.
    high = np.exp(0.02 * 1.2815515655446004)
    laws = dict.fromkeys("xy", ((Law.LOGNORMAL, 1000 / high, 1000, 1000 * high), ""))
    found = analysed(network(laws | {"z": ((Law.FIXED, 1, 1, 1), "xy")}))
    assert found.planned.finish.mean() - 1 == pytest.approx(
        1000 + 20 / np.sqrt(np.pi), abs=error(found.planned.finish) + 0.3
    )
    assert found.slip.merging == pytest.approx(20 / np.sqrt(np.pi), abs=0.6)


def test_tasks_in_a_row_share_the_variance_by_their_own():
    laws = {"x": ((Law.UNIFORM, 0, 15, 30), ""), "y": ((Law.UNIFORM, 0, 20, 40), "x")}
    found = analysed(network(laws))
    # Standard deviations 30 and 40 over sqrt(12): correlations of 0.6 and 0.8, as are the schedule sensitivity indices.
    assert found.sensitivity.tolist() == pytest.approx([0.6, 0.8], abs=0.02)
    assert found.schedule_sensitivity.tolist() == pytest.approx([0.6, 0.8], abs=0.02)
    assert found.criticality.tolist() == [1.0, 1.0]
    # Spearman's correlation of a sum of two uniforms with one of them is a little below Pearson's.
    assert {each.name: each.correlation for each in found.drivers} == pytest.approx({"dx": 0.58, "dy": 0.79}, abs=0.03)


def test_two_exponential_tasks_in_a_row_share_the_risk_and_take_their_means():
    found = analysed(network({"x": ((Law.EXPONENTIAL, 1, 50, 1), ""), "y": ((Law.EXPONENTIAL, 1, 50, 1), "x")}))
    assert found.sensitivity.tolist() == pytest.approx([np.sqrt(0.5)] * 2, abs=0.02)
    assert found.deviation.tolist() == pytest.approx([50.0, 50.0], rel=0.03)
    # Planned are the medians, 50 ln 2 each.
    assert found.slip.lengthening == pytest.approx(2 * (50 - 50 * np.log(2)), abs=error(found.planned.finish))
    assert found.slip.merging == pytest.approx(0.0, abs=1e-6)


STEPS = {
    "a": ((2, 5, 9), ""), "b": ((3, 4, 8), ""), "c": ((1, 6, 7), "a"), "d": ((2, 3, 10), "ab"), "e": ((4, 5, 9), "b"),
    "f": ((1, 2, 6), "cd"), "g": ((2, 4, 5), "de"), "h": ((1, 1, 1), "fg"),
}  # fmt: skip
"""A network whose paths share tasks, with three durations each as likely as the others."""


def discrete():
    return network({n: ((Law.EMPIRICAL, min(v), sorted(v)[1], max(v), v), before) for n, (v, before) in STEPS.items()})


def test_the_finish_keeps_within_the_bounds_of_kleindorfer():
    """Kleindorfer (1971): with independent durations the distribution at a merge lies between the product of the paths'
    distributions (as if they shared nothing) and the least of them (as if one ruled), task by task.
    """
    finish, size = analysed(discrete()).planned.finish, 60
    early, late = {}, {}
    for name, (values, before) in STEPS.items():
        for bounds, combined in ((early, np.min), (late, np.prod)):
            ready = combined([bounds[b] for b in before], axis=0) if before else np.ones(size)
            shifted = [np.concatenate((np.zeros(int(v)), ready[: size - int(v)])) for v in values]
            bounds[name] = np.mean(shifted, axis=0)
    share = np.array([(finish <= t + 1e-9).mean() for t in range(size)])
    slack = 4 * np.sqrt(0.25 / WORLDS)
    assert (share <= early["h"] + slack).all()
    assert (share >= late["h"] - slack).all()
    assert (early["h"] - late["h"]).max() > 0.02


def test_the_mean_finish_is_not_below_the_bound_of_fulkerson():
    """Fulkerson (1962): E of the latest of (bound of each predecessor + durations), task by task, bounds the mean from
    below, and is not below the critical path by means.
    """
    finish = analysed(discrete()).planned.finish
    bound, by_means = {}, {}
    for name, (values, before) in STEPS.items():
        chances = [max((bound[b] + d for b, d in zip(before, each, strict=True)), default=0.0)
                   for each in product(*(STEPS[b][0] for b in before))]  # fmt: skip
        bound[name] = float(np.mean(chances))
        by_means[name] = max((by_means[b] for b in before), default=0.0) + float(np.mean(values))
    assert by_means["h"] - 1 <= bound["h"] + 1e-9
    assert finish.mean() >= bound["h"] + 1 - error(finish)
    # All 3^8 worlds, counted: the mean itself.
    exact = []
    for each in product(*(values for values, _ in STEPS.values())):
        ends: dict[str, float] = {}
        for (name, (_, before)), duration in zip(STEPS.items(), each, strict=True):
            ends[name] = max((ends[b] for b in before), default=0.0) + duration
        exact.append(ends["h"])
    assert finish.mean() == pytest.approx(np.mean(exact), abs=error(finish))
    assert np.percentile(finish, 80, method="inverted_cdf") == np.percentile(exact, 80, method="inverted_cdf")
