"""GAO's ten practices of a reliable schedule, as far as a programme's data tell.

Source: US Government Accountability Office, Schedule Assessment Guide, GAO-16-89G (December 2015). Where a practice
asks what the DCMA's points measure, it is passed when they are; what only people can tell (was every activity thought
of?) is not claimed to be measured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from plantwright.model.check_progress import out_of_sequence_tasks
from plantwright.model.health import Fault, Finding
from plantwright.model.programme import Programme, Task
from plantwright.model.schedule import Schedule
from plantwright.scheduling.health import Audited, dcma, share


def health(programme: Programme, schedule: Schedule) -> tuple[Finding, ...]:
    """The fourteen points and the ten practices."""
    points = dcma(programme, schedule)
    return (*points, *practices(programme, schedule, {point.check: point for point in points}))


def practices(programme: Programme, schedule: Schedule, points: Mapping[str, Finding]) -> tuple[Finding, ...]:
    """The ten practices in their order, given the fourteen points by name."""
    audited = Audited(programme, schedule)
    tasks = audited.unfinished
    return (
        share("GAO 1", "Capturing all activities", "tasks without a name, or with that of another", 0.0,
              _unnamed(programme, tasks), len(tasks), "name each by its verb and object, each differently"),
        _joined("GAO 2", "Sequencing all activities", points, (1, 2, 3, 4)),
        _joined("GAO 3", "Assigning resources to all activities", points, (10,)),
        _joined("GAO 4", "Establishing the durations of all activities", points, (8,)),
        share("GAO 5", "Traceable horizontally and vertically", "tasks without an area or a party in charge", 0.0,
              [task for task in tasks if not (task.area and task.party)], len(tasks), "write the area and the party"),
        _joined("GAO 6", "Confirming that the critical path is valid", points, (7, 12)),
        _joined("GAO 7", "Ensuring reasonable total float", points, (6,)),
        _risk(audited),
        _updated(audited),
        _kept(audited),
    )  # fmt: skip


def _joined(check: str, name: str, points: Mapping[str, Finding], numbers: tuple[int, ...]) -> Finding:
    chosen = [points[f"DCMA {number}"] for number in numbers]
    made = [point for point in chosen if point.passed is not None]
    faults = dict.fromkeys(fault for point in made if not point.passed for fault in point.faults)
    failed = [point.check for point in made if not point.passed]
    result = f"failed: {', '.join(failed)}" if failed else "all passed" if made else "nothing to count"
    advice = "; ".join(point.advice for point in made if not point.passed) or chosen[0].advice
    measures = f"what {', '.join(point.check for point in chosen)} measure"
    return Finding(check, name, measures, "all passed", result, not failed if made else None, tuple(faults), advice)


def _unnamed(programme: Programme, tasks: tuple[Task, ...]) -> list[Task]:
    times = Counter(task.name.casefold() for task in programme.tasks)
    return [task for task in tasks if task.name == task.id or times[task.name.casefold()] > 1]


def _risk(audited: Audited) -> Finding:
    critical = [task for task in audited.unfinished if audited.planned(task).critical]
    certain = [task for task in critical if not any(_is_uncertain(audited, task))]
    advice = "give their durations low, likely and high values in assumptions.csv"
    return share("GAO 8", "Conducting a schedule risk analysis", "critical tasks whose time is taken as certain", 0.5,
                 certain, len(critical), advice)  # fmt: skip


def _is_uncertain(audited: Audited, task: Task) -> tuple[bool, ...]:
    mode = audited.planned(task).mode_of(task)
    done = audited.programme.progress_of.get(task.id)
    return bool(mode.duration.assumption), bool(done and done.remaining and done.remaining.assumption)


def _updated(audited: Audited) -> Finding:
    name, measures = "Updating with actual progress and logic", "tasks that went out of sequence"
    advice = "check the dates in progress.csv, or the links in tasks.csv"
    if audited.status is None:
        return Finding(
            "GAO 9", name, measures, "none", "no status date", None, (), "write status_date and progress.csv"
        )
    wrong = out_of_sequence_tasks(audited.programme)
    begun = len(audited.programme.progress)
    return share("GAO 9", name, measures, 0.0, [audited.programme.task[each] for each in wrong], begun, advice)


def _kept(audited: Audited) -> Finding:
    name, measures = "Maintaining a baseline", "tasks that have no baseline"
    advice = "keep one: `schedule --save-baseline`; agree on the baseline of what came later"
    tasks, agreed = audited.unfinished, audited.programme.baseline_of
    if not agreed:
        faults = tuple(Fault(task.id, task.row) for task in tasks)
        return Finding("GAO 10", name, measures, "none", "no baseline is kept", False, faults, advice)
    return share("GAO 10", name, measures, 0.0, [t for t in tasks if t.id not in agreed], len(tasks), advice)
