"""Documentation and JSON Schema say what the code does: every column, key and unit has its entry, and is current."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
import yaml

from plantwright.model import cells, units
from plantwright.model.reference import column_table, renewed, sections
from plantwright.model.register import ALL_TABLES
from plantwright.model.schema import json_schema
from plantwright.model.validation import columns_of

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "programme.md"
RENEW = "run `python -m plantwright.model.reference docs`"


def test_the_reference_is_current() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert renewed(text) == text, RENEW


@pytest.mark.parametrize("name", sorted(sections()))
def test_every_column_and_key_has_its_entry(name: str) -> None:
    model = sections()[name]
    text = PAGE.read_text(encoding="utf-8")
    section = text.split(f"<!-- reference: {name} -->")[1].split("<!-- end -->")[0]
    for column in columns_of(model):
        assert f"| `{column}` |" in section
    for line in column_table(model).splitlines()[2:]:
        assert not line.endswith("|  |"), f"no description: {line}"


@pytest.mark.parametrize("table", [table.table for table in ALL_TABLES])
def test_every_table_has_its_heading(table: str) -> None:
    assert f"\n## {table}.csv\n" in PAGE.read_text(encoding="utf-8")


def test_every_kind_of_cell_is_explained() -> None:
    grammar = PAGE.read_text(encoding="utf-8").split("## What a cell may hold")[1].split("**Assumptions.**")[0]
    held = {
        line.split("|")[2].strip() for name in sections() for line in column_table(sections()[name]).splitlines()[2:]
    }
    unexplained = {
        words
        for words in held
        if not words.startswith(("`", "list", "keys", "plain", "text or", "steps of", "currency"))
    }
    assert unexplained <= set(re.findall(r"^\| ([a-z ]+) \|", grammar, re.MULTILINE))


def test_every_unit_of_the_documentation_is_one() -> None:
    table = PAGE.read_text(encoding="utf-8").split("| measures | units |")[1].split("**Steps.**")[0]
    named = [text for text in re.findall(r"`([^`]+)`", table) if text not in ("k", "M", "bn")]
    assert len(named) > 25
    for text in named:
        assert units.unit(text).factor > 0


def test_every_cell_of_the_documentation_is_read() -> None:
    grammar = PAGE.read_text(encoding="utf-8").split("## What a cell may hold")[1].split("**Assumptions.**")[0]
    readers = {
        "time": cells.Duration, "date": cells.Date, "money": cells.Money, "money per time": cells.MoneyRate,
        "power": cells.Power, "area": cells.Area, "number": cells.Count, "whole number": cells.WholeNumber,
        "share": cells.Share, "yes or no": cells.YesNo, "links": cells.Links, "amounts": cells.Needs,
        "deliveries": cells.Deliveries, "id": cells.Identifier,
    }  # fmt: skip
    from pydantic import TypeAdapter

    for line in grammar.splitlines():
        parts = line.split("|")
        if len(parts) > 2 and parts[1].strip() in readers:
            adapter = TypeAdapter(readers[parts[1].strip()])
            for text in re.findall(r"`([^`]+)`", parts[2]):
                if text not in ("_", "-"):
                    adapter.validate_python(text)


@pytest.mark.parametrize("name", sorted(json_schema()))
def test_the_json_schema_is_current(name: str) -> None:
    kept = json.loads((ROOT / "docs" / "schema" / name).read_text(encoding="utf-8"))
    assert kept == json.loads(json.dumps(json_schema()[name])), RENEW


@pytest.mark.parametrize("example", ["small", "ohio"])
@pytest.mark.parametrize("name", ["programme", "agreements"])
def test_the_examples_name_their_schema(example: str, name: str) -> None:
    path = ROOT / "examples" / example / f"{name}.yaml"
    first = path.read_text(encoding="utf-8").splitlines()[0]
    match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert match
    assert (path.parent / match[1]).resolve() == ROOT / "docs" / "schema" / f"{name}.json"


@pytest.mark.parametrize("example", ["small", "ohio"])
def test_the_schema_knows_every_key_of_the_examples(example: str) -> None:
    data = yaml.safe_load((ROOT / "examples" / example / "programme.yaml").read_text(encoding="utf-8"))
    assert set(data) <= set(json_schema()["programme.json"]["properties"])
    definitions = json_schema()["agreements.json"]["$defs"]
    by_kind = {
        body["properties"]["kind"]["const"]: body for body in definitions.values() if "kind" in body["properties"]
    }
    for agreement in yaml.safe_load((ROOT / "examples" / example / "agreements.yaml").read_text(encoding="utf-8")):
        assert (
            set(by_kind[agreement["kind"]]["required"])
            <= set(agreement)
            <= set(by_kind[agreement["kind"]]["properties"])
        )


def test_the_tables_shown_have_the_columns_that_there_are() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for model in ALL_TABLES:
        section = text.split(f"\n## {model.table}.csv\n")[1].split("\n## ")[0]
        for block in re.findall(r"```csv\n(.*?)```", section, re.DOTALL):
            rows = list(csv.reader(io.StringIO(block)))
            assert set(rows[0]) <= set(columns_of(model))
            assert {len(row) for row in rows} == {len(rows[0])}
