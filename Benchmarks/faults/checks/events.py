"""Events and updates of assets: each is there once, and had each of its effects once."""

import collections

import deployed
import shapes
from checks.findings import Subject


class Events(Subject):
    def check(self):
        self._tags = {kind: [tag for tag, its in self.kinds.items() if its == kind] for kind in ("event", "made")}
        self._events = self.rows("SELECT event_id, name, key, idempotency_key, job_id, epoch, is_dispatched FROM chassis.event")
        self._events_are_kept_once()
        self._waits_took_the_first()
        self._updates_are_told_once()
        for workflow, name in deployed.EVENTS_OF.items():
            self._events_started_one_run(workflow, {event["event_id"] for event in self._events if event["name"] == name})

    def _events_are_kept_once(self):
        """What was told of a run is kept, each thing once, under the number that was promised."""
        keys = collections.Counter(event["key"] for event in self._events if event["name"] == shapes.EVENT)
        numbers = {event["idempotency_key"]: event["event_id"] for event in self._events if event["idempotency_key"]}
        for tag in self._tags["event"]:
            if keys[tag] != 2:
                self.found("repeated" if keys[tag] > 2 else "lost", f"of the two events of {tag} {keys[tag]} are there")
        for key, number in self.world.outside.told.items():
            if numbers.get(key) != int(number):
                self.found("lost", f"event {number} was promised for {key}, and it is {numbers.get(key)}")
        for event in self._events:
            if not event["is_dispatched"]:
                self.found("lost", f"event {event['event_id']} was brought to nobody")

    def _waits_took_the_first(self):
        """Who waited took the first event of its key, and waits no more."""
        first = {event["key"]: event["event_id"] for event in self._events
                 if event["idempotency_key"] == f"{event['key']}/{shapes.FIRST_WORD}"}
        for row in self.rows("""
            SELECT params->>'tag' AS tag, output->>'id' AS took FROM chassis.job JOIN chassis.done USING (job_id)
            JOIN chassis.run ON run.run_id = job.run_id WHERE job.name = 'news' AND done.state = 'succeeded'"""):
            if row["took"] != str(first.get(row["tag"])):
                self.found("lost", f"run {row['tag']} took event {row['took']}, and its first is {first.get(row['tag'])}")
        for row in self.rows("SELECT job_id FROM chassis.event_wait"):
            self.found("leaks", f"job {row['job_id']} is noted as waiting for an event")

    def _updates_are_told_once(self):
        """A job that succeeded has told once of what it made, under the epoch that ended it."""
        told = collections.defaultdict(list)
        for event in self._events:
            if event["name"] == f"asset:{shapes.ASSET}":
                told[event["job_id"]].append((event["key"], event["epoch"]))
        for row in self.rows("""
            SELECT params->>'tag' AS tag, job_id, epoch FROM chassis.job JOIN chassis.done USING (job_id)
            JOIN chassis.run ON run.run_id = job.run_id WHERE job.name = 'make' AND done.state = 'succeeded'"""):
            found = told.pop(row["job_id"], [])
            if len(found) != 1:
                self.found("repeated" if found else "lost", f"run {row['tag']} has told {len(found)} times of what it made")
            elif found[0] != (row["tag"], row["epoch"]):
                self.found("stale_writes", f"run {row['tag']} has told of {found[0]} under another epoch than {row['epoch']}")
        for job, found in told.items():
            self.found("stale_writes", f"job {job} has told of {found} and has not succeeded")
        updates = {row["partition"]: row["updates"] for row in self.rows("SELECT partition, updates FROM chassis.asset_partition")}
        for tag in self._tags["made"]:
            if updates.get(tag) != 1:
                self.found("repeated" if updates.get(tag) else "lost", f"partition {tag} has {updates.get(tag)} updates")

    def _events_started_one_run(self, workflow, events):
        """Each event was taken by one run of a trigger, which says so, and no run takes what there is not."""
        triggers = self.rows(f"""
            SELECT trigger_id, gather FROM chassis.event_trigger JOIN chassis.workflow USING (workflow_id)
            WHERE workflow.name = '{workflow}'""")
        if len(triggers) != 1:
            return self.found("lost", f"{workflow} has {len(triggers)} triggers")
        noted = {row["event_id"]: row for row in self.rows(
            f"SELECT event_id, state, run_id FROM chassis.news WHERE trigger_id = {triggers[0]['trigger_id']}")}
        taken = collections.defaultdict(list)
        for row in self.rows(f"""
            SELECT run.run_id, ended_run.state, output #>> '{{}}' AS said,
                   (SELECT json_agg((event->>'id')::bigint) FROM jsonb_array_elements(params->'events') AS event) AS events
            FROM chassis.run JOIN chassis.workflow_version USING (version_id) JOIN chassis.workflow USING (workflow_id)
            LEFT JOIN chassis.ended_run USING (run_id) LEFT JOIN chassis.done USING (run_id)
            WHERE workflow.name = '{workflow}'"""):
            took = row["events"] or []
            for event in took:
                taken[event].append(row["run_id"])
            if row["state"] != "succeeded" or row["said"] != str(len(took)):
                self.found("lost", f"run {row['run_id']} of {workflow} is {row['state']} and said {row['said']} of {len(took)} events")
            if triggers[0]["gather"] == "none" and len(took) != 1:
                self.found("repeated", f"run {row['run_id']} of {workflow} took {len(took)} events, and each has a run of its own")
        for event in sorted(events | taken.keys()):
            runs, note = taken[event], noted.get(event, {"state": None, "run_id": None})
            if len(runs) != 1 or event not in events:
                self.found("repeated" if runs else "lost", f"event {event} was taken by the runs {runs} of {workflow}")
            elif (note["state"], note["run_id"]) != ("started", runs[0]):
                self.found("stale_writes", f"event {event} was taken by run {runs[0]} of {workflow}, and noted is {note}")
