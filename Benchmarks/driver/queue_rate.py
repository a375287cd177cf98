"""How many jobs a second go through the queue."""

import time

from cluster import SQL

JOBS_A_RUN = 1000
BATCH = 50
SLOTS = 200
CLIENTS = 16


def drain(cluster, figures, quick):
    """No-op jobs, queued beforehand, drained by 1, 2 and 4 worker processes."""
    jobs = 20_000 if quick else 100_000
    rounds = 1 if quick else 3
    rates = {1: [], 2: [], 4: []}
    limits = {1: [], 2: [], 4: []}
    cpu, wal, batch = [], [], []
    for _ in range(rounds):
        for workers in rates:
            cluster.fresh()
            cluster.psql(file=SQL / "bare_tables.sql")
            cluster.psql(file=SQL / "bare_fill.sql", jobs=jobs)
            limits[workers].append(BATCH * cluster.pgbench("bare_turn.pgbench", workers, jobs // BATCH // workers, ids="{}"))
            cluster.psql("DROP SCHEMA bare CASCADE")
            cluster.settle()
            before = cluster.usage()
            cluster.submit(runs=jobs // JOBS_A_RUN, jobs=JOBS_A_RUN)
            filled = cluster.usage()
            cluster.settle()
            # Workers wait in front of an empty queue until the rows are back.
            started = [cluster.worker(slots=SLOTS, queues="default") for _ in range(workers)]
            seconds = drained(cluster, jobs)
            after = cluster.usage()
            for worker in started:
                worker.end()
            rates[workers].append(jobs / seconds)
            cpu.append((after["cpu"] - before["cpu"]) / jobs * 1e6)
            wal.append((after["wal"] - before["wal"]) / jobs)
            batch.append(jobs / (after["commits"] - filled["commits"]))
    for workers in rates:
        figures.add(f"no-op jobs, {workers} worker{'s' if workers > 1 else ''}", "jobs/s", rates[workers],
                    limits[workers], ("ratio", ">=", 0.6))
    figures.add("server CPU of a no-op job, submission included", "µs", cpu, goal=("value", "<=", 110))
    figures.add("WAL of a no-op job, submission included", "bytes", wal, goal=("value", "<=", 1400))
    figures.add("no-op jobs a commit, while draining", "jobs", batch)


def drained(cluster, jobs):
    """Seconds from the first ending to the last, by the database's clock; waits until all jobs have ended."""
    while int(cluster.psql("SELECT count(*) FROM chassis.live_run")) > 0:
        time.sleep(0.1)
    return float(cluster.psql(
        "SELECT extract(epoch FROM max(ended_at) - min(started_at)) FROM chassis.done"))


def enqueue(cluster, figures, quick):
    """Submissions: one job a run, beside the same rows in bare SQL, and sets of a thousand and more, beside COPY of them."""
    runs = 2_000 if quick else 10_000
    rounds = 1 if quick else 3
    ones, many, told, notified = [], [], [], []
    bare = {1: [], CLIENTS: []}
    sets, copies = {1_000: [], 10_000: [], 100_000: []}, {1_000: [], 10_000: [], 100_000: []}
    for _ in range(rounds):
        cluster.fresh()
        ones.append(runs / 4 / cluster.submit(runs=runs // 4))
        many.append(runs / cluster.submit(runs=runs, clients=CLIENTS))
        told.append(runs / cluster.submit(runs=runs, clients=CLIENTS, telling=True))
        for clients in bare:
            bare[clients].append(cluster.pgbench("bare_submit.pgbench", clients, runs // 4 // clients))
        notified.append(cluster.pgbench("bare_submit_notify.pgbench", CLIENTS, runs // 4 // CLIENTS))
        for jobs in sets:
            sets[jobs].append(100_000 / cluster.submit(runs=100_000 // jobs, jobs=jobs))
            copies[jobs].append(100_000 / copied(cluster, 100_000 // jobs, jobs))
    figures.add("submissions of one job, 1 client", "runs/s", ones, bare[1])
    figures.add(f"submissions of one job, {CLIENTS} clients", "runs/s", many, bare[CLIENTS])
    figures.add("the same, and workers are told, against nobody being told", "runs/s", told, many, ("ratio", ">=", 0.9))
    figures.add("bare rows with NOTIFY in each transaction, against bare rows", "runs/s", notified, bare[CLIENTS])
    for jobs in sets:
        figures.add(f"submissions of {jobs:,} jobs, 1 client", "jobs/s", sets[jobs], copies[jobs])


def copied(cluster, runs, jobs):
    """Seconds for runs whose rows are there beforehand and are written by COPY, a transaction each."""
    script = cluster.directory / "copy.sql"
    first = 1_000_000_000
    with open(script, "w") as file:
        for run in range(first, first + runs):
            file.write("BEGIN;\n"
                       "INSERT INTO chassis.run (run_id, version_id, team, params, created_at) OVERRIDING SYSTEM VALUE "
                       f"VALUES ({run}, 1, 'default', '{{}}', now());\n"
                       f"INSERT INTO chassis.live_run (run_id, unfinished, jobs) VALUES ({run}, {jobs}, {jobs});\n"
                       "COPY chassis.job (job_id, run_id, position, name, kind) FROM STDIN;\n")
            ids = range(first + (run - first) * jobs, first + (run - first + 1) * jobs)
            file.writelines(f"{job}\t{run}\t{place}\tjob{place}\tnoop\n" for place, job in enumerate(ids))
            file.write("\\.\nCOPY chassis.ready (job_id, run_id, queue, priority, available_at, place, attempt, epoch, "
                       "failures, losses) FROM STDIN;\n")
            file.writelines(f"{job}\t{run}\tdefault\t0\t2026-01-01 00:00:00+00\t{job}\t1\t0\t0\t0\n" for job in ids)
            file.write("\\.\nCOMMIT;\n")
    began = time.monotonic()
    cluster.psql(file=script)
    took = time.monotonic() - began
    cluster.psql("DELETE FROM chassis.run WHERE run_id >= 1000000000; DELETE FROM chassis.job WHERE run_id >= 1000000000;"
                 "DELETE FROM chassis.live_run WHERE run_id >= 1000000000;"
                 "DELETE FROM chassis.ready WHERE run_id >= 1000000000")
    cluster.settle()
    return took
