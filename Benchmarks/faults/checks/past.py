"""What a storm without faults has left, made up, for tests to change."""

import hashlib
import json

import deployed
import kinds
import load
import shapes
from checks.noted import FIRST_DUE, LAST, NOW, WORKER, Noted
from checks.rows import insert, moment, text

RUNS = [("agent", "agent00000"), ("held", "held00001"), ("once", "once00002"), ("fan", "fan00003"), ("mapped", "mapped00004"),
        ("parent", "parent00005"), ("event", "event00006"), ("made", "made00007"), ("batch", "batch00008"),
        ("late", "late00009"), ("program", "program00010"),
        ("large", "large00011"), ("agent", "agent00011")]
ALL_RUNS = kinds.with_those_below(RUNS)
AGENT, HELD, ONCE, MAPPED, PARENT, CHILD, EVENT, MADE, BATCH, PROGRAM, LARGE, FORK = [
    [kind for kind, _ in ALL_RUNS].index(name) + 1
    for name in ("agent", "held", "once", "mapped", "parent", "child", "event", "made", "batch", "program", "large", "fork")]
"""Numbers of runs."""
OLD = 900
"""The number of a run that was pruned."""
WORKFLOWS = ["storm-some", *deployed.STARTING]
"""Each has the version of its number; runs of the first one were submitted."""
END = FIRST_DUE + 12
"""When nothing is due any more."""
BACKFILLS = [0, 1, 2, 2]
"""The part of the past that each backfill fills; one is filled again."""
TABLES = ["workflow", "workflow_version", "run", "ended_run", "job", "done", "attempt", "step", "ledger", "approval", "permit",
          "budget_waiter", "map", "event", "event_wait", "asset_partition", "event_trigger", "news", "schedule", "due_time", "backfill",
          "backfill_item", "pruned_run", "lease", "live_run", "budget_period", "budget", "session", "connection_call"]
NOTED = ["early_end", "began", "deed", "life"]
"""What the storm has had noted besides, in a schema of its own."""
USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
COST = 350
MIDDLE = round(load.MIDDLE_BUDGET_USD * 1_000_000)


class Past(Noted):
    """What a storm has left: rows, journals, the bill and logs. The second half of each agent's job is a second attempt's."""

    held = HELD, RUNS[1][1]

    def __init__(self):
        self.jobs, self.steps, self.ledger, self.ended, self.attempts = [], [], [], [], []
        self.journals = {}
        self.blob = None
        """The output that is in the store."""
        self.bill = []
        self.notes, self.once_notes = [], []
        self.more = []
        """Further statements."""
        self.submitted = WORKFLOWS[0]
        """What the workflow of runs that were submitted is called."""
        self.late = []
        """Runs that end when all others have begun and ended, in a transaction behind that of all else."""
        self.log = ""
        self._now = 1000.0
        self.limits = [[load.TEAM, round(load.FIRST_BUDGET_OF_TEAM_USD * 1_000_000), 0.0]]
        self.runs = [{"run": number, "workflow": "storm-some", "params": {"tag": tag}, "parent": None}
                     for number, (_, tag) in enumerate(ALL_RUNS, 1)]
        for number, (kind, tag) in enumerate(ALL_RUNS, 1):
            outputs = kinds.expected(kind, tag)
            if kind == "large":
                self.blob = json.dumps(outputs["print"]).encode()
            if kind == "event":
                outputs = {"news": {"id": "1"}, **outputs}
            if kind == "late":
                outputs = {"slow": None, **outputs}
            for place, (name, output) in enumerate(outputs.items()):
                (self._job_of_program if kind == "program" else self._job)(number, kind, tag, name, 100 * number + place, output)
        for number in (CHILD, CHILD + 1):
            self.runs[number - 1]["parent"] = number - 1, self.job(number - 1, "below")
        self.batches = {"batches": [{"id": "batch-1", "calls": [{"tag": f"{RUNS[8][1]}-call"}]}], "paid": [f"{RUNS[8][1]}-call"]}
        self._tell()
        self._start_by_themselves()
        self._prune()
        self._wait()
        self._give_up_leases()
        self._budget()

    def _prune(self):
        """A run that is past its retention, of which the bill and the ledger are left."""
        self.old = {OLD: "old00000"}
        self._now += 1
        self._call(OLD, "old", self.old[OLD], "look", 100 * OLD, 1, "t0001")

    def _tell(self):
        """Two events that a run waited for, and an update of an asset."""
        tag, made = RUNS[6][1], RUNS[7][1]
        self.events = [{"event": number, "name": shapes.EVENT, "key": tag, "idempotency_key": f"{tag}/{word}", "job": None, "epoch": None}
                       for number, word in ((1, shapes.FIRST_WORD), (2, shapes.SECOND_WORD))]
        self.events.append({"event": 3, "name": f"asset:{shapes.ASSET}", "key": made, "idempotency_key": None,
                            "job": self.job(MADE, "make"), "epoch": 1})
        self.told = {event["idempotency_key"]: event["event"] for event in self.events[:2]}
        self.backfills = set()
        self.filled = {part: BACKFILLS.count(part) for part in BACKFILLS}
        self.updates = {made: 1}
        self.maps = {self.job(MAPPED, name): {"items": count, "succeeded": count, "unfinished": 0}
                     for name, count in (("each", shapes.ITEMS), ("plain", shapes.PLAIN_ITEMS))}

    def _start_by_themselves(self):
        """Runs of triggers, of schedules and of two backfills."""
        self.news, self.due_times, self.items = [], [], []
        for trigger, (workflow, name) in enumerate(deployed.EVENTS_OF.items(), 1):
            for event in [event["event"] for event in self.events if event["name"] == name]:
                run = self._start(workflow, {"events": [{"id": str(event)}]}, "1")
                self.news.append({"trigger": trigger, "event": event, "state": "started", "run": run})
        for schedule, (name, seconds) in enumerate(deployed.SCHEDULES.items(), 1):
            for due in range(FIRST_DUE + seconds, END, seconds):
                tag = f"storm-scheduled/{name}/{due}"
                self.due_times.append({"schedule": schedule, "due": due, "at": due + 0.5, "outcome": "started",
                                       "run": self._start("storm-scheduled", {"tag": tag}, f"{tag}\n")})
        for number, part in enumerate(BACKFILLS, 1):
            for due in deployed.part(part):
                tag = f"past/{due}"
                self.items.append({"backfill": number, "due": due, "state": "succeeded",
                                   "run": self._start("storm-past", {"tag": tag}, f"{tag}\n")})

    def _start(self, workflow, params, output):
        run = len(self.runs) + 1
        self.runs.append({"run": run, "workflow": workflow, "params": params, "parent": None})
        self.jobs.append((100 * run, run, "say"))
        self.ended.append({"job": 100 * run, "run": run, "epoch": 1, "output": output})
        return run

    def job(self, run, name):
        return next(job for job, its, called in self.jobs if (its, called) == (run, name))

    def run(self, number):
        return self.runs[number - 1]

    def due_time(self, name, place):
        """A due time of a schedule, counted from 0."""
        schedule = list(deployed.SCHEDULES).index(name) + 1
        return [row for row in self.due_times if row["schedule"] == schedule][place]

    def items_of(self, backfill):
        return [item for item in self.items if item["backfill"] == backfill]

    def _job(self, run, kind, tag, name, job, output):
        self.jobs.append((job, run, name))
        positions = [position for other, position in kinds.STEPS[kind] if other == name]
        calls = kinds.CALLS.get(kind, {}).items() if name == "work" else []
        steps = sorted([(position, None) for position in positions] + [(position, call) for call, position in calls])
        epochs = [1, 2] if name == "work" else [1]
        if len(epochs) > 1:
            self.attempts.append((job, 1))
        self.ended.append({"job": job, "run": run, "epoch": epochs[-1], "output": output})
        if (kind, name) == ("late", "slow"):
            # It was suspended, and then ended from outside.
            self.attempts.append((job, 1))
            self.ended[-1].update(state="failed", attempt=0)
        for epoch in epochs:
            lines = self.journals[run, job, epoch] = []
            for position, call in [step for step in steps if epochs == [1] or (epoch == 2) == (step[0] >= "t0003")]:
                if not lines:
                    self._draw_mark(run, job, epoch)
                self._now += 1
                fingerprint = f"{job:04x}{epoch:02x}{int(position[1:5]):02x}{int(position[6:] or 0):02x}"
                lines.append({"position": position, "fingerprint": fingerprint})
                effect = "none" if call is None else "once" if kind == "once" else "idempotent"
                self.steps.append({"job": job, "run": run, "epoch": epoch, "position": position, "fingerprint": fingerprint,
                                   "kind": "tool" if call else "model", "effect": effect, "state": "recorded", "unknown": 0,
                                   "at": self._now})
                if call:
                    (self.once_notes if kind == "once" else self.notes).append(f"{tag}-{call}")
                else:
                    self._call(run, kind, tag, name, job, epoch, position)

    def _draw_mark(self, run, job, epoch):
        earlier = self.journals.get((run, job, epoch - 1), [])
        whole = {"run": run, "job": job, "epoch": epoch - 1, "lines": len(earlier), "bytes": len(text(earlier))}
        self.journals[run, job, epoch].append({"mark": {"inherited": [whole] if earlier else []}})

    def _call(self, run, kind, tag, name, job, epoch, position):
        turn = int(position[1:])
        if kind == "batch":
            self.ledger.append({"kind": "settled", "run": run, "job": job, "position": position, "reserved": 0, "paid": COST // 2,
                                "unknown": 0})
            return
        could_cost = 4000 + 900 * turn
        if kind == "held" and (name, turn) in (("look", 1), ("work", 5)):
            self.limits.append([tag, MIDDLE if name == "look" else LAST, self._now - 0.5])
        identity = {"server": "a", "number": len(self.bill), "tag": f"{tag}-{name}", "turn": turn, "digest": f"{tag} {position}",
                    "key": f"chassis-{run}-{job}-{position}-ab"}
        self.bill.append({"event": "request", **identity, "time": self._now})
        self.bill.append({"event": "answer", **identity, "billed": True, "complete": True, "usage": USAGE, "time": self._now + 0.1})
        self.ledger.append({"kind": "reserved", "run": run, "job": job, "position": position, "reserved": could_cost, "paid": 0,
                            "unknown": 0})
        self.ledger.append({"kind": "settled", "run": run, "job": job, "position": position, "reserved": -could_cost, "paid": COST,
                            "unknown": 0})

    def step(self, run, position):
        """The last step of a run at a position."""
        return [step for step in self.steps if step["run"] == run and step["position"] == position][-1]

    def journal(self, run, epoch):
        """The journal of the last job of a run that has one of that epoch."""
        return self.journals[max(key for key in self.journals if key[0] == run and key[2] == epoch and self.journals[key])]

    def statements(self):
        yield "BEGIN"
        yield "SET session_replication_role = replica"
        for table in TABLES:
            yield f"DELETE FROM chassis.{table}"
        for table in NOTED:
            yield f"DELETE FROM storm.{table}"
        for number, name in enumerate(WORKFLOWS, 1):
            yield insert("workflow", workflow_id=number, name=name if number > 1 else self.submitted, created_at=NOW)
            yield insert("workflow_version", version_id=number, workflow_id=number, number=1, source_sha256="\\x00", source="x",
                         created_at=NOW)
        for row in self.runs:
            above = dict(zip(("parent_run_id", "parent_job_id"), row["parent"] or ()))
            yield insert("run", run_id=row["run"], version_id=WORKFLOWS.index(row["workflow"]) + 1, team="main",
                         params=json.dumps(row["params"]), created_at=NOW, **above)
            if row["run"] not in self.late:
                yield insert("ended_run", run_id=row["run"], state="succeeded", ended_at=NOW)
        for job, run, name in self.jobs:
            mapped, _, index = name.partition("/")
            item = {"parent_job_id": self.job(run, mapped), "item_index": int(index)} if index else {}
            kind = "workflow" if name == "below" else "agent"
            yield insert("job", job_id=job, run_id=run, position=job, name=mapped, kind=kind, **item)
        for end in self.ended:
            yield insert("done", job_id=end["job"], run_id=end["run"], state=end.get("state", "succeeded"), attempt=end.get("attempt", 1), epoch=end["epoch"], failures=0, session_id=1, started_at=moment(end.get("at", FIRST_DUE)),
                         losses=0, ended_at=moment(FIRST_DUE), queue="default", priority=0, **self._kept(end))
        for job, epoch in self.attempts:
            yield insert("attempt", job_id=job, epoch=epoch, attempt=1, outcome="lost", session_id=1, started_at=moment(FIRST_DUE - self.waited),
                         ended_at=moment(FIRST_DUE))
        for step in self.steps:
            yield insert("step", job_id=step["job"], epoch=step["epoch"], position=step["position"], attempt=1, kind=step["kind"],
                         name="x", effect=step["effect"], state=step["state"], fingerprint="\\x" + step["fingerprint"],
                         connection=shapes.BATCHES if step["run"] == BATCH else "model",
                         unknown_calls=step["unknown"], started_at=moment(step["at"]), settled_at=moment(step["at"] + 0.5))
        for entry in self.ledger:
            yield insert("ledger", at=NOW, kind=entry["kind"], run_id=entry["run"], job_id=entry["job"], epoch=1,
                         position=entry["position"], team=load.TEAM if entry["run"] == HELD else "main", workflow="x", reserved_micro_usd=entry["reserved"],
                         paid_micro_usd=entry["paid"], unknown_micro_usd=entry["unknown"])
        yield from self._statements_of_starts()
        yield from self._statements_of_what_was_noted()
        yield from self.more
        yield "COMMIT"
        yield "BEGIN"
        for run in self.late:
            yield insert("ended_run", run_id=run, state="succeeded", ended_at=NOW)
        yield "COMMIT"

    def _kept(self, end):
        """An output in its row, or what the row has of one that is in the store."""
        output = json.dumps(end["output"])
        return {"output_blob": f"{hashlib.sha256(self.blob).hexdigest()}:{len(self.blob)}"} if output.encode() == self.blob else {"output": output}

    def _statements_of_starts(self):
        for job, numbers in self.maps.items():
            yield insert("map", job_id=job, run_id=MAPPED, fails_fast="true", **numbers)
        for event in self.events:
            given = {name: event[name] for name in ("key", "idempotency_key", "epoch") if event[name] is not None}
            if event["job"]:
                given["job_id"] = event["job"]
            yield insert("event", event_id=event["event"], team="main", name=event["name"], data="{}", source="x", at=NOW,
                         is_dispatched="true", **given)
        for partition, updates in self.updates.items():
            yield insert("asset_partition", team="main", name=shapes.ASSET, partition=partition, updates=updates, event_id=3,
                         updated_at=NOW)
        for trigger, workflow in enumerate(deployed.EVENTS_OF, 1):
            version = WORKFLOWS.index(workflow) + 1
            yield insert("event_trigger", trigger_id=trigger, workflow_id=version, name="news", version_id=version, team="main",
                         summary="x", gather="all" if workflow == "storm-gathered" else "none", created_at=NOW)
        for note in self.news:
            yield insert("news", trigger_id=note["trigger"], event_id=note["event"], name="x", key="", state=note["state"],
                         run_id=note["run"])
        scheduled, past = WORKFLOWS.index("storm-scheduled") + 1, WORKFLOWS.index("storm-past") + 1
        for number, name in enumerate(deployed.SCHEDULES, 1):
            yield insert("schedule", schedule_id=number, workflow_id=scheduled, name=name, version_id=scheduled, rule="x", summary="x",
                         timezone="UTC", catchup="all", overlap="allow", created_at=moment(FIRST_DUE + 0.2))
        for row in self.due_times:
            run = {"run_id": row["run"]} if row["run"] else {}
            yield insert("due_time", schedule_id=row["schedule"], due_at=moment(row["due"]), outcome=row["outcome"],
                         at=moment(row["at"]), **run)
        for number in sorted({item["backfill"] for item in self.items}):
            yield insert("backfill", backfill_id=number, schedule_id=9, version_id=past, newest_first="false", most_active=4,
                         created_at=NOW, ended_at=NOW)
        for number, item in enumerate(self.items, 1):
            yield insert("backfill_item", backfill_id=item["backfill"], due_at=moment(item["due"]), state=item["state"],
                         run_id=item["run"], number=number)
