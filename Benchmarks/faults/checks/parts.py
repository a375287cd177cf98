"""Parts of runs: the items of mapped jobs, and child runs."""

import collections

import shapes
from checks.findings import Subject

MAPS = {"each": shapes.ITEMS, "plain": shapes.PLAIN_ITEMS}


class Parts(Subject):
    def check(self):
        self._items_ended_once()
        self._children_are_one_each()

    def _items_ended_once(self):
        """Each element of a list has one item, which ended once, and the mapped job has counted it once."""
        maps = {(row["tag"], row["name"]): row for row in self.rows("""
            SELECT params->>'tag' AS tag, job.name, map.* FROM chassis.map JOIN chassis.job USING (job_id)
            JOIN chassis.run ON run.run_id = job.run_id""")}
        items = collections.defaultdict(list)
        for row in self.rows("""
            SELECT parent_job_id, item_index, state FROM chassis.job LEFT JOIN chassis.done USING (job_id)
            WHERE parent_job_id IS NOT NULL"""):
            items[row["parent_job_id"]].append((row["item_index"], row["state"]))
        for tag in [tag for tag, kind in self.kinds.items() if kind == "mapped"]:
            for name, wanted in MAPS.items():
                if (tag, name) not in maps:
                    self.found("lost", f"run {tag} never began to map {name}")
                    continue
                counted = maps[tag, name]
                found = items.pop(counted["job_id"], [])
                for number in range(wanted):
                    states = [state for index, state in found if index == number]
                    if states != ["succeeded"]:
                        self.found("repeated" if states[1:] else "lost", f"run {tag} has item {number} of {name} as {states}")
                if beyond := [index for index, _ in found if index >= wanted]:
                    self.found("repeated", f"run {tag} has items of {name} that the list has not: {beyond}")
                numbers = [counted[key] for key in ("items", "succeeded", "failed", "skipped", "unfinished", "active")]
                if numbers != [wanted, wanted, 0, 0, 0, 0]:
                    self.found("stale_writes", f"run {tag} has counted its items of {name} as {numbers}")
        for job, found in items.items():
            self.found("repeated", f"job {job} has items and is not mapped: {found}")

    def _children_are_one_each(self):
        """Each job that starts a run has one, which belongs to it and to its run."""
        children = collections.defaultdict(list)
        for row in self.rows("SELECT run_id, parent_run_id, parent_job_id FROM chassis.run WHERE parent_job_id IS NOT NULL"):
            children[row["parent_job_id"]].append((row["run_id"], row["parent_run_id"]))
        for row in self.rows("SELECT job_id, run_id, state FROM chassis.job JOIN chassis.done USING (job_id, run_id) "
                             "WHERE kind = 'workflow'"):
            found = children.pop(row["job_id"], [])
            if len(found) != 1:
                self.found("repeated" if found else "lost", f"job {row['job_id']} has the child runs {found}")
            for run, parent in found:
                if parent != row["run_id"]:
                    self.found("stale_writes", f"run {run} is a child of job {row['job_id']}, and of another run: {parent}")
        for job, found in children.items():
            self.found("repeated", f"job {job} has child runs and starts none, or has not ended: {found}")
