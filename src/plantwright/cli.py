"""The command line: arguments in, workflows called, results shown. No logic lives here.

Heavy libraries are imported inside the commands that need them, so that `plantwright check` answers at once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from plantwright.model.issues import Issue, ProgrammeError

if TYPE_CHECKING:
    from plantwright.workflows import answers
    from plantwright.workflows.answers import Answer
    from plantwright.workflows.progress import Progress

app = typer.Typer(
    name="plantwright",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Turn an existing plant into an AI-server factory: schedule the conversion, plan, simulate, settle, report.",
)
console = Console()
errors = Console(stderr=True)
LEAST_TEXT = 12
"""Columns of the terminal that each column of text keeps at the least."""

Source = Annotated[
    Path, typer.Argument(metavar="DIR", help="programme folder, or a workbook (.xlsx) with the same tables")
]
Seed = Annotated[int, typer.Option(help="the same seed gives the same bytes")]
Replications = Annotated[int, typer.Option(min=1, max=100_000, help="simulated worlds")]
Threads = Annotated[
    int | None, typer.Option(min=1, help="threads for the simulation; as many as there are cores unless given")
]
Buffering = Literal["spread", "service"]
CalendarPeriod = Literal["month", "quarter", "year"]
Today = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="plan from this day on; stock, open orders and demand are those of it"),
]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON for another program to read")]


@app.command()
def new(
    target: Annotated[Path, typer.Argument(metavar="DIR|FILE", help="folder or workbook (.xlsx) to make")],
    start_from: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="SOURCE",
            help="example (small, underway, ohio), programme folder or workbook, or a schedule of Microsoft Project "
            "(.xml) or Primavera P6 (.xml, .xer)",
        ),
    ] = "small",
    replace: Annotated[
        bool, typer.Option("--replace", help="bring a workbook's edits back into a programme folder that is there")
    ] = False,
) -> None:
    """Start a programme of your own: from an example, a workbook, or a schedule of Microsoft Project or Primavera."""
    if replace:
        _bring_back(Path(start_from), target)
        return
    with _explained():
        from plantwright.workflows.new import new_programme

        warnings = new_programme(start_from, target)
    if warnings:
        _print_issues(warnings, console)
    name = escape(str(target))
    console.print(f"{name} is made from {escape(start_from)}. Next: plantwright check {name}", soft_wrap=True)


def _bring_back(workbook: Path, folder: Path) -> None:
    with _explained():
        from plantwright.workflows.bring_back import bring_back

        found = bring_back(workbook, folder)
    for change in found.changes:
        console.print(escape(str(change)), soft_wrap=True, highlight=False)
    if found.warnings:
        _print_issues(found.warnings, console)
    said = _counted(len(found.changes), "change") if found.changes else "Nothing changed"
    console.print(f"{said} in {escape(str(folder))}.", soft_wrap=True)


@app.command()
def check(source: Source, as_json: AsJson = False) -> None:
    """Print every issue as file:row: column: what is wrong; what to do. Exit code 1 if any is an error."""
    from plantwright.model.read import check as find_issues

    issues = find_issues(source)
    if as_json:
        _print_json([{f: getattr(issue, f) for f in Issue.__dataclass_fields__} for issue in issues])
    else:
        _print_issues(issues, console)
    raise typer.Exit(any(issue.severity == "error" for issue in issues))


@app.command()
def run(
    source: Source,
    out: Annotated[Path | None, typer.Option(help="folder for the results; runs/NAME unless given")] = None,
    replications: Replications = 200,
    seed: Seed = 1,
    threads: Threads = None,
) -> None:
    """Run the main job: check, schedule, plan, simulate, settle, report."""
    folder = out or Path("runs") / source.resolve().stem
    with _explained(), _progress() as progress:
        from plantwright import reporting
        from plantwright.workflows.run import run as run_programme

        found = run_programme(source, folder, replications=replications, seed=seed, threads=threads, progress=progress)
    console.print(reporting.summary(found.outcome))
    console.print(f"Report: {escape(str(folder / 'report.html'))}", soft_wrap=True)


@app.command()
def schedule(
    source: Annotated[Path, typer.Argument(metavar="DIR|FILE", help="programme, or a .sm, .mm, .rcp or .sch file")],
    time_limit: Annotated[
        float | None, typer.Option(min=0.1, help="seconds to search; without it the search is the same every time")
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="new file for the schedule: Microsoft Project (.xml) or Excel (.xlsx)")
    ] = None,
    save_baseline: Annotated[
        bool, typer.Option("--save-baseline", help="keep the schedule as baseline.csv in the programme's folder")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="plan what is left of a programme under way anew, whatever its baseline says")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Schedule the conversion alone, or solve a scheduling instance of the literature."""
    with _explained(), _progress(hidden=as_json) as progress:
        from plantwright.workflows.steps import scheduled

        answer = scheduled(
            source, time_limit=time_limit, export=export, keep=save_baseline, anew=anew, progress=progress
        )
    _show(answer, as_json)


@app.command()
def replan(
    source: Source,
    freeze: Annotated[
        str | None, typer.Option(metavar="TIME", help="starts that the baseline has within it of the status date stay")
    ] = None,
    finish_by: Annotated[
        str | None, typer.Option(metavar="DATE", help="choose the least change that finishes by this date")
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="new file for the chosen schedule: Microsoft Project (.xml) or Excel (.xlsx)")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replan what is left with least change to the baseline: what moves, why, and what moving more would gain."""
    with _explained(), _progress(hidden=as_json) as progress:
        from plantwright.workflows.replan import replanned

        answer = replanned(source, freeze=freeze, finish_by=finish_by, export=export, progress=progress)
    _show(answer, as_json)


@app.command()
def risk(
    source: Source,
    trials: Annotated[int, typer.Option(min=1, max=1_000_000, help="drawn worlds")] = 10_000,
    seed: Seed = 1,
    out: Annotated[
        Path | None, typer.Option(help="new folder for the risk report: risk.html, risk.json and tables")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try the conversion's schedule in drawn worlds: confidence of dates and cost, contingency, what the risks do."""
    with _explained(), _progress(hidden=as_json) as progress:
        from plantwright.workflows.risk import at_risk

        answer = at_risk(source, trials=trials, seed=seed, out=out, progress=progress)
    _show(answer, as_json)


@app.command()
def earned(source: Source, as_json: AsJson = False) -> None:
    """Show earned value and earned schedule at the status date: in all, by area and by party."""
    with _explained():
        from plantwright.workflows.audit import earned as measured

        answer = measured(source)
    _show(answer, as_json)


@app.command()
def health(source: Source, as_json: AsJson = False) -> None:
    """Audit the schedule: DCMA's fourteen points and GAO's ten practices, with the tasks at fault."""
    with _explained(), _progress(hidden=as_json) as progress:
        from plantwright.workflows.audit import health as audited

        answer = audited(source, progress=progress)
    _show(answer, as_json)


@app.command()
def plan(
    source: Source,
    export: Annotated[
        Path | None, typer.Option(help="new file for the plan: Excel (.xlsx), or all of it as .json")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="the last plan, as --export wrote it: show what changes, keep the ids of orders")
    ] = None,
    today: Today = None,
    as_planned: Annotated[
        bool, typer.Option("--as-planned", help="data are those of the last plan (--against), and all went by it since")
    ] = False,
    causes: Annotated[int, typer.Option(min=0, help="late demands to try changes for, the most important first")] = 10,
    unconstrained: Annotated[
        bool,
        typer.Option("--unconstrained", help="what would be needed instead, whatever capacity and supply there is"),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Schedule, then plan supply and production: what each demand is promised, and why it is late."""
    with _explained(), _progress(hidden=as_json) as progress:
        from plantwright.workflows.plans import planned, required

        if unconstrained:
            answer = required(source, progress=progress)
        else:
            day = today.date() if today else None
            answer = planned(
                source, export=export, against=against, today=day, as_planned=as_planned, causes=causes,
                progress=progress,
            )  # fmt: skip
    _show(answer, as_json)


@app.command()
def promise(
    source: Source,
    item: Annotated[str | None, typer.Option(help="item ordered")] = None,
    quantity: Annotated[int | None, typer.Option(min=1, max=10_000_000, help="how many")] = None,
    due: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="date wanted at the destination")] = None,
    customer: Annotated[str | None, typer.Option(help="party that orders")] = None,
    destination: Annotated[str | None, typer.Option(help="where it goes")] = None,
    priority: Annotated[
        int | None, typer.Option(min=1, help="priority of the order, whoever it displaces; else it displaces nobody")
    ] = None,
    orders: Annotated[
        Path | None, typer.Option(help="instead of one order, a CSV file of many with the columns of demand.csv")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help="the plan that stands, as `plan --export plan.json` wrote it: answers at once")
    ] = None,
    today: Today = None,
    as_json: AsJson = False,
) -> None:
    """Quote new orders: when they can be there without disturbing what is promised, or whom they would displace."""
    with _explained(), _progress(hidden=as_json) as progress:
        from plantwright.workflows.promises import NewOrder, all_promised, promised

        day = today.date() if today else None
        asked = item, quantity, due, customer, destination, priority
        if orders is not None and any(given is not None for given in asked):
            raise typer.BadParameter("give one order by --item and the others, or many by --orders FILE, not both")
        if orders is not None:
            answer = all_promised(source, orders, plan=plan, today=day, progress=progress)
        elif item and quantity and due and customer and destination:
            order = NewOrder(item, quantity, due.date(), customer, destination, priority)
            answer = promised(source, order, plan=plan, today=day, progress=progress)
        else:
            raise typer.BadParameter("give --item, --quantity, --due, --customer and --destination, or --orders FILE")
    _show(answer, as_json)


@app.command()
def buffers(
    source: Source,
    by: Annotated[
        Buffering,
        typer.Option(
            help="safety times by the simulated spread, or safety stocks placed by guaranteed service at least cost"
        ),
    ] = "spread",
    confidence: Annotated[
        float, typer.Option(min=0.5, max=0.99, help="share of worlds in which dates are to hold; service level")
    ] = 0.8,
    service_time: Annotated[
        str, typer.Option(metavar="TIME", help="by service: from a customer's order to shipping, such as `4 weeks`")
    ] = "0",
    per: Annotated[CalendarPeriod, typer.Option(help="by service: period by which demand is counted")] = "quarter",
    spread: Annotated[
        float | None,
        typer.Option(
            min=0, max=10, help="by service: deviation of a period's demand, share of its mean; else from the demand"
        ),
    ] = None,
    holding: Annotated[
        float, typer.Option(min=0, max=10, help="by service: cost of holding an item a year, share of its cost")
    ] = 0.2,
    out: Annotated[Path | None, typer.Option(help="new file for items.csv with what is proposed")] = None,
    today: Today = None,
    replications: Annotated[int, typer.Option(min=10, max=100_000, help="simulated worlds")] = 50,
    seed: Seed = 1,
    threads: Threads = None,
    as_json: AsJson = False,
) -> None:
    """Set safety times or safety stocks so that promises hold, and show what they do in simulated worlds."""
    with _explained(), _progress(hidden=as_json) as progress:
        from plantwright.workflows.buffered import buffered, service, stocked

        day = today.date() if today else None
        if by == "spread":
            answer = buffered(
                source, confidence=confidence, replications=replications, seed=seed, threads=threads, out=out,
                today=day, progress=progress,
            )  # fmt: skip
        else:
            asked = service(confidence, service_time, per, spread, holding)
            answer = stocked(
                source, asked, replications=replications, seed=seed, threads=threads, out=out, today=day,
                progress=progress,
            )  # fmt: skip
    _show(answer, as_json)


@app.command()
def simulate(
    source: Source,
    replications: Replications = 200,
    seed: Seed = 1,
    threads: Threads = None,
    trace: Annotated[Path | None, typer.Option(help="new folder for the first world's history, as Arrow files")] = None,
    as_json: AsJson = False,
) -> None:
    """Schedule, plan and simulate without settling or writing a report."""
    with _explained(), _progress(hidden=as_json) as progress:
        from plantwright.workflows.steps import simulated

        answer = simulated(
            source, replications=replications, seed=seed, threads=threads, trace=trace, progress=progress
        )
    _show(answer, as_json)


@app.command()
def gains(
    source: Source,
    most: Annotated[int, typer.Option(min=1, help="causes of waiting to try, the greatest first")] = 8,
    replications: Annotated[int, typer.Option(min=2, max=100_000, help="simulated worlds for each")] = 30,
    seed: Seed = 1,
    threads: Threads = None,
    as_json: AsJson = False,
) -> None:
    """Try one more station, kilowatt or part a week of what limits: what each would add by the horizon."""
    with _explained(), _progress(hidden=as_json) as progress:
        from plantwright.workflows.steps import gained

        answer = gained(source, most=most, replications=replications, seed=seed, threads=threads, progress=progress)
    _show(answer, as_json)


@app.command()
def compare(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN RUN ...", help="folders that `plantwright run` wrote")],
    as_json: AsJson = False,
) -> None:
    """Show the headline figures of several runs side by side."""
    with _explained():
        from plantwright.workflows.steps import compared

        answer = compared([*runs])
    _show(answer, as_json)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what a user can mend into lines and an exit code: 1 for bad input, 130 when stopped."""
    try:
        yield
    except ProgrammeError as error:
        _print_issues(error.issues, errors)
        raise typer.Exit(1) from None
    except OSError as error:
        errors.print(
            f"{escape(str(error.filename or 'file'))}: {escape(error.strerror or str(error))}; nothing was written",
            soft_wrap=True,
        )
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        errors.print("Stopped. Nothing was written.")
        raise typer.Exit(130) from None


@contextmanager
def _progress(hidden: bool = False) -> Iterator[Progress]:
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<32}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, disable=hidden, transient=not errors.is_terminal) as bar:
        steps: dict[str, object] = {}

        def show(step: str, share: float) -> None:
            if step not in steps:
                steps[step] = bar.add_task(step, total=1.0)
            bar.update(steps[step], completed=share)  # type: ignore[arg-type]

        yield show


def _print_issues(issues: tuple[Issue, ...], to: Console) -> None:
    for issue in issues:
        to.print(
            escape(str(issue)),
            style="yellow" if issue.severity == "warning" else "red",
            soft_wrap=True,
            highlight=False,
        )
    wrong = sum(issue.severity == "error" for issue in issues)
    to.print(f"{_counted(wrong, 'error')}, {_counted(len(issues) - wrong, 'warning')}" if issues else "No issue found.")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _show(answer: Answer, as_json: bool) -> None:
    if as_json:
        _print_json(answer.data)
        return
    for table in answer.tables:
        shown = Table(title=table.title, title_justify="left", box=None, header_style="bold", pad_edge=False)
        for column, width in zip(table.columns, _whole_widths(table), strict=True):
            shown.add_column(column, min_width=width)
        for row in table.rows:
            shown.add_row(*map(escape, row))
        console.print(shown, "")


def _whole_widths(table: answers.Table) -> list[int | None]:
    """Return how wide columns of numbers and dates must be to stay whole, None for text; nothing where that would leave
    the text too little.
    """
    columns = [[row[number] for row in table.rows] for number in range(len(table.columns))]
    widths = [None if any(" " in cell for cell in cells) else max(map(len, cells), default=0) for cells in columns]
    left = console.width - sum(width or 0 for width in widths) - 2 * len(widths)
    return widths if left >= LEAST_TEXT * widths.count(None) else [None] * len(widths)


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, indent=2, allow_nan=False) + "\n")


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
