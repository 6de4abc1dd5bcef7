"""Rules that need more than an edit of the small example: each on the least programme that shows it."""
# ruff: noqa: E501  tables of cases read best with a row a line

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from plantwright.model.issues import Issue
from plantwright.model.read import check, load

START = "name: Tiny\nstart: 2026-01-05\nhorizon: 2026-12-31\n"
PARTIES = "parties:\n  - {id: us, name: Us, role: operator}\n  - {id: shop, name: Shop, role: customer}\n"
MADE = {
    "items.csv": "id\nrack\npart\n",
    "bom.csv": "item,component,quantity\nrack,part,2\n",
    "work_centres.csv": "id,stations,buffer\nbuild,2,4\n",
    "destinations.csv": "id,transit,install_rate\nsite,1 day,5\n",
}
ROUTING = "item,operation,work_centre,time,batch_min,batch_max,max_wait\n"
SOURCES = "item,supplier,price,lead_time,consigned\n"


def found(folder: Path, files: Mapping[str, str], main: str = START + PARTIES) -> list[Issue]:
    (folder / "programme.yaml").write_text(main)
    for name, text in files.items():
        (folder / name).write_text(text)
    return list(check(folder))


def the_only(folder: Path, files: Mapping[str, str], main: str = START + PARTIES) -> Issue:
    issues = found(folder, files, main)
    assert len(issues) == 1, "\n".join(map(str, issues))
    return issues[0]


def test_parties_that_are_left_out_are_missed_once(tmp_path: Path) -> None:
    tasks = "id,duration,party\na,1 day,us\nb,1 day,them\n"
    issue = the_only(tmp_path, {"tasks.csv": tasks}, START)
    assert (issue.file, issue.column) == ("programme.yaml", "parties")


def test_a_deadline_before_the_release(tmp_path: Path) -> None:
    tasks = "id,duration,release,deadline\na,1 day,2026-06-01,2026-05-01\n"
    issue = the_only(tmp_path, {"tasks.csv": tasks})
    assert (issue.file, issue.row, issue.column, issue.severity) == ("tasks.csv", 2, "deadline", "error")


def test_a_weight_without_a_deadline_is_a_warning(tmp_path: Path) -> None:
    issue = the_only(tmp_path, {"tasks.csv": "id,duration,weight\na,1 day,5\n"})
    assert (issue.column, issue.severity) == ("weight", "warning")


def test_a_purchase_faster_than_its_supplier_is_a_warning(tmp_path: Path) -> None:
    tables = {
        "equipment.csv": "id,price,lead_time\noven,1 kUSD,8 weeks\n",
        "tasks.csv": "id,duration,equipment\nbuy,6 weeks,oven:1\n",
    }
    issue = the_only(tmp_path, tables)
    assert (issue.column, issue.severity) == ("duration", "warning")


@pytest.mark.parametrize(
    ("batch", "column", "severity"),
    [
        ("5,2,1 day", "batch_min", "error"),
        ("1,6,1 day", "batch_max", "error"),
        ("2,4,", "max_wait", "warning"),
        ("0,2,1 day", "batch_min", "error"),
    ],
)
def test_batches(batch: str, column: str, severity: str, tmp_path: Path) -> None:
    routing = f"{ROUTING}rack,make,build,2 h,{batch}\n"
    issue = the_only(tmp_path, {**MADE, "routing.csv": routing, "stock.csv": "item,quantity\npart,100\n"})
    assert (issue.file, issue.column, issue.severity) == ("routing.csv", column, severity)


def test_a_batch_that_fits(tmp_path: Path) -> None:
    routing = f"{ROUTING}rack,make,build,2 h,2,4,1 day\n"
    assert found(tmp_path, {**MADE, "routing.csv": routing, "stock.csv": "item,quantity\npart,100\n"}) == []


def test_a_step_after_the_horizon_is_a_warning(tmp_path: Path) -> None:
    issue = the_only(tmp_path, {"resources.csv": "id,kind,capacity\ncrane,crane,1; 2028-01-01: 2\n"})
    assert (issue.column, issue.severity) == ("capacity", "warning")


@pytest.mark.parametrize(
    ("agreement", "column", "severity"),
    [
        ("{id: a, kind: lease, lessor: us, lessee: shop, rent_per_month: 1 kUSD, starts: 2024-01-01}", "1.starts", "warning"),
        ("{id: a, kind: lease, lessor: us, lessee: shop, rent_per_month: 1 kUSD, starts: 2026-06-01, ends: 2026-05-01}", "1.ends", "error"),
        ("{id: a, kind: sale, seller: us, buyer: shop, closes: 2030-01-01, assets: []}", "1.closes", "warning"),
        ("{id: a, kind: venture, venture: us}", "1.venture", "error"),
        ("{id: a, kind: lease, lessor: us, lessee: us, rent_per_month: 1 kUSD}", "1.lessee", "error"),
        ("{id: a, kind: operation, owner: us, operator: shop, fee_per_unit: {rack: 5 kUSD}}", "1.fee_per_unit.rack", "error"),
        ("{id: a, kind: venture, venture: joint, contributions: [{party: them, amount: 1 USD, date: 2026-02-01}]}", "1.contributions.1.party", "error"),
    ],
)  # fmt: skip
def test_agreements(agreement: str, column: str, severity: str, tmp_path: Path) -> None:
    joint = "  - {id: joint, name: Joint, role: venture, shares: {us: 0.5, shop: 0.5}}\n"
    issue = the_only(tmp_path, {"agreements.yaml": f"- {agreement}\n"}, START + PARTIES + joint)
    assert (issue.file, issue.row, issue.column, issue.severity) == ("agreements.yaml", 1, column, severity)


def test_an_agreement_twice(tmp_path: Path) -> None:
    lease = "- {id: a, kind: lease, lessor: us, lessee: shop, rent_per_month: 1 kUSD}\n"
    issue = the_only(tmp_path, {"agreements.yaml": lease + lease})
    assert (issue.row, issue.column) == (2, "2.id")


def test_a_consigned_part_needs_a_customer_who_consigns_it(tmp_path: Path) -> None:
    files = {
        **MADE,
        "routing.csv": f"{ROUTING}rack,make,build,2 h,1,1,\n",
        "sources.csv": f"{SOURCES}part,us,0,3 weeks,yes\n",
        "agreements.yaml": "- {id: a, kind: purchase, customer: shop, seller: us, items: [rack], terms: buy_sell}\n",
    }
    issue = the_only(tmp_path, files)
    assert (issue.file, issue.column) == ("sources.csv", "consigned")
    files["agreements.yaml"] = files["agreements.yaml"].replace("buy_sell", "consigned")
    assert found(tmp_path, files) == []


def test_a_demand_that_nobody_pays_for_is_a_warning(tmp_path: Path) -> None:
    files = {
        **MADE,
        "routing.csv": f"{ROUTING}rack,make,build,2 h,1,1,\n",
        "stock.csv": "item,quantity\npart,100\n",
        "demand.csv": "id,customer,destination,item,quantity,due\nd,shop,site,rack,3,2026-06-01\n",
    }
    issue = the_only(tmp_path, files)
    assert (issue.file, issue.column, issue.severity) == ("demand.csv", "customer", "warning")


def test_a_site_without_power_is_a_warning(tmp_path: Path) -> None:
    files = {
        **MADE,
        "items.csv": "id,power\nrack,132 kW\npart,\n",
        "routing.csv": f"{ROUTING}rack,make,build,2 h,1,1,\n",
        "stock.csv": "item,quantity\npart,100\n",
        "demand.csv": "id,customer,destination,item,quantity,due\nd,shop,site,rack,3,2026-06-01\n",
        "agreements.yaml": "- {id: a, kind: purchase, customer: shop, seller: us, items: [rack]}\n",
    }
    issue = the_only(tmp_path, files)
    assert (issue.file, issue.column, issue.severity) == ("destinations.csv", "power", "warning")


def test_the_smallest_batch_counts_for_what_it_takes(tmp_path: Path) -> None:
    routing = "item,operation,work_centre,time,batch_min,batch_max,max_wait,resources\nrack,make,build,2 h,3,4,1 day,hall:50 kW\n"
    files = {
        **MADE,
        "routing.csv": routing,
        "stock.csv": "item,quantity\npart,100\n",
        "resources.csv": "id,kind,capacity\nhall,power,100 kW\n",
    }
    issue = the_only(tmp_path, files)
    assert (issue.column, "150 kW of 'hall' are needed" in issue.message) == ("resources", True)


def test_a_deadline_before_the_earliest_finish_names_the_chain(tmp_path: Path) -> None:
    tasks = 'id,duration,predecessors,deadline\ndig,10 days,,\npour,5 days,dig FS+2d,\nfence,1 day,dig,\nopen,1 day,"pour, fence",2026-01-20\n'
    issue = the_only(tmp_path, {"tasks.csv": tasks})
    assert (issue.row, issue.column, issue.severity) == (5, "deadline", "error")
    assert "2026-01-23" in issue.message
    assert "3.0 days" in issue.message
    assert "dig -> pour -> open" in issue.message


def test_a_greatest_lag_that_cannot_be_kept(tmp_path: Path) -> None:
    tasks = 'id,duration,predecessors\npour,1 day,\ncure,6 days,pour\nstrip,1 day,"cure, pour FS+1d..5d"\nclean,1 day,pour FS..1d\n'
    issue = the_only(tmp_path, {"tasks.csv": tasks})
    assert (issue.row, issue.column) == (4, "predecessors")
    assert "6.0 days pass after 'pour'" in issue.message
    assert "pour -> cure -> strip" in issue.message


def test_calendars_that_never_work_together(tmp_path: Path) -> None:
    main = (
        START
        + PARTIES
        + 'calendars:\n  early: {shifts: {mon-fri: ["06:00-14:00"]}}\n  night: {shifts: {mon-fri: ["22:00-06:00"]}}\n'
    )
    tables = {
        "tasks.csv": "id,duration,calendar,resources\nlift,1 day,early,crane:1\n",
        "resources.csv": "id,kind,capacity,calendar\ncrane,crane,1,night\n",
    }
    issue = the_only(tmp_path, tables, main)
    assert (issue.row, issue.column) == (2, "calendar")
    assert "early, night" in issue.message


BOUGHT = {
    "items.csv": "id\npart\n",
    "sources.csv": "item,supplier,price,lead_time,capacity\npart,shop,1 USD,1 week,10\n",
    "destinations.csv": "id,transit,install_rate\nsite,1 day,5\n",
}
WISH = "id,customer,destination,item,quantity,due,latest,partial,smallest_shipment\nd,shop,site,part,9,2026-06-01,"


def errors(issues: list[Issue]) -> list[Issue]:
    return [issue for issue in issues if issue.severity == "error"]


@pytest.mark.parametrize(
    ("cells", "column"),
    [("2026-05-01,,", "latest"), (",no,", "partial"), (",,7", "smallest_shipment"), (",,10", "smallest_shipment")],
)
def test_wishes_that_nothing_meets(cells: str, column: str, tmp_path: Path) -> None:
    (issue,) = errors(found(tmp_path, {**BOUGHT, "demand.csv": WISH + cells + "\n"}))
    assert (issue.file, issue.column) == ("demand.csv", column)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("part,,,5,,", "customer"),
        ("part,shop,,,,", "quantity"),
        ("part,shop,x,5,,", "demand"),
        ("rack,shop,,,2,", "per_week"),
    ],
)
def test_reservations_that_keep_nothing(row: str, column: str, tmp_path: Path) -> None:
    tables = {**BOUGHT, "items.csv": "id\npart\nrack\n"}
    kept = f"item,customer,demand,quantity,per_week,until\n{row}\n"
    (issue,) = errors(found(tmp_path, {**tables, "demand.csv": WISH + ",,\n", "reservations.csv": kept}))
    assert (issue.file, issue.column) == ("reservations.csv", column)


BILL = "item,component,quantity,substitute_for,valid_from,valid_to,customers\n"
SUPPLIED = MADE | {
    "routing.csv": "item,operation,work_centre,time\nrack,build,build,1 h\n",
    "stock.csv": "item,quantity\npart,5\ntwin,5\n",
    "items.csv": "id\nrack\npart\ntwin\n",
}


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("rack,twin,2,rack,,,", "substitute_for", "no other component"),
        ("rack,twin,2,part,2026-06-01,2026-05-01,", "valid_to", "ends before it begins"),
        ("rack,twin,2,part,,,them", "customers", "no party 'them'"),
        ("rack,twin,2,part,2027-06-01,,", "valid_from", "after the horizon"),
    ],
)
def test_lines_of_bills(tmp_path: Path, line: str, column: str, words: str) -> None:
    issue = the_only(tmp_path, SUPPLIED | {"bom.csv": f"{BILL}rack,part,2,,,,\n{line}\n"})
    assert (issue.file, issue.row, issue.column) == ("bom.csv", 3, column)
    assert words in issue.message


def test_a_phantom_has_components_and_is_never_made(tmp_path: Path) -> None:
    items = {"items.csv": "id,phantom\nrack,\npart,\ntwin,\nkit,yes\n"}
    bill = {"bom.csv": "item,component,quantity\nrack,kit,1\nkit,part,2\n"}
    assert found(tmp_path, SUPPLIED | items | bill) == []
    issue = the_only(tmp_path, SUPPLIED | items | {"bom.csv": "item,component,quantity\nrack,part,2\n"})
    assert (issue.file, issue.column, issue.row) == ("items.csv", "phantom", 5)


def test_a_circle_through_a_substitute_is_found(tmp_path: Path) -> None:
    bill = {"bom.csv": "item,component,quantity,substitute_for\nrack,part,1,\nrack,rack,1,part\n"}
    assert [issue.column for issue in found(tmp_path, SUPPLIED | bill)] == ["component"]


def test_open_orders_are_named_and_dated(tmp_path: Path) -> None:
    stock = "item,quantity,kind,id\npart,5,on_order,po1\ntwin,5,in_process,\n"
    issues = found(tmp_path, SUPPLIED | {"bom.csv": f"{BILL}rack,part,2,,,,\n", "stock.csv": stock})
    assert {(i.row, i.column) for i in issues if i.file == "stock.csv"} == {
        (2, "supplier"), (2, "available"), (3, "id"), (3, "available"),
    }  # fmt: skip


def test_an_order_larger_than_its_shelf_life_lets_be_used_is_a_warning(tmp_path: Path) -> None:
    files = SUPPLIED | {
        "items.csv": "id,shelf_life\nrack,\npart,2 weeks\ntwin,\n",
        "bom.csv": f"{BILL}rack,part,2,,,,\n",
        "sources.csv": "item,supplier,price,lead_time,moq\npart,us,5 USD,2 weeks; 2026-06-01: 1 week,100\n",
        "demand.csv": "id,customer,destination,item,quantity,due\na,shop,site,rack,10,2026-06-30\n",
    }
    issues = [i for i in found(tmp_path, files) if i.file == "sources.csv" and i.column == "moq"]
    assert [(i.row, i.severity) for i in issues] == [(2, "warning")]
    assert "only 20 are used within the shelf life" in issues[0].message


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("job1,part,2,2026-06-01", "item", "no routing"),
        ("lot7,rack,2,2026-06-01", "id", "stock.csv"),
        ("job1,rack,0,2026-06-01", "quantity", "zero"),
        ("job1,rack,2,2046-06-01", "finish", "horizon"),
        ("job1,rack,2,", "finish", ""),
    ],
)
def test_production_orders_that_cannot_stand(row: str, column: str, words: str, tmp_path: Path) -> None:
    tables = SUPPLIED | {"stock.csv": "id,item,quantity\nlot7,part,5\n,twin,5\n"}
    (issue,) = errors(found(tmp_path, tables | {"production_orders.csv": f"id,item,quantity,finish\n{row}\n"}))
    assert (issue.file, issue.column) == ("production_orders.csv", column)
    assert words in issue.message + issue.remedy


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ("mkae,", "next_operation", "no operation 'mkae'"),
        (",test", "work_centres", "no way through the routing of 'rack' goes by test"),
        (",biuld", "work_centres", "did you mean 'build'?"),
    ],
)
def test_where_an_order_that_stands_is_and_goes_must_be_in_its_routing(
    cells: str, column: str, words: str, tmp_path: Path
) -> None:
    row = f"id,item,quantity,finish,next_operation,work_centres\njob1,rack,2,2026-06-01,{cells}\n"
    centres = SUPPLIED["work_centres.csv"] + "test,1,4\n"
    (issue,) = errors(found(tmp_path, SUPPLIED | {"production_orders.csv": row, "work_centres.csv": centres}))
    assert (issue.file, issue.row, issue.column) == ("production_orders.csv", 2, column)
    assert words in issue.message + issue.remedy


ALTERNATES = "item,operation,work_centre,time,preference,valid_from,valid_to\nrack,make,build,2 h,1,,\n"


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("rack,make,build,3 h,1,,", "operation", "'rack / make' is there already, in row 2"),
        ("rack,make,build,3 h,2,2026-05-01,2026-04-01", "valid_to", "the operation ends before it begins"),
        ("rack,test,build,3 h,1,,2026-05-01", "valid_to", "from 2026-05-01 on 'test' of 'rack' may be begun nowhere"),
        ("rack,test,build,3 h,1,2026-02-01,", "valid_to", "from 2026-01-05 on 'test' of 'rack' may be begun nowhere"),
    ],
)
def test_where_and_when_operations_are_done(row: str, column: str, words: str, tmp_path: Path) -> None:
    tables = {**MADE, "routing.csv": f"{ALTERNATES}{row}\n", "stock.csv": "item,quantity\npart,100\n"}
    issue = the_only(tmp_path, tables)
    assert (issue.file, issue.row, issue.column, issue.message) == ("routing.csv", 3, column, words)


def test_more_ways_than_are_looked_at_are_refused(tmp_path: Path) -> None:
    rows = "".join(f"rack,op{k},build,2 h,{n},,\n" for k in range(4) for n in (1, 2, 3))
    tables = {**MADE, "routing.csv": f"{ALTERNATES}{rows}", "stock.csv": "item,quantity\npart,100\n"}
    issue = the_only(tmp_path, tables)
    assert (issue.column, issue.severity) == ("work_centre", "error")
    assert "81 ways" in issue.message


def test_lots_of_what_is_not_made_are_a_warning(tmp_path: Path) -> None:
    tables = {"items.csv": "id,lot_min\npart,5\n", "stock.csv": "item,quantity\npart,100\n"}
    issue = the_only(tmp_path, tables)
    assert (issue.column, issue.severity) == ("lot_min", "warning")


SITES = {
    **MADE,
    "sites.csv": "id,name\nohio,Ohio\ntexas,Texas\n",
    "work_centres.csv": "id,stations,site\nbuild,2,\nbuild_t,1,texas\n",
    "routing.csv": "item,operation,work_centre,time\nrack,make,build,2 h\n",
    "stock.csv": "item,site,quantity\npart,,100\n",
}
LANES = "id,from_site,to_site,item,time\n"
ORDERS = "id,customer,destination,item,site,quantity,due\n"


@pytest.mark.parametrize(
    ("table", "rows", "column", "words"),
    [
        ("lanes", f"{LANES}a,ohio,ohio,,1 day\n", "to_site", "leads nowhere else"),
        ("lanes", f"{LANES}a,ohio,utah,,1 day\n", "to_site", "there is no site 'utah'"),
        ("lanes", f"{LANES}a,texas,ohio,,1 day\n", "from_site", "nothing makes, buys, stocks or brings anything at 'texas'"),
        ("demand", f"{ORDERS}d,shop,site,rack,texas,2,2026-05-01\n", "site", "nothing makes, buys, stocks or brings 'rack' at 'texas'"),
        ("routing", "item,operation,work_centre,time\nrack,make,build_t,2 h\n", "component", "nothing makes, buys, stocks or brings 'part' at 'texas'"),
        ("stock", "item,site,quantity\npart,utah,3\npart,,9\n", "site", "there is no site 'utah'"),
    ],
)  # fmt: skip
def test_sites_and_lanes(table: str, rows: str, column: str, words: str, tmp_path: Path) -> None:
    issue = next(i for i in found(tmp_path, {**SITES, f"{table}.csv": rows}) if "agreement" not in i.message)
    assert (issue.file, issue.column) == (f"{table}.csv" if column != "component" else "bom.csv", column)
    assert words in issue.message


def test_a_lane_supplies_a_site(tmp_path: Path) -> None:
    demand = f"{ORDERS}d,shop,site,rack,texas,2,2026-05-01\n"
    assert errors(found(tmp_path, {**SITES, "lanes.csv": f"{LANES}a,ohio,texas,,1 day\n", "demand.csv": demand})) == []


def test_an_item_begun_at_one_site_and_gone_on_with_at_another_is_a_warning(tmp_path: Path) -> None:
    routing = "item,operation,work_centre,time\nrack,make,build,2 h\nrack,test,build_t,2 h\n"
    stock = "item,site,quantity\npart,,100\npart,texas,5\n"
    issue = the_only(tmp_path, {**SITES, "routing.csv": routing, "stock.csv": stock})
    assert (issue.column, issue.severity) == ("work_centre", "warning")


def test_items_are_read_at_their_sites(tmp_path: Path) -> None:
    """A row with a site is what holds there; a lane brings what may be needed; fees are of the items at all sites."""
    tables = {
        **SITES,
        "items.csv": "id,name,site,safety_stock\nrack,Rack,,5\nrack,Rack,texas,2\npart,,,\n",
        "lanes.csv": f"{LANES}a,ohio,texas,rack,1 day\n",
        "demand.csv": f"{ORDERS}d,shop,site,rack,texas,2,2026-05-01\n",
    }
    assert errors(found(tmp_path, tables)) == []
    programme = load(tmp_path)
    assert {item.id: (item.name, item.safety_stock.planned) for item in programme.items} == {
        "rack@ohio": ("Rack at Ohio", 5), "rack@texas": ("Rack at Texas", 2), "part@ohio": ("part at Ohio", 0),
    }  # fmt: skip
    assert [(move.item, move.origin, move.lane.id) for move in programme.moves] == [("rack@texas", "rack@ohio", "a")]
    assert [(line.item, line.component) for line in programme.bom] == [("rack@ohio", "part@ohio")]
    assert programme.demand[0].item == "rack@texas"
