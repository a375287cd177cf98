"""How soon work begins."""

from cluster import run
from figures import percentile


# The first ones open files, read catalogs and make plans on new connections. They are left out, of the limit too.
WARM_UP = 20


def submission_to_start(cluster, figures, quick, beside=""):
    """From sending a submission to an idle worker to the start of its handler."""
    rounds, runs = (1, 300) if quick else (3, 500)
    sent, committed, floor = {50: [], 95: [], 99: []}, [], {50: [], 95: [], 99: []}
    for _ in range(rounds):
        if not beside:
            cluster.fresh()
        bare = [int(line) / 1e6 for line in
                run("chassis-limits", "notify", cluster.conninfo(), WARM_UP + runs, 20000).split()][WARM_UP:]
        worker = cluster.worker()
        scheduler = start_scheduler(cluster)
        submissions = [[int(word) for word in line.split()] for line in run(
            "chassis-benchmark", "submit-timed", "--postgres", cluster.conninfo(), "--runs", WARM_UP + runs).splitlines()][WARM_UP:]
        cluster.psql("SELECT pg_sleep(0.5)")
        worker.end()
        scheduler.end()
        starts = {int(run): int(at) for run, _, at in (line.split() for line in worker.process.stdout)}
        whole = [(starts[run] - at) / 1e6 for run, at, _ in submissions]
        for share in sent:
            sent[share].append(percentile(whole, share / 100))
            floor[share].append(percentile(bare, share / 100))
        committed.append(percentile([(starts[run] - at) / 1e6 for run, _, at in submissions], 0.5))
    for share in sent:
        figures.add(f"idle{beside}: submission sent to handler start, p{share}", "ms", sent[share], floor[share],
                    None if share == 95 else ("ratio", "<=", 2))
    figures.add(f"idle{beside}: commit of the submission to handler start, p50", "ms", committed, goal=("value", "<=", 10))


def start_scheduler(cluster):
    """A scheduler beside, as in life: its look at the sessions is part of the load."""
    return cluster.start("chassis-scheduler", "--postgres", cluster.conninfo(), "--store", cluster.store,
                         "--listen", "127.0.0.1:0", "--log-level", "error")


def gap_between_dependent_jobs(cluster, figures, quick):
    """From the start of an empty job to the start of the one that needs it."""
    rounds, length = (1, 100) if quick else (4, 300)
    middle, high = [], []
    for _ in range(rounds):
        cluster.fresh()
        worker = cluster.worker()
        cluster.submit(runs=1, jobs=length, kind="stamp", chain=True)
        cluster.wake()
        while cluster.psql("SELECT count(*) FROM chassis.live_run") != "0":
            cluster.psql("SELECT pg_sleep(0.1)")
        worker.end()
        stamps = [int(at) for _, _, at in (line.split() for line in worker.process.stdout)]
        gaps = [(after - before) / 1e6 for before, after in zip(stamps, stamps[1:])]
        middle.append(percentile(gaps, 0.5))
        high.append(percentile(gaps, 0.99))
    figures.add("gap between two dependent empty jobs, p50", "ms", middle, goal=("value", "<=", 5))
    figures.add("gap between two dependent empty jobs, p99", "ms", high)
