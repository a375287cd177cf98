"""Runs and jobs: each is there once, ended once, and came to what it comes to without faults."""

import collections

import deployed
import kinds
from checks.findings import NAME_OF_JOB, Subject


class Runs(Subject):
    def check(self):
        self._ended_right()
        self._jobs_ended_once()
        self._nothing_started_twice()
        self._are_somebody_s()

    def _ended_right(self):
        rows = self.rows(f"""
            SELECT run.run_id, params->>'tag' AS tag, state, unnest.name, unnest.output, unnest.job_state, unnest.error
            FROM chassis.run LEFT JOIN chassis.ended_run USING (run_id)
            LEFT JOIN LATERAL (SELECT {NAME_OF_JOB} AS name, output, done.state AS job_state, error
                FROM chassis.job LEFT JOIN chassis.done USING (job_id) WHERE job.run_id = run.run_id) AS unnest ON true""")
        runs = collections.defaultdict(dict)
        states = {}
        for row in rows:
            runs[row["tag"]][row["name"]] = row
            states[row["tag"]] = row["state"]
        for tag, kind in self.kinds.items():
            if tag not in runs:
                self.found("lost", f"{tag} was never started")
                continue
            errors = {name: row["error"] for name, row in runs[tag].items() if row["error"]}
            outputs = {name: row["output"] for name, row in runs[tag].items() if row["job_state"] == "succeeded"}
            expected = kinds.expected(kind, tag)
            for name in kinds.UNSAID.get(kind, []):
                outputs.pop(name, None)
            if states[tag] != "succeeded" or outputs != expected:
                self.found("lost", f"run {tag} is {states[tag]} with {outputs} and {errors}")

    def _jobs_ended_once(self):
        """Every epoch of a job ended once: as an attempt, or as the ending of the job, which has the last epoch."""
        for row in self.rows("""
            SELECT job.job_id, done.epoch, done.state, (done.attempt = 0)::integer AS is_ended_from_outside, array_remove(array_agg(attempt.epoch ORDER BY attempt.epoch), NULL) AS earlier
            FROM chassis.job JOIN chassis.done USING (job_id) LEFT JOIN chassis.attempt USING (job_id)
            GROUP BY job.job_id, done.epoch, done.state, done.attempt"""):
            # Who was ended from outside had no worker, so its last epoch has ended before.
            wanted = list(range(1, row["epoch"] + row["is_ended_from_outside"]))
            if row["state"] == "skipped" and row["epoch"] == 0:
                wanted = []
            if row["earlier"] != wanted:
                self.found("stale_writes", f"job {row['job_id']} ended under epoch {row['epoch']} with attempts {row['earlier']}")

    def _nothing_started_twice(self):
        """What was submitted with one key is one run, and what was promised is there."""
        runs = collections.defaultdict(list)
        for row in self.rows("SELECT params->>'tag' AS tag, run_id FROM chassis.run"):
            runs[row["tag"]].append(row["run_id"])
        for tag, numbers in runs.items():
            if len(numbers) > 1 and tag in self.kinds:
                self.found("repeated", f"{tag} was started as runs {numbers}")
        for tag, number in self.world.client.promised.items():
            if int(number) not in runs[tag]:
                self.found("lost", f"run {number} was promised for {tag}, and {runs[tag]} is there")
        for text in self.world.client.contradictions:
            self.found("repeated", text)
        for text in self.world.client.surprises:
            self.found("surprises", text)

    def _are_somebody_s(self):
        """Each run was submitted by somebody, or started by what starts runs by itself, which has checks of its own."""
        for row in self.rows("""
            SELECT run_id, params->>'tag' AS tag, workflow.name FROM chassis.run
            JOIN chassis.workflow_version USING (version_id) JOIN chassis.workflow USING (workflow_id)"""):
            if row["tag"] not in self.kinds and row["name"] not in deployed.STARTING:
                self.found("repeated", f"run {row['run_id']} of {row['name']} was asked for by nobody")
