"""A programme under way: what of each task is done at the status date, and the programme that is left of it.

`remaining` is an ordinary programme in which what is done is fixed, so that no engine needs to know of a status date.
Progress out of sequence is taken by retained logic: what is left of a task that began too early waits for the
predecessors that its links name, as if it had not begun.
"""

from __future__ import annotations

from dataclasses import replace

from plantwright.model.calendars import continuous
from plantwright.model.cell_values import Link
from plantwright.model.conversion import Begun
from plantwright.model.dues import accepted_by
from plantwright.model.programme import OMITTED, Mode, Programme, Task
from plantwright.model.progress import TaskProgress
from plantwright.model.quantity import Dimension, Quantity
from plantwright.model.tasks import working_hours

NO_PROGRESS = TaskProgress(task="")


def progress_of(programme: Programme, task: str) -> TaskProgress:
    """Return what has happened of a task; of most, nothing."""
    return programme.progress_of.get(task, NO_PROGRESS)


def is_running(programme: Programme, task: str) -> bool:
    """Return whether a task has begun and is not finished at the status date."""
    done = progress_of(programme, task)
    return done.is_started and not done.is_finished


def agreed_mode(programme: Programme, task: Task) -> Mode:
    """Return the mode of a task in the baseline; one that it does not hold is left out if it may be, else the first."""
    baseline = programme.baseline_of.get(task.id)
    if baseline is None and programme.baseline and task.omission is not None:
        return task.modes[task.omission]
    return next((mode for mode in task.modes if baseline and mode.name == baseline.mode), task.modes[0])


def mode_in_use(programme: Programme, task: Task) -> Mode:
    """Return the mode in which a task was, is or is agreed to be done: its progress', else its baseline's."""
    done, agreed = progress_of(programme, task.id), agreed_mode(programme, task)
    if done.is_started and agreed.name == OMITTED:
        agreed = task.modes[0]
    return next((mode for mode in task.modes if mode.name == done.mode), agreed)


def remaining_work(programme: Programme, task: Task) -> Quantity:
    """Return the working hours that are left of a task at the status date.

    A remaining duration that hangs on no assumption of its own spreads as the task's duration does, in proportion.
    """
    done, whole = progress_of(programme, task.id), mode_in_use(programme, task).duration
    if done.is_finished:
        return whole.scaled(0.0)
    if done.remaining is None:
        return whole.scaled(1.0 - (done.percent_complete.planned if done.percent_complete else 0.0))
    left = working_hours(done.remaining, programme.calendars.get(task.calendar, continuous()))
    if left.assumption or not whole.assumption or whole.planned <= 0:
        return left
    return whole.scaled(left.planned / whole.planned)


def share_done(programme: Programme, task: Task) -> float:
    """Return the share (0 to 1) of a task's work that is done: as stated, else by its remaining duration."""
    done = progress_of(programme, task.id)
    if not done.is_started or done.is_finished:
        return float(done.is_finished)
    if done.percent_complete is not None:
        return done.percent_complete.planned
    whole = mode_in_use(programme, task).duration.planned
    return min(max(1.0 - remaining_work(programme, task).planned / whole, 0.0), 1.0) if whole > 0 else 0.0


def cost_planned(programme: Programme, mode: Mode) -> float:
    """Return the planned cost of a task in a mode, in currency: work, equipment, and hours of what it takes."""
    crews = sum(
        need.amount.planned * programme.resource[need.id].cost.planned * mode.duration.planned for need in mode.needs
    )
    return mode.cost.planned + mode.equipment_cost + crews


def cost_to_date(programme: Programme, task: Task) -> float:
    """Return what a task has cost by the status date, in currency: as stated, else as planned for what is done."""
    stated = progress_of(programme, task.id).actual_cost
    if stated is not None:
        return stated.planned
    return cost_planned(programme, mode_in_use(programme, task)) * share_done(programme, task)


def as_spent(programme: Programme) -> Programme:
    """Return the programme in which what is paid is paid: of a finished task every cost is certain, as stated or as
    planned; a running one whose cost so far is stated costs that and, in proportion, what is still to be done.

    Rates of resources that hang on assumptions stay uncertain.
    """
    if not programme.progress:
        return programme
    return replace(programme, tasks=tuple(_spent(programme, task) for task in programme.tasks))


def _spent(programme: Programme, task: Task) -> Task:
    mode, spent = mode_in_use(programme, task), _spent_mode(programme, task)
    return replace(task, modes=tuple(spent if each is mode else each for each in task.modes))


def _spent_mode(programme: Programme, task: Task) -> Mode:
    done, mode = progress_of(programme, task.id), mode_in_use(programme, task)
    if not done.is_started or (done.actual_cost is None and not done.is_finished):
        return mode
    whole = cost_planned(programme, mode)
    total = cost_to_date(programme, task) + (1.0 - share_done(programme, task)) * whole
    factor = total / whole if whole else 1.0
    spent = replace(mode, cost=mode.cost if whole else Quantity(total, Dimension.MONEY))
    if done.is_finished:
        spent = _certain(programme, task, spent, done)
    return replace(
        spent,
        cost=spent.cost.scaled(factor),
        equipment_cost=spent.equipment_cost * factor,
        equipment_prices=tuple(price.scaled(factor) for price in spent.equipment_prices),
        needs=tuple(replace(need, amount=need.amount.scaled(factor)) for need in spent.needs),
    )


def _certain(programme: Programme, task: Task, mode: Mode, done: TaskProgress) -> Mode:
    """The mode without its assumptions, its crews taken for the hours that were worked at the cost of those planned."""
    calendar = programme.calendars.get(task.calendar, continuous())
    start, finish = (when.planned if when else 0.0 for when in (done.actual_start, done.actual_finish))
    worked = float(calendar.worked(finish) - calendar.worked(start))
    pace = mode.duration.planned / worked if worked > 0 else 1.0
    return replace(
        mode,
        cost=_plain(mode.cost),
        equipment_prices=tuple(_plain(price) for price in mode.equipment_prices),
        needs=tuple(replace(need, amount=_plain(need.amount).scaled(pace)) for need in mode.needs),
    )


def _plain(value: Quantity) -> Quantity:
    return Quantity(value.planned, value.dimension, factor=value.planned, unit=value.unit)


def remaining(programme: Programme) -> Programme:
    """Return the programme that is left at the status date; the same one where it has none.

    A finished task stays where it was, holding nothing and waiting for nothing. A running one is what is left of it,
    and waits only for predecessors that are not finished. No other task starts before the status date.
    """
    if programme.status_date is None:
        return programme
    return replace(programme, tasks=tuple(_left_of(programme, task) for task in programme.tasks))


def _left_of(programme: Programme, task: Task) -> Task:
    done = progress_of(programme, task.id)
    # Who accepts is named now: of a finished task the links of those that follow are gone.
    payment = tuple(replace(term, task=accepted_by(programme, task, term)) for term in task.payment)
    task = replace(task, payment=payment)
    if done.is_started:
        task = replace(task, begun=Begun(_spent_mode(programme, task), share_done(programme, task)))
    if done.is_finished:
        return _finished(programme, task, done)
    status = programme.status_date.planned if programme.status_date else 0.0
    links, bound = _open_links(programme, task)
    left = replace(task, links=links, not_before=max(status, bound))
    return _running(programme, left) if done.is_started else left


def _finished(programme: Programme, task: Task, done: TaskProgress) -> Task:
    start = done.actual_start.planned if done.actual_start else 0.0
    took = (done.actual_finish.planned if done.actual_finish else start) - start
    mode = _with_cost(mode_in_use(programme, task), cost_to_date(programme, task))
    mode = replace(mode, duration=Quantity(took, Dimension.TIME), needs=())
    deadline = task.deadline if task.weight > 0 else None
    return replace(
        task, calendar="always", modes=(mode,), links=(), release=done.actual_start, deadline=deadline,
        not_before=start, pauses=True, released=(),
    )  # fmt: skip


def _running(programme: Programme, task: Task) -> Task:
    mode, to_go = mode_in_use(programme, task), 1.0 - share_done(programme, task)
    left = replace(mode, duration=remaining_work(programme, task))
    # The crews of what is left are counted by the hour; the rest of the cost is what is spent and what is to come.
    crews = cost_planned(programme, left) - left.cost.planned - left.equipment_cost
    whole = cost_to_date(programme, task) + to_go * cost_planned(programme, mode)
    # What has begun has had its break by now, even where the whole should have had none.
    return replace(task, modes=(_with_cost(left, whole - crews),), release=None, pauses=True)


def _with_cost(mode: Mode, cost: float) -> Mode:
    return replace(mode, cost=Quantity(cost, Dimension.MONEY), equipment_cost=0.0, equipment_prices=())


def _open_links(programme: Programme, task: Task) -> tuple[tuple[Link, ...], float]:
    """The links that still hold for what is left of a task, and a bound on its start by starts that have happened."""
    links: list[Link] = []
    bound = 0.0
    for link in (_within_reach(programme, task, each) for each in task.links):
        giver = progress_of(programme, link.predecessor)
        if link.kind[0] == "F" or giver.is_finished or giver.actual_start is None:
            links.append(link)
        elif link.kind == "SS":
            bound = max(bound, giver.actual_start.planned + link.lag.planned)
        else:
            links += _finish_after_start(programme, link, giver.actual_start.planned)
    return tuple(links), bound


def _within_reach(programme: Programme, task: Task, link: Link) -> Link:
    """The link without a greatest lag that can no longer be kept, or that was between two starts that have happened."""
    giver, status = progress_of(programme, link.predecessor), programme.status_date
    happened = giver.actual_finish if link.kind[0] == "F" else giver.actual_start
    begun = link.kind[1] == "S" and progress_of(programme, task.id).is_started
    late = (
        happened is not None and status is not None and link.max_lag is not None
        and happened.planned + link.max_lag.planned < status.planned
    )  # fmt: skip
    return replace(link, max_lag=None) if begun or late else link


def _finish_after_start(programme: Programme, link: Link, started: float) -> list[Link]:
    """The rest of a lag from a start that has happened to a finish, counted from the status date on."""
    rest = started + link.lag.planned - (programme.status_date.planned if programme.status_date else 0.0)
    return [replace(link, lag=Quantity(rest, Dimension.TIME), max_lag=None)] if rest > 0 else []
