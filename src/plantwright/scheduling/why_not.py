"""Why a programme cannot be scheduled, in the planner's words: which rows clash, and what would be enough to change.

The search is in `clash` and `remedies`, in ticks; here their answers get rows, dates and units.
"""

from __future__ import annotations

from collections.abc import Sequence

from plantwright.model.issues import Issue
from plantwright.model.programme import Programme
from plantwright.scheduling.clash import Requirement, Sort, clashes, find, is_smallest, without
from plantwright.scheduling.problem import Problem
from plantwright.scheduling.remedies import Remedy, changed, remedies
from plantwright.scheduling.translate import Translation

DAY = 24.0
UNKNOWN = (
    "no schedule was found that keeps all links, resources, deadlines and the budget; that none exists is not proved"
)


def why_not(programme: Programme, translation: Translation) -> list[Issue]:
    """An issue for each requirement of the smallest sets found that clash, with the least change of it that is enough.

    Where more than one set clashes, a last issue names the changes, one a set, that together leave a schedule.
    """
    problem = translation.problem
    found, _ = clashes(problem)
    words = _Words(programme, translation, "enough alone" if len(found) == 1 else "enough for this clash")
    if not found:
        return [Issue("tasks.csv", 0, "", UNKNOWN, "loosen a deadline, a link or the budget, or raise a capacity")]
    issues: list[Issue] = []
    best: list[Remedy] = []
    for number, clash in enumerate(found):
        others = [each for index, other in enumerate(found) if index != number for each in other]
        apart = without(problem, others)
        helps = remedies(apart, clash)
        issues += [words.issue(each, clash, helps, proved=is_smallest(apart, clash)) for each in clash]
        best += helps[:1]
    if len(found) > 1 and len(best) == len(found):
        issues += _together(problem, best, words)
    return issues


def _together(problem: Problem, best: Sequence[Remedy], words: _Words) -> list[Issue]:
    for remedy in best:
        problem = changed(problem, remedy)
    if not find(problem).start:
        return []
    said = f"{len(best)} sets of requirements clash, each on its own"
    return [Issue("tasks.csv", 0, "", said, "enough together: " + "; ".join(map(words.remedy, best)))]


class _Words:
    """Places and words for requirements and remedies of one programme."""

    def __init__(self, programme: Programme, translation: Translation, enough: str) -> None:
        self.enough = enough
        self.programme, self.problem, self.tick = programme, translation.problem, translation.tick
        self.scales = translation.scales

    def issue(self, what: Requirement, clash: Sequence[Requirement], helps: Sequence[Remedy], *, proved: bool) -> Issue:
        others = [self.name(each) for each in clash if each != what]
        said = f"no schedule keeps {self.name(what)}"
        said += f" together with {', '.join(others)}" if others else ", whatever else gives way"
        said += "" if proved else " (a smaller set may clash too)"
        own = next((each for each in helps if each.requirement == what), None)
        remedy = f"{self.enough}: {self.remedy(own)}" if own else "change this or one of the others"
        return Issue(*self.place(what), said, remedy)

    def place(self, what: Requirement) -> tuple[str, int, str]:
        if what.sort is Sort.CAPACITY or (what.sort is Sort.STOCK and self.stock(what) in self.programme.resource):
            name = self.resource(what) if what.sort is Sort.CAPACITY else self.stock(what)
            return "resources.csv", self.programme.resource[name].row, "capacity"
        if what.sort is Sort.STOCK:
            return "programme.yaml", 0, "objective.budget"
        if what.sort is Sort.SPENDING:
            return "programme.yaml", 0, f"objective.spending[{what.number + 1}]"
        if what.sort is Sort.MAX_LAG:
            return "tasks.csv", self.programme.tasks[self.problem.links[what.number].after].row, "predecessors"
        return "tasks.csv", self.programme.tasks[what.number].row, what.sort.value

    def name(self, what: Requirement) -> str:
        if what.sort is Sort.CAPACITY:
            return f"the capacity of '{self.resource(what)}'"
        if what.sort is Sort.STOCK:
            return f"the budget '{self.stock(what)}'" if self.stock(what) != "budget" else "the budget"
        if what.sort is Sort.SPENDING:
            limit = self.programme.objective.spending[what.number]
            return f"the limit of spending {f'of {limit.payer!r} ' if limit.payer else ''}by {limit.per}"
        if what.sort is Sort.MAX_LAG:
            link = self.problem.links[what.number]
            before, after = (self.programme.tasks[end].id for end in (link.before, link.after))
            return f"the greatest lag between '{before}' and '{after}'"
        task = self.problem.tasks[what.number]
        if what.sort is Sort.PAUSES:
            return f"that '{task.name}' may not pause"
        at = task.deadline if what.sort is Sort.DEADLINE else task.release
        return f"the {what.sort.value} of '{task.name}' ({self.date(at or 0)})"

    def remedy(self, remedy: Remedy) -> str:
        what = remedy.requirement
        if what.sort is Sort.CAPACITY:
            more = remedy.then / self.scales[self.resource(what)]
            until = f"from {self.date(remedy.first)} to {self.date(remedy.last)}"
            return f"{more:g} more of '{self.resource(what)}' {until}"
        if what.sort is Sort.STOCK:
            scale = self.scales.get(self.stock(what), 1)
            return f"raise it by {(remedy.then - remedy.now) / scale:,.0f} to {remedy.then / scale:,.0f}"
        if what.sort is Sort.SPENDING:
            return f"raise it by {(remedy.then - remedy.now) / 10:.1f} %"
        if what.sort is Sort.PAUSES:
            return "let it pause over breaks"
        days = abs(remedy.then - remedy.now) * self.tick / DAY
        if what.sort is Sort.MAX_LAG:
            return f"a greatest lag of {remedy.then * self.tick / DAY:.1f} days, {days:.1f} more"
        way = "later" if remedy.then > remedy.now else "earlier"
        name = f"the {what.sort.value} of '{self.problem.tasks[what.number].name}'"
        return f"move {name} to {self.date(remedy.then)}, {days:.1f} days {way}"

    def date(self, tick: int) -> str:
        return f"{self.programme.moment(tick * self.tick):%Y-%m-%d %H:%M}".removesuffix(" 00:00")

    def resource(self, what: Requirement) -> str:
        return self.problem.resources[what.number].name

    def stock(self, what: Requirement) -> str:
        return self.problem.stocks[what.number].name
