"""What must hold when the storm is over, from the database, the store, the provider's bill and the tools' log alone."""

import collections
import json
import math
import pathlib
import re
import time

import load

LONGEST_SWEEP_SECONDS = 20
SECOND_MOVE = re.compile('duplicate key value violates unique constraint "((?:done|attempt|lease)[a-z0-9_]*_pkey)"')
"""What Postgres says when a job is ended or claimed once more under the same epoch."""


class Checks:
    def __init__(self, world, runs):
        self._world = world
        self._kinds = dict((tag, kind) for kind, tag in runs)
        self._journals = {}
        """The journals of each run and job, by their epochs."""
        self.complaints = []
        self.counts = collections.Counter()

    def all(self):
        """Checks everything; says whether an invariant broke."""
        self._read_journals()
        self._runs_ended_right()
        self._jobs_ended_once()
        self._journals_repeat_nothing()
        self._journals_begin_with_their_mark()
        self._records_are_where_rows_say()
        self._bill_is_explained()
        self._ledger_is_the_bill()
        self._budgets_hold()
        self._limits_held_at_all_times()
        self._once_means_once()
        self._nothing_started_twice()
        self._gone_means_gone()
        self._nothing_is_held()
        self._slots_are_free()
        self._world.stop()
        self._nothing_leaked()
        self._nothing_went_wrong()
        return self.is_broken

    @property
    def is_broken(self):
        return any(count for name, count in self.counts.items() if name not in ("runs", "unknown"))

    def break_off(self, reason):
        """The storm has broken off: nothing can be said but that."""
        self.counts["runs"] = len(self._kinds)
        self._break("broken_off", reason)

    def line(self):
        names = ["runs", "lost", "repeated", "stale_writes", "paid_twice_unlisted", "unknown", "leaks"]
        return " ".join(f"{name}={self.counts[name]}" for name in names)

    def _break(self, name, complaint, count=1):
        self.counts[name] += count
        self.complaints.append(f"{name}: {complaint}")

    def _rows(self, sql):
        text = self._world.ask(f"SELECT json_agg(rows) FROM ({sql}) AS rows")
        return json.loads(text) if text and text != "" else []

    def _runs_ended_right(self):
        rows = self._rows("""
            SELECT run.run_id, params->>'tag' AS tag, state, unnest.name, unnest.output, unnest.job_state, unnest.error
            FROM chassis.run LEFT JOIN chassis.ended_run USING (run_id)
            LEFT JOIN LATERAL (SELECT name, output, done.state AS job_state, error
                FROM chassis.job LEFT JOIN chassis.done USING (job_id) WHERE job.run_id = run.run_id) AS unnest ON true""")
        runs = collections.defaultdict(dict)
        states = {}
        for row in rows:
            runs[row["tag"]][row["name"]] = row
            states[row["tag"]] = row["state"]
        self.counts["runs"] = len(self._kinds)
        for tag, kind in self._kinds.items():
            if tag not in runs:
                self._break("lost", f"{tag} was never started")
                continue
            errors = {name: row["error"] for name, row in runs[tag].items() if row["error"]}
            outputs = {name: row["output"] for name, row in runs[tag].items() if row["job_state"] == "succeeded"}
            expected = load.expected(kind, tag)
            if kind == "held":  # What people and the time have said is no output of its own.
                outputs = {name: output for name, output in outputs.items() if name in expected}
            if states[tag] != "succeeded" or outputs != expected:
                self._break("lost", f"run {tag} is {states[tag]} with {outputs} and {errors}")

    def _jobs_ended_once(self):
        """Every epoch of a job ended once: as an attempt, or as the ending of the job, which has the last epoch."""
        for row in self._rows("""
            SELECT job.job_id, done.epoch, done.state, array_remove(array_agg(attempt.epoch ORDER BY attempt.epoch), NULL) AS earlier
            FROM chassis.job JOIN chassis.done USING (job_id) LEFT JOIN chassis.attempt USING (job_id)
            GROUP BY job.job_id, done.epoch, done.state"""):
            wanted = list(range(1, row["epoch"]))
            if row["state"] == "skipped" and row["epoch"] == 0:
                wanted = []
            if row["earlier"] != wanted:
                self._break("stale_writes", f"job {row['job_id']} ended under epoch {row['epoch']} with attempts {row['earlier']}")

    # Journals

    def _read_journals(self):
        for directory in pathlib.Path(self._world.store, "runs").glob("*/*"):
            where = int(directory.parent.name), int(directory.name)
            self._journals[where] = {int(path.stem): read(path) for path in directory.glob("*.journal")}

    def _journals_repeat_nothing(self):
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
                    self._break("repeated", f"run {run} job {job} epoch {epoch} ran {key[0]} again")

    def _journal(self, run, job, epoch):
        return self._journals.get((run, job), {}).get(epoch, (None, []))

    def _journals_begin_with_their_mark(self):
        """Before an attempt did anything, it wrote down what it inherits; one that inherits nothing, with its first record."""
        for (run, job), journals in sorted(self._journals.items()):
            for epoch, (mark, steps) in journals.items():
                if steps and mark is None:
                    self._break("stale_writes", f"run {run} job {job} epoch {epoch} recorded steps before it had a mark")
        for row in self._rows("""
            SELECT DISTINCT job.run_id, job_id, epoch FROM chassis.step JOIN chassis.job USING (job_id)
            WHERE EXISTS (SELECT FROM chassis.step AS earlier
                          WHERE earlier.job_id = step.job_id AND earlier.epoch < step.epoch AND earlier.state = 'recorded'
                            AND earlier.settled_at < step.started_at)
            ORDER BY 1, 2, 3"""):
            run, job, epoch = row["run_id"], row["job_id"], row["epoch"]
            if epoch not in self._journals.get((run, job), {}):
                self._break("stale_writes", f"run {run} job {job} epoch {epoch} inherits steps and has no journal")
            elif self._journal(run, job, epoch)[0] is None:
                self._break("stale_writes", f"run {run} job {job} epoch {epoch} inherits steps and has no mark")

    def _records_are_where_rows_say(self):
        """Each step that counts as recorded has its record in its attempt's journal, where later attempts saw it.

        That of a call which happened, as somebody said, is in the journal of the attempt that heard it.
        """
        for row in self._rows("""
            SELECT job.run_id, job_id, epoch, step.position, encode(step.fingerprint, 'hex') AS fingerprint,
                   EXISTS (SELECT FROM chassis.approval AS asked
                           WHERE asked.job_id = step.job_id AND asked.kind = 'effect' AND asked.state = 'happened'
                             AND asked.position = step.position AND asked.fingerprint = step.fingerprint) AS was_told
            FROM chassis.step JOIN chassis.job USING (job_id) WHERE step.state = 'recorded' ORDER BY 1, 2, 3, 4"""):
            run, job, epoch, key = row["run_id"], row["job_id"], row["epoch"], (row["position"], row["fingerprint"])
            what = f"run {run} job {job} epoch {epoch} has recorded {row['position']}"
            journals = self._journals.get((run, job), {})
            places = [later for later in journals if later > epoch] if row["was_told"] else []
            found = [later for later in [epoch, *places] if key in dict(self._journal(run, job, later)[1])]
            if not found:
                self._break("stale_writes", f"{what}, and its journal does not say so")
            elif not any(self._is_in_front_of_last_mark(run, job, later, key) for later in found):
                self._break("stale_writes", f"{what}, behind the mark of a later attempt")

    def _is_in_front_of_last_mark(self, run, job, epoch, key):
        """The last one, which has taken over from those before: that of a worker without a lease may be late, and cover less."""
        marks = {later: mark for later, (mark, _) in self._journals[run, job].items() if later > epoch and mark}
        if not marks:
            return True
        covered = [part["bytes"] for part in marks[max(marks)]["inherited"]
                   if (part["run"], part["job"], part["epoch"]) == (run, job, epoch)]
        return any(end <= most for found, end in self._journal(run, job, epoch)[1] if found == key for most in covered)

    # Money

    def _bill(self):
        """The lines of the provider's bill."""
        return [json.loads(line) for line in self._world.bill.read_text(errors="replace").splitlines()]

    def _unknown_calls(self):
        """How many calls are listed as unknown, by the run's tag, the job's name, and the position of the step."""
        return {(row["tag"], row["name"], row["position"]): row["calls"] for row in self._rows("""
            SELECT params->>'tag' AS tag, job.name, step.position,
                   sum(greatest(unknown_calls, (step.state IN ('unknown', 'dismissed'))::integer)) AS calls
            FROM chassis.step JOIN chassis.job USING (job_id) JOIN chassis.run USING (run_id) GROUP BY 1, 2, 3""")}

    def _bill_is_explained(self):
        """Each step that is needed was answered, once, and billed again only as often as it is listed as unknown."""
        digests = collections.defaultdict(set)
        billed = collections.Counter()
        answered = collections.Counter()
        for entry in self._bill():
            tag, job = entry["tag"].rsplit("-", 1)
            step = tag, job, f"t{entry['turn']:04d}"
            if entry["event"] == "request":
                digests[step].add(entry["digest"])
            elif entry["billed"]:
                billed[step] += 1
                answered[step] += entry["complete"]
        unknown = self._unknown_calls()
        for tag, kind in self._kinds.items():
            for step in digests:
                if step[0] == tag and step[1:] not in load.STEPS[kind]:
                    self._break("repeated", f"run {tag} asked for {step[1:]}, which is not needed")
            for job, position in load.STEPS[kind]:
                step = tag, job, position
                listed = unknown.get(step, 0)
                self.counts["unknown"] += listed
                if len(digests[step]) != 1:
                    self._break("repeated", f"run {tag} asked for {job} {position} in {len(digests[step])} ways")
                if answered[step] == 0:
                    self._break("lost", f"run {tag} has no whole answer to {job} {position}")
                if billed[step] > 1 + listed:
                    self._break("paid_twice_unlisted",
                                f"run {tag} was billed {billed[step]} times for {job} {position}, {listed} are listed as unknown")
        for row in self._rows("""
            SELECT run_id, job_id, step.position, count(*) FROM chassis.step JOIN chassis.job USING (job_id)
            WHERE step.state = 'recorded' AND (effect <> 'none' OR step.kind = 'model')
            GROUP BY 1, 2, 3 HAVING count(*) > 1"""):
            self._break("repeated", f"run {row['run_id']} job {row['job_id']} recorded {row['position']} {row['count']} times")

    def _ledger_is_the_bill(self):
        """What a run has paid is what it was billed; where calls are listed as unknown, these cover the rest."""
        billed = collections.Counter()
        for entry in self._bill():
            if entry["event"] == "answer" and entry["billed"]:
                billed[entry["tag"].rsplit("-", 1)[0]] += cost(entry)
        rows = {row["tag"]: row for row in self._rows("""
            SELECT params->>'tag' AS tag, sum(paid_micro_usd) AS paid, sum(unknown_micro_usd) AS unknown,
                   sum(reserved_micro_usd) AS reserved
            FROM chassis.ledger JOIN chassis.run USING (run_id) GROUP BY 1""")}
        nothing = {"paid": 0, "unknown": 0, "reserved": 0}
        for tag in sorted(billed.keys() | rows.keys()):
            paid, unknown, reserved = [rows.get(tag, nothing)[name] for name in ("paid", "unknown", "reserved")]
            if reserved:
                self._break("leaks", f"run {tag} has {reserved} micro-dollars reserved")
            if not paid <= billed[tag] <= paid + unknown:
                self._break("paid_twice_unlisted", f"run {tag} was billed {billed[tag]} micro-dollars, "
                                                   f"its ledger has {paid} as paid and {unknown} as unknown")

    def _budgets_hold(self):
        """No budget was exceeded in the end, and none has anything reserved."""
        for row in self._rows("""
            SELECT scope, name, limit_micro_usd AS most, reserved_micro_usd AS reserved,
                   paid_micro_usd + unknown_micro_usd AS used
            FROM chassis.budget JOIN chassis.budget_period USING (budget_id)"""):
            if row["used"] > row["most"]:
                self._break("paid_twice_unlisted", f"the budget of {row['scope']} {row['name']} is exceeded: {row}")
            if row["reserved"]:
                self._break("leaks", f"the budget of {row['scope']} {row['name']} has {row['reserved']} reserved")

    def _limits_held_at_all_times(self):
        """No call was made that could have cost more than was left, before somebody had asked for the limit to be raised.

        What is left is what the provider had not yet billed for; what a call could cost is what was reserved for it.
        """
        reserved = {(row["job_id"], row["position"]): row["most"] for row in self._rows("""
            SELECT job_id, position, max(reserved_micro_usd) AS most FROM chassis.ledger WHERE kind = 'reserved' GROUP BY 1, 2""")}
        costs = {}
        requests = []
        for entry in self._bill():
            number = entry["server"], entry["number"]
            if entry["event"] == "request":
                requests.append((entry["time"], number, entry))
            elif entry["billed"]:
                costs[number] = cost(entry)
        used = collections.Counter()
        for at, number, entry in sorted(requests, key=lambda request: request[:2]):
            tag = entry["tag"].rsplit("-", 1)[0]
            if self._kinds.get(tag) != "held":
                continue
            _, _, job, position, _ = entry["key"].split("-", 4)
            could_cost = reserved.get((int(job), position))
            if could_cost is None:
                self._break("paid_twice_unlisted", f"run {tag} called for {position} of job {job} and had reserved nothing")
                continue
            for budget, first in ((tag, load.FIRST_BUDGET_USD), (load.TEAM, load.FIRST_BUDGET_OF_TEAM_USD)):
                sent = [limit for name, limit, since in self._world.people.limits if name == budget and since <= at]
                most = max([round(first * 1_000_000), *sent])
                if used[budget] + could_cost > most:
                    self._break("paid_twice_unlisted",
                                f"run {tag} called for {position} of job {job} at {at}, which could cost {could_cost}: "
                                f"{used[budget]} of {budget}'s {most} were used")
                used[budget] += costs.get(number, 0)

    # Effects

    def _once_means_once(self):
        """Each call was made; with effect once it was made once, if idempotent again only as often as that is listed."""
        unknown = self._unknown_calls()
        made = count_notes(self._world.notes)
        once = count_notes(self._world.once_notes)
        for tag, kind in self._kinds.items():
            if kind == "fan":
                continue
            for call, position in load.CALLS_OF_WORK.items():
                item = f"{tag}-{call}"
                count = once.pop(item, 0) if kind == "once" else made.pop(item, 0)
                listed = 0 if kind == "once" else unknown.get((tag, "work", position), 0)
                if count == 0:
                    self._break("lost", f"run {tag} never made the call {call}")
                if count > 1 + listed:
                    self._break("repeated", f"run {tag} made the {kind} call {call} {count} times, {listed} are listed as unknown")
        for item in [*made, *once]:
            self._break("repeated", f"the call {item} was made, and is not needed")

    def _nothing_started_twice(self):
        """What was submitted with one key is one run, and what was promised is there."""
        runs = collections.defaultdict(list)
        for row in self._rows("SELECT params->>'tag' AS tag, run_id FROM chassis.run"):
            runs[row["tag"]].append(row["run_id"])
        for tag, numbers in runs.items():
            if len(numbers) > 1:
                self._break("repeated", f"{tag} was started as runs {numbers}")
        for tag, number in self._world.client.promised.items():
            if int(number) not in runs[tag]:
                self._break("lost", f"run {number} was promised for {tag}, and {runs[tag]} is there")
        for text in self._world.client.contradictions:
            self._break("repeated", text)
        for text in self._world.client.surprises:
            self._break("surprises", text)

    def _gone_means_gone(self):
        """A session was taken for gone by its lock only in the life of the server in which it took it."""
        lives = self._world.cluster.lives
        ends = {start: end for (_, start), (end, _) in zip(lives, lives[1:])}
        for row in self._rows("""
            SELECT session_id, incarnation, xmin::text::bigint AS ended_by FROM chassis.session
            WHERE end_reason = 'process gone'"""):
            end = ends.get(row["incarnation"].split("/")[0])
            if end is not None and row["ended_by"] > end:
                self._break("stale_writes", f"session {row['session_id']} was taken for gone after a failover or restart")

    def _nothing_went_wrong(self):
        """No program crashed or hung, no two transactions waited for each other, and no job was moved by two at once."""
        for text in self._world.crashes:
            self._break("crashes", text)
        log = self._world.cluster.log.read_text(errors="replace")
        if deadlocks := log.count("deadlock detected"):
            self._break("deadlocks", f"Postgres ended {deadlocks} transactions that waited in a circle; see its log")
        for name, count in collections.Counter(SECOND_MOVE.findall(log)).items():
            self._break("stale_writes", f"{name} was violated {count} times; see Postgres' log", count)

    # Leaks

    def _nothing_is_held(self):
        """Nothing of what jobs and runs hold is left; schedulers have a moment to sweep it up."""
        held = {
            "permits": "SELECT count(*) FROM chassis.permit",
            "jobs that wait for a budget": "SELECT count(*) FROM chassis.budget_waiter",
            "calls that count in a connection's limit": """SELECT count(*) FROM chassis.connection_call
                JOIN chassis.lease USING (job_id, epoch) WHERE ended_at IS NULL""",
        }
        until = time.monotonic() + LONGEST_SWEEP_SECONDS
        for name, sql in held.items():
            while (count := int(self._world.ask(sql))) and time.monotonic() < until:
                time.sleep(0.2)
            if count:
                self._break("leaks", f"{count} {name}", count)

    def _slots_are_free(self):
        """As many jobs as there are slots run at the same time."""
        taken, slots = self._world.fill_slots()
        if taken != slots:
            self._break("leaks", f"of {slots} slots {taken} can be taken", abs(slots - taken))

    def _nothing_leaked(self):
        for name, sql in {
            "unfinished jobs": """SELECT (SELECT count(*) FROM chassis.ready) + (SELECT count(*) FROM chassis.waiting)
                + (SELECT count(*) FROM chassis.lease)""",
            "runs that have not ended": "SELECT count(*) FROM chassis.live_run",
            "steps still open in jobs that ended": """SELECT count(*) FROM chassis.step JOIN chassis.done USING (job_id)
                WHERE step.state = 'started'""",
            "approvals that are open though their jobs have ended": """SELECT count(*) FROM chassis.approval
                JOIN chassis.done USING (job_id) WHERE approval.state = 'open'""",
            "sessions that have not ended": "SELECT count(*) FROM chassis.session WHERE ended_at IS NULL",
        }.items():
            if count := int(self._world.ask(sql)):
                self._break("leaks", f"{count} {name}", count)
        for path in self._world.scratch.iterdir():
            self._break("leaks", f"the scratch directory {path.name} is left")
        for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                environment, command = path.read_bytes(), (path.parent / "cmdline").read_bytes()
            except OSError:
                continue
            words = command.replace(b"\0", b" ").decode(errors="replace").strip()
            is_of_storm = str(self._world.directory).encode() in environment + command
            if is_of_storm and any(name in words for name in self._world.names_of_processes):
                self._break("leaks", f"process {path.parent.name} still runs: {words}")


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


def cost(entry):
    """What the provider bills for an answer, in micro-dollars."""
    usage = entry["usage"]
    return math.ceil(usage["prompt_tokens"] * load.PRICE["input"] + usage["completion_tokens"] * load.PRICE["output"])


def count_notes(path):
    text = path.read_text() if path.exists() else ""
    return collections.Counter(json.loads(line)["item"] for line in text.splitlines() if line.startswith("{") and line.endswith("}"))
