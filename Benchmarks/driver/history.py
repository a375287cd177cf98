"""Whether a long history makes anything slower, and whether deleting it holds anybody up."""

import random
import time

from backlog import claim_times
from cluster import SQL
from figures import percentile
from scheduler import Scheduler

STEPS_A_RUN = 100
BACKLOG_RUNS = 2
# The databases, while they are not measured.
SHORT, LONG = "chassis_short", "chassis_long"


def history(cluster, figures, quick):
    """Claims, lists and single runs with few and with 10,000,000 finished steps, and claims while they are deleted."""
    rounds, few, many, claims, reads = (1, 100, 2_000, 1000, 100) if quick else (3, 1_000, 100_000, 3000, 300)
    for name, runs in ((SHORT, few), (LONG, many)):
        cluster.fresh()
        cluster.submit(runs=BACKLOG_RUNS, jobs=1000)
        grow(cluster, runs)
        cluster.rename("chassis", name)
    measured = {SHORT: [], LONG: []}
    # In turns: the machine itself is faster and slower by more than this is about.
    for _ in range(rounds):
        for name, told in measured.items():
            cluster.rename(name, "chassis")
            with Scheduler(cluster, "3650d") as scheduler:
                told.append(measure(cluster, scheduler, claims, reads))
            cluster.rename("chassis", name)
    before, after = measured[SHORT], measured[LONG]
    steps = f"{many * STEPS_A_RUN:,} finished steps"
    for name in after[0]:
        for share in (50, 99):
            figures.add(f"{steps}: {name}, p{share}", "ms", [percentile(each[name], share / 100) for each in after],
                        [percentile(each[name], share / 100) for each in before], ("ratio", "<=", 1.5))
    cluster.rename(LONG, "chassis")
    with Scheduler(cluster, "1h"):
        began, runs = time.monotonic(), ended(cluster)
        times = claim_times(cluster, claims)
        rate = (runs - ended(cluster)) / (time.monotonic() - began)
    assert rate > 0, "nothing was deleted"
    for share in (50, 99):
        figures.add(f"claim of 10 while history is deleted, p{share}", "ms", [percentile(times, share / 100)],
                    [percentile(each["claim of 10"], share / 100) for each in after])
    figures.add("  slowest of them", "ms", [max(times)], [max(each["claim of 10"]) for each in after])
    figures.add("  deleted", "steps/s", [rate * STEPS_A_RUN])
    cluster.fresh()
    cluster.psql(f"DROP DATABASE {SHORT}", database="postgres")


def grow(cluster, runs):
    """Adds runs of ten jobs of ten steps that have ended."""
    cluster.psql(file=SQL / "history.sql", runs=runs)
    cluster.settle()


def measure(cluster, scheduler, claims, reads):
    """Milliseconds of claims through the queue's code, and of reads through the API."""
    generator = random.Random(7)
    runs = [int(word) for word in cluster.psql(
        "SELECT run_id FROM chassis.ended_run ORDER BY run_id LIMIT 1000000").split()]
    paths = {
        "show a run": lambda: f"/v1/runs/{generator.choice(runs)}",
        "list 50 runs": lambda: "/v1/runs?limit=50",
        "list 50 failed runs": lambda: "/v1/runs?limit=50&state=failed",
        "list 50 running runs": lambda: "/v1/runs?limit=50&state=running",
        "list 50 runs of a workflow": lambda: "/v1/runs?limit=50&workflow=benchmark",
    }
    times = {"claim of 10": claim_times(cluster, claims)}
    for name, path in paths.items():
        times[name] = [scheduler.get(path()) for _ in range(reads)][reads // 10:]
    return times


def ended(cluster):
    return int(cluster.psql("SELECT count(*) FROM chassis.ended_run"))
