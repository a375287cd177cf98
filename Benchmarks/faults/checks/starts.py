"""Schedules and backfills: each due time has the run that its rule gives it, and no other."""

import collections

import deployed
from checks.findings import Subject


class Starts(Subject):
    def check(self):
        self._runs = {row["run_id"]: row for row in self.rows("""
            SELECT run.run_id, workflow.name AS workflow, params->>'tag' AS tag, ended_run.state, output #>> '{}' AS said
            FROM chassis.run JOIN chassis.workflow_version USING (version_id) JOIN chassis.workflow USING (workflow_id)
            LEFT JOIN chassis.ended_run USING (run_id) LEFT JOIN chassis.done USING (run_id)
            WHERE workflow.name IN ('storm-scheduled', 'storm-past')""")}
        self._wanted = collections.Counter()
        """How many due times each run was started for."""
        self._due_times_have_one_run()
        self._backfills_have_one_run_each()
        for number, run in self._runs.items():
            if run["state"] != "succeeded" or run["said"] != f"{run['tag']}\n":
                self.found("lost", f"run {number} of {run['tag']} is {run['state']} and said {run['said']}")
            if self._wanted[number] != 1:
                self.found("repeated", f"run {number} of {run['tag']} stands for {self._wanted[number]} due times")

    def _stands_for(self, number, tag):
        """Notes that a run was started for a due time, and that it is the right one."""
        self._wanted[number] += 1
        if number not in self._runs:
            self.found("lost", f"the run of {tag} is not there: {number}")
        elif self._runs[number]["tag"] != tag:
            self.found("stale_writes", f"run {number} of {self._runs[number]['tag']} was started for {tag}")

    def _due_times_have_one_run(self):
        schedules = {row["name"]: row for row in self.rows("""
            SELECT schedule_id, schedule.name, extract(epoch FROM schedule.created_at) AS since FROM chassis.schedule
            JOIN chassis.workflow USING (workflow_id) WHERE workflow.name = 'storm-scheduled'""")}
        noted = collections.defaultdict(list)
        for row in self.rows("""
            SELECT schedule_id, outcome, run_id, extract(epoch FROM due_at)::bigint AS due, extract(epoch FROM at) AS at
            FROM chassis.due_time ORDER BY schedule_id, due_at"""):
            noted[row["schedule_id"]].append(row)
        for name, seconds in deployed.SCHEDULES.items():
            if name not in schedules:
                self.found("lost", f"the schedule {name} is not there")
                continue
            found = noted[schedules[name]["schedule_id"]]
            for row in found:
                if row["outcome"] == "started":
                    self._stands_for(row["run_id"], f"storm-scheduled/{name}/{row['due']}")
                if row["at"] < row["due"]:
                    self.found("repeated", f"{name} started its run of {row['due']} at {row['at']}, before it was due")
            first = int(schedules[name]["since"]) // seconds * seconds + seconds
            wanted = range(first, int(self.world.outside.end), seconds)
            if name in deployed.WHOLE:
                self._leave_nothing_out(name, found, wanted)
            else:
                self._start_the_latest(name, found, wanted, seconds)

    def _leave_nothing_out(self, name, found, wanted):
        """A schedule that makes up for all that it missed, and waits for the run before rather than leave one out."""
        dues = [row["due"] for row in found]
        for due in sorted(set(wanted) ^ set(dues)):
            self.found("lost" if due in wanted else "repeated", f"{name} {'has no' if due in wanted else 'has a'} run for {due}")
        for row in found:
            if row["outcome"] != "started":
                self.found("lost", f"{name} left {row['due']} out: {row['outcome']}")
        runs = [row["run_id"] for row in found if row["run_id"]]
        if name == "line" and runs != sorted(runs):
            self.found("stale_writes", f"the runs of {name} did not start one behind the other: {runs}")

    def _start_the_latest(self, name, found, wanted, seconds):
        """A schedule that makes up for the last of what it missed: what it dealt with was the newest due time just then."""
        for row in found:
            if row["due"] not in wanted or row["at"] >= row["due"] + seconds and row["due"] != wanted[-1]:
                self.found("repeated", f"{name} dealt with {row['due']} at {row['at']}, when that was not the newest due time")
        if wanted and (not found or found[-1]["due"] != wanted[-1]):
            self.found("lost", f"{name} did not make up for {wanted[-1]}")
        if found and all(row["outcome"] != "started" for row in found):
            self.found("lost", f"{name} left out each of its {len(found)} due times")

    def _backfills_have_one_run_each(self):
        items = collections.defaultdict(list)
        for row in self.rows("""
            SELECT backfill_id, item.state, item.run_id, extract(epoch FROM item.due_at)::bigint AS due,
                   backfill.ended_at IS NULL AS is_open
            FROM chassis.backfill JOIN chassis.backfill_item AS item USING (backfill_id)"""):
            items[row["backfill_id"]].append(row)
        for backfill in sorted(self.world.outside.backfills - set(items)):
            self.found("lost", f"backfill {backfill} was promised and is not there")
        parts = {deployed.part(number).start: number for number in self.world.outside.filled}
        made = collections.Counter()
        for backfill, found in items.items():
            dues = sorted(row["due"] for row in found)
            number = parts.get(dues[0])
            made[number] += 1
            if number is None or dues != list(deployed.part(number)):
                self.found("lost", f"backfill {backfill} has the due times {dues}, which are no part of what was to be filled")
            if found[0]["is_open"]:
                self.found("leaks", f"backfill {backfill} has not ended")
            for row in found:
                if row["state"] != "succeeded":
                    self.found("lost", f"backfill {backfill} has {row['due']} as {row['state']}")
                else:
                    self._stands_for(row["run_id"], f"past/{row['due']}")
        for number, most in self.world.outside.filled.items():
            if made[number] == 0:
                self.found("lost", f"there is no backfill of part {number}")
            if made[number] > most:
                self.found("repeated", f"part {number} was to be filled {most} times, and {made[number]} backfills of it are there")
