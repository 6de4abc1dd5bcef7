"""`python -m benchmarks [NAME ...] [--json]`: ours beside the peers and published values, in one run."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from importlib import import_module
from typing import Any

NAMES = ("run", "scheduling", "planning", "simulation", "stargate")


def main() -> None:
    """Run the named benchmarks (all of them unless named) and print their rows."""
    arguments = _arguments()
    found = {name: import_module(f"benchmarks.{name}").run() for name in arguments.names or NAMES}
    if arguments.json:
        rows = [row for rows in found.values() for row in rows] if len(found) == 1 else found
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    for name, rows in found.items():
        _print_table(name, rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", choices=NAMES, metavar="NAME", help=f"one of {', '.join(NAMES)}; all of them unless given"
    )
    parser.add_argument("--json", action="store_true", help="print rows as JSON")
    return parser.parse_args()


def _print_table(name: str, rows: list[dict[str, Any]]) -> None:
    print(f"\n## {name}")
    columns = list(dict.fromkeys(column for row in rows for column in row))
    print("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns))
    for row in rows:
        print("| " + " | ".join(_cell(row.get(column, "")) for column in columns) + " |")


def _cell(value: object) -> str:
    return f"{value:,.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
