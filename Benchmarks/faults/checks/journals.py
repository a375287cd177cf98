"""The journals of attempts: nothing is recorded twice, and each record is where its row says."""

import collections
import json
import pathlib

import shapes
from checks.findings import Subject

MOST_CLOCKS_DIFFER_SECONDS = 3
"""How far the clock of a server may be from that of the storm, and a little more."""

FOLDER = "step.job_id || CASE WHEN step.position LIKE 'gateway/%' THEN '-gateway' ELSE '' END"
"""The folder of the journals in which a step is recorded, in SQL."""


class Journals(Subject):
    def check(self):
        self._journals = self._read()
        """The journals of each run and folder, by their epochs; what a job's program did through the gateway is in a folder of its own."""
        self._repeat_nothing()
        self._begin_with_their_mark()
        self._records_are_where_rows_say()
        self._what_is_unknown_was_not_found()
        self._late_records_are_of_the_living()

    def _read(self):
        journals = {}
        for directory in pathlib.Path(self.world.store, "runs").glob("*/*"):
            where = int(directory.parent.name), directory.name
            journals[where] = {int(path.stem): read(path) for path in directory.glob("*.journal")}
        return journals

    def _repeat_nothing(self):
        """No attempt recorded a step that its own mark covers."""
        for (run, job), journals in sorted(self._journals.items()):
            for epoch, (mark, steps) in journals.items():
                covered = set()
                for part in (mark or {}).get("inherited", []):
                    other = self._journal(part["run"], folder_of(part), part["epoch"])[1]
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
        for row in self.rows(f"""
            SELECT DISTINCT job.run_id, {FOLDER} AS folder, epoch FROM chassis.step JOIN chassis.job USING (job_id)
            WHERE EXISTS (SELECT FROM chassis.step AS earlier
                          WHERE earlier.job_id = step.job_id AND earlier.position LIKE 'gateway/%' = step.position LIKE 'gateway/%' AND earlier.epoch < step.epoch AND earlier.state = 'recorded'
                            AND earlier.settled_at < step.started_at)
            ORDER BY 1, 2, 3"""):
            run, job, epoch = row["run_id"], row["folder"], row["epoch"]
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
            SELECT job.run_id, {FOLDER} AS folder, epoch, step.position, encode(step.fingerprint, 'hex') AS fingerprint,
                   EXISTS (SELECT FROM chassis.approval AS asked
                           WHERE asked.job_id = step.job_id AND asked.kind = 'effect' AND asked.state = 'happened'
                             AND asked.position = step.position AND asked.fingerprint = step.fingerprint)
                   OR step.connection IS NOT DISTINCT FROM '{shapes.BATCHES}' AS was_told
            FROM chassis.step JOIN chassis.job USING (job_id) WHERE step.state = 'recorded' ORDER BY 1, 2, 3, 4"""):
            run, job, epoch, key = row["run_id"], row["folder"], row["epoch"], (row["position"], row["fingerprint"])
            what = f"run {run} job {job} epoch {epoch} has recorded {row['position']}"
            journals = self._journals.get((run, job), {})
            places = [later for later in journals if later > epoch] if row["was_told"] else []
            found = [later for later in [epoch, *places] if key in dict(self._journal(run, job, later)[1])]
            if not found:
                self.found("stale_writes", f"{what}, and its journal does not say so")
            elif not any(self._is_in_front_of_last_mark(run, job, later, key) for later in found):
                self.found("stale_writes", f"{what}, behind the mark of a later attempt")

    def _what_is_unknown_was_not_found(self):
        """What counts as unknown in a job that succeeded has no record in its attempt's journal which the last attempt had to find."""
        for row in self.rows(f"""
            SELECT job.run_id, {FOLDER} AS folder, step.epoch, step.state, step.position, encode(step.fingerprint, 'hex') AS fingerprint, done.epoch AS last
            FROM chassis.step JOIN chassis.job USING (job_id) JOIN chassis.done USING (job_id)
            WHERE step.state IN ('unknown', 'dismissed') AND done.state = 'succeeded' AND done.attempt > 0 ORDER BY 1, 2, 3, 5"""):
            run, job, epoch, key = row["run_id"], row["folder"], row["epoch"], (row["position"], row["fingerprint"])
            has_record = key in dict(self._journal(run, job, epoch)[1])
            is_read = epoch < row["last"] and self._journal(run, job, row["last"])[0] is not None
            if has_record and is_read and self._is_in_front_of_last_mark(run, job, epoch, key):
                self.found("stale_writes", f"run {run} job {job} epoch {epoch} lists {row['position']} as {row['state']}, and its record is there")

    def _late_records_are_of_the_living(self):
        """What an attempt recorded behind the mark of the next one, it recorded while its process was there: the mark of an attempt that
        began when that was gone covers everything. A gateway is a process of its own, which outlives its worker."""
        attempts = {(str(row["job_id"]), row["epoch"]): row for row in self.rows("""
            SELECT job_id, epoch, extract(epoch FROM started_at) AS at, process
            FROM (SELECT job_id, epoch, session_id, started_at FROM chassis.attempt
                  UNION ALL SELECT job_id, epoch, session_id, started_at FROM chassis.done WHERE attempt > 0) AS given
            LEFT JOIN storm.began USING (session_id)""")}
        for (run, job), journals in sorted(self._journals.items()):
            for epoch, (_, steps) in journals.items():
                following = min((later for later, (mark, _) in journals.items() if later > epoch and mark), default=None)
                if following is None or (job, epoch) not in attempts or (job, following) not in attempts:
                    continue
                covered = max([part["bytes"] for part in journals[following][0]["inherited"]
                               if (part["run"], folder_of(part), part["epoch"]) == (run, job, epoch)], default=0)
                ended = self.world.programs.ends.get(attempts[job, epoch]["process"])
                if ended is None or attempts[job, following]["at"] < ended + MOST_CLOCKS_DIFFER_SECONDS:
                    continue
                for (position, _), end in steps:
                    if end > covered:
                        self.found("stale_writes", f"run {run} job {job} epoch {epoch} recorded {position} behind the mark of epoch {following}, "
                                                   "and its process had ended before that began")

    def _is_in_front_of_last_mark(self, run, job, epoch, key):
        """The last one, which has taken over from those before: that of a worker without a lease may be late, and cover less."""
        marks = {later: mark for later, (mark, _) in self._journals[run, job].items() if later > epoch and mark}
        if not marks:
            return True
        covered = [part["bytes"] for part in marks[max(marks)]["inherited"]
                   if (part["run"], folder_of(part), part["epoch"]) == (run, job, epoch)]
        return any(end <= most for found, end in self._journal(run, job, epoch)[1] if found == key for most in covered)


def folder_of(part):
    """The folder of a journal that a mark covers."""
    return f"{part['job']}-{part['part']}" if part.get("part") else str(part["job"])


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
