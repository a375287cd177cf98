"""How soon a schedule's run starts, and what many schedules cost a scheduler that has nothing to do."""

import statistics
import time

from many import cpu
from scheduler import Scheduler

WORKFLOW = "name: {name}\ntriggers:\n{triggers}\njobs:\n  only: {{command: [\"true\"]}}\n"


def schedules(cluster, figures, quick):
    """Delays of a schedule that is due every second, and the share of a core with 10,000 schedules of which none is due."""
    seconds, many = (10, 1_000) if quick else (60, 10_000)
    cluster.fresh()
    with Scheduler(cluster) as scheduler:
        deploy(scheduler, [WORKFLOW.format(name="second", triggers='  - cron: "* * * * * *"')])
        time.sleep(seconds + 2)
        scheduler.post("/v1/schedules/second/cron/pause", {})
        delays = [float(value) for value in cluster.psql(
            "SELECT extract(epoch FROM run.created_at - due_at) * 1000 FROM chassis.due_time JOIN chassis.run USING (run_id) "
            "ORDER BY due_at OFFSET 1").split()]
        assert len(delays) >= seconds - 1, f"only {len(delays)} runs in {seconds} seconds"
        figures.add("a schedule due at a second, until its run is there, median", "ms", [statistics.median(delays)],
                    goal=("value", "<=", 50))
        figures.add("  slowest", "ms", [max(delays)])
        idle = share(scheduler, seconds)
        for first in range(0, many // 100, 10):
            deploy(scheduler, [
                WORKFLOW.format(name=f"w{number}", triggers="\n".join(
                    f"  - {{cron: \"{place % 60} {place // 60} 1 1 *\", name: s{place}}}" for place in range(100)))
                for number in range(first, min(first + 10, many // 100))])
        assert int(cluster.psql("SELECT count(*) FROM chassis.schedule")) == many + 1
        cluster.settle()
        busy = share(scheduler, seconds)
        figures.add(f"idle scheduler with {many:,} schedules: share of a core", "%", [busy], [idle])
        figures.add("  of that for the schedules", "%", [max(0, busy - idle)], goal=("value", "<=", 2))


def deploy(scheduler, sources):
    files = [{"workflow": source, "file": "workflow.yaml"} for source in sources]
    scheduler.post("/v1/workflows", {"files": files})


def share(scheduler, seconds):
    """How many percent of a core the scheduler uses for so long."""
    before, began = cpu(scheduler.program.pid), time.monotonic()
    time.sleep(seconds)
    return 100 * (cpu(scheduler.program.pid) - before) / (time.monotonic() - began)
