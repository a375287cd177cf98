"""How the machinery grows with the edges of a graph: a chain, a fan, and a mapped job."""

import time

from scheduler import Scheduler

MAPPED = """
name: mapped
params:
  list: {type: array}
jobs:
  each:
    map: {over: "${{ params.list }}", fold: count}
    wait: {for: 0s}
"""


def graph(cluster, figures, quick):
    """A chain of 1,000 jobs and a fan of 10,000 (one to 9,998 and these to one), each beside one of half the size."""
    rounds = 1 if quick else 3
    for shape, size in (("chain", 1_000), ("fan", 10_000)):
        times = {}
        for _ in range(rounds):
            for jobs in (size // 2, size):
                for step, took in steps(cluster, shape, jobs).items():
                    times.setdefault(step, {}).setdefault(jobs, []).append(took)
        for step, taken in times.items():
            # Twice the edges: twice the time, and some noise.
            figures.add(f"{shape} of {size:,} jobs: {step}", "ms", taken[size], taken[size // 2],
                        ("ratio", "<=", 2.5))


def steps(cluster, shape, jobs):
    """Milliseconds to submit, run, retry, cancel and show a graph."""
    cluster.fresh()
    taken = {"submitted": 1e3 * cluster.submit(runs=1, jobs=jobs, **{shape: True})}
    worker = cluster.worker(slots=200)
    cluster.wake()
    while cluster.psql("SELECT count(*) FROM chassis.live_run") != "0":
        worker.check()
        time.sleep(0.02)
    taken["run, first start to last end"] = 1e3 * float(
        cluster.psql("SELECT extract(epoch FROM max(ended_at) - min(started_at)) FROM chassis.done"))
    worker.end()
    with Scheduler(cluster) as scheduler:
        run = cluster.psql("SELECT run_id FROM chassis.run")
        taken["retried from its first job"] = scheduler.post(f"/v1/runs/{run}/retry", {"from": "job0"})
        taken["cancelled"] = scheduler.post(f"/v1/runs/{run}/cancel", {})
        taken["shown"] = scheduler.get(f"/v1/runs/{run}")
    return taken


def mapped(cluster, figures, quick):
    """A mapped job of 100,000 items: until all are there, and until all have ended."""
    items = 10_000 if quick else 100_000
    expanded, rates, jobs = [], [], []
    for _ in range(1 if quick else 3):
        cluster.fresh()
        with Scheduler(cluster) as scheduler:
            scheduler.post("/v1/runs", {"workflow": MAPPED, "params": {"list": list(range(items))}})
            worker = cluster.start("chassis-worker", "--postgres", cluster.conninfo(), "--store", cluster.store,
                                   "--slots", "200", "--log-level", "error")
            while cluster.psql("SELECT count(*) FROM chassis.live_run") != "0":
                worker.check()
                time.sleep(0.2)
            worker.end()
        assert cluster.psql("SELECT state FROM chassis.ended_run") == "succeeded"
        parent = "(SELECT job_id FROM chassis.job WHERE parent_job_id IS NULL)"
        expanded.append(float(cluster.psql(
            "SELECT extract(epoch FROM ended_at - started_at) FROM chassis.attempt "
            f"WHERE outcome = 'suspended' AND job_id = {parent} ORDER BY epoch LIMIT 1")))
        rates.append(items / float(cluster.psql(
            f"SELECT extract(epoch FROM max(ended_at) - min(started_at)) FROM chassis.done WHERE job_id <> {parent}")))
        jobs.append(plain(cluster, items))
    figures.add(f"mapped job: {items:,} items are there, while a worker drains them", "s", expanded,
                goal=("value", "<=", 5 * items / 100_000))
    figures.add("  its items, beside as many jobs of the same kind", "items/s", rates, jobs, ("ratio", ">=", 0.8))


def plain(cluster, items):
    """As many jobs of the same kind without a map, 1,000 a run; returns how many a second."""
    cluster.fresh()
    jobs = "\n".join(f"  job{place}: {{wait: {{for: 0s}}}}" for place in range(1_000))
    with Scheduler(cluster) as scheduler:
        for _ in range(items // 1_000):
            scheduler.post("/v1/runs", {"workflow": f"name: plain\njobs:\n{jobs}\n"})
    worker = cluster.start("chassis-worker", "--postgres", cluster.conninfo(), "--store", cluster.store, "--slots", "200",
                           "--log-level", "error")
    while cluster.psql("SELECT count(*) FROM chassis.live_run") != "0":
        worker.check()
        time.sleep(0.2)
    worker.end()
    return items / float(cluster.psql("SELECT extract(epoch FROM max(ended_at) - min(started_at)) FROM chassis.done"))
