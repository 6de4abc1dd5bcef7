"""What moves the last finish: every assumption and risk by rank correlation and by difference of conditional means."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from plantwright.model.assumptions import Law, Register, uniforms
from plantwright.model.programme import Programme
from plantwright.model.risk_analysis import Driver
from plantwright.model.risks import key_of
from plantwright.scheduling.replay import Bool, Float
from plantwright.scheduling.worlds import durations_of, lags_of, releases_of

TENTH = 10


def drivers_of(
    programme: Programme, modes: Sequence[int], seed: int, finish: Float, happens: Bool
) -> tuple[Driver, ...]:
    """Return what moves the last finish (worlds,), the greatest difference of means first.

    Assumptions are those that durations, lags, releases and risks hang on; one that varies each time is a driver at
    each of its places.
    """
    ranks = stats.rankdata(finish)
    ranks -= ranks.mean()
    found = [
        _assumption(programme.register, name, place, seed, finish, ranks) for name, place in _used(programme, modes)
    ]
    found += [_risk(risk.id, happens[:, column], finish, ranks) for column, risk in enumerate(programme.risks)]
    return tuple(sorted(found, key=lambda each: (-_difference(each), each.kind, each.name, each.place)))


def _difference(driver: Driver) -> float:
    difference = abs(driver.high - driver.low)
    return difference if np.isfinite(difference) else 0.0


def _used(programme: Programme, modes: Sequence[int]) -> list[tuple[str, str]]:
    """Uncertain assumptions with the place that keys them, each once."""
    placed = [*durations_of(programme, modes), *lags_of(programme), *releases_of(programme)]
    placed += [
        (value, key_of(risk))
        for risk in programme.risks
        for value in (risk.effect(risk.mitigated).delay, risk.effect(risk.mitigated).factor)
    ]
    register = programme.register
    names = [(value.assumption, place) for value, place in placed if value is not None and value.assumption]
    keyed = ((name, place if register[name].each else "") for name, place in names)
    return [(name, place) for name, place in dict.fromkeys(keyed) if not register[name].distribution.is_certain]


def _assumption(register: Register, name: str, place: str, seed: int, finish: Float, ranks: Float) -> Driver:
    worlds = range(finish.size)
    # Quantiles rise with the uniform number, so its order is theirs and nothing needs to be drawn but that.
    if register[name].distribution.law is Law.EMPIRICAL:
        own = stats.rankdata(register.draws(name, seed, worlds, place))
        order = np.argsort(own, kind="stable")
    else:
        order = np.argsort(uniforms(seed, f"{name}@{place}" if place else name, worlds), kind="stable")
        own = np.empty(finish.size)
        own[order] = np.arange(1, finish.size + 1)
    count = max(1, round(finish.size / TENTH))
    low, high = float(finish[order[:count]].mean()), float(finish[order[-count:]].mean())
    return Driver("assumption", name, place, _correlation(own, ranks), low, high)


def _risk(name: str, happens: Bool, finish: Float, ranks: Float) -> Driver:
    low, high = (float(finish[rows].mean()) if rows.any() else float("nan") for rows in (~happens, happens))
    return Driver("risk", name, "", _correlation(happens.astype(np.float64), ranks), low, high)


def _correlation(own: Float, ranks: Float) -> float:
    """Correlation of ranks with centred ranks; 0 where either never varies. Two values are as good as their ranks."""
    centred = own - own.mean()
    scale = float(np.sqrt((centred @ centred) * (ranks @ ranks)))
    return float(centred @ ranks) / scale if scale > 0 else 0.0
