"""Readers of the literature's instance files: PSPLIB single- and multi-mode (.sm, .mm), Patterson (.rcp) and RCPSP/max
(.sch, ProGen/max).

Text in, `Problem` out, with the makespan as the objective. What is wrong is said with its line. Solving and results are
elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from plantwright.scheduling.problem import Kind, Link, Mode, Problem, ProblemError, Resource, Stock, Task

SUFFIXES = (".sm", ".mm", ".sch", ".rcp")
MAXIMUM_BYTES = 20_000_000
MAXIMUM_TASKS = 100_000
MAXIMUM_PERIODS = 5_000_000


class InstanceError(ProblemError):
    """An instance file that cannot be read: the reason and its line, 0 where the whole file is meant."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        self.line, self.reason = line, reason
        super().__init__((f"{file}:{line}: {reason}" if line else f"{file}: {reason}",))


class _FaultError(Exception):
    """Something wrong in a line."""

    def __init__(self, line: int, reason: str) -> None:
        self.line, self.reason = line, reason


@dataclass(frozen=True, slots=True)
class _Row:
    """The numbers of a line; of a task's successors also how many modes the line says it has."""

    line: int
    numbers: list[int]
    modes: int = 0


def read_problem(path: Path) -> Problem:
    """Read a .sm, .mm, .rcp or .sch file; durations in ticks as written.

    Raises `InstanceError`, a `ProblemError`, when the file is of another kind, too large, not text, or says something
    that cannot be.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InstanceError(path.name, 0, f"expected a {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]} file")
    if path.stat().st_size > MAXIMUM_BYTES:
        raise InstanceError(path.name, 0, f"larger than {MAXIMUM_BYTES:,} bytes")
    try:
        # Files from DOS may end with its mark of an end.
        text = path.read_bytes().rstrip(b"\x1a\x00").decode("ascii")
        return {".sch": read_sch, ".rcp": read_rcp}.get(suffix, read_psplib)(text, path.stem)
    except UnicodeDecodeError as error:
        raise InstanceError(path.name, 0, f"not plain text (byte {error.start})") from error
    except _FaultError as fault:
        raise InstanceError(path.name, fault.line, fault.reason) from fault
    except ProblemError as error:
        raise InstanceError(path.name, 0, "; ".join(error.reasons)) from error


def read_psplib(text: str, name: str = "") -> Problem:
    """Problem of the text of a .sm or .mm file (Kolisch & Sprecher 1996, format of PSPLIB)."""
    lines = text.splitlines()
    renewable, stocks = _resource_counts(lines)
    successors = _successors(_block(lines, "PRECEDENCERELATIONS"))
    modes: dict[int, list[Mode]] = {number: [] for number in successors}
    current = _Row(0, [])
    for row in _block(lines, "REQUESTS/DURATIONS"):
        width = renewable + stocks + 2
        current = row if len(row.numbers) == width + 1 else current
        if len(row.numbers) not in (width, width + 1) or not current.numbers:
            raise _FaultError(row.line, f"{len(row.numbers)} numbers for a mode, which has {width} or {width + 1}")
        if current.numbers[0] not in modes:
            raise _FaultError(row.line, f"task {current.numbers[0]} has no row of successors: it is not described")
        duration, *demand = row.numbers[1 - width :]
        modes[current.numbers[0]].append(Mode(duration, tuple(demand[:renewable]), tuple(demand[renewable:])))
    for number, own in modes.items():
        if len(own) != (said := successors[number].modes):
            where = "not described: of its modes" if not own else "described otherwise: of its modes"
            raise _FaultError(successors[number].line, f"task {number} is {where} {said} are named, {len(own)} given")
    capacity = next(_block(lines, "RESOURCEAVAILABILITIES"), _Row(len(lines), []))
    _must_have(capacity, renewable + stocks, "capacities")
    return _problem(
        name,
        [(str(number), modes[number]) for number in successors],
        _links(successors),
        capacity.numbers[:renewable],
        capacity.numbers[renewable:],
    )


def read_rcp(text: str, name: str = "") -> Problem:
    """Problem of the text of a .rcp file (Patterson 1984): numbers in a row, lines broken anywhere."""
    numbers = _Stream(text)
    count, renewable = numbers.take(2, "the numbers of tasks and resources").numbers
    if not 1 <= count <= MAXIMUM_TASKS:
        raise _FaultError(1, f"expected 1 to {MAXIMUM_TASKS:,} tasks, found {count}")
    capacity = numbers.take(renewable, "the capacities")
    tasks, successors = [], {}
    for task in range(1, count + 1):
        row = numbers.take(renewable + 2, f"task {task}")
        duration, *demand, degree = row.numbers
        tasks.append((str(task), [Mode(duration, tuple(demand))]))
        successors[task] = numbers.take(degree, f"the {degree} successors of task {task}")
    return _problem(name, tasks, _links(successors), capacity.numbers, [])


def read_sch(text: str, name: str = "") -> Problem:
    """Problem of the text of a .sch file: start-to-start lags, a negative one being a maximum lag the other way.

    Format of ProGen/max (Schwindt 1998).
    """
    rows = [
        _Row(line, _whole(line, words))
        for line, content in enumerate(text.splitlines(), start=1)
        if (words := content.replace("[", " ").replace("]", " ").split())
    ]
    head = rows[0] if rows else _Row(1, [])
    _must_have(head, 2, "numbers of tasks and resources")
    count, renewable = head.numbers[0] + 2, head.numbers[1]
    if not 2 <= count <= MAXIMUM_TASKS:
        raise _FaultError(head.line, f"expected 0 to {MAXIMUM_TASKS:,} tasks, found {count - 2}")
    links = [link for row in rows[1 : count + 1] for link in _lags(row, count)]
    if len(rows) < 2 * count + 2:
        said = f"the file breaks off: {2 * count + 2} rows are needed for {count - 2} tasks, and {len(rows)} are there"
        raise _FaultError(rows[-1].line, said)
    described = rows[count + 1 : 2 * count + 1]
    for row in described:
        _must_have(row, renewable + 3, f"numbers for a task with {renewable} resources")
    tasks = [(str(r.numbers[0]), [Mode(r.numbers[2], tuple(r.numbers[3 : 3 + renewable]))]) for r in described]
    last = rows[2 * count + 1]
    _must_have(last, renewable, "capacities")
    return _problem(name, tasks, links, last.numbers[:renewable], [])


class _Stream:
    """The numbers of a text one after the other, with the line of each."""

    def __init__(self, text: str) -> None:
        lines = text.splitlines()
        self.found = [(row, number) for row, line in enumerate(lines, 1) for number in _whole(row, line.split())]
        self.at, self.last = 0, len(lines)

    def take(self, count: int, what: str) -> _Row:
        """Return the next numbers."""
        part = self.found[self.at : self.at + max(count, 0)]
        line = part[0][0] if part else self.last
        if count < 0 or len(part) < count:
            said = "the file breaks off in" if count >= 0 else "a number below zero for"
            raise _FaultError(line, f"{said} {what}")
        self.at += count
        return _Row(line, [number for _, number in part])


def _whole(line: int, words: list[str]) -> list[int]:
    found = []
    for word in words:
        try:
            found.append(int(word))
        except ValueError as error:
            raise _FaultError(line, f"'{word[:20]}' is not a whole number") from error
    return found


def _must_have(row: _Row, count: int, what: str) -> None:
    if count < 0 or len(row.numbers) < count:
        said = f"{len(row.numbers)} of {count} {what}: the file breaks off, or a number is missing"
        raise _FaultError(row.line, said)


def _lags(row: _Row, count: int) -> Iterator[Link]:
    _must_have(row, 3, "numbers for a task's links")
    task, _, degree, *rest = row.numbers
    if len(rest) != 2 * degree:
        raise _FaultError(row.line, f"task {task} names {degree} successors and describes another number")
    for after, lag in zip(rest[:degree], rest[degree:], strict=True):
        if not (0 <= task < count and 0 <= after < count):
            raise _FaultError(row.line, f"a link of task {task} to task {after}, of {count} tasks from 0 on")
        yield _lag(task, after, lag)


def _lag(before: int, after: int, lag: int) -> Link:
    # Two tasks may have to start together, by a lag of 0 either way: no order is to be read into that.
    if lag > 0 or (lag == 0 and before == 0):
        return Link(before, after, Kind.SS, lag)
    return Link(after, before, Kind.SS, None, -lag)


def _links(successors: Mapping[int, _Row]) -> list[Link]:
    index = {number: position for position, number in enumerate(successors)}
    for before, row in successors.items():
        for after in row.numbers:
            if after not in index:
                raise _FaultError(row.line, f"task {before} is before task {after}, which is not described")
    return [Link(index[before], index[after]) for before, row in successors.items() for after in row.numbers]


def _problem(
    name: str, tasks: list[tuple[str, list[Mode]]], links: list[Link], capacity: list[int], stocks: list[int]
) -> Problem:
    reach = [max((mode.duration for mode in modes), default=0) for _, modes in tasks]
    for link in links:
        if link.kind is Kind.SS and 0 <= link.before < len(reach):
            reach[link.before] = max(reach[link.before], link.lag or 0)
    if sum(reach) > MAXIMUM_PERIODS:
        raise _FaultError(0, f"durations and lags add up to more than {MAXIMUM_PERIODS:,} periods")
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
    for number, line in enumerate(lines, start=1):
        label, colon, value = line.partition(":")
        if colon and label.strip().startswith("- "):
            _must_have(_Row(number, _whole(number, value.split()[:1])), 1, "number of resources")
            counts[label.strip()[2:].strip()] = int(value.split()[0])
            if label.strip().endswith("doubly constrained") and int(value.split()[0]):
                said = "doubly constrained resources are not supported: give them as one R and one N"
                raise _FaultError(number, said)
    if not {"renewable", "nonrenewable"} <= counts.keys():
        raise _FaultError(0, "no numbers of renewable and nonrenewable resources")
    return max(counts["renewable"], 0), max(counts["nonrenewable"], 0)


def _block(lines: list[str], title: str) -> Iterator[_Row]:
    """Rows of numbers under a title (blanks left out), up to the next line of asterisks."""
    begin = next((row for row, line in enumerate(lines) if line.replace(" ", "").startswith(title)), None)
    if begin is None:
        raise _FaultError(0, f"no section {title!r}")
    for row, line in enumerate(lines[begin + 1 :], start=begin + 2):
        if line.startswith("***"):
            return
        words = line.split()
        if words and words[0].lstrip("-").isdigit():
            yield _Row(row, _whole(row, words))


def _successors(rows: Iterator[_Row]) -> dict[int, _Row]:
    found: dict[int, _Row] = {}
    for row in rows:
        _must_have(row, 3, "numbers for a task's successors")
        number, modes, degree, *after = row.numbers
        if degree != len(after):
            raise _FaultError(row.line, f"task {number} names {degree} successors and describes {len(after)}")
        if number in found:
            raise _FaultError(row.line, f"task {number} is described twice")
        found[number] = _Row(row.line, after, modes)
    return found
