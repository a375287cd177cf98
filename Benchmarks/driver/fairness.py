"""Whether a team with little work waits for one with much."""

import time

from backlog import JOBS_A_RUN, claim_times
from cluster import run
from figures import percentile

SMALL = 10
TEAMS = 100


def fairness(cluster, figures, quick):
    """Ten jobs of one team behind 100,000 of another, and what lines of many teams cost a claim."""
    jobs, rounds = (10_000, 2) if quick else (100_000, 5)
    start_of_few(cluster, figures, jobs, rounds)
    claims_by_teams(cluster, figures, jobs, quick)


def start_of_few(cluster, figures, jobs, rounds):
    """From the submission of each of ten jobs to its start, while jobs of 5 ms of the other team fill all slots."""
    cluster.fresh()
    cluster.submit(runs=jobs // JOBS_A_RUN, jobs=JOBS_A_RUN, kind="sleep", params='{"ms": 5}', team="large")
    cluster.settle()
    worker = cluster.worker(slots=16)
    last = []
    for number in range(rounds):
        time.sleep(1)
        submissions = [[int(word) for word in line.split()] for line in run(
            "chassis-benchmark", "submit-timed", "--postgres", cluster.conninfo(), "--runs", SMALL, "--pause-ms", 1,
            "--team", "small", "--seed", number + 1).splitlines()]
        starts = dict(started(worker.process.stdout.readline()) for _ in submissions)
        last.append(max(starts[run] - sent for run, sent, _ in submissions) / 1e6)
    left = int(cluster.psql("SELECT count(*) FROM chassis.ready"))
    worker.end()
    assert left > jobs // 10, "the large team's line is too short for a proof"
    figures.add(f"{SMALL} jobs of a team behind {jobs:,} of another, the last of them starts", "ms", last,
                goal=("value", "<=", 1000))


def started(line):
    """The run of a started job, and when it started."""
    run, _, at = line.split()
    return int(run), int(at)


def claims_by_teams(cluster, figures, jobs, quick):
    """How long a claim takes when one team has all the jobs, and when a hundred teams have as many."""
    rounds, claims = (1, 1000) if quick else (3, 2000)
    middle, high = {1: [], TEAMS: []}, {1: [], TEAMS: []}
    for _ in range(rounds):
        for teams in middle:
            cluster.fresh()
            for team in range(teams):
                cluster.submit(runs=jobs // teams // (JOBS_A_RUN // 10), jobs=JOBS_A_RUN // 10, team=f"team{team}")
            cluster.settle()
            times = claim_times(cluster, claims)
            middle[teams].append(percentile(times, 0.5))
            high[teams].append(percentile(times, 0.99))
    figures.add(f"claim of 10, {jobs:,} jobs of {TEAMS} teams, beside one team, p50", "ms", middle[TEAMS], middle[1],
                ("ratio", "<=", 1.1))
    figures.add(f"claim of 10, {jobs:,} jobs of {TEAMS} teams, beside one team, p99", "ms", high[TEAMS], high[1])
