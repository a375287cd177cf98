"""Whether claims stay as fast when many jobs wait, and while many go through."""

import subprocess
import time

from cluster import run
from figures import percentile

JOBS_A_RUN = 1000
SLOTS = 100
TENTHS = 10


def backlog(cluster, figures, quick):
    """Claims before a growing backlog, and a sustained run beside a transaction that stays open."""
    claims_by_backlog(cluster, figures, quick)
    sustained(cluster, figures, quick)


def claims_by_backlog(cluster, figures, quick):
    """How long a claim takes with 1,000, 100,000 and 1,000,000 jobs queued; ten jobs a claim, one commit."""
    sizes = (1_000, 10_000, 100_000) if quick else (1_000, 100_000, 1_000_000)
    rounds, claims = (1, 1000) if quick else (3, 2000)
    middle, high = {size: [] for size in sizes}, {size: [] for size in sizes}
    for size in sizes:
        cluster.fresh()
        cluster.submit(runs=size // JOBS_A_RUN, jobs=JOBS_A_RUN)
        cluster.settle()
        cluster.rename("chassis", f"chassis_{size}")
    # In turns, and each time another one first: the machine itself is faster and slower by more than this is about.
    for number in range(rounds):
        first = number % len(sizes)
        for size in sizes[first:] + sizes[:first]:
            cluster.rename(f"chassis_{size}", "chassis")
            times = claim_times(cluster, claims)
            middle[size].append(percentile(times, 0.5))
            high[size].append(percentile(times, 0.99))
            cluster.rename("chassis", f"chassis_{size}")
    for size in sizes:
        cluster.psql(f"DROP DATABASE chassis_{size}", database="postgres")
    for size in sizes:
        beside = None if size == sizes[0] else high[sizes[0]]
        figures.add(f"claim of 10 with {size:,} queued, p50", "ms", middle[size])
        figures.add(f"claim of 10 with {size:,} queued, p99", "ms", high[size], beside,
                    beside and ("ratio", "<=", 1.5))


def claim_times(cluster, claims):
    """Milliseconds of each claim."""
    return [int(line) / 1e6 for line in run(
        "chassis-benchmark", "claim", "--postgres", cluster.conninfo(), "--claims", claims).split()]


def sustained(cluster, figures, quick):
    """Jobs that are submitted while others run; a transaction holds its snapshot for a fifth of the time."""
    jobs = 100_000 if quick else 1_000_000
    runs = jobs // JOBS_A_RUN
    cluster.fresh()
    # The default, a minute, is longer than this takes.
    cluster.psql("ALTER SYSTEM SET autovacuum_naptime = '10s'")
    cluster.psql("SELECT pg_reload_conf()")
    workers = [cluster.worker(slots=SLOTS, queues="default") for _ in range(2)]
    submitter = cluster.start("chassis-benchmark", "submit", "--postgres", cluster.conninfo(), "--runs", runs,
                              "--jobs", JOBS_A_RUN, "--at-most", 20)
    wait_for_runs(cluster, runs * 3 // 10, workers)
    with Snapshot(cluster) as snapshot:
        wait_for_runs(cluster, runs // 2, workers)
        during = sizes(cluster)
        held = snapshot.began, cluster.psql("SELECT clock_timestamp()")
    wait_for_runs(cluster, runs, workers)
    after = sizes(cluster)
    submitter.end()
    for worker in workers:
        worker.end()
    cluster.psql("ALTER SYSTEM RESET autovacuum_naptime")
    cluster.psql("SELECT pg_reload_conf()")
    times = [float(line) for line in cluster.psql(
        "SELECT extract(epoch FROM ended_at) FROM (SELECT ended_at, row_number() OVER (ORDER BY ended_at) AS number "
        f"FROM chassis.done) AS done WHERE number % {jobs // TENTHS} = 0 OR number = 1 ORDER BY number").split()]
    rates = [jobs / TENTHS / (end - begin) for begin, end in zip(times, times[1:])]
    beside = float(cluster.psql(
        f"SELECT count(*) / extract(epoch FROM '{held[1]}'::timestamptz - '{held[0]}'::timestamptz) "
        f"FROM chassis.done WHERE ended_at BETWEEN '{held[0]}' AND '{held[1]}'"))
    figures.add(f"{jobs:,} jobs, submitted and run: first tenth", "jobs/s", [rates[0]])
    figures.add("  while a transaction elsewhere holds its snapshot", "jobs/s", [beside], [rates[0]])
    figures.add("  slowest tenth", "jobs/s", [min(rates)], [rates[0]])
    figures.add("  last tenth", "jobs/s", [rates[-1]], [rates[0]], ("ratio", ">=", 0.8))
    for table in after:
        figures.add(f"  {table} with its indexes, after the transaction", "MiB", [after[table]], [during[table]],
                    ("ratio", "<=", 1.5))


class Snapshot:
    """A transaction that holds its snapshot."""

    def __init__(self, cluster):
        self.process = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", cluster.conninfo()], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        self.process.stdin.write("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT clock_timestamp();\n")
        self.process.stdin.flush()
        self.began = self.process.stdout.readline().strip()
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def wait_for_runs(cluster, count, workers):
    """Waits until so many runs have ended."""
    while int(cluster.psql("SELECT count(*) FROM chassis.ended_run")) < count:
        for worker in workers:
            worker.check()
        time.sleep(0.2)


def sizes(cluster):
    """MiB of each table whose rows come and go."""
    return {table: int(cluster.psql(f"SELECT pg_total_relation_size('chassis.{table}')")) / (1 << 20)
            for table in ("ready", "lease", "live_run")}
