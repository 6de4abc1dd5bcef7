"""Readers of PSPLIB single- and multi-mode files (.sm, .mm) and of RCPSP/max files (.sch, ProGen/max).

Text in, `Problem` out, with the makespan as the objective. Solving and results are elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from plantwright.scheduling.problem import Kind, Link, Mode, Problem, ProblemError, Resource, Stock, Task

MAXIMUM_BYTES = 20_000_000
MAXIMUM_TASKS = 100_000
MAXIMUM_PERIODS = 5_000_000


def read_problem(path: Path) -> Problem:
    """Read a .sm, .mm or .sch file; durations in ticks as written.

    Raises `ProblemError` when the file is of another kind, too large, not text, or breaks off.
    """
    suffix = path.suffix.lower()
    if suffix not in (".sm", ".mm", ".sch"):
        raise ProblemError((f"{path.name}: expected a .sm, .mm or .sch file",))
    if path.stat().st_size > MAXIMUM_BYTES:
        raise ProblemError((f"{path.name}: larger than {MAXIMUM_BYTES:,} bytes",))
    try:
        text = path.read_text(encoding="ascii")
        return read_sch(text, path.stem) if suffix == ".sch" else read_psplib(text, path.stem)
    except UnicodeDecodeError as error:
        raise ProblemError((f"{path.name}: not plain text (byte {error.start})",)) from error
    except (IndexError, KeyError, StopIteration) as error:
        raise ProblemError((f"{path.name}: a task is not described, or the file breaks off",)) from error
    except ProblemError:
        raise
    except ValueError as error:
        raise ProblemError((f"{path.name}: {error}",)) from error


def read_psplib(text: str, name: str = "") -> Problem:
    """Problem of the text of a .sm or .mm file (Kolisch & Sprecher 1996, format of PSPLIB)."""
    lines = text.splitlines()
    renewable, stocks = _resource_counts(lines)
    successors = dict(_successors(_block(lines, "PRECEDENCERELATIONS")))
    modes: dict[int, list[Mode]] = {number: [] for number in successors}
    current = 0
    for row in _block(lines, "REQUESTS/DURATIONS"):
        current = row[0] if len(row) == renewable + stocks + 3 else current
        duration, *demand = row[-renewable - stocks - 1 :]
        modes[current].append(Mode(duration, tuple(demand[:renewable]), tuple(demand[renewable:])))
    capacity = next(_block(lines, "RESOURCEAVAILABILITIES"))
    index = {number: position for position, number in enumerate(successors)}
    return _problem(
        name,
        [(str(number), modes[number]) for number in successors],
        [Link(index[before], index[after]) for before, afters in successors.items() for after in afters],
        capacity[:renewable],
        capacity[renewable:],
    )


def read_sch(text: str, name: str = "") -> Problem:
    """Problem of the text of a .sch file: start-to-start lags, a negative one being a maximum lag the other way.

    Format of ProGen/max (Schwindt 1998).
    """
    rows = [line.replace("[", " ").replace("]", " ").split() for line in text.splitlines() if line.strip()]
    count, renewable = int(rows[0][0]) + 2, int(rows[0][1])
    if not 2 <= count <= MAXIMUM_TASKS:
        raise ValueError(f"expected 0 to {MAXIMUM_TASKS:,} tasks, found {count - 2}")
    links: list[Link] = []
    for row in rows[1 : count + 1]:
        task, _, degree, *rest = (int(word) for word in row)
        if len(rest) != 2 * degree:
            raise ValueError(f"task {task} names {degree} successors and describes another number")
        links += [_lag(task, after, lag) for after, lag in zip(rest[:degree], rest[degree:], strict=True)]
    described = [[int(word) for word in row] for row in rows[count + 1 : 2 * count + 1]]
    if len(described) < count:
        raise IndexError
    tasks = [(str(row[0]), [Mode(row[2], tuple(row[3 : 3 + renewable]))]) for row in described]
    return _problem(name, tasks, links, [int(word) for word in rows[2 * count + 1][:renewable]], [])


def _lag(before: int, after: int, lag: int) -> Link:
    # Two tasks may have to start together, by a lag of 0 either way: no order is to be read into that.
    if lag > 0 or (lag == 0 and before == 0):
        return Link(before, after, Kind.SS, lag)
    return Link(after, before, Kind.SS, None, -lag)


def _problem(
    name: str, tasks: list[tuple[str, list[Mode]]], links: list[Link], capacity: list[int], stocks: list[int]
) -> Problem:
    reach = [max((mode.duration for mode in modes), default=0) for _, modes in tasks]
    for link in links:
        if link.kind is Kind.SS and 0 <= link.before < len(reach):
            reach[link.before] = max(reach[link.before], link.lag or 0)
    if sum(reach) > MAXIMUM_PERIODS:
        raise ValueError(f"durations and lags add up to more than {MAXIMUM_PERIODS:,} periods")
    return Problem(
        tasks=tuple(Task(label, tuple(modes)) for label, modes in tasks),
        links=tuple(links),
        resources=tuple(Resource(f"R{k}", ((0, units),)) for k, units in enumerate(capacity, start=1)),
        stocks=tuple(Stock(f"N{k}", units) for k, units in enumerate(stocks, start=1)),
        horizon=sum(reach),
        name=name,
    )


def _resource_counts(lines: list[str]) -> tuple[int, int]:
    counts = {}
    for line in lines:
        label, colon, value = line.partition(":")
        if colon and label.strip().startswith("- "):
            counts[label.strip()[2:].strip()] = int(value.split()[0])
    if counts.get("doubly constrained", 0):
        raise ValueError("doubly constrained resources are not supported: give them as one R and one N")
    if not {"renewable", "nonrenewable"} <= counts.keys():
        raise ValueError("no numbers of renewable and nonrenewable resources")
    return counts["renewable"], counts["nonrenewable"]


def _block(lines: list[str], title: str) -> Iterator[list[int]]:
    """Rows of numbers under a title (blanks left out), up to the next line of asterisks."""
    begin = next((row for row, line in enumerate(lines) if line.replace(" ", "").startswith(title)), None)
    if begin is None:
        raise ValueError(f"no section {title!r}")
    for line in lines[begin + 1 :]:
        if line.startswith("***"):
            return
        words = line.split()
        if words and all(word.lstrip("-").isdigit() for word in words):
            yield [int(word) for word in words]


def _successors(rows: Iterator[list[int]]) -> Iterator[tuple[int, list[int]]]:
    for number, _, degree, *after in rows:
        if degree != len(after):
            raise ValueError(f"task {number} names {degree} successors and describes {len(after)}")
        yield number, after
