"""Rules about the risk register: a risk hits something and does something, and its mitigation never makes it worse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from plantwright.model.draft import Draft, in_row, suggestion
from plantwright.model.issues import Issue
from plantwright.model.risks import Risk

EFFECTS = ("probability", "delay", "factor", "cost")
CERTAIN = 1 + 1e-9


def risks_hit_something(draft: Draft) -> Iterator[Issue]:
    """An area that a risk hits has tasks, and so has a risk that takes time."""
    areas = frozenset(task.area for task in draft.programme.tasks if task.area)
    for risk in draft.programme.risks:
        for area in risk.areas if "tasks" in draft.whole else ():
            if area not in areas:
                said = f"no task is in the area '{area[:60]}'"
                yield in_row(risk, "areas", said, suggestion(area, areas, "the tasks in tasks.csv"))
        if _takes_time(risk) and not risk.names_tasks:
            yield in_row(risk, "tasks", "the risk takes time of no task", "name tasks, areas, equipment or calendars")
        elif _names_are_known(draft, risk, areas) and not any(map(risk.hits, draft.programme.tasks)):
            yield in_row(risk, "tasks", "the risk hits no task", "name tasks, areas, equipment or calendars of tasks")


def _takes_time(risk: Risk) -> bool:
    return risk.delay.planned > 0 or risk.factor.planned != 1 or bool(risk.factor.assumption)


def _names_are_known(draft: Draft, risk: Risk, areas: frozenset[str]) -> bool:
    """Whether a risk names something, and neither it nor a task names anything that another rule misses."""
    tasks = draft.programme.tasks
    named = {
        "tasks": {*risk.tasks},
        "equipment": {*risk.equipment, *(need.id for task in tasks for need in task.equipment)},
        "calendars": {*risk.calendars, *(task.calendar for task in tasks)},
    }
    known = all(ids <= draft.ids(table) for table, ids in named.items())
    return risk.names_tasks and "tasks" in draft.whole and known and set(risk.areas) <= areas


def risks_do_something(draft: Draft) -> Iterator[Issue]:
    """A risk takes time or costs money, and a duration stays above nothing."""
    for risk in draft.programme.risks:
        if not _takes_time(risk) and risk.cost.planned == 0:
            yield in_row(
                risk, "delay", "the risk does nothing", "write a delay, a factor or a cost, or take the row out", True
            )
        for column in ("factor", "mitigated_factor"):
            factor = getattr(risk, column)
            if factor is not None and factor.planned <= 0:
                yield in_row(risk, column, "a factor of 0 leaves nothing of the work", "write one such as `1.2`")


def mitigations_help(draft: Draft) -> Iterator[Issue]:
    """No number of a mitigated risk is worse than without the mitigation."""
    for risk in draft.programme.risks:
        before, after = risk.effect(False), risk.effect(True)
        for name in EFFECTS:
            was, becomes = getattr(before, name), getattr(after, name)
            if becomes.planned > was.planned:
                said = f"the mitigation makes it worse: {becomes.planned:g} after {was.planned:g} before"
                yield in_row(risk, f"mitigated_{name}", said, f"write less than under '{name}', or leave it blank")


def mitigations_are_whole(draft: Draft) -> Iterator[Issue]:
    """What a mitigation changes, costs, and is, belong together."""
    for risk in draft.programme.risks:
        changes = risk.effect(False) != risk.effect(True)
        if changes and not risk.mitigation:
            said = "the row says what a mitigation changes, but not what it is"
            yield in_row(risk, "mitigation", said, "say in words what is done", True)
        if not changes and (risk.mitigation or risk.mitigation_cost.planned or risk.mitigated):
            said = "the mitigation changes nothing"
            yield in_row(risk, "mitigation", said, "say under 'mitigated_probability' and beside what it changes", True)


def exclusive_risks_fit(draft: Draft) -> Iterator[Issue]:
    """Risks that exclude each other are together no more than certain."""
    groups: dict[str, list[Risk]] = defaultdict(list)
    for risk in draft.programme.risks:
        if risk.group:
            groups[risk.group].append(risk)
    for name, risks in groups.items():
        total = sum(risk.probability.planned for risk in risks)
        if total > CERTAIN:
            said = f"the risks of group '{name}' exclude each other, but their probabilities add to {total:.0%}"
            yield in_row(risks[-1], "probability", said, "lower them to 100 % together, or part the group")


def sourced_risks(draft: Draft) -> Iterator[Issue]:
    """A risk that is marked as sourced names its source."""
    for risk in draft.programme.risks:
        if risk.kind == "sourced" and not risk.source:
            yield in_row(
                risk, "source", "the row is marked as sourced but names no source",
                "name it, or write `assumed` under kind",
            )  # fmt: skip


RULES = (
    risks_hit_something,
    risks_do_something,
    mitigations_help,
    mitigations_are_whole,
    exclusive_risks_fit,
    sourced_risks,
)
