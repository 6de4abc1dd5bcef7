"""Broken programmes: every fault is answered with file, row, column and what to do, all at once, and with nothing else.

Each variant is the small example with an edit; its row is found by the text that is edited, so the example may grow.
"""
# ruff: noqa: E501  a table of variants reads best with a row a line

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.read import check, load

SMALL = Path(__file__).parents[2] / "examples" / "small"


@dataclass(frozen=True)
class Variant:
    """One edit and what must be said about it: the column and some words, in the edited row.

    `at` names another file and a text in the row where it must be said instead (no text: the file as a whole); `also` holds
    (file, text in the row, column) of what must be said besides.
    """

    name: str
    file: str
    old: str
    new: str
    column: str
    words: str
    at: tuple[str, str] | None = None
    also: tuple[tuple[str, str, str], ...] = ()


TASKS, ITEMS, ROUTING, DEMAND = "tasks.csv", "items.csv", "routing.csv", "demand.csv"
PROGRAMME, AGREEMENTS, REGISTER = "programme.yaml", "agreements.yaml", "assumptions.csv"

VARIANTS = (
    # ids that name nothing
    Variant("unknown predecessor", TASKS, "Hall,normal,2 weeks,day_shift,permit SS+1w", "Hall,normal,2 weeks,day_shift,permti SS+1w", "predecessors", "there is no task 'permti'; did you mean 'permit'?"),
    Variant("unknown resource", TASKS, "electricians:2", "electrician:2", "resources", "there is no resource 'electrician'; did you mean 'electricians'?"),
    Variant("unknown equipment", TASKS, "test_rig:4", "test_rigs:4", "equipment", "there is no equipment 'test_rigs'; did you mean 'test_rig'?"),
    Variant("unknown party", TASKS, "Building permit,builder", "Building permit,bilder", "party", "there is no party 'bilder'; did you mean 'builder'?"),
    Variant("unknown calendar", TASKS, "3 weeks,day_shift", "3 weeks,night_shift", "calendar", "there is no calendar 'night_shift'; did you mean 'day_shift'?"),
    Variant("unknown work centre of a delivery", TASKS, "work_centre:test+4", "work_centre:tests+4", "delivers", "there is no work centre 'tests'", at=(TASKS, "rigs,Install"), also=((ROUTING, "cabinet,load_test", "work_centre"),)),
    Variant("unknown kind of delivery", TASKS, "power:test_power+60 kW", "pwoer:test_power+60 kW", "delivers", "did you mean 'power'?"),
    Variant("unknown component", "bom.csv", "cabinet,frame", "cabinet,frames", "component", "there is no item 'frames'; did you mean 'frame'?"),
    Variant("unknown work centre of an operation", ROUTING, "Build the cabinet,assembly", "Build the cabinet,assembling", "work_centre", "there is no work centre 'assembling'"),
    Variant("unknown item of a source", "sources.csv", "hose,parts_shop", "hoses,parts_shop", "item", "there is no item 'hoses'"),
    Variant("unknown customer", DEMAND, "first_row,campus,", "first_row,campsu,", "customer", "did you mean 'campus'?"),
    Variant("unknown destination", DEMAND, "campus,campus_hall,cabinet,20", "campus,campus_hal,cabinet,20", "destination", "did you mean 'campus_hall'?"),
    Variant("unknown assumption", TASKS, "0.7 * @electrical_work", "0.7 * @electric_work", "duration", "there is no assumption 'electric_work'; did you mean 'electrical_work'?"),
    Variant("unknown party of an agreement", AGREEMENTS, "seller: landlord", "seller: landlrod", "1.seller", "did you mean 'landlord'?"),
    Variant("unknown item of an agreement", AGREEMENTS, "items: [cabinet]", "items: [cabinett]", "2.items.1", "did you mean 'cabinet'?"),
    Variant("unknown operation of a component", "bom.csv", "cabinet,hose,6,assemble", "cabinet,hose,6,assembling", "operation", "item 'cabinet' has no operation 'assembling'"),
    # ids given twice, circles
    Variant("id twice", "resources.csv", "workers,Assembly workers", "electricians,Assembly workers", "id", "'electricians' is there already, in row 2", also=(("work_centres.csv", "assembly,", "resources"), ("work_centres.csv", "packing,", "resources"))),
    Variant("assumption twice", REGISTER, "chip_lead_time,6", "rig_lead_time,6", "id", "is there already", also=(("sources.csv", "accelerator", "lead_time"),)),
    Variant("mode twice", TASKS, "wiring,,,,crash", "wiring,,,,normal", "id", "has a mode 'normal' already"),
    Variant("circle of tasks", TASKS, "normal,3 weeks,day_shift,,", "normal,3 weeks,day_shift,wiring,", "predecessors", "wait for each other in a circle: ", also=((TASKS, "permit,", "predecessors"),)),
    Variant("circle of items", "bom.csv", "cabinet,hose,6", "cabinet,cabinet,6", "component", "an item contains itself: cabinet -> cabinet"),
    # units and numbers
    Variant("no unit", TASKS, "2 weeks,day_shift,clear_hall", "2,day_shift,clear_hall", "duration", "'2' has no unit; write a time such as `26 weeks`"),
    Variant("wrong unit", "equipment.csv", "45 kUSD", "45 kW", "price", "'45 kW' is a power, not an amount of money"),
    Variant("unknown unit", TASKS, "20 kUSD", "20 kUDS", "cost", "there is no unit 'kUDS'; did you mean 'kUSD'?"),
    Variant("milliwatt", ITEMS, "12 kW", "12 mW", "power", "did you mean 'MW'?"),
    Variant("another currency", "sources.csv", "22 kUSD", "22 kEUR", "price", "EUR is not the programme's currency; convert it"),
    Variant("unit of an assumption", "sources.csv", "@chip_lead_time", "@campus_power_date", "lead_time", "is a date, not a time"),
    Variant("people in kilowatts", TASKS, "electricians:2", "electricians:2 kW", "resources", "'electricians' is crew, but the amount 2 is a power"),
    Variant("capacity of the wrong kind", "resources.csv", "3,day_shift", "3 kW,day_shift", "capacity", "'electricians' is crew"),
    Variant("negative number", "bom.csv", "cabinet,accelerator,8", "cabinet,accelerator,-8", "quantity", "'-8' is negative; write a number that is not below zero"),
    Variant("zero", "bom.csv", "cabinet,accelerator,8", "cabinet,accelerator,0", "quantity", "write a number above zero"),
    Variant("missing number", "bom.csv", "cabinet,accelerator,8", "cabinet,accelerator,", "quantity", "the cell is missing; write how many of the component go into one"),
    Variant("not a number", DEMAND, "cabinet,20", "cabinet,twenty", "quantity", "'twenty' is not a number"),
    Variant("NaN", "bom.csv", "cabinet,accelerator,8", "cabinet,accelerator,nan", "quantity", "is not a number"),
    Variant("infinite", "bom.csv", "cabinet,accelerator,8", "cabinet,accelerator,1e999", "quantity", "beyond all measure"),
    Variant("absurd duration", TASKS, "3 weeks,day_shift", "3000 years,day_shift", "duration", "below 50 years"),
    Variant("half a unit", DEMAND, "cabinet,20", "cabinet,20.5", "quantity", "is not a whole number"),
    Variant("too many units", DEMAND, "cabinet,20", "cabinet,1e15", "quantity", "beyond all measure"),
    Variant("decimal comma", "sources.csv", "hose,parts_shop,60 USD", 'hose,parts_shop,"60,5 USD"', "price", "is not"),
    Variant("yield above one", ROUTING, "90 %", "190 %", "yield", "is more than the whole"),
    Variant("yield of zero", ROUTING, "90 %", "0", "yield", "write a number above zero"),
    Variant("no duration", TASKS, "normal,3 weeks", "normal,", "duration", "task 'permit' has no duration"),
    Variant("neither yes nor no", "work_centres.csv", "always,yes", "always,maybe", "unattended", "neither yes nor no"),
    Variant("unknown kind of resource", "resources.csv", "Electricians,crew", "Electricians,crews", "kind", "did you mean 'crew'?"),
    Variant("id with a space", ITEMS, "frame,Cabinet frame", "steel frame,Cabinet frame", "id", "cannot be an id", also=(("bom.csv", "cabinet,frame", "component"), ("sources.csv", "frame,", "item"))),
    Variant("two units in one cell", "sources.csv", "5 weeks", "5 weeks * 2 days", "lead_time", "multiplies two units"),
    Variant("need without an amount", TASKS, "electricians:3", "electricians", "resources", "does not say how much; write `electricians:1`"),
    Variant("unknown kind of link", TASKS, "permit SS+1w", "permit XS+1w", "predecessors", "write one of FS, SS, FF, SF"),
    # dates
    Variant("impossible date", DEMAND, "2026-06-15", "2026-02-31", "due", "'2026-02-31' is not a date"),
    Variant("date after the horizon", DEMAND, "2026-06-15", "2029-06-15", "due", "2029-06-15 is after the horizon"),
    Variant("date before the start", DEMAND, "2026-06-15", "2024-06-15", "due", "2024-06-15 is before the start"),
    Variant("absurd date", DEMAND, "2026-06-15", "9999-12-31", "due", "between the years 1990 and 2150"),
    Variant("steps out of order", "destinations.csv", "2026-05-01: 150 kW; @campus_power_date: 900 kW", "2026-05-01: 150 kW; 2026-04-01: 900 kW", "power", "do not ascend"),
    Variant("horizon before the start", PROGRAMME, "horizon: 2026-12-31", "horizon: 2025-12-31", "horizon", "the horizon is not after the start"),
    Variant("horizon in a century", PROGRAMME, "horizon: 2026-12-31", "horizon: 2126-12-31", "horizon", "more than 30 years"),
    Variant("no date at all", PROGRAMME, "start: 2026-01-05", "start: soon", "start", "'soon' is not a date"),
    # amounts and what the objective weighs
    Variant("no piece of equipment", TASKS, "test_rig:4", "test_rig:0", "equipment", "0 is no number of pieces of 'test_rig'"),
    Variant("delivery of the wrong kind", TASKS, "power:test_power+60 kW", "people:test_power+60", "delivers", "resource 'test_power' is power, not people"),
    Variant("delivery without a unit", TASKS, "power:test_power+60 kW", "power:test_power+60", "delivers", "the amount 60 is a plain number"),
    Variant("half a station", TASKS, "work_centre:test+4", "work_centre:test+1.5", "delivers", "cannot get 1.5 stations"),
    Variant("weight of nothing", PROGRAMME, "  order: [capability, cost]", "  order: [capability, cost]\n  weights: {tset: 2}", "objective.weights.tset", "did you mean 'test'?", at=(PROGRAMME, "weights")),
    Variant("objective twice", PROGRAMME, "order: [capability, cost]", "order: [cost, cost]", "objective.order", "is there twice"),
    Variant("unknown objective", PROGRAMME, "order: [capability, cost]", "order: [capability, costs]", "objective.order.2", "did you mean 'cost'?"),
    Variant("quantile of all worlds", PROGRAMME, "planning_quantile: 0.5", "planning_quantile: 100 %", "planning_quantile", "at the end of all worlds"),
    Variant("name of the built-in calendar", PROGRAMME, "  day_shift:", "  always: {shifts: {mon: [\"07:00-15:00\"]}}\n  day_shift:", "calendars.always", "is built in"),
    Variant("day of 30 hours", PROGRAMME, "    holidays: US-OH", "    holidays: US-OH\n    hours_per_day: 30", "calendars.day_shift.hours_per_day", "no number of working hours", at=(PROGRAMME, "hours_per_day")),
    # rules of production
    Variant("part that nothing supplies", "sources.csv", "frame,parts_shop,3 kUSD,4 weeks,,5,1\n", "", "component", "nothing makes, buys or stocks 'frame'", at=("bom.csv", "cabinet,frame")),
    Variant("made without a routing", "bom.csv", "cabinet,hose,6,assemble", "server,hose,6,", "item", "has components but no routing"),
    Variant("station that never comes", TASKS, ',"work_centre:assembly+3, work_centre:packing+1",', ",work_centre:assembly+3,", "work_centre", "work centre 'packing' never has a station", at=(ROUTING, "cabinet,pack")),
    Variant("more power than ever", ROUTING, "test_power:12 kW", "test_power:12 MW", "resources", "12000 kW of 'test_power' are needed, but there are never more than 60 kW"),
    Variant("more people than ever", TASKS, "electricians:3", "electricians:30", "resources", "there are never more than 3"),
    Variant("rework ahead", ROUTING, "90 %,assemble", "90 %,pack", "on_fail", "would skip ahead to 'pack'"),
    Variant("rework nowhere", ROUTING, "90 %,assemble", "90 %,assembel", "on_fail", "did you mean 'assemble'?"),
    Variant("repair without failure", "work_centres.csv", "400 h,6 h", ",6 h", "mtbf", "'mttr' is given without 'mtbf'"),
    Variant("nothing is ever installed", "destinations.csv", "8 per week", "0", "install_rate", "nothing is ever installed here"),
    # the register
    Variant("low above high", REGISTER, "8,10,16,weeks", "18,10,16,weeks", "low", "the low value is above the high value"),
    Variant("likely outside", REGISTER, "8,10,16,weeks", "8,18,16,weeks", "likely", "not between low and high"),
    Variant("unit beside the number", REGISTER, "8,10,16,weeks", "8 weeks,10,16,weeks", "low", "write the number alone"),
    Variant("missing high", REGISTER, "8,10,16,weeks", "8,10,,weeks", "high", "needs a value under 'high'"),
    Variant("lognormal below zero", REGISTER, "20,24,36,h,pert", "-20,24,36,h,lognormal", "low", "above zero"),
    Variant("time below zero", REGISTER, "20,24,36,h,pert", "-20,24,36,h,pert", "time", "@test_time can be below zero", at=(ROUTING, "load_test")),
    Variant("unknown law", REGISTER, "16,weeks,pert", "16,weeks,part", "distribution", "did you mean 'pert'?"),
    Variant("sourced without a source", REGISTER, "36,h,pert,each,assumed", "36,h,pert,each,sourced", "source", "names no source"),
    # YAML
    Variant("unknown key", PROGRAMME, "currency: USD", "curency: USD", "curency", "did you mean 'currency'?"),
    Variant("unknown key of an agreement", AGREEMENTS, "  deposit: 10 %", "  deposti: 10 %", "2.deposti", "did you mean 'deposit'?"),
    Variant("unknown kind of agreement", AGREEMENTS, "kind: purchase", "kind: purchas", "2.kind", "did you mean 'purchase'?"),
    Variant("missing key", AGREEMENTS, "  buyer: builder\n", "", "1.buyer", "the key is missing", at=(AGREEMENTS, "id: hall_sale")),
    Variant("unknown role", PROGRAMME, "Bay Computers, role: operator", "Bay Computers, role: operater", "parties.2.role", "did you mean 'operator'?"),
    Variant("key twice", PROGRAMME, "currency: USD", "currency: USD\ncurrency: USD", "currency", "there twice", at=(PROGRAMME, "currency: USD\nsite")),
    Variant("broken indent", PROGRAMME, "  day_shift:", "day_shift:\n    - x", "", "is not YAML", at=(PROGRAMME, "    shifts:")),
    Variant("shift at 25 o'clock", PROGRAMME, "07:00-15:00", "07:00-25:00", "calendars.day_shift.shifts.mon-fri.1", "no clock shows"),
    Variant("unknown weekday", PROGRAMME, "mon-fri", "mon-fry", "calendars.day_shift.shifts.mon-fry", "did you mean 'fri'?"),
    Variant("unknown holidays", PROGRAMME, "US-OH", "US-XX", "calendars.day_shift.holidays", "there are no public holidays of 'US-XX'"),
    Variant("calendar without work", PROGRAMME, '      mon-fri: ["07:00-15:00"]', '      mon-fri: []', "calendars.day_shift", "has no working time", at=(PROGRAMME, "day_shift:\n")),
    Variant("shares of no venture", PROGRAMME, "name: Bay Computers, role: operator", "name: Bay Computers, role: operator, shares: {campus: 1}", "parties.2.shares", "is no venture"),
    Variant("shares that do not add up", PROGRAMME, "name: Bay Computers, role: operator", "name: Bay Computers, role: venture, shares: {campus: 0.5, landlord: 0.4}", "parties.2.shares", "add to 0.9, not to 1"),
    Variant("sale to oneself", AGREEMENTS, "buyer: builder", "buyer: landlord", "1.buyer", "are the same party"),
    # headings and rows
    Variant("unknown column", ITEMS, "trace,gpus", "tracing,gpus", "tracing", "there is no column 'tracing'; did you mean 'trace'?"),
    Variant("missing column", "bom.csv", "component,quantity,operation", "component,quantiyt,operation", "quantiyt", "did you mean 'quantity'?", also=(("bom.csv", "item,", "quantity"),)),
    Variant("column twice", ITEMS, "trace,gpus", "gpus,gpus", "gpus", "is there twice"),
    Variant("column without a heading", ITEMS, "trace,gpus", "trace,,gpus", "", "has no heading"),
    Variant("ragged row", "bom.csv", "cabinet,frame,1,assemble", "cabinet,frame,1", "", "the row has 3 cells where the heading has 4"),
    Variant("too many cells", "bom.csv", "cabinet,frame,1,assemble", "cabinet,frame,1,assemble,x", "", "the row has 5 cells where the heading has 4"),
    Variant("formula", "bom.csv", "cabinet,frame,1", "cabinet,frame,=1+1", "quantity", "the cell holds a formula; replace it by its value"),
    Variant("open quote", "bom.csv", "cabinet,frame,1", 'cabinet,"frame,1', "", "check its quotation marks"),
    Variant("semicolons", "stock.csv", "item,quantity", "item;quantity", "", "the columns are not parted by commas"),
)  # fmt: skip


def broken(variant: Variant, folder: Path) -> Path:
    shutil.copytree(SMALL, folder)
    path = folder / variant.file
    text = path.read_text(encoding="utf-8")
    assert text.count(variant.old) == 1, f"the example holds {variant.old!r} {text.count(variant.old)} times"
    path.write_text(text.replace(variant.old, variant.new), encoding="utf-8")
    return folder


def row_of(folder: Path, file: str, text: str) -> int:
    if not text:
        return 0
    return (folder / file).read_text(encoding="utf-8").split(text)[0].count("\n") + 1


def errors_of(path: Path) -> tuple[Issue, ...]:
    with pytest.raises(ProgrammeError) as caught:
        load(path)
    assert caught.value.issues == tuple(issue for issue in check(path) if issue.severity == "error")
    return caught.value.issues


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name.replace(" ", "-"))
def test_a_fault_is_answered_with_its_place_and_what_to_do_and_nothing_else(variant: Variant, tmp_path: Path) -> None:
    folder = broken(variant, tmp_path / "programme")
    edited = (SMALL / variant.file).read_text(encoding="utf-8").split(variant.old)[0].count("\n") + 1
    file, row = (variant.at[0], row_of(folder, *variant.at)) if variant.at else (variant.file, edited)
    issues = errors_of(folder)
    expected = {
        (file, row, variant.column),
        *((name, row_of(folder, name, text), column) for name, text, column in variant.also),
    }
    assert {(issue.file, issue.row, issue.column) for issue in issues} == expected, "\n".join(map(str, issues))
    said = [str(issue) for issue in issues if (issue.file, issue.row, issue.column) == (file, row, variant.column)]
    assert any(variant.words in each for each in said), said
    assert all(issue.remedy and "Error" not in str(issue) for issue in issues)


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "programme"
    shutil.copytree(SMALL, folder)
    chosen = {}
    for variant in VARIANTS:
        if variant.at is None and not variant.also and variant.file not in chosen and "units" not in variant.name:
            chosen[variant.file] = variant
    for variant in chosen.values():
        path = folder / variant.file
        path.write_text(path.read_text(encoding="utf-8").replace(variant.old, variant.new), encoding="utf-8")
    places = {(issue.file, issue.column) for issue in errors_of(folder)}
    assert len(chosen) >= 10
    assert {(variant.file, variant.column) for variant in chosen.values()} <= places


def test_the_example_itself_has_no_error() -> None:
    assert [issue for issue in check(SMALL) if issue.severity == "error"] == []
