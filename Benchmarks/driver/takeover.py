"""How soon another worker goes on when one is killed."""

import signal
import time

from latency import start_scheduler


def killed_worker(cluster, figures, quick):
    """From kill -9 of the worker that runs a job to the start of the job's next attempt, with default settings."""
    rounds = 5 if quick else 20
    times = []
    cluster.fresh()
    scheduler = start_scheduler(cluster)
    workers = [cluster.worker(), cluster.worker()]
    for _ in range(rounds):
        cluster.submit(runs=1, kind="hold", params='{"ms": 1000}')
        cluster.wake()
        holder = None
        while holder is None:
            held = cluster.psql("SELECT pid FROM chassis.lease JOIN chassis.session USING (session_id)")
            holder = next((worker for worker in workers if str(worker.pid) == held), None)
        other = next(worker for worker in workers if worker is not holder)
        holder.process.stdout.readline()
        killed = time.monotonic_ns()
        holder.process.send_signal(signal.SIGKILL)
        run, attempt, at = (int(word) for word in other.process.stdout.readline().split())
        assert attempt == 2, f"run {run} began attempt {attempt}"
        times.append((at - killed) / 1e6)
        while cluster.psql("SELECT count(*) FROM chassis.live_run") != "0":
            time.sleep(0.02)
        workers = [other, cluster.worker()]
    for worker in workers:
        worker.end()
    scheduler.end()
    figures.add("kill -9 of a worker to the next attempt", "ms", times, goal=("value", "<=", 1000))
    # What is promised is promised of each.
    figures.add("  slowest of them", "ms", [max(times)], goal=("value", "<=", 1000))
