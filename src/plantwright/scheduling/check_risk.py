"""An independent check of a risk analysis: worlds drawn and walked again in plain Python, and sums that must add up.

Shares no code with the engine: no compiled replay, no batches, no impacts. Tasks that a finish link or a greatest lag
holds are walked by their starts alone, so that worlds of such a programme are only bounded from below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plantwright.model.assumptions import uniforms
from plantwright.model.calendars import continuous
from plantwright.model.programme import Mode, Programme, Task
from plantwright.model.quantity import Quantity
from plantwright.model.risk_analysis import RiskAnalysis
from plantwright.model.risks import Risk
from plantwright.model.schedule import Schedule
from plantwright.scheduling.calendars import working_calendar

HOURS = 1e-4
MONEY = 1e-6
Floats = NDArray[np.float64]


def check_risk_analysis(
    programme: Programme, schedule: Schedule, analysis: RiskAnalysis, worlds: int = 20
) -> list[str]:
    """Return what an analysis of a programme that has not begun states wrongly; empty where nothing is found.

    Walked again are the first `worlds`: last finish and cost as planned, without any risk, and without each one.
    """
    again = _Again(programme, schedule, analysis.seed, min(worlds, analysis.worlds))
    done = {risk.id: risk.mitigated for risk in programme.risks}
    outlooks = [("as planned", analysis.planned, set(done)), ("without risks", analysis.ranges, set[str]())]
    outlooks += [(f"without {each.risk}", each.without, set(done) - {each.risk}) for each in analysis.risks]
    found = [*_sums(analysis)]
    for world in range(again.worlds):
        for name, outlook, there in outlooks:
            finish, cost = again.walk(world, there)
            late = outlook.finish[world] - finish
            if late < -HOURS or (late > HOURS and not again.bounded):
                found.append(f"world {world} {name} ends at {outlook.finish[world]:.3f} h, walked at {finish:.3f} h")
            if abs(outlook.cost[world] - cost) > MONEY * max(1.0, abs(cost)):
                found.append(f"world {world} {name} costs {outlook.cost[world]:,.2f}, added up {cost:,.2f}")
    return found


def _sums(analysis: RiskAnalysis) -> Iterator[str]:
    mean = float(analysis.planned.finish.mean())
    if abs(analysis.slip.whole - (mean - analysis.planned_finish.max(initial=0.0))) > HOURS:
        yield "the parts of the slip do not add to the mean finish less the plan's"
    if analysis.tasks and not analysis.criticality.sum() >= 1 - 1e-9:
        yield "in some world no task drives the finish"
    for name, values, low in (("criticality", analysis.criticality, 0.0), ("sensitivity", analysis.sensitivity, -1.0)):
        if (values < low - 1e-9).any() or (values > 1 + 1e-9).any():
            yield f"a {name} is out of its range"
    for merge in analysis.merges:
        if merge.bias < -HOURS:
            yield f"the merge at {merge.task or 'the end'} has a bias below zero"
    for column in range(len(analysis.milestones)):
        if (analysis.milestone_finish[:, column] > analysis.planned.finish + HOURS).any():
            yield f"milestone {analysis.milestones[column]!r} ends after the last finish"


@dataclass
class _Again:
    """A programme's worlds seen as plain numbers, one task, risk and world at a time."""

    programme: Programme
    schedule: Schedule
    seed: int
    worlds: int

    def __post_init__(self) -> None:
        self.modes = {
            task.id: next(mode for mode in task.modes if mode.name == self.schedule.task[task.id].mode)
            for task in self.programme.tasks
        }
        self.calendars = {t.id: working_calendar(self.programme, t, self.modes[t.id]) for t in self.programme.tasks}
        self.givers = {task.id: [b for b, a in self.schedule.order if a == task.id] for task in self.programme.tasks}
        links = [link for task in self.programme.tasks for link in task.links]
        self.bounded = any(link.kind[1] == "F" or link.max_lag is not None for link in links)
        self.known: dict[tuple[Quantity, str], Floats] = {}
        self.happening = {risk.id: self._happening(risk) for risk in self.programme.risks}

    def value(self, quantity: Quantity, world: int, place: str) -> float:
        if (quantity, place) not in self.known:
            self.known[quantity, place] = self.programme.register.draw(quantity, self.seed, range(self.worlds), place)
        return float(self.known[quantity, place][world])

    def _happening(self, risk: Risk) -> list[bool]:
        stream = f"risks of {risk.group}" if risk.group else f"risk {risk.id}"
        drawn = uniforms(self.seed, stream, range(self.worlds))
        before = self.programme.risks[: self.programme.risks.index(risk)]
        found = []
        for world, share in enumerate(drawn):
            taken = sum(self.value(r.probability, world, "") for r in before if risk.group and r.group == risk.group)
            chance = self.value(self._as_planned(risk, "probability"), world, "")
            found.append(bool(taken <= share < taken + chance))
        return found

    def _as_planned(self, risk: Risk, what: str) -> Quantity:
        left: Quantity | None = getattr(risk, f"mitigated_{what}") if risk.mitigated else None
        whole: Quantity = getattr(risk, what)
        return whole if left is None else left

    def walk(self, world: int, there: set[str]) -> tuple[float, float]:
        """The last finish and the cost of a world in which only some of the risks are there."""
        risks = [risk for risk in self.programme.risks if risk.id in there]
        happening = [risk for risk in risks if self.happening[risk.id][world]]
        hours = {task.id: self._hours(task, world, happening) for task in self.programme.tasks}
        cost = sum(self._cost(task, self.modes[task.id], hours[task.id], world) for task in self.programme.tasks)
        cost += sum(self.value(self._as_planned(risk, "cost"), world, f"risk {risk.id}") for risk in happening)
        cost += sum(self.value(r.mitigation_cost, world, f"risk {r.id}") for r in risks if r.mitigated)
        return self._last(hours, world), cost

    def _hours(self, task: Task, world: int, happening: list[Risk]) -> float:
        hours = max(self.value(self.modes[task.id].duration, world, task.id), 0.0)
        calendar = self.programme.calendars.get(task.calendar, continuous())
        spans = {"day": calendar.hours_per_day / 24, "week": calendar.hours_per_week / 168}
        spans |= {"month": spans["week"], "year": spans["week"]}
        hitting = [risk for risk in happening if risk.hits(task)]
        for risk in hitting:
            hours *= self.value(self._as_planned(risk, "factor"), world, f"risk {risk.id}")
        for risk in hitting:
            delay = self._as_planned(risk, "delay")
            hours += self.value(delay, world, f"risk {risk.id}") * spans.get(delay.unit, 1.0)
        return hours

    def _cost(self, task: Task, mode: Mode, hours: float, world: int) -> float:
        whole = sum(self.value(price, world, task.id) for price in (mode.cost, *mode.equipment_prices))
        for need in mode.needs:
            rate = self.value(self.programme.resource[need.id].cost, world, need.id)
            whole += rate * self.value(need.amount, world, task.id) * hours
        return whole

    def _last(self, hours: dict[str, float], world: int) -> float:
        start: dict[str, float] = {}
        finish: dict[str, float] = {}
        waiting = list(self.programme.tasks)
        while waiting:
            ready = [
                t for t in waiting if all(n in finish for n in (*self.givers[t.id], *(k.predecessor for k in t.links)))
            ]
            for task in ready:
                begin = self._begin(task, world, start, finish)
                start[task.id], finish[task.id] = self._dates(task, begin, hours[task.id])
            if not ready:
                return 0.0
            waiting = [task for task in waiting if task.id not in finish]
        return max(finish.values(), default=0.0)

    def _dates(self, task: Task, begin: float, hours: float) -> tuple[float, float]:
        """Start and finish of work from a moment on; what may not pause waits for a shift that is long enough."""
        calendar = self.calendars[task.id]
        if calendar.is_continuous or hours <= 0:
            return begin, begin + hours
        if task.pauses:
            first = float(calendar.next_working(begin))
            return first, float(calendar.after_work(first, hours))
        spans = list(zip(calendar.starts.tolist(), calendar.ends.tolist(), strict=True))
        longest = max((end - opens for opens, end in spans[:-1]), default=hours)
        wanted = min(hours, longest) - 1e-7
        at = next(max(opens, begin) for opens, end in spans if end - max(opens, begin) >= wanted)
        return at, at + hours

    def _begin(self, task: Task, world: int, start: dict[str, float], finish: dict[str, float]) -> float:
        begin = max(self._rise(task), self.schedule.held.get(task.id, 0.0))
        if task.release:
            begin = max(begin, self.value(task.release, world, task.id))
        for link in task.links:
            giver = finish if link.kind[0] == "F" else start
            if link.kind[1] == "S":
                begin = max(begin, giver[link.predecessor] + self.value(link.lag, world, task.id))
        return max([begin, *(finish[giver] for giver in self.givers[task.id])])

    def _rise(self, task: Task) -> float:
        """The last rise of what the task takes that is not after its planned start."""
        last = 0.0
        for need in self.modes[task.id].needs:
            steps = sorted((s.at.planned, s.value.planned) for s in self.programme.resource[need.id].capacity)
            for (at, units), before in zip(steps, [0.0, *(units for _, units in steps)], strict=False):
                if units > before and 0 < at <= self.schedule.task[task.id].start + 1e-6:
                    last = max(last, at)
        return last
