"""How many steps a second are recorded."""

import pathlib
import time

from cluster import run

STEPS = 10


def empty_steps(cluster, figures, quick):
    """Jobs of ten empty steps, 1, 16 and 256 at once, against bare durable appends of the same bytes."""
    rounds = 1 if quick else 3
    for at_once, threads, jobs in ((1, 1, 100), (16, 4, 1600), (256, 16, 10000)):
        if quick:
            jobs //= 4
        rates, limits = [], []
        for _ in range(rounds):
            cluster.fresh()
            worker = cluster.worker(slots=at_once)
            cluster.submit(runs=jobs // 10, jobs=10, kind="steps")
            cluster.wake()
            while cluster.psql("SELECT count(*) FROM chassis.live_run") != "0":
                # Each look starts a program, which takes the processors from what is measured.
                time.sleep(0.25)
            worker.end()
            seconds = float(cluster.psql(
                "SELECT extract(epoch FROM max(ended_at) - min(started_at)) FROM chassis.done"))
            rates.append(jobs * STEPS / seconds)
            limits.append(float(run("chassis-limits", "appends", cluster.directory, threads, bytes_a_step(cluster), 2)))
        figures.add(f"steps, {at_once} job{'s' if at_once > 1 else ''} at once", "steps/s", rates, limits,
                    ("ratio", ">=", 0.7))


def bytes_a_step(cluster):
    journals = list(pathlib.Path(cluster.store, "runs").rglob("*.journal"))[:200]
    return round(sum(path.stat().st_size for path in journals) / len(journals) / STEPS)
