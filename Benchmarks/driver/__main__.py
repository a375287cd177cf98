"""Runs the benchmarks that are asked for and prints their figures as one table."""

import argparse
import json
import pathlib
import sys

import backlog
from cluster import Cluster
import fairness
from figures import Figures
import graph
import history
import latency
import many
import queue_rate
import schedules
import step_rate
import takeover

BENCHMARKS = {
    "noop": queue_rate.drain,
    "enqueue": queue_rate.enqueue,
    "latency": latency.submission_to_start,
    "chain": latency.gap_between_dependent_jobs,
    "graph": graph.graph,
    "mapped": graph.mapped,
    "schedules": schedules.schedules,
    "steps": step_rate.empty_steps,
    "backlog": backlog.backlog,
    "fairness": fairness.fairness,
    "history": history.history,
    "takeover": takeover.killed_worker,
    "idle": many.idle,
    "agents": many.agents,
    "sessions": many.sessions,
}


def main():
    options = parse()
    if options.list:
        print("\n".join(BENCHMARKS))
        return
    figures = Figures()
    with Cluster(pathlib.Path(".chassis/benchmarks")) as cluster:
        for name in options.only or BENCHMARKS:
            print(f"… {name}", file=sys.stderr, flush=True)
            BENCHMARKS[name](cluster, figures, options.quick)
        print(figures.table(cluster.description()))
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(figures.json(cluster.about), indent=2) + "\n")


def parse():
    parser = argparse.ArgumentParser(prog="Benchmarks/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds; for a look, not for a record")
    parser.add_argument("--only", action="append", choices=BENCHMARKS, help="one benchmark; may be given again")
    parser.add_argument("--json", help="a file that gets each figure, its limit and their ratio")
    parser.add_argument("--list", action="store_true", help="print the names of the benchmarks")
    return parser.parse_args()


main()
