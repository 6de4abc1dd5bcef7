"""Every exact value of shared/data/exact_lines.json lies within the 99 % interval of 20 replications.

The values were found there as solved Markov chains or from the named formula; here each is simulated by a network
written in the modelling interface. The seed is fixed, so the test does not depend on luck; a wrong kernel misses most
of them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plantwright.simulation import Network, Run, Totals, each_replication, lay_out
from plantwright.simulation.network import (
    Batch,
    Breakdowns,
    Failure,
    Operation,
    Resource,
    Route,
    Source,
    Stock,
    WorkCentre,
)
from plantwright.simulation.statistics import Interval, mean_interval
from plantwright.simulation.times import Erlang, Exponential, Fixed, Lognormal, Time, Uniform

FILE = Path(__file__).parents[2].parent / "shared" / "data" / "exact_lines.json"
Figure = Callable[[Totals], float]


def exact() -> dict[str, Any]:
    if not FILE.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{FILE} is missing")
        return {}
    found: dict[str, Any] = json.loads(FILE.read_text())
    return found


EXACT = exact()
pytestmark = pytest.mark.skipif(not EXACT, reason="the shared file of exact values is not there")


def rows(key: str) -> list[Any]:
    return [pytest.param(row, id="-".join(str(v) for v in row.values())[:60]) for row in EXACT.get(key, [])]


def formulas(model: str) -> list[Any]:
    return [
        pytest.param(row, id=f"{model} {row.get('rho', '')}")
        for row in EXACT.get("formulas", [])
        if row["model"].startswith(model)
    ]


def simulated(network: Network, figure: Figure, warm_up: float, end: float, seed: int = 2026) -> Interval:
    tables = lay_out(network)

    def once(replication: int) -> float:
        return figure(Totals.of(Run(tables, seed, replication, edges=(warm_up,)).advance(end)))

    return mean_interval([value for _, value in each_replication(once, range(20), 2)], 0.99)


def line(rates: list[float], buffer: int | None, fails: tuple[list[float], list[float]] | None = None) -> Network:
    centres, operations = [], []
    for i, rate in enumerate(rates):
        breakdowns = Breakdowns(Exponential(1 / fails[0][i]), Exponential(1 / fails[1][i])) if fails else None
        centres.append(WorkCentre(f"m{i}", buffer=buffer if i else None, breakdowns=breakdowns))
        operations.append(Operation(f"op{i}", f"m{i}", Exponential(1 / rate)))
    return Network(tuple(centres), (Route("part", tuple(operations)),), sources=(Source("part"),))


def jobs_behind_the_first(totals: Totals) -> float:
    centres = totals.tables.centres[1:]
    return sum(totals.mean_queue(c) + 1 - totals.mean_stations(c, "idle") for c in centres)


def part_throughput(totals: Totals) -> float:
    return totals.throughput("part")


@pytest.mark.parametrize("row", rows("balanced_exponential_lines"))
def test_balanced_exponential_line(row: dict[str, Any]) -> None:
    network = line([1.0] * row["N"], row["B"])
    assert simulated(network, part_throughput, 500, 20_000).holds(row["throughput"])
    assert simulated(network, jobs_behind_the_first, 500, 20_000).holds(row["mean_jobs_at_stages_2_to_N"])


@pytest.mark.parametrize("row", rows("unbalanced_exponential_lines"))
def test_unbalanced_exponential_line(row: dict[str, Any]) -> None:
    assert simulated(line(row["mu"], row["B"]), part_throughput, 500, 20_000).holds(row["throughput"])


@pytest.mark.parametrize("row", rows("two_machine_exponential_with_failures_ODF"))
def test_two_machines_with_operation_dependent_failures(row: dict[str, Any]) -> None:
    network = line(row["mu"], None if row["B"] == "inf" else row["B"], (row["fail"], row["repair"]))
    if (
        row["B"] == "inf"
    ):  # two like machines never settle: the second one's rate is approached from below, like 1/sqrt(t)
        isolated = simulated(
            line(row["mu"][:1], None, (row["fail"][:1], row["repair"][:1])), part_throughput, 1000, 80_000
        )
        assert isolated.holds(row["throughput"])
        return
    assert simulated(network, part_throughput, 3000, 60_000).holds(row["throughput"])
    assert simulated(network, jobs_behind_the_first, 3000, 60_000).holds(row["mean_n2"])


@pytest.mark.parametrize("row", rows("assembly_two_feeders"))
def test_assembly_of_two_feeders(row: dict[str, Any]) -> None:
    network = Network(
        (WorkCentre("first"), WorkCentre("second"), WorkCentre("assembly", buffer=row["b1"])),
        (
            Route(
                "part",
                (
                    Operation("make", "first", Exponential(1 / row["mu1"])),
                    Operation("assemble", "assembly", Exponential(1 / row["mu3"]), components={"other": 1}),
                ),
            ),
            Route("other part", (Operation("make", "second", Exponential(1 / row["mu2"])),), gives={"other": 1}),
        ),
        stocks=(Stock("other", 0, row["b2"]),),
        sources=(Source("part"), Source("other part")),
    )
    assert simulated(network, part_throughput, 500, 20_000).holds(row["throughput"])


def queue(service: Time, load: float, servers: int = 1, buffer: int | None = None, **centre: Any) -> Network:
    return Network(
        (WorkCentre("server", servers, buffer, **centre),),
        (Route("job", (Operation("serve", "server", service),)),),
        sources=(Source("job", Exponential(service.mean / (load * servers)), loses=buffer is not None),),
    )


def mean_wait(totals: Totals) -> float:
    """By Little's law; the queue's length is exact over the period."""
    return totals.mean_queue("server") * totals.hours() / totals.left("job")


def lost_share(totals: Totals) -> float:
    return totals.lost("job") / (totals.lost("job") + totals.created("job"))


def jobs(totals: Totals) -> float:
    return totals.in_system("job")


@pytest.mark.parametrize("row", [*formulas("M/M/1"), *formulas("M/M/2"), *formulas("M/M/5")])
def test_markovian_queue(row: dict[str, Any]) -> None:
    if "Wq" not in row:
        pytest.skip("a limited queue, a queue with breakdowns: tested by name")
    servers = int(row["model"].split("/")[2])
    assert simulated(queue(Exponential(1.0), row["rho"], servers), mean_wait, 4000, 150_000).holds(row["Wq"])


@pytest.mark.parametrize("row", formulas("M/G/"))
@pytest.mark.parametrize("service", [Fixed(1.0), Uniform(0.0, 2.0), Lognormal(1.0, 2.0)], ids=["D", "U", "LogN"])
def test_erlang_loss_whatever_the_service_time(row: dict[str, Any], service: Time) -> None:
    servers = int(row["model"].split("/")[2])
    network = queue(service, row["offered"] / servers, servers, 0)
    assert simulated(network, lost_share, 200, 20_000).holds(row["ErlangB"])


SERVICES = {
    "M/D/1": Fixed(1.0),
    "M/E2/1": Erlang(2, 1.0),
    "M/U(0,2)/1": Uniform(0.0, 2.0),
    "M/LogN scv=2/1": Lognormal(1.0, 2.0),
}


@pytest.mark.parametrize("row", [row for model in SERVICES for row in formulas(model)])
def test_pollaczek_khinchine(row: dict[str, Any]) -> None:
    assert simulated(queue(SERVICES[row["model"]], row["rho"]), mean_wait, 10_000, 250_000).holds(row["Wq"])


@pytest.mark.parametrize("row", formulas("M/M/1/K=10"))
def test_limited_queue(row: dict[str, Any]) -> None:
    network = queue(Exponential(1.0), row["rho"], 1, 9)
    assert simulated(network, jobs, 500, 60_000).holds(row["L"])
    assert simulated(network, lost_share, 500, 60_000).holds(row["P_loss"])
    assert simulated(network, lambda t: t.throughput("job"), 500, 60_000).holds(row["throughput"])


@pytest.mark.parametrize("row", formulas("machine repair"))
def test_machine_repair_with_scarce_crews(row: dict[str, Any]) -> None:
    fails = Breakdowns(Exponential(1 / row["fail"]), Exponential(1 / row["repair"]), "always", ("crew", 1.0))
    network = Network(
        (WorkCentre("machines", row["machines"], breakdowns=fails),),
        (Route("job", (Operation("work", "machines", Fixed(1e9)),)),),
        resources=(Resource("crew", row["crews"]),),
        sources=(Source("job"),),
    )
    assert simulated(network, lambda t: t.mean_stations("machines", "down"), 500, 20_000).holds(row["mean_down"])


@pytest.mark.parametrize("row", formulas("M/M/1 + time-dependent"))
def test_queue_with_time_dependent_breakdowns(row: dict[str, Any]) -> None:
    fails = Breakdowns(Exponential(row["mtbf"]), Exponential(row["mttr"]), "always")
    network = queue(Exponential(1 / row["mu"]), row["lam"] / row["mu"], breakdowns=fails)
    assert simulated(network, jobs, 4000, 200_000).holds(row["L"])
    assert simulated(network, lambda t: t.time_in_system("job"), 4000, 200_000).holds(row["W"])


@pytest.mark.parametrize("row", formulas("Jackson tandem"))
def test_jackson_tandem_with_rework(row: dict[str, Any]) -> None:
    again = (0.1, 0.15, 0.05)
    operations = tuple(
        Operation(f"op{i}", f"m{i}", Exponential(1 / mu), failures=(Failure(p, f"op{i}"),))
        for i, (mu, p) in enumerate(zip(row["mu"], again, strict=True))
    )
    network = Network(
        tuple(WorkCentre(f"m{i}") for i in range(3)),
        (Route("job", operations),),
        sources=(Source("job", Exponential(1 / row["lam"])),),
    )
    assert simulated(network, jobs, 1000, 60_000).holds(row["L_total"])
    assert simulated(network, lambda t: t.time_in_system("job"), 1000, 60_000).holds(row["W"])


@pytest.mark.parametrize("row", formulas("closed balanced"))
def test_conwip_loop(row: dict[str, Any]) -> None:
    operations = tuple(
        Operation(f"op{i}", f"m{i}", Exponential(1.0), components={"card": 1} if i == 0 else {})
        for i in range(row["m"])
    )
    network = Network(
        tuple(WorkCentre(f"m{i}") for i in range(row["m"])),
        (Route("part", operations, gives={"card": 1}),),
        stocks=(Stock("card", row["n"]),),
        sources=(Source("part"),),
    )
    assert simulated(network, part_throughput, 500, 20_000).holds(row["throughput"])


@pytest.mark.parametrize("row", formulas("bulk service"))
def test_bulk_service_of_full_batches(row: dict[str, Any]) -> None:
    network = Network(
        (WorkCentre("oven"),),
        (Route("job", (Operation("bake", "oven", Exponential(1 / row["mu"]), batch=Batch(row["b"], row["b"])),)),),
        sources=(Source("job", Exponential(1 / row["lam"])),),
    )
    assert simulated(network, lambda t: t.mean_queue("oven"), 1000, 100_000).holds(row["Lq"])
    assert simulated(network, lambda t: t.mean_stations("oven", "busy"), 1000, 100_000).holds(row["util"])
