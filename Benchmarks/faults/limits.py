"""Limits: whoever looks at any moment finds no more at once than a limit lets in."""

import json
import time

import deployed
import load
import shapes

LOOK_SECONDS = 0.5
OF_WORKFLOW = """JOIN chassis.run USING (run_id) JOIN chassis.workflow_version USING (version_id)
    JOIN chassis.workflow USING (workflow_id) WHERE workflow.name"""
AT_ONCE = f"""
    SELECT 'runs of storm-agent' AS what, count(DISTINCT run_id) AS found, {load.RUNS_AT_ONCE} AS most
    FROM (SELECT run_id FROM chassis.lease UNION ALL SELECT run_id FROM chassis.ready
          UNION ALL SELECT run_id FROM chassis.waiting WHERE reason IN ('delayed', 'suspended')) AS going_on
    {OF_WORKFLOW} = 'storm-agent'
    UNION ALL
    SELECT 'agents of storm-agent', count(*), {load.AGENTS_AT_ONCE}
    FROM chassis.lease JOIN chassis.job USING (job_id, run_id) {OF_WORKFLOW} = 'storm-agent' AND job.name = 'work'
    UNION ALL
    SELECT 'items of a mapped job', coalesce(max(items), 0), {shapes.ITEMS_AT_ONCE}
    FROM (SELECT count(*) AS items FROM chassis.lease JOIN chassis.job USING (job_id)
          WHERE parent_job_id IS NOT NULL AND name = 'each' GROUP BY parent_job_id) AS mapped
    UNION ALL
    SELECT 'calls of the model', count(*), {load.CONCURRENT_CALLS}
    FROM chassis.connection_call JOIN chassis.lease USING (job_id, epoch) WHERE ended_at IS NULL AND connection = 'model'
    UNION ALL
    SELECT 'runs of a backfill', coalesce(max(runs), 0), {deployed.BACKFILL_LIMIT}
    FROM (SELECT count(*) AS runs FROM chassis.backfill_item JOIN chassis.live_run USING (run_id) GROUP BY backfill_id) AS filled"""
"""What is under way at once and how much may be, in one statement of SQL: all of it at the same moment.

A run that has been let in and has nothing but jobs that wait for the limit of agents is not seen.
"""


class Limits:
    def __init__(self, ask):
        """ask: asks the database, and returns None when it does not answer."""
        self._ask = ask
        self._next_look = 0
        self.most = {}
        """How much of each was seen at once, and how much may be."""
        self.excesses = []
        """When there was more."""

    def follow(self):
        """Looks now and then; nothing is left to do."""
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK_SECONDS
            self.look()
        return True

    def look(self):
        for row in json.loads(self._ask(f"SELECT json_agg(looked) FROM ({AT_ONCE}) AS looked") or "[]"):
            self.most[row["what"]] = max(row["found"], self.most.get(row["what"], (0, 0))[0]), row["most"]
            if row["found"] > row["most"]:
                self.excesses.append(f"{row['found']} {row['what']} were under way at once, and {row['most']} may be")
