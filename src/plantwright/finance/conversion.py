"""What the conversion costs and who pays it: the sale of the site, work, crews and equipment.

Dates come from the conversion's trials, so every world pays when its own work is done.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from plantwright.finance.payments import Floats, Payment, Route, Span, Worlds, accrued
from plantwright.model.agreements import Sale
from plantwright.model.dues import OUTSIDE, accepted_by, equipment_terms
from plantwright.model.programme import Mode, Task
from plantwright.model.risks import Risk, happens, key_of
from plantwright.model.underway import share_done


def site_sales(worlds: Worlds) -> Iterator[Payment]:
    """Yield the price of every asset of a site, paid by its buyer on the closing date."""
    for sale in worlds.programme.agreements:
        if isinstance(sale, Sale):
            closes = _within(worlds.moment(sale.closes, 0.0), worlds.horizon)
            price = sum(
                (worlds.draw(asset.price, f"{sale.id}/{asset.name}") for asset in sale.assets), np.zeros_like(closes)
            )
            yield Payment("site_sale", sale.buyer, sale.seller, closes, price)


def conversion_work(worlds: Worlds) -> Iterator[Payment]:
    """Yield the cost of the tasks' work: by its terms of payment, else monthly as it proceeds; by the task's payer.

    A supplier or authority in charge is paid itself; any other party in charge passes the money on to contractors
    outside.
    """
    for task in worlds.programme.tasks:
        cost = worlds.draw(_mode(worlds, task).cost, task.id)
        if cost.any():
            payer = task.payer or task.party or worlds.running
            route = (payer, _contractor(worlds, task, payer))
            if task.payment:
                yield from _by_terms(worlds, task, "conversion_work", route, cost)
            else:
                yield from _as_it_goes_on(worlds, task, "conversion_work", route, cost)


def _as_it_goes_on(worlds: Worlds, task: Task, kind: str, route: Route, cost: Floats) -> Iterator[Payment]:
    """Yield a cost month by month as a task goes on."""
    for span, share, _ in _stretches(worlds, task):
        yield accrued(worlds, kind, route, span, share * cost)


def _by_terms(worlds: Worlds, task: Task, kind: str, route: tuple[str, str], cost: Floats) -> Iterator[Payment]:
    """Yield a task's cost by its own terms of payment."""
    for term in task.payment:
        start, finish = _span(worlds, task)
        if term.event == "progress":
            yield from _as_it_goes_on(worlds, task, kind, route, term.share * cost)
            continue
        if term.event == "acceptance":
            _, finish = _span(worlds, worlds.programme.task[accepted_by(worlds.programme, task, term)])
        at = start if term.event == "start" else finish
        yield Payment(kind, *route, _within(at, worlds.horizon), np.broadcast_to(term.share * cost, at.shape))


def conversion_crews(worlds: Worlds) -> Iterator[Payment]:
    """Yield what the crews, cranes and supplies used by the tasks cost: working hours times use, by the party that
    pays for them.
    """
    for task in worlds.programme.tasks:
        stretches = _stretches(worlds, task)
        for need in _mode(worlds, task).needs:
            resource = worlds.programme.resource[need.id]
            rate = worlds.draw(resource.cost, resource.id)
            if rate.any():
                payer = resource.party or task.payer or task.party or worlds.running
                by_hour = rate * worlds.draw(need.amount, task.id)
                for span, _, worked in stretches:
                    yield accrued(worlds, "conversion_crews", (payer, OUTSIDE), span, by_hour * worked)


def _stretches(worlds: Worlds, task: Task) -> list[tuple[Span, float, Floats]]:
    """When a task is worked at, what share of its work is done then, and in how many working hours: of one under way
    first what is done by the status date, then the rest of it.
    """
    start, finish = _span(worlds, task)
    calendar = worlds.programme.calendars.get(task.calendar)

    def worked(begin: Floats) -> Floats:
        return finish - begin if calendar is None else np.asarray(calendar.worked(finish) - calendar.worked(begin))

    status, resumes = worlds.programme.status_date, worlds.trials.resumes.get(task.id)
    if resumes is None or status is None:
        return [((start, finish), 1.0, worked(start))]
    again, share = worlds.of(resumes)[:, None], share_done(worlds.programme, task)
    done = np.full_like(start, share * _mode(worlds, task).duration.planned)
    return [((start, np.full_like(start, status.planned)), share, done), ((again, finish), 1.0 - share, worked(again))]


def equipment(worlds: Worlds) -> Iterator[Payment]:
    """Yield the price of equipment: by its task's terms of payment, else the deposit when that starts and the rest when
    it has the equipment delivered and ends.

    Where an agreement on supplying equipment covers the task's party or payer, its owner pays; else the task's payer
    does, all at delivery.
    """
    offers = {entry.id: entry for entry in worlds.programme.equipment}
    for task in worlds.programme.tasks:
        payer, share = equipment_terms(worlds.programme, task)
        deposit = worlds.draw(share)
        start, finish = _span(worlds, task)
        at = _within(np.concatenate((start, finish), axis=1), worlds.horizon)
        for need, priced in zip(task.equipment, _mode(worlds, task).equipment_prices, strict=True):
            price = worlds.draw(priced, task.id)
            if task.payment:
                yield from _by_terms(worlds, task, "equipment", (payer, offers[need.id].supplier or OUTSIDE), price)
                continue
            amount = np.concatenate((deposit * price, (1 - deposit) * price), axis=1)
            yield Payment("equipment", payer, offers[need.id].supplier or OUTSIDE, at, amount)


def risks(worlds: Worlds) -> Iterator[Payment]:
    """Yield what risks cost where they happen: monthly, evenly from the start of the first task hit to the end of the
    last one, by the risk's owner; a risk that hits no task runs as long as the conversion.
    """
    found = happens(worlds.programme, worlds.results.seed, worlds.rows, {})
    for column, risk in enumerate(worlds.programme.risks):
        cost = found[:, column, None] * worlds.draw(risk.effect(risk.mitigated).cost, key_of(risk))
        if cost.any():
            yield accrued(worlds, "risks", (risk.owner or worlds.running, OUTSIDE), _exposed(worlds, risk), cost)


def mitigations(worlds: Worlds) -> Iterator[Payment]:
    """Yield what the mitigations in the plan cost: monthly, evenly up to the start of the first task that the risk
    hits, by the risk's owner; where it hits no task, up to the end of the conversion.
    """
    for risk in worlds.programme.risks:
        cost = worlds.draw(risk.mitigation_cost, key_of(risk))
        if risk.mitigated and cost.any():
            start, finish = _exposed(worlds, risk)
            until = np.maximum(start, 0.0) if risk.names_tasks else finish
            route = (risk.owner or worlds.running, OUTSIDE)
            yield accrued(worlds, "mitigations", route, (np.zeros_like(until), until), cost)


def _exposed(worlds: Worlds, risk: Risk) -> Span:
    """From the start of the first task that a risk hits to the end of the last one; the whole conversion if none."""
    hit = [*worlds.programme.tasks_hit[risk.id]]
    start, finish = worlds.of(worlds.trials.start), worlds.of(worlds.trials.finish)
    if hit:
        return start[:, hit].min(axis=1, keepdims=True), finish[:, hit].max(axis=1, keepdims=True)
    return np.zeros((len(worlds.rows), 1)), finish.max(axis=1, keepdims=True, initial=0.0)


def _contractor(worlds: Worlds, task: Task, payer: str) -> str:
    party = worlds.programme.party.get(task.party)
    return party.id if party and party.id != payer and party.role in ("supplier", "authority") else OUTSIDE


def _mode(worlds: Worlds, task: Task) -> Mode:
    return worlds.schedule.task[task.id].mode_of(task)


def _span(worlds: Worlds, task: Task) -> tuple[Floats, Floats]:
    column = worlds.trials.tasks.index(task.id)
    return worlds.of(worlds.trials.start)[:, column, None], worlds.of(worlds.trials.finish)[:, column, None]


def _within(at: Floats, horizon: float) -> Floats:
    return np.where(at <= horizon, at, np.nan)
