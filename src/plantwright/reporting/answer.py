"""The answer first: sentences, cards and the rows of who gets what, in words that need no other section."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from plantwright.model.outcome import Metric
from plantwright.reporting.limits import cause_name
from plantwright.reporting.money import balances
from plantwright.reporting.outcome import demanded_mw
from plantwright.reporting.palette import SUPPLIER, looks, principals
from plantwright.reporting.run import Run
from plantwright.reporting.sensitivity import used_assumptions
from plantwright.reporting.tornado import is_significant, strongest
from plantwright.reporting.words import day, has_source, millions, mover, percent, power


@dataclass(frozen=True, slots=True)
class Card:
    """A headline figure: what it is, its value, and what to know beside it."""

    name: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class PartyRow:
    """What a party pays, gets, and what that is worth, as text in millions."""

    name: str
    colour: str
    role: str
    paid: str
    got: str
    net: str
    worth: str
    spread: str


def single(run: Run, name: str) -> Metric:
    """Return a headline figure that stands alone."""
    entry = run.outcome.metrics[name]
    if not isinstance(entry, Metric):
        raise TypeError(f"{name} is a group of figures")
    return entry


def group(run: Run, name: str) -> tuple[Metric, ...]:
    """Return the figures of a group."""
    entry = run.outcome.metrics[name]
    return (entry,) if isinstance(entry, Metric) else entry


def sentences(run: Run) -> list[Markup]:
    """Return the answer in a few sentences, the most important first."""
    return [*_dates(run), _compute(run), _limits(run), _hangs_on(run)]


def _dates(run: Run) -> Iterator[Markup]:
    first, finished = single(run, "first_unit_shipped"), single(run, "conversion_finished")
    yield _by(first, "The first unit leaves the plant", "leaves no unit")
    yield _by(finished, "The conversion is finished", "does not finish the conversion")


def _by(metric: Metric, what: str, without: str) -> Markup:
    if metric.p80 is None:
        share = percent(1 - metric.share)
        half = f", half of the worlds by {day(_text(metric.p50))}" if metric.p50 is not None else ""
        said = "{} within the horizon in <strong>{}</strong> of the simulated worlds{}; {} {} before it."
        return Markup(said).format(
            what, percent(metric.share), half, share, without
        )  # fmt: skip
    return Markup("{} by <strong>{}</strong> in 8 of 10 simulated worlds, in half of them by {}.").format(
        what, day(_text(metric.p80)), day(_text(metric.p50))
    )


def _compute(run: Run) -> Markup:
    metric = single(run, "compute_energised_mw")
    return Markup(
        "By {} at least <strong>{}</strong> of compute are energised in 8 of 10 worlds, and {} in half of them; "
        "the demand adds up to {}."
    ).format(day(run.programme.horizon), power(metric.p20), power(metric.p50), power(demanded_mw(run.programme)))


def _limits(run: Run) -> Markup:
    if not run.outcome.limits:
        return Markup("No unit is late, so nothing limits.")
    found = [
        Markup("<strong>{}</strong> ({})").format(cause_name(run, row.kind, row.object), percent(row.share))
        for row in run.outcome.limits[:3]
    ]
    return Markup("What late units wait for most: {}.").format(Markup(", then ").join(found))


def _hangs_on(run: Run) -> Markup:
    found = [s for s in strongest(run, "compute_energised_mw") if is_significant(run, s)][:3]
    if not found:
        return Markup("No single assumption or risk moves the compute energised more than chance may.")
    words = [
        Markup("<strong>{}</strong>{}").format(
            mover(run.programme, s), "" if has_source(run.programme, s) else " (assumed)"
        )
        for s in found
    ]
    return Markup("The compute energised hangs most on {}.").format(Markup(", ").join(words))


def cards(run: Run) -> list[Card]:
    """Return the headline figures as cards: dates that 8 of 10 worlds keep, compute that 8 of 10 worlds reach, cost."""
    found = [_date_card(single(run, "first_unit_shipped"), "First unit shipped")]
    found.append(_date_card(single(run, "conversion_finished"), "Conversion finished"))
    for name in run.outcome.metrics:
        if name.startswith("energised_") and name.endswith("_mw"):
            level = float(name.removeprefix("energised_").removesuffix("_mw"))
            found.append(_date_card(single(run, name), f"{power(level)} energised"))
    energised = single(run, "compute_energised_mw")
    note = f"at least, on {day(run.programme.horizon)}; half {power(energised.p50)}, p10 to p90 {_range(energised)}"
    found.append(Card("Compute energised", power(energised.p20), note))
    spent = single(run, "capital_spent")
    between = f"p10 to p90 {millions(spent.p10)} to {millions(spent.p90)}"
    note = f"million {run.programme.currency} in half of the worlds; {between}"
    return [*found, Card("Conversion's cost", millions(spent.p50), note)]


def _range(metric: Metric) -> str:
    return f"{power(metric.p10)} to {power(metric.p90)}"


def _date_card(metric: Metric, name: str) -> Card:
    if metric.p80 is None:
        half = f"half by {day(_text(metric.p50))}; " if metric.p50 else ""
        return Card(name, percent(metric.share), f"of the worlds by the horizon; {half}too late in the others")
    note = f"or earlier in 8 of 10 worlds; half by {day(_text(metric.p50))}, 1 of 10 by {day(_text(metric.p10))}"
    return Card(name, day(_text(metric.p80)), note)


def _text(value: float | str | None) -> str | None:
    return value if isinstance(value, str) else None


def party_rows(run: Run) -> list[PartyRow]:
    """Return what each party pays and gets, in millions, and the net present value with its spread."""
    look = looks(run.programme)
    colours = [look[party].colour for party in principals(run.programme)]
    rows = []
    for index, balance in enumerate(balances(run)):
        worth = balance.worth
        rows.append(PartyRow(
            balance.name, colours[index] if index < len(colours) else SUPPLIER, balance.role, millions(balance.paid),
            millions(balance.got), millions(balance.net), millions(worth.p50) if worth else "–",
            f"{millions(worth.p10)} to {millions(worth.p90)}" if worth else "–",
        ))  # fmt: skip
    return rows


def limits_by_quarter(run: Run) -> list[tuple[str, str, str]]:
    """Return for each quarter what bound most and second, with the share of the waiting."""
    quarters: dict[str, dict[tuple[str, str], float]] = defaultdict(lambda: defaultdict(float))
    months: dict[str, set[str]] = defaultdict(set)
    for row in run.outcome.bottlenecks:
        when = date.fromisoformat(row.period)
        quarter = f"{when.year} Q{(when.month + 2) // 3}"
        quarters[quarter][row.kind, row.object] += row.share
        months[quarter].add(row.period)
    found = []
    for quarter, shares in quarters.items():
        best = sorted(shares.items(), key=lambda entry: (-entry[1], entry[0]))[:2]
        said = [f"{cause_name(run, *cause)} ({percent(share / len(months[quarter]))})" for cause, share in best]
        found.append((quarter, said[0], said[1] if len(said) > 1 else "–"))
    return found


def assumed_share(run: Run) -> float:
    """Return the share of the assumptions in use that have no source."""
    used = used_assumptions(run.programme)
    assumed = sum(not run.programme.register[name].sourced for name in used)
    return assumed / len(used) if used else 0.0
