"""What must hold when the storm is over, from the database, the store, the provider's bill and the tools' log alone."""

import collections
import json
import math
import pathlib

import load


class Checks:
    def __init__(self, world, runs):
        self._world = world
        self._kinds = dict((tag, kind) for kind, tag in runs)
        self.complaints = []
        self.counts = collections.Counter()

    def all(self):
        """Checks everything; says whether an invariant broke."""
        self._runs_ended_right()
        self._jobs_ended_once()
        self._journals_repeat_nothing()
        self._bill_is_explained()
        self._ledger_is_the_bill()
        self._budgets_hold()
        self._once_means_once()
        self._nothing_started_twice()
        self._gone_means_gone()
        self._world.stop()
        self._nothing_leaked()
        self._nothing_went_wrong()
        return any(count for name, count in self.counts.items() if name not in ("runs", "unknown"))

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

    def _journals_repeat_nothing(self):
        """No attempt recorded a step that its own mark covers."""
        for directory in sorted(pathlib.Path(self._world.store, "runs").glob("*/*")):
            journals = {int(path.stem): read(path) for path in directory.glob("*.journal")}
            for epoch, (mark, steps) in journals.items():
                covered = set()
                for part in (mark or {}).get("inherited", []):
                    other = journals.get(part["epoch"], (None, []))[1]
                    covered |= {key for key, end in other if end <= part["bytes"]}
                again = [key for key, _ in steps if key in covered]
                twice = [key for key, count in collections.Counter(key for key, _ in steps).items() if count > 1]
                for key in again + twice:
                    self._break("repeated", f"{directory} epoch {epoch} ran {key[0]} again")

    def _bill_is_explained(self):
        """What was billed is what was needed, and calls that are listed as unknown."""
        needed = collections.defaultdict(set)
        billed = collections.Counter()
        paid = collections.Counter()
        for line in self._world.bill.read_text(errors="replace").splitlines():
            entry = json.loads(line)
            tag = entry["tag"].rsplit("-", 1)[0]
            if entry["event"] == "request":
                needed[tag].add((entry["tag"], entry["turn"], entry["digest"]))
            elif entry["billed"]:
                billed[tag] += 1
                if entry["complete"]:
                    paid[(entry["tag"], entry["turn"], entry["digest"])] += 1
        unknown = {row["tag"]: row["calls"] for row in self._rows("""
            SELECT params->>'tag' AS tag, sum(unknown_calls) AS calls FROM chassis.step JOIN chassis.job USING (job_id)
            JOIN chassis.run USING (run_id) WHERE step.kind = 'model' GROUP BY 1""")}
        turns = {"agent": 6, "again": 6, "held": 6, "once": 5, "fan": 0}
        for tag, kind in self._kinds.items():
            self.counts["unknown"] += unknown.get(tag, 0)
            if len(needed[tag]) != turns[kind]:
                self._break("repeated", f"run {tag} asked for {len(needed[tag])} different steps, {turns[kind]} are needed")
            if billed[tag] > len(needed[tag]) + unknown.get(tag, 0):
                self._break("paid_twice_unlisted",
                            f"run {tag} was billed {billed[tag]}, needed {len(needed[tag])}, listed {unknown.get(tag, 0)} as unknown")
        for row in self._rows("""
            SELECT run_id, job_id, step.position, count(*) FROM chassis.step JOIN chassis.job USING (job_id)
            WHERE step.state = 'recorded' AND (effect <> 'none' OR step.kind = 'model')
            GROUP BY 1, 2, 3 HAVING count(*) > 1"""):
            self._break("repeated", f"run {row['run_id']} job {row['job_id']} recorded {row['position']} {row['count']} times")

    def _ledger_is_the_bill(self):
        """What a run has paid is what it was billed; where calls are listed as unknown, these cover the rest."""
        billed = collections.Counter()
        for line in self._world.bill.read_text(errors="replace").splitlines():
            entry = json.loads(line)
            if entry["event"] == "answer" and entry["billed"]:
                usage = entry["usage"]
                cost = usage["prompt_tokens"] * load.PRICE["input"] + usage["completion_tokens"] * load.PRICE["output"]
                billed[entry["tag"].rsplit("-", 1)[0]] += math.ceil(cost)
        for row in self._rows("""
            SELECT params->>'tag' AS tag, sum(paid_micro_usd) AS paid, sum(unknown_micro_usd) AS unknown,
                   sum(reserved_micro_usd) AS reserved
            FROM chassis.ledger JOIN chassis.run USING (run_id) GROUP BY 1"""):
            tag, paid, unknown = row["tag"], row["paid"], row["unknown"]
            if row["reserved"]:
                self._break("leaks", f"run {tag} has {row['reserved']} micro-dollars reserved")
            if paid + unknown < billed[tag] or unknown == 0 and paid != billed[tag]:
                self._break("paid_twice_unlisted", f"run {tag} was billed {billed[tag]} micro-dollars, "
                                                   f"its ledger has {paid} as paid and {unknown} as unknown")

    def _budgets_hold(self):
        """No budget was exceeded, and none has anything reserved."""
        for row in self._rows("""
            SELECT scope, name, limit_micro_usd AS most, reserved_micro_usd AS reserved,
                   paid_micro_usd + unknown_micro_usd AS used
            FROM chassis.budget JOIN chassis.budget_period USING (budget_id)"""):
            if row["used"] > row["most"]:
                self._break("paid_twice_unlisted", f"the budget of {row['scope']} {row['name']} is exceeded: {row}")
            if row["reserved"]:
                self._break("leaks", f"the budget of {row['scope']} {row['name']} has {row['reserved']} reserved")

    def _once_means_once(self):
        """Each call with effect once was made at most once; each idempotent call was made, and again only if unknown."""
        for item, count in count_notes(self._world.once_notes).items():
            if count > 1:
                self._break("repeated", f"the once-call {item} was made {count} times")
        made = count_notes(self._world.notes)
        for tag, kind in self._kinds.items():
            if kind in ("agent", "again", "held"):
                for call in load.CALLS_OF_WORK:
                    if made[f"{tag}-{call}"] == 0:
                        self._break("lost", f"run {tag} never made the call {call}")
        unknown = self._rows("""
            SELECT params->>'tag' AS tag, count(*) FROM chassis.step JOIN chassis.job USING (job_id)
            JOIN chassis.run USING (run_id) WHERE step.kind = 'tool' AND step.state IN ('unknown', 'dismissed', 'failed')
            GROUP BY 1""")
        listed = {row["tag"]: row["count"] for row in unknown}
        extra = collections.Counter()
        for item, count in made.items():
            extra[item.rsplit("-", 1)[0]] += count - 1
        for tag, count in extra.items():
            if count > listed.get(tag, 0):
                self._break("repeated", f"run {tag} repeated {count} idempotent calls, {listed.get(tag, 0)} are listed")

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
        """No program crashed or hung, and no two transactions waited for each other."""
        for text in self._world.crashes:
            self._break("crashes", text)
        if deadlocks := self._world.cluster.log.read_text(errors="replace").count("deadlock detected"):
            self._break("deadlocks", f"Postgres ended {deadlocks} transactions that waited in a circle; see its log")

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
        for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                environment, command = path.read_bytes(), (path.parent / "cmdline").read_bytes()
            except OSError:
                continue
            if str(self._world.directory).encode() in command and b"chassis-" in environment + command:
                words = command.replace(b"\0", b" ").decode(errors="replace")
                if "chassis-worker" in words or "chassis-guard" in words or str(self._world.notes) in words:
                    self._break("leaks", f"process {path.parent.name} still runs: {words}")


def read(path):
    """A journal's mark, and its steps as (position and fingerprint, end in bytes)."""
    mark, steps, end = None, [], 0
    for line in path.read_bytes().splitlines(keepends=True):
        end += len(line)
        try:
            record = json.loads(line)["record"]
        except (ValueError, KeyError):
            continue  # Torn: the storm kills writers.
        if "mark" in record:
            mark = mark or record["mark"]
        else:
            steps.append(((record["position"], record["fingerprint"]), end))
    return mark, steps


def count_notes(path):
    text = path.read_text() if path.exists() else ""
    return collections.Counter(json.loads(line)["item"] for line in text.splitlines() if line.startswith("{") and line.endswith("}"))
