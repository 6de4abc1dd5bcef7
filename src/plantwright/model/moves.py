"""What moved against the baseline, by how much, and why: for each task the one thing that keeps it from its date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plantwright.model.programme import Programme
from plantwright.model.progress import BaselineTask
from plantwright.model.schedule import Schedule, ScheduledTask
from plantwright.model.underway import progress_of

MINUTE = 1 / 60
DAY = 24.0


@dataclass(frozen=True)
class Move:
    """A task whose dates or mode are not its baseline's; days are later (above zero) or earlier."""

    task: str
    start_days: float
    finish_days: float
    mode: str
    agreed_mode: str
    why: str


def moves(programme: Programme, schedule: Schedule) -> tuple[Move, ...]:
    """What moved of every task that has a baseline, in the order of the new starts."""
    found = []
    for done in sorted(schedule.tasks, key=lambda each: (each.start, each.finish, each.task)):
        agreed = programme.baseline_of.get(done.task)
        if agreed is None or not done.is_done:
            continue
        start, finish = done.start - agreed.start.planned, done.finish - agreed.finish.planned
        if max(abs(start), abs(finish)) > MINUTE or done.mode != agreed.mode:
            why = _why(programme, schedule, done, agreed)
            found.append(Move(done.task, start / DAY, finish / DAY, done.mode, agreed.mode, why))
    return tuple(found)


def _why(programme: Programme, schedule: Schedule, done: ScheduledTask, agreed: BaselineTask) -> str:
    state, started = progress_of(programme, done.task), done.start - agreed.start.planned
    if state.is_started:
        word = "late" if started > 0 else "early"
        begun = f"started {abs(started) / DAY:.1f} days {word}" if abs(started) > MINUTE else ""
        longer = (done.finish - done.start) - (agreed.finish.planned - agreed.start.planned)
        took = f"{'took' if state.is_finished else 'takes'} {abs(longer) / DAY:.1f} days "
        lasted = took + ("longer" if longer > 0 else "less") if abs(longer) > MINUTE else ""
        return ", ".join(part for part in (begun, lasted) if part) or f"done in mode {done.mode}"
    if started < -MINUTE:
        return "brought forward"
    if started <= MINUTE:
        return f"done in mode {done.mode}" if done.mode != agreed.mode else "takes another time than agreed"
    held = max(_holding(programme, schedule, done), default=(0.0, ""))
    return held[1] if held[0] > agreed.start.planned + MINUTE else "makes room for others"


def _holding(programme: Programme, schedule: Schedule, done: ScheduledTask) -> Iterator[tuple[float, str]]:
    """What a start may wait for: the moment in hours from which it no longer holds the task, and what it is."""
    task = programme.task[done.task]
    if programme.status_date:
        yield programme.status_date.planned, "had not started by the status date"
    if task.release:
        yield task.release.planned, "waits for its release"
    for link in task.links:
        first = schedule.task[link.predecessor]
        end = first.finish if link.kind[0] == "F" else first.start
        took = done.finish - done.start if link.kind[1] == "F" else 0.0
        yield end + link.lag.planned - took, f"waits for {link.predecessor} ({link.kind})"
    for before, after in schedule.order:
        if after == done.task:
            shared = ", ".join(sorted(_taken(programme, schedule, before) & _taken(programme, schedule, after)))
            yield schedule.task[before].finish, f"waits for {shared or 'what it takes'} from {before}"
    for name in _taken(programme, schedule, done.task):
        rises = [step.at.planned for step in programme.resource[name].capacity if step.at.planned <= done.start]
        yield max(rises, default=0.0), f"waits for more of {name}"


def _taken(programme: Programme, schedule: Schedule, task: str) -> set[str]:
    mode = schedule.task[task].mode_of(programme.task[task])
    delivered = {each.target for each in programme.task[task].delivers}
    return ({need.id for need in mode.needs} | delivered) & set(programme.resource)
