"""The journals of attempts: nothing is recorded twice, and each record is where its row says."""

import collections
import json
import pathlib

import shapes
from checks.findings import Subject


class Journals(Subject):
    def check(self):
        self._journals = self._read()
        """The journals of each run and job, by their epochs."""
        self._repeat_nothing()
        self._begin_with_their_mark()
        self._records_are_where_rows_say()

    def _read(self):
        journals = {}
        for directory in pathlib.Path(self.world.store, "runs").glob("*/*"):
            where = int(directory.parent.name), int(directory.name)
            journals[where] = {int(path.stem): read(path) for path in directory.glob("*.journal")}
        return journals

    def _repeat_nothing(self):
        """No attempt recorded a step that its own mark covers."""
        for (run, job), journals in sorted(self._journals.items()):
            for epoch, (mark, steps) in journals.items():
                covered = set()
                for part in (mark or {}).get("inherited", []):
                    other = self._journal(part["run"], part["job"], part["epoch"])[1]
                    covered |= {key for key, end in other if end <= part["bytes"]}
                again = [key for key, _ in steps if key in covered]
                twice = [key for key, count in collections.Counter(key for key, _ in steps).items() if count > 1]
                for key in again + twice:
                    self.found("repeated", f"run {run} job {job} epoch {epoch} ran {key[0]} again")

    def _journal(self, run, job, epoch):
        return self._journals.get((run, job), {}).get(epoch, (None, []))

    def _begin_with_their_mark(self):
        """Before an attempt did anything, it wrote down what it inherits; one that inherits nothing, with its first record."""
        for (run, job), journals in sorted(self._journals.items()):
            for epoch, (mark, steps) in journals.items():
                if steps and mark is None:
                    self.found("stale_writes", f"run {run} job {job} epoch {epoch} recorded steps before it had a mark")
        for row in self.rows("""
            SELECT DISTINCT job.run_id, job_id, epoch FROM chassis.step JOIN chassis.job USING (job_id)
            WHERE EXISTS (SELECT FROM chassis.step AS earlier
                          WHERE earlier.job_id = step.job_id AND earlier.epoch < step.epoch AND earlier.state = 'recorded'
                            AND earlier.settled_at < step.started_at)
            ORDER BY 1, 2, 3"""):
            run, job, epoch = row["run_id"], row["job_id"], row["epoch"]
            if epoch not in self._journals.get((run, job), {}):
                self.found("stale_writes", f"run {run} job {job} epoch {epoch} inherits steps and has no journal")
            elif self._journal(run, job, epoch)[0] is None:
                self.found("stale_writes", f"run {run} job {job} epoch {epoch} inherits steps and has no mark")

    def _records_are_where_rows_say(self):
        """Each step that counts as recorded has its record in its attempt's journal, where later attempts saw it.

        That of a call which happened, as somebody said, or whose answer came in a batch, is in the journal of the attempt that
        heard it.
        """
        for row in self.rows(f"""
            SELECT job.run_id, job_id, epoch, step.position, encode(step.fingerprint, 'hex') AS fingerprint,
                   EXISTS (SELECT FROM chassis.approval AS asked
                           WHERE asked.job_id = step.job_id AND asked.kind = 'effect' AND asked.state = 'happened'
                             AND asked.position = step.position AND asked.fingerprint = step.fingerprint)
                   OR step.connection IS NOT DISTINCT FROM '{shapes.BATCHES}' AS was_told
            FROM chassis.step JOIN chassis.job USING (job_id) WHERE step.state = 'recorded' ORDER BY 1, 2, 3, 4"""):
            run, job, epoch, key = row["run_id"], row["job_id"], row["epoch"], (row["position"], row["fingerprint"])
            what = f"run {run} job {job} epoch {epoch} has recorded {row['position']}"
            journals = self._journals.get((run, job), {})
            places = [later for later in journals if later > epoch] if row["was_told"] else []
            found = [later for later in [epoch, *places] if key in dict(self._journal(run, job, later)[1])]
            if not found:
                self.found("stale_writes", f"{what}, and its journal does not say so")
            elif not any(self._is_in_front_of_last_mark(run, job, later, key) for later in found):
                self.found("stale_writes", f"{what}, behind the mark of a later attempt")

    def _is_in_front_of_last_mark(self, run, job, epoch, key):
        """The last one, which has taken over from those before: that of a worker without a lease may be late, and cover less."""
        marks = {later: mark for later, (mark, _) in self._journals[run, job].items() if later > epoch and mark}
        if not marks:
            return True
        covered = [part["bytes"] for part in marks[max(marks)]["inherited"]
                   if (part["run"], part["job"], part["epoch"]) == (run, job, epoch)]
        return any(end <= most for found, end in self._journal(run, job, epoch)[1] if found == key for most in covered)


def read(path):
    """A journal's mark, if it begins with one, and its steps as (position and fingerprint, end in bytes)."""
    mark, steps, end = None, [], 0
    for line in path.read_bytes().splitlines(keepends=True):
        end += len(line)
        try:
            record = json.loads(line)["record"]
        except (ValueError, KeyError):
            continue  # Torn: the storm kills writers.
        if "mark" in record:
            mark = mark or (None if steps else record["mark"])
        else:
            steps.append(((record["position"], record["fingerprint"]), end))
    return mark, steps
