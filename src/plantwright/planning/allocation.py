"""What scarce supply allows at best: a linear bound on lateness, tier by tier, and an order of demands that comes
nearer to it.

Only what is scarce is in the program: suppliers with a limit or not there yet, loaded work centres and resources,
destinations. Periods grow longer with time. The planner makes every plan; the program only says what to aim at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from plantwright.model.plan import Plan
from plantwright.model.programme import Demand, Programme
from plantwright.model.schedule import Schedule
from plantwright.planning.check import check_plan
from plantwright.planning.difference import nervousness
from plantwright.planning.highs import LinearProgram, solve
from plantwright.planning.problem import WEEK, Problem, Rules, problem
from plantwright.planning.products import BUY
from plantwright.planning.solve import plan

Floats = NDArray[np.float64]
MOST_COLUMNS = 20_000
"""Columns (demands times periods) up to which a better order is looked for; a program of this size takes seconds."""
WHOLE_WEEKS = 4
"""Weeks at the beginning in which the program delivers whole units."""
MOST_NODES = 200
NEVER = 52 * WEEK
"""Hours late that a unit counts which is not delivered within the horizon, on top of those up to the horizon."""


@dataclass(frozen=True, slots=True)
class TierBound:
    """Unit-hours of lateness of a priority tier: what the plan has, and less than which no plan can have."""

    priority: int
    planned: float
    bound: float


def lateness_bounds(
    programme: Programme, schedule: Schedule, found: Plan, rules: Rules | None = None
) -> tuple[TierBound, ...]:
    """Return planned and least possible lateness of each tier, tiers in order: each at its best, given those before it.

    The bound of the first tier with any holds for every plan; those after it hold for plans as good in the tiers
    before.
    """
    program = _Program(problem(programme, schedule, rules or Rules()))
    return tuple(TierBound(tier, tier_lateness(programme, found, tier), bound) for tier, bound, _ in program.solved())


def improved(programme: Programme, schedule: Schedule, found: Plan, rules: Rules | None = None) -> Plan:
    """Return a plan that is no later in any tier before it is sooner in one, with tiers in order; `found` where none is
    found.

    Tier by tier, its demands are planned in the order in which the linear program serves them, where that is better by
    `objective`; the planner itself does the rest. Programs of more than `MOST_COLUMNS` are not tried.
    """
    program = _Program(problem(programme, schedule, rules or Rules()))
    late = [t for t in sorted({d.priority for d in programme.demand}) if tier_lateness(programme, found, t) > 0]
    if not late or program.shape[0] * program.shape[1] > MOST_COLUMNS:
        return found
    served = {wish.id: when for _, _, when_of in program.solved() for wish, when in when_of}
    wishes, best = {d.id: d for d in programme.demand}, found
    for tier in late:
        mine = sorted((n for n in best.order if wishes[n].priority == tier), key=lambda n: (served[n], n))
        turn = iter(mine)
        order = tuple(next(turn) if wishes[n].priority == tier else n for n in best.order)
        if order != best.order:
            other = plan(programme, schedule, rules=rules, order=order)
            best = min((best, other), key=lambda each: objective(programme, each))
    return best


def objective(programme: Programme, found: Plan, last: Plan | None = None) -> tuple[float, ...]:
    """Return what a plan is judged by, the most important first: lateness of each tier (unit-hours), cost of what is
    bought and moved, and change against the last plan, where there is one (its nervousness).
    """
    tiers = sorted({d.priority for d in programme.demand})
    cost = sum(o.price * o.quantity for o in found.purchase_orders if not o.consigned)
    cost += sum(o.cost * o.quantity for o in found.transfer_orders)
    change = nervousness(last, found) if last is not None else 0.0
    return *(round(tier_lateness(programme, found, tier), 3) for tier in tiers), round(cost, 2), round(change, 9)


def steady(programme: Programme, schedule: Schedule, last: Plan, found: Plan, *, news: bool = True) -> Plan:
    """Return the last plan where it can still be carried out and is no worse by `objective`, else `found`.

    Without `news` it stands wherever it can be carried out: what is better by luck alone moves nobody.
    """
    known = {d.id for d in programme.demand}
    whole = bool(last.order) and {s.demand for s in last.shipments} <= known  # a workbook tells no order
    if not whole or (news and objective(programme, last, last) > objective(programme, found, last)):
        return found
    return found if check_plan(programme, schedule, last) else last


def tier_lateness(programme: Programme, found: Plan, priority: int) -> float:
    """Return the unit-hours of lateness of a tier in a plan; units without a date count `NEVER` beyond the horizon."""
    return sum(_lateness(programme, found, d) for d in programme.demand if d.priority == priority)


def _lateness(programme: Programme, found: Plan, wish: Demand) -> float:
    shipments = found.shipments_of.get(wish.id, ())
    missing = wish.quantity - sum(s.quantity for s in shipments)
    late = sum(s.quantity * max(0.0, s.arrives - wish.due.planned) for s in shipments)
    return late + max(missing, 0.0) * _never(programme.horizon_hours, wish)


def _never(horizon: float, wish: Demand) -> float:
    return max(0.0, horizon - wish.due.planned) + NEVER


@dataclass(frozen=True)
class _Limit:
    """At most `there` of something, of which a delivered unit of demand d takes `taken[d]`.

    `there` is what there is up to the end of each period; with `each_period` what there is in it, and is gone after it.
    """

    taken: Floats
    there: Floats
    each_period: bool = False


class _Program:
    """Columns: units of demand d delivered before the end of period k, d by d; in a period counts as at its start."""

    def __init__(self, found: Problem) -> None:
        self.problem = found
        self.wishes = found.demands
        transit = float(max((d.transit.planned for d in found.programme.destinations), default=0.0))
        self.ends = period_ends(found.programme.horizon_hours + transit)
        self.shape = (len(self.wishes), self.ends.size)

    @cached_property
    def content(self) -> tuple[list[dict[int, float]], list[dict[int, float]]]:
        """Return by item what one good unit contains, its own level included: items, and hours of capacity."""
        p, count = self.problem.arrays, len(self.problem.programme.items)
        parts: list[dict[int, float]] = [{} for _ in range(count)]
        hours: list[dict[int, float]] = [{} for _ in range(count)]
        for item in self._bottom_up():
            parts[item][item] = 1.0
            if item in self._several:
                continue  # which way it is made is left open, and so is what it takes: the bound stays a bound
            for k in range(p.items[item]["op0"], p.items[item]["op1"]):
                for use in p.uses[p.operations[k]["use0"] : p.operations[k]["use1"]].tolist():
                    hours[item][use[0]] = hours[item].get(use[0], 0.0) + use[1]
            lines = p.lines[p.items[item]["line0"] : p.items[item]["line1"]]
            always = lines[lines["choice"] == 0]  # what only some orders take is left out: the bound stays a bound
            for component, quantity in always[["component", "quantity"]].tolist():
                for mine, theirs in ((parts[item], parts[component]), (hours[item], hours[component])):
                    for what, amount in theirs.items():
                        mine[what] = mine.get(what, 0.0) + quantity * amount
        return parts, hours

    @cached_property
    def _several(self) -> set[int]:
        """Items that are had in more ways than by their routing and from suppliers."""
        items, ways = self.problem.arrays.items[: len(self.problem.programme.items)], self.problem.arrays.ways
        turns = [ways[a:b].tolist() for a, b in zip(items["way0"].tolist(), items["way1"].tolist(), strict=True)]
        return {item for item, tried in enumerate(turns) if not set(tried) <= {item, BUY}}

    def _bottom_up(self) -> list[int]:
        p, order, seen = self.problem.arrays, [], set[int]()

        def visit(item: int) -> None:
            if item not in seen:
                seen.add(item)
                for component in p.lines["component"][p.items[item]["line0"] : p.items[item]["line1"]].tolist():
                    visit(component)
                order.append(item)

        for item in range(len(self.problem.programme.items)):
            visit(item)
        return order

    def solved(self) -> Iterable[tuple[int, float, list[tuple[Demand, float]]]]:
        """Yield (tier, least lateness in unit-hours, mean delivery of each of its demands) in order of the tiers."""
        program, costs = self._program(), self._costs()
        for tier in sorted({d.priority for d in self.wishes}):
            mine = np.array([d.priority == tier for d in self.wishes])
            cost, fixed = self._cost(costs, mine)
            found = solve(replace(program, cost=cost))
            rounded = self._whole(replace(program, cost=cost), found.x, mine)
            units = rounded.reshape(self.shape) if rounded.size else np.zeros(self.shape)
            yield tier, max(0.0, found.objective + fixed), self._served(units, mine)
            program = _with_row(program, cost, found.objective + 1e-6 * max(1.0, abs(found.objective)))

    def _whole(self, program: LinearProgram, x: Floats, mine: NDArray[np.bool_]) -> Floats:
        """Return the solution with whole units of a tier's demands in the first weeks, by a small integer program."""
        first = np.outer(mine, np.arange(self.shape[1]) < WHOLE_WEEKS).ravel()
        if not x.size or np.all(np.abs(x[first] - np.round(x[first])) < 1e-6):
            return x
        found = solve(replace(program, whole=first), gap=1e-3, nodes=MOST_NODES)
        return found.x if found.x.size else x

    def _served(self, units: Floats, mine: NDArray[np.bool_]) -> list[tuple[Demand, float]]:
        new = np.diff(units, axis=1, prepend=0.0)
        when = (new @ self.ends) / np.maximum(units[:, -1], 1e-9)
        return [(self.wishes[d], float(when[d])) for d in np.flatnonzero(mine).tolist()]

    def _costs(self) -> Floats:
        """Return the hours late of a unit that is delivered in a period at the soonest, and never: (demands, periods +
        1).
        """
        due = np.array([d.due.planned for d in self.wishes])
        starts = np.concatenate([[0.0], self.ends[:-1]])
        never = np.array([_never(self.problem.programme.horizon_hours, d) for d in self.wishes])
        return np.column_stack([np.maximum(starts[None, :] - due[:, None], 0.0), never])

    def _cost(self, costs: Floats, mine: NDArray[np.bool_]) -> tuple[Floats, float]:
        """Return the objective over cumulated units, and its constant: all units start as never delivered."""
        quantity = np.array([d.quantity for d in self.wishes], dtype=np.float64)
        return (-np.diff(costs, axis=1) * mine[:, None]).ravel(), float((costs[:, -1] * quantity * mine).sum())

    def _program(self) -> LinearProgram:
        demands, periods = self.shape
        grows = sparse.kron(
            sparse.eye_array(demands), sparse.diags_array([1.0, -1.0], offsets=[1, 0], shape=(periods - 1, periods))
        )
        rows, high = [grows], [np.full(demands * (periods - 1), inf)]
        low = [np.zeros(demands * (periods - 1))]
        quantity = np.array([d.quantity for d in self.wishes], dtype=np.float64)
        new = sparse.diags_array([1.0, -1.0], offsets=[0, -1], shape=(periods, periods)).tocsr()
        upto = sparse.eye_array(periods).tocsr()
        for limit in (*self._parts(), *self._capacity(), *self._sites()):
            binds = np.flatnonzero(limit.there < float(limit.taken @ quantity))
            rows.append(sparse.kron(limit.taken[None, :], (new if limit.each_period else upto)[binds]))
            high.append(limit.there[binds])
            low.append(np.full(binds.size, -inf))
        most = np.repeat([float(d.quantity) for d in self.wishes], periods)
        matrix = sparse.csr_array(sparse.vstack(rows))
        return LinearProgram(
            np.zeros(most.size), matrix, np.concatenate(low), np.concatenate(high), np.zeros(most.size), most
        )

    def _items(self) -> NDArray[np.int64]:
        return np.asarray(self.problem.arrays.demands["item"][: len(self.wishes)], dtype=np.int64)

    def _parts(self) -> Iterable[_Limit]:
        """Yield the supply of each bought item: its stock, what assembled stock contains, and what suppliers can
        deliver.
        """
        p, parts = self.problem.arrays, self.content[0]
        beside = set(p.gives["item"].tolist())  # what comes out beside other items is no limit that is known here
        for item in (i for i in np.flatnonzero(p.items["made"] == 0).tolist() if i not in beside | self._several):
            taken = np.array([parts[i].get(item, 0.0) for i in self._items().tolist()])
            if taken.any():
                stocked = self._stocked([content.get(item, 0.0) for content in parts], self._shipped_by(taken))
                lead = np.array([self.leads[i].get(item, inf) for i in self._items().tolist()])
                yield _Limit(taken, stocked + self._supplied(item, self._shipped_by(taken, lead)))

    def _shipped_by(self, taken: Floats, lead: Floats | float = 0.0) -> Floats:
        """Return by when, at the latest, what goes into units delivered before the end of each period must be there.

        `lead`: hours by demand between its being there and the unit's leaving, at the least.
        """
        before = self.problem.arrays.demands["transit"][: len(self.wishes)] + lead
        return self.ends - float(before[taken > 0].min())

    @cached_property
    def leads(self) -> list[dict[int, float]]:
        """Return by item the least working hours from each thing that it contains to the item itself."""
        p, found = self.problem.arrays, [dict[int, float]() for _ in range(len(self.problem.programme.items))]
        for item in self._bottom_up():
            found[item][item] = 0.0
            last = p.items[item]["op1"]
            lines = p.lines[p.items[item]["line0"] : p.items[item]["line1"]]
            for component, operation in lines[["component", "operation"]].tolist():
                here = float(p.operations["hours"][operation:last].sum())
                for what, hours in found[component].items():
                    found[item][what] = min(found[item].get(what, inf), here + hours)
        return found

    def _supplied(self, item: int, until: Floats) -> Floats:
        p = self.problem.arrays
        sources = range(p.items[item]["source0"], p.items[item]["source1"])
        there = np.zeros(until.size)
        for source in sources:
            usable = np.isfinite(p.receipt[source])
            when, units = p.receipt[source][usable], self.problem.supplier_weeks[source][usable]
            there += np.array([units[when < end].sum() for end in until])
        return there

    def _stocked(self, per_unit: list[float], until: Floats) -> Floats:
        index = {item.id: i for i, item in enumerate(self.problem.programme.items)}
        there = np.zeros(until.size)
        for row in self.problem.programme.stock:
            at = row.available.planned if row.available else 0.0
            there += row.quantity.planned * per_unit[index[row.item]] * (until > at)
        for order in self.problem.programme.production_orders:
            there += order.quantity.planned * per_unit[index[order.item]] * (until > order.finish.planned)
        return there

    def _capacity(self) -> Iterable[_Limit]:
        hours, edges = self.content[1], self.problem.edges
        for row in range(len(self.problem.capacity.names)):
            taken = np.array([hours[i].get(row, 0.0) for i in self._items().tolist()])
            if taken.any():
                summed = np.concatenate([[0.0], np.cumsum(self.problem.capacity.hours[row])])
                until = self._shipped_by(taken)
                stocked = self._stocked([content.get(row, 0.0) for content in hours], until)
                yield _Limit(taken, np.interp(until, edges, summed) + stocked)

    def _sites(self) -> Iterable[_Limit]:
        p, weeks = self.problem.arrays, np.arange(1, self.problem.site_units.shape[1] + 1) * WEEK
        for site in range(len(self.problem.programme.destinations)):
            here = (p.demands["site"][: len(self.wishes)] == site).astype(np.float64)
            upto = np.minimum(np.searchsorted(weeks, self.ends), weeks.size - 1)
            installed = np.cumsum(self.problem.site_units[site])[upto]
            yield _Limit(here, np.diff(installed, prepend=0.0), each_period=True)
            if np.all(np.isfinite(self.problem.site_power[site])):
                yield _Limit(here * p.items["power_kw"][self._items()], self.problem.site_power[site][upto])


def period_ends(until: float) -> Floats:
    """Return the ends of telescoping periods up to `until` hours: 13 weeks, then fortnights for a half-year, then four
    weeks.
    """
    lengths = [WEEK] * 13 + [2 * WEEK] * 13
    ends = np.cumsum(lengths + [4 * WEEK] * max(1, int(np.ceil(until / (4 * WEEK)))))
    last = int(np.searchsorted(ends, until))
    return np.asarray(ends[: last + 1], dtype=np.float64)


def _with_row(program: LinearProgram, row: Floats, high: float) -> LinearProgram:
    """Return the program with one more row, at most `high`."""
    if not isfinite(high) or not row.any():
        return program
    return replace(
        program, matrix=sparse.csr_array(sparse.vstack([program.matrix, sparse.csr_array(row[None, :])])),
        row_low=np.append(program.row_low, -inf), row_high=np.append(program.row_high, high),
    )  # fmt: skip
