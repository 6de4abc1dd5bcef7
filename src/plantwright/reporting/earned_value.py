"""Earned value and earned schedule at the status date: in all, by area and by party, and the curves over time.

Terms and formulas are those of the PMI Practice Standard for Earned Value Management (2011) and ANSI/EIA-748; earned
schedule is Lipke's (Schedule Is Different, The Measurable News, 2003). Budgets are the baseline's costs, spread evenly
over the working time between its dates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from plantwright.model.calendars import continuous
from plantwright.model.programme import Programme, Task
from plantwright.model.underway import cost_to_date, progress_of, share_done

STEPS_OF_BISECTION = 60
WEEK = 168.0
NEVER = float("nan")


@dataclass(frozen=True)
class EarnedValue:
    """Money (currency) of a group of tasks at the status date, and times in hours from the baseline's first start.

    `bac` budget at completion, `pv` planned value, `ev` earned value, `ac` actual cost; `es` earned schedule (when the
    plan would have earned what is earned), `at` actual time, `pd` planned duration. What divides by nothing is nan.
    """

    name: str
    bac: float
    pv: float
    ev: float
    ac: float
    es: float
    at: float
    pd: float

    @property
    def sv(self) -> float:
        """Schedule variance: EV - PV."""
        return self.ev - self.pv

    @property
    def cv(self) -> float:
        """Cost variance: EV - AC."""
        return self.ev - self.ac

    @property
    def spi(self) -> float:
        """Schedule performance index: EV / PV."""
        return _ratio(self.ev, self.pv)

    @property
    def cpi(self) -> float:
        """Cost performance index: EV / AC."""
        return _ratio(self.ev, self.ac)

    @property
    def eac(self) -> float:
        """Estimate at completion at the cost performance so far: BAC / CPI, written so that it holds at the end too."""
        return self.ac + (_ratio(self.bac - self.ev, self.cpi) if self.bac > self.ev else 0.0)

    @property
    def eac_as_planned(self) -> float:
        """Estimate at completion where the rest costs what was planned: AC + BAC - EV."""
        return self.ac + self.bac - self.ev

    @property
    def eac_by_both(self) -> float:
        """Estimate at completion where lateness costs too: AC + (BAC - EV) / (CPI x SPI)."""
        return self.ac + _ratio(self.bac - self.ev, self.cpi * self.spi)

    @property
    def etc(self) -> float:
        """Estimate to complete: EAC - AC."""
        return self.eac - self.ac

    @property
    def vac(self) -> float:
        """Variance at completion: BAC - EAC."""
        return self.bac - self.eac

    @property
    def tcpi(self) -> float:
        """To-complete performance index, what the budget asks of the rest: (BAC - EV) / (BAC - AC)."""
        return _ratio(self.bac - self.ev, self.bac - self.ac) if self.bac > self.ev else 0.0

    @property
    def spi_time(self) -> float:
        """Schedule performance index in time: ES / AT."""
        return _ratio(self.es, self.at)

    @property
    def sv_time(self) -> float:
        """Schedule variance in time, hours: ES - AT."""
        return self.es - self.at

    @property
    def duration_at_completion(self) -> float:
        """Independent estimate of the duration at completion, hours: PD / SPI(t)."""
        return _ratio(self.pd, self.spi_time)


@dataclass(frozen=True)
class Curves:
    """Cumulative values in currency at moments (hours from start); earned and actual end with the status date."""

    at: tuple[float, ...]
    planned: tuple[float, ...]
    earned: tuple[float, ...]
    actual: tuple[float, ...]


def earned_value(programme: Programme) -> tuple[EarnedValue, ...]:
    """Earned value of the whole conversion, then of each area and each party with more than one of them.

    Empty where the programme has no status date or no baseline.
    """
    if programme.status_date is None or not programme.baseline:
        return ()
    return tuple(_of(programme, name, tasks) for name, tasks in _groups(programme))


def curves(programme: Programme) -> Curves:
    """The S-curve by week, from the baseline's first start to its last finish, and the status date."""
    first, last = _span(programme)
    status = programme.status_date.planned if programme.status_date else first
    at = sorted({first + WEEK * n for n in range(int((last - first) / WEEK) + 1)} | {last, status})
    past = [moment for moment in at if moment <= status]
    return Curves(
        tuple(at),
        tuple(_planned(programme, programme.tasks, moment) for moment in at),
        tuple(_so_far(programme, moment, _earned) for moment in past),
        tuple(_so_far(programme, moment, cost_to_date) for moment in past),
    )


def _groups(programme: Programme) -> Iterator[tuple[str, Sequence[Task]]]:
    yield "All", programme.tasks
    for named in ([task.area for task in programme.tasks], [task.party for task in programme.tasks]):
        names = [name for name in dict.fromkeys(named) if name]
        for name in names if len(names) > 1 else ():
            yield name, [task for task, own in zip(programme.tasks, named, strict=True) if own == name]


def _of(programme: Programme, name: str, tasks: Sequence[Task]) -> EarnedValue:
    first, _ = _span(programme)
    ev = sum(_earned(programme, task) for task in tasks)
    return EarnedValue(
        name=name,
        bac=sum(_budget(programme, task) for task in tasks),
        pv=_planned(programme, tasks, _now(programme, ())),
        ev=ev,
        ac=sum(cost_to_date(programme, task) for task in tasks),
        es=_earned_schedule(programme, tasks, ev) - first,
        at=_now(programme, tasks) - first,
        pd=_agreed_finish(programme, tasks) - first,
    )


def _now(programme: Programme, tasks: Sequence[Task]) -> float:
    """The status date, or when the last of some tasks was finished, if all are (hours from the start)."""
    status = programme.status_date.planned if programme.status_date else 0.0
    ends = [progress_of(programme, task.id).actual_finish for task in tasks]
    return max((end.planned if end else status for end in ends), default=status)


def _agreed_finish(programme: Programme, tasks: Sequence[Task]) -> float:
    dates = [programme.baseline_of[task.id].finish.planned for task in tasks if task.id in programme.baseline_of]
    return max(dates, default=_span(programme)[0])


def _span(programme: Programme) -> tuple[float, float]:
    return min(row.start.planned for row in programme.baseline), max(row.finish.planned for row in programme.baseline)


def _budget(programme: Programme, task: Task) -> float:
    agreed = programme.baseline_of.get(task.id)
    return agreed.cost.planned if agreed else 0.0


def _earned(programme: Programme, task: Task) -> float:
    return _budget(programme, task) * share_done(programme, task)


def _planned(programme: Programme, tasks: Sequence[Task], moment: float) -> float:
    total = 0.0
    for task in tasks:
        agreed = programme.baseline_of.get(task.id)
        if agreed is not None:
            share = _share(programme, task, agreed.start.planned, agreed.finish.planned, moment)
            total += agreed.cost.planned * share
    return total


def _so_far(programme: Programme, moment: float, amount: Callable[[Programme, Task], float]) -> float:
    """What is earned or spent by a moment before the status date, spread evenly over the work that was done."""
    total = 0.0
    for task in programme.tasks:
        done = progress_of(programme, task.id)
        if done.actual_start is not None and programme.status_date is not None:
            end = done.actual_finish or programme.status_date
            total += amount(programme, task) * _share(programme, task, done.actual_start.planned, end.planned, moment)
    return total


def _share(programme: Programme, task: Task, start: float, finish: float, moment: float) -> float:
    """Share of the working time between two moments that is over at a third."""
    if moment >= finish:
        return 1.0
    calendar = programme.calendars.get(task.calendar, continuous())
    begun, whole = float(calendar.worked(start)), float(calendar.worked(finish) - calendar.worked(start))
    return max(float(calendar.worked(moment)) - begun, 0.0) / whole if whole > 0 else 0.0


def _earned_schedule(programme: Programme, tasks: Sequence[Task], ev: float) -> float:
    """The moment at which the plan has earned `ev`, by bisection, since the plan only rises."""
    low, high = _span(programme)
    if _planned(programme, tasks, high) <= ev:
        return _agreed_finish(programme, tasks)
    for _ in range(STEPS_OF_BISECTION):
        middle = (low + high) / 2
        low, high = (middle, high) if _planned(programme, tasks, middle) < ev else (low, middle)
    return high


def _ratio(above: float, below: float) -> float:
    return above / below if below else (0.0 if above == 0 else NEVER)
