"""The examples load without a complaint, say where their numbers come from, and hold what their guides promise."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from plantwright.model.programme import TABLES, Programme, Row
from plantwright.model.read import check, load
from plantwright.model.register import AssumptionRow

EXAMPLES = Path(__file__).parents[1] / "examples"
FOLDERS = ("small", "underway", "ohio")
ROWS: tuple[type[Row], ...] = (AssumptionRow, *TABLES)
AREAS = {"Permits", "Strip-out", "High voltage", "Cooling", "Test halls", "People"}


@pytest.fixture(scope="module")
def ohio() -> Programme:
    return load(EXAMPLES / "ohio")


@pytest.fixture(scope="module")
def small() -> Programme:
    return load(EXAMPLES / "small")


@pytest.mark.parametrize("folder", FOLDERS)
def test_an_example_has_no_error_and_no_warning(folder: str) -> None:
    assert check(EXAMPLES / folder) == ()


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_of_an_example_is_read(folder: str) -> None:
    known = {"programme.yaml", "agreements.yaml", "README.md"}
    tables = {path.name for path in (EXAMPLES / folder).iterdir()} - known
    assert tables <= {f"{row.table}.csv" for row in ROWS}


def register_of_ohio() -> list[dict[str, str]]:
    return list(csv.DictReader((EXAMPLES / "ohio" / "assumptions.csv").read_text(encoding="utf-8").splitlines()))


def test_every_sourced_number_names_a_page() -> None:
    sourced = [row for row in register_of_ohio() if row["kind"] == "sourced"]
    assert len(sourced) >= 30
    assert [row["id"] for row in sourced if not row["source"].startswith(("http://", "https://"))] == []
    assert [row["id"] for row in sourced if not row["note"].startswith(("[A]", "[B]", "[C]"))] == []


def test_sourced_numbers_of_ohio_are_those_of_the_facts() -> None:
    """Guards against a value that drifts away from the page it cites, on a few that the whole answer hangs on."""
    rows = {row["id"]: row for row in register_of_ohio()}
    expected = {
        "power_transformer_lead_time": ("80", "128", "208", "weeks"),
        "burn_in_time": ("24", "48", "72", "h"),
        "gb300_rack_power": ("120", "135", "142", "kW"),
        "vr_rack_power": ("190", "210", "230", "kW"),
        "gpu_lead_time": ("26", "39", "52", "weeks"),
        "mv_switchgear_lead_time": ("40", "58", "80", "weeks"),
    }
    assert {name: tuple(rows[name][key] for key in ("low", "likely", "high", "unit")) for name in expected} == expected


def test_the_small_example_fits_on_a_page(small: Programme) -> None:
    parts = (small.tasks, small.work_centres, small.destinations, small.demand, small.agreements)
    assert tuple(map(len, parts)) == (6, 3, 1, 2, 2)
    lines = [len(path.read_text(encoding="utf-8").splitlines()) for path in (EXAMPLES / "small").glob("*.csv")]
    assert max(lines) < 12


def test_ohio_has_the_conversion_in_detail(ohio: Programme) -> None:
    assert len(ohio.tasks) >= 100
    assert sum(len(task.modes) > 1 for task in ohio.tasks) >= 8
    assert all(task.party in ohio.party for task in ohio.tasks)
    assert {task.area for task in ohio.tasks} >= AREAS


def test_ohio_makes_racks_trays_and_the_products_of_the_venture(ohio: Programme) -> None:
    made = set(ohio.routing_of)
    assert made >= {"rack_gb300", "rack_vr", "compute_tray_gb", "switch_tray_gb", "power_shelf", "cdu", "module"}
    trays = {line.component: line.quantity.planned for line in ohio.components_of["rack_gb300"]}
    assert (trays["compute_tray_gb"], trays["switch_tray_gb"], trays["rack_power_shelf"]) == (18, 9, 8)
    assert {"superchip_gb", "quick_disconnect", "cartridge_gb", "busbar", "optics_kit"} <= set(ohio.sources_of)
    assert {ohio.item[name].producer for name in ("power_shelf", "cdu", "module")} == {"venture"}


def test_a_rack_of_ohio_holds_72_gpus_in_its_trays(ohio: Programme) -> None:
    for rack, tray in (("rack_gb300", "compute_tray_gb"), ("rack_vr", "compute_tray_vr")):
        trays = next(line.quantity.planned for line in ohio.components_of[rack] if line.component == tray)
        assert trays * ohio.item[tray].gpus.planned == ohio.item[rack].gpus.planned == 72


def test_ohio_delivers_to_the_known_sites(ohio: Programme) -> None:
    sites = {"lordstown_demo", "abilene", "milam", "shackelford", "dona_ana", "saline", "port_washington"}
    assert sites <= set(ohio.destination)
    assert sites <= {row.destination for row in ohio.demand}
    assert all(ohio.destination[site].power for site in sites)


def test_ohio_sells_the_site_for_the_reported_price(ohio: Programme) -> None:
    sale = next(agreement for agreement in ohio.agreements if agreement.kind == "sale")
    assert (sale.seller, sale.buyer) == ("foxconn", "softbank")
    assert sum(asset.price.planned for asset in sale.assets) == pytest.approx(375e6)


def test_ohio_settles_by_every_kind_of_agreement(ohio: Programme) -> None:
    kinds = {agreement.kind for agreement in ohio.agreements}
    assert kinds == {"sale", "equipment_supply", "operation", "venture", "purchase", "lease"}
    terms = {agreement.terms for agreement in ohio.agreements if agreement.kind == "purchase"}
    assert terms == {"buy_sell", "consigned"}


def test_ohio_hangs_on_many_assumptions(ohio: Programme) -> None:
    assert 80 <= len(ohio.register) <= 150
    assert any(entry.each for entry in ohio.register.values())
    assert any(not entry.sourced for entry in ohio.register.values())
