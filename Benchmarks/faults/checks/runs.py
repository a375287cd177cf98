"""Runs and jobs: each is there once, ended once, and came to what it comes to without faults."""

import collections
import hashlib
import json
import pathlib

import deployed
import kinds
import load
from checks.alone import reign
from checks.findings import NAME_OF_JOB, Subject


class Runs(Subject):
    def check(self):
        self._ended_right()
        self._jobs_ended_once()
        self._nothing_started_twice()
        self._are_somebody_s()
        self._waited_long_enough()
        self._people_were_heard()

    def _ended_right(self):
        rows = self.rows(f"""
            SELECT run.run_id, params->>'tag' AS tag, state, unnest.name, unnest.output, unnest.output_blob, unnest.job_state, unnest.error
            FROM chassis.run LEFT JOIN chassis.ended_run USING (run_id)
            LEFT JOIN LATERAL (SELECT {NAME_OF_JOB} AS name, output, output_blob, done.state AS job_state, error
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
            outputs = {name: self._read_blob(row["output_blob"]) if row["output_blob"] else row["output"] for name, row in runs[tag].items() if row["job_state"] == "succeeded"}
            expected = kinds.expected(kind, tag)
            for name in kinds.UNSAID.get(kind, []):
                outputs.pop(name, None)
            if states[tag] != "succeeded" or outputs != expected:
                self.found("lost", f"run {tag} is {states[tag]} with {outputs} and {errors}")

    def _read_blob(self, blob):
        """An output that is kept in the store, by digest and length; None where it is not there, or another one."""
        digest, _, length = blob.partition(":")
        path = pathlib.Path(self.world.store, "blobs/sha256", digest[:2], digest[2:])
        content = path.read_bytes() if path.exists() else b""
        is_whole = hashlib.sha256(content).hexdigest() == digest and len(content) == int(length)
        return json.loads(content) if is_whole else None

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

    def _waited_long_enough(self):
        """A job that waits for a time ended when that was over, by the clock of the server that gave out its first lease; where another
        server ended it, nothing is known."""
        handovers, known = self.world.cluster.handovers, 0
        rows = self.rows("""
            SELECT params->>'tag' AS tag, done.xmin::text::bigint AS ended_by, extract(epoch FROM done.ended_at - first.started_at) * 1000 AS waited,
                   noted.transaction AS started_by
            FROM chassis.job JOIN chassis.done USING (job_id) JOIN chassis.run ON run.run_id = job.run_id
            JOIN LATERAL (SELECT started_at FROM chassis.attempt WHERE attempt.job_id = done.job_id ORDER BY epoch LIMIT 1) AS first ON true
            JOIN LATERAL (SELECT min(transaction) AS transaction FROM storm.deed WHERE what = 'claim' AND deed.job_id = done.job_id) AS noted ON transaction > 0
            WHERE job.name = 'pause' AND done.state = 'succeeded'""")
        for row in rows:
            started, ended = [reign(row[name], handovers) for name in ("started_by", "ended_by")]
            if started is None or started != ended:
                continue
            known += 1
            if row["waited"] < load.PAUSE_MILLISECONDS:
                self.found("stale_writes", f"run {row['tag']} was to wait {load.PAUSE_MILLISECONDS} ms, and waited {row['waited']}")
        self.findings.remarks.append(f"of {known} of {len(rows)} runs that waited for a time it is known how long")

    def _people_were_heard(self):
        """A run that asks people went on when one had said what is expected of it, and not before."""
        for row in self.rows("""
            SELECT params->>'tag' AS tag, json_agg(approval.state) AS said, bool_and(decided_by IS NOT NULL) AS is_somebody_s,
                   bool_and(decided_at <= done.ended_at) OR max(approval.xmin::text::bigint) < done.xmin::text::bigint AS was_before
            FROM chassis.job JOIN chassis.done USING (job_id) JOIN chassis.run ON run.run_id = job.run_id
            LEFT JOIN chassis.approval ON approval.job_id = job.job_id
            WHERE job.name = 'ok' AND done.state = 'succeeded' GROUP BY 1, done.ended_at, done.xmin::text::bigint"""):
            if self.kinds.get(row["tag"]) != "held":
                continue
            wanted = ["denied" if load.is_denied(row["tag"]) else "approved"]
            if row["said"] != wanted or not row["is_somebody_s"] or not row["was_before"]:
                self.found("lost", f"run {row['tag']} went on when {row['said']} had been said, and {wanted} was to be")

    def _are_somebody_s(self):
        """Each run was submitted by somebody, or started by what starts runs by itself, which has checks of its own."""
        for row in self.rows("""
            SELECT run_id, params->>'tag' AS tag, workflow.name FROM chassis.run
            JOIN chassis.workflow_version USING (version_id) JOIN chassis.workflow USING (workflow_id)"""):
            if row["tag"] not in self.kinds and row["name"] not in deployed.STARTING:
                self.found("repeated", f"run {row['run_id']} of {row['name']} was asked for by nobody")
