"""Leaks: what is held by nobody is free, and everything that was begun has gone."""

import collections
import pathlib
import re
import time

import deeds
import deployed
from checks.findings import Subject

LONGEST_SWEEP_SECONDS = 20
SECOND_MOVE = re.compile('duplicate key value violates unique constraint "((?:done|attempt|lease)[a-z0-9_]*_pkey)"')
"""What Postgres says when a job is ended or claimed once more under the same epoch."""


class Held(Subject):
    """What can be asked only while workers and schedulers run."""

    def check(self):
        self._gone_means_gone()
        self._nothing_is_held()
        self._slots_are_free()

    def _gone_means_gone(self):
        """A session was taken for gone by its lock only in the life of the server in which it took it."""
        # The start of the server is noted behind each start that the storm made. The name is noted when it is given: a crash of a backend
        # ends a life, too, and the start stays the same.
        lives = self.world.cluster.lives
        ends = {start: end for (_, start), (end, _) in zip(lives, lives[1:])}
        for row in self.rows(deeds.TAKEN_FOR_GONE):
            end = ends.get(row["incarnation"].split("/")[0])
            if row["is_of_earlier_life"] or end is not None and row["ended_by"] > end:
                self.found("stale_writes", f"session {row['session_id']} was taken for gone after a failover, a restart or a crash")

    def _nothing_is_held(self):
        """Nothing of what jobs and runs hold is left; schedulers have a moment to sweep it up."""
        held = {
            "permits": "SELECT count(*) FROM chassis.permit",
            "jobs that wait for a budget": "SELECT count(*) FROM chassis.budget_waiter",
        }
        if not self.world.has_faults:
            # Whose end was not told counts for a minute still where a worker was killed.
            held["calls of a connection whose end was not told"] = "SELECT count(*) FROM chassis.connection_call WHERE ended_at IS NULL"
        until = time.monotonic() + LONGEST_SWEEP_SECONDS
        for name, sql in held.items():
            while (count := int(self.world.calm.ask(sql))) and time.monotonic() < until:
                time.sleep(0.2)
            if count:
                self.found("leaks", f"{count} {name}", count)

    def _slots_are_free(self):
        """As many jobs as there are slots run at the same time."""
        taken, slots = self.world.calm.fill_slots()
        if taken != slots:
            self.found("leaks", f"of {slots} slots {taken} can be taken", abs(slots - taken))


class Left(Subject):
    """What is left when all of them have ended."""

    def check(self):
        self._nothing_leaked()
        self._nothing_went_wrong()

    def _nothing_leaked(self):
        for name, sql in {
            "unfinished jobs": """SELECT (SELECT count(*) FROM chassis.ready) + (SELECT count(*) FROM chassis.waiting)
                + (SELECT count(*) FROM chassis.lease)""",
            "runs that are past their retention": deployed.COUNT_OLD_RUNS,
            "runs that have not ended": "SELECT count(*) FROM chassis.live_run",
            "steps still open in jobs that ended": """SELECT count(*) FROM chassis.step JOIN chassis.done USING (job_id)
                WHERE step.state = 'started'""",
            "approvals that are open though their jobs have ended": """SELECT count(*) FROM chassis.approval
                JOIN chassis.done USING (job_id) WHERE approval.state = 'open'""",
            "sessions that have not ended": "SELECT count(*) FROM chassis.session WHERE ended_at IS NULL",
        }.items():
            if count := int(self.world.calm.ask(sql)):
                self.found("leaks", f"{count} {name}", count)
        for path in self.world.programs.scratch.iterdir():
            self.found("leaks", f"the scratch directory {path.name} is left")
        for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                environment, command = path.read_bytes(), (path.parent / "cmdline").read_bytes()
            except OSError:
                continue
            words = command.replace(b"\0", b" ").decode(errors="replace").strip()
            is_of_storm = f"{self.world.directory}/".encode() in environment + command
            if is_of_storm and any(name in words for name in self.world.names_of_processes):
                self.found("leaks", f"process {path.parent.name} still runs: {words}")

    def _nothing_went_wrong(self):
        """No program crashed or hung, no two transactions waited for each other, and no job was moved by two at once."""
        for text in self.world.programs.crashes:
            self.found("crashes", text)
        log = self.world.cluster.log.read_text(errors="replace")
        if deadlocks := log.count("deadlock detected"):
            self.found("deadlocks", f"Postgres ended {deadlocks} transactions that waited in a circle; see its log")
        for name, count in collections.Counter(SECOND_MOVE.findall(log)).items():
            self.found("stale_writes", f"{name} was violated {count} times; see Postgres' log", count)
