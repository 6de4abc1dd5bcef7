"""An independent check of cash flows: money conserved, and totals worked out again world by world from the plain
records.

Shares no code with what settles: no months, no payments, only sums.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from plantwright.model.agreements import EquipmentSupply, Purchase, Sale
from plantwright.model.assumptions import uniforms
from plantwright.model.outcome import CashFlows, Replications
from plantwright.model.plan import Plan
from plantwright.model.programme import Demand, Programme, Task
from plantwright.model.quantity import Quantity
from plantwright.model.schedule import ConversionTrials, Schedule
from plantwright.model.underway import as_spent, share_done

Totals = dict[tuple[str, str], float]  # (kind, party) -> mean over the worlds
Floats = NDArray[np.float64]


def check_cash_flows(
    programme: Programme,
    schedule: Schedule,
    plan: Plan,
    trials: ConversionTrials,
    replications: Replications,
    cash: CashFlows,
) -> tuple[str, ...]:
    """Return what is wrong with cash flows, in sentences; empty where nothing is.

    Checked are: money neither made nor lost in any month, kind or world; totals of site sale, conversion, parts and
    sales by party against sums of their own; capital spent in every world; net present value within what the months
    allow.
    """
    again = _Again(as_spent(programme), schedule, plan, trials, replications)
    found = [
        *_conserved(cash),
        *_totals(again, cash),
        *_capital(again, cash),
        *_discounted(programme, cash, replications.seed),
    ]
    return tuple(found)


class _Again:
    """The run seen as plain records, with draws for all worlds at once."""

    def __init__(
        self, programme: Programme, schedule: Schedule, plan: Plan, trials: ConversionTrials, results: Replications
    ) -> None:
        self.programme, self.schedule, self.plan, self.trials, self.results = programme, schedule, plan, trials, results
        self.worlds = range(results.finished.shape[0])
        self.horizon = programme.horizon_hours

    def draw(self, quantity: Quantity, place: str) -> Floats:
        return self.programme.register.draw(quantity, self.results.seed, self.worlds, place)

    def conversion(self) -> Iterator[tuple[str, Floats]]:
        """Yield each cost of the conversion up to the horizon in every world, with its kind."""
        for task in self.programme.tasks:
            mode = next(m for m in task.modes if m.name == self.schedule.task[task.id].mode)
            column = self.trials.tasks.index(task.id)
            start, finish = self.trials.start[:, column], self.trials.finish[:, column]
            resumes = self.trials.resumes.get(task.id, start)
            share = share_done(self.programme, task) if task.id in self.trials.resumes else 0.0
            rest = self._by_horizon(resumes, finish)
            done = share + (1 - share) * rest
            by_terms = self._due_by_horizon(task, done)
            yield "conversion_work", (by_terms if task.payment else done) * self.draw(mode.cost, task.id)
            calendar = self.programme.calendars.get(task.calendar)
            hours = rest * (calendar.worked(finish) - calendar.worked(resumes) if calendar else finish - resumes)
            hours += share * mode.duration.planned
            for need in mode.needs:
                rate = self.draw(self.programme.resource[need.id].cost, need.id)
                yield "conversion_crews", hours * rate * self.draw(need.amount, task.id)
            deposit = self._deposit({task.party, task.payer})
            for price in mode.equipment_prices:
                by_agreement = deposit * (start <= self.horizon) + (1 - deposit) * (finish <= self.horizon)
                yield "equipment", (by_terms if task.payment else by_agreement) * self.draw(price, task.id)

        yield from self._risks()

    def _due_by_horizon(self, task: Task, done: Floats) -> Floats:
        """The share of a task's cost that its own terms of payment have due by the horizon, in every world."""
        followers = [t.id for t in self.programme.tasks if task.id in {link.predecessor for link in t.links}]
        due = np.zeros(len(self.worlds))
        for term in task.payment:
            accepts = term.task or (followers[0] if len(followers) == 1 else task.id)
            ends = {"start": (task.id, self.trials.start), "acceptance": (accepts, self.trials.finish)}
            name, when = ends.get(term.event, (task.id, self.trials.finish))
            by_then = when[:, self.trials.tasks.index(name)] <= self.horizon
            due += term.share * (done if term.event == "progress" else by_then)
        return due

    def _risks(self) -> Iterator[tuple[str, Floats]]:
        """Yield each risk's cost in the worlds where its own draw falls into its stretch, and the mitigations'."""
        for risk in self.programme.risks:
            ended = {row.task for row in self.programme.progress if row.actual_finish is not None}
            named = [t for t in self.programme.tasks if risk.hits(t)]
            hit = [self.trials.tasks.index(t.id) for t in named if t.id not in ended]
            ends = self.trials.finish[:, hit or slice(None)].max(axis=1, initial=0.0)
            begins = self.trials.start[:, hit].min(axis=1) if hit else np.zeros(len(self.worlds))
            stream = f"risks of {risk.group}" if risk.group else f"risk {risk.id}"
            u = uniforms(self.results.seed, stream, self.worlds)
            for earlier in self.programme.risks[: self.programme.risks.index(risk)]:
                if risk.group and earlier.group == risk.group:
                    u = u - self.draw(earlier.probability, "")
            changed = risk.mitigated and risk.mitigated_probability is not None
            likely = self.draw(risk.mitigated_probability if changed else risk.probability, "")  # type: ignore[arg-type]
            price = risk.mitigated_cost if risk.mitigated and risk.mitigated_cost is not None else risk.cost
            occurs = (u >= 0) & (u < likely) & (bool(hit) or not named)
            yield "risks", self._by_horizon(begins, ends) * occurs * self.draw(price, f"risk {risk.id}")
            if risk.mitigated:
                until = begins if hit else ends
                done = self._by_horizon(np.zeros_like(until), until)
                yield "mitigations", done * self.draw(risk.mitigation_cost, f"risk {risk.id}")

    def _by_horizon(self, start: Floats, finish: Floats) -> Floats:
        """The share of a span that lies before the horizon; a moment counts whole."""
        share = np.clip((self.horizon - start) / np.maximum(finish - start, 1e-6), 0.0, 1.0)
        return np.where(finish <= self.horizon, 1.0, share)

    def _deposit(self, parties: set[str]) -> Floats:
        for agreement in self.programme.agreements:
            if isinstance(agreement, EquipmentSupply) and parties & {agreement.owner, agreement.operator}:
                return self.draw(agreement.deposit, agreement.id)
        return np.zeros(len(self.worlds))


def _conserved(cash: CashFlows) -> Iterator[str]:
    size = max(1.0, float(np.abs(cash.by_month).sum()))
    if not all(
        np.isfinite(part).all() for part in (cash.by_month, cash.net, cash.net_present_value, cash.capital_spent)
    ):
        yield "an amount is not a finite number"
    for name, values in (("month and kind", cash.by_month.sum(axis=0)), ("world", cash.net.sum(axis=1)),
                         ("world's present value", cash.net_present_value.sum(axis=1))):  # fmt: skip
        if np.abs(values).max(initial=0.0) > 1e-9 * size:
            yield f"money is made or lost: a {name} adds to {np.abs(values).max():,.2f}"
    if cash.net.size and np.abs(cash.net.mean(axis=0) - cash.by_month.sum(axis=(1, 2))).max() > 1e-9 * size:
        yield "the months of a party do not add to its net"


def _totals(again: _Again, cash: CashFlows) -> Iterator[str]:
    expected: Totals = defaultdict(float)
    _add_site_sales(again, expected)
    _add_sales(again, expected)
    _add_parts(again, expected)
    _add_transfers(again, expected)
    kinds = {"site_sale", "sales", "consigned_fees"}
    suppliers = {order.supplier for order in again.plan.purchase_orders}
    # Who supplies parts of what it sells itself pays itself, which is no payment.
    suppliers -= {a.seller for a in again.programme.agreements if isinstance(a, Purchase)}
    carriers = {lane.carrier or "outside" for lane in again.programme.lanes} - _sellers(again.programme)
    booked = cash.by_month.sum(axis=1)
    for row, party in enumerate(cash.parties):
        for column, kind in enumerate(cash.kinds):
            wanted = expected.get((kind, party), 0.0)
            checked = kind in kinds or (kind == "parts" and party in suppliers)
            checked = checked or (kind == "transfers" and party in carriers)
            if checked and abs(booked[row, column] - wanted) > 1e-6 * max(1.0, abs(wanted)):
                yield f"{party}: {kind} is {booked[row, column]:,.2f}, its records say {wanted:,.2f}"


def _add_site_sales(again: _Again, totals: Totals) -> None:
    for sale in again.programme.agreements:
        if isinstance(sale, Sale):
            closed = again.draw(sale.closes, "") <= again.horizon
            for asset in sale.assets:
                price = float((closed * again.draw(asset.price, f"{sale.id}/{asset.name}")).mean())
                totals["site_sale", sale.buyer] -= price
                totals["site_sale", sale.seller] += price


def _add_sales(again: _Again, totals: Totals) -> None:
    for index, name in enumerate(again.results.demands):
        demand = next(d for d in again.programme.demand if d.id == name)
        agreement = _agreement(again.programme, demand)
        consigned = agreement is not None and agreement.terms == "consigned"
        price = again.draw(agreement.fee if agreement and consigned else demand.price, name)
        paid = float((price * again.results.demand_shipped[:, index].sum(axis=1)).mean())
        kind = "consigned_fees" if consigned else "sales"
        totals[kind, demand.customer] -= paid
        totals[kind, agreement.seller if agreement else _seller(again.programme, demand)] += paid


def _add_parts(again: _Again, totals: Totals) -> None:
    for index, order in enumerate(again.plan.purchase_orders):
        offers = [s for s in again.programme.sources_of.get(order.item, ()) if s.supplier == order.supplier]
        offers.sort(key=lambda s: (s.price.planned, s.consigned) != (order.price, order.consigned))
        price = again.draw(offers[0].price, order.id) if offers else order.price
        there = again.results.received[:, index] <= again.horizon
        totals["parts", order.supplier] += float((there * price * order.quantity).mean())


def _add_transfers(again: _Again, totals: Totals) -> None:
    for order in (each for each in again.plan.transfer_orders if each.ships <= again.horizon):
        lane = next(each for each in again.programme.lanes if each.id == order.lane)
        totals["transfers", lane.carrier or "outside"] += float(again.draw(lane.cost, order.id).mean()) * order.quantity


def _sellers(programme: Programme) -> set[str]:
    """Return who may pay for what is moved: who carries that too pays itself, which is no payment."""
    found = {a.seller for a in programme.agreements if isinstance(a, Purchase)}
    found |= {_seller(programme, demand) for demand in programme.demand}
    return found | {p.id for p in programme.parties if p.role in ("operator", "owner")}


def _agreement(programme: Programme, demand: Demand) -> Purchase | None:
    covering = (
        a
        for a in programme.agreements
        if isinstance(a, Purchase) and a.customer == demand.customer and demand.item in a.items
    )
    return next(covering, None)


def _seller(programme: Programme, demand: Demand) -> str:
    producer = programme.item[demand.item].producer if demand.item in programme.item else ""
    named = (
        [producer]
        if producer
        else [p.id for role in ("operator", "owner") for p in programme.parties if p.role == role]
    )
    return (named or ["outside"])[0]


def _capital(again: _Again, cash: CashFlows) -> Iterator[str]:
    expected = sum((amount for _, amount in again.conversion()), np.zeros(len(again.worlds)))
    off = np.abs(expected - cash.capital_spent)
    if (off > 1e-6 * np.maximum(1.0, np.abs(expected))).any():
        world = int(off.argmax())
        yield f"world {world}: capital spent is {cash.capital_spent[world]:,.2f}, the tasks say {expected[world]:,.2f}"


def _discounted(programme: Programme, cash: CashFlows, seed: int) -> Iterator[str]:
    """A payment booked in a month is worth between its value on the first and on the last day, at the lowest and the
    highest rate.
    """
    if not cash.net.size:
        return
    rates = programme.register.draw(programme.discount_rate, seed, range(cash.net.shape[0]))
    first = np.arange(cash.by_month.shape[1]) * (365 / 12) - 31
    factors = np.stack(
        [
            (1 + rate) ** (-np.maximum(first + shift, 0) / 365)
            for rate in (rates.min(), rates.max())
            for shift in (0, 93)
        ]
    )
    low, high = factors.min(axis=0), factors.max(axis=0)
    month = cash.by_month.sum(axis=2)
    gross = np.abs(cash.by_month).sum(axis=2)
    slack = (gross * (high - low)[None, :]).sum(axis=1) + 1e-6 * gross.sum(axis=1)
    middle = (month * ((low + high) / 2)[None, :]).sum(axis=1)
    for row in np.nonzero(np.abs(cash.net_present_value.mean(axis=0) - middle) > slack)[0]:
        worth = cash.net_present_value[:, row].mean()
        yield f"{cash.parties[row]}: a net present value of {worth:,.2f} does not fit its months"
