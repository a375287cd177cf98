"""What there is of a past storm besides: what a program did, who gave up which lease, what budgets have, what people said and how long somebody waited."""

import kinds
import load
from checks.rows import insert, moment

WORKER = "chassis-worker0-1"
"""The process of the only session."""
FIRST_DUE = 1_800_000_000
"""When the schedules were made."""
LAST = round(load.LAST_BUDGET_USD * 1_000_000)
NOW = "now"


class Noted:
    """A part of the past; the run that is held has the job of people and the one of a time."""

    held = None
    """The number of the run that is held, and its tag."""

    def _job_of_program(self, run, kind, tag, name, job, output):
        """What a program did through the gateway is in journals of its own."""
        self.jobs.append((job, run, name))
        self.ended.append({"job": job, "run": run, "epoch": 1, "output": output})
        lines = self.journals[run, f"{job}-gateway", 1] = [{"mark": {"inherited": []}}]
        for number, position in enumerate(("gateway/model#1", "gateway/step/note#1", "gateway/model#2"), 1):
            self._now += 1
            fingerprint = f"{job:04x}0001{number:02x}"
            lines.append({"position": position, "fingerprint": fingerprint})
            is_call = position.startswith("gateway/model")
            self.steps.append({"job": job, "run": run, "epoch": 1, "position": position, "fingerprint": fingerprint,
                               "kind": "model" if is_call else "step", "effect": "none" if is_call else "once", "state": "recorded",
                               "unknown": 0, "at": self._now})
            if is_call:
                self._call(run, kind, tag, name, job, 1, kinds.turn(position))
                for entry in self.ledger[-2:]:
                    entry["position"] = position
        self.once_notes.append(f"{tag}-step")

    def _give_up_leases(self):
        """What each attempt has done with its lease, each in a transaction of its own."""
        self.began = {1: WORKER}
        self.deeds = []
        given = [(end["job"], end["epoch"], "done", end.get("state", "succeeded")) for end in self.ended if end.get("attempt") != 0]
        for job, epoch, what, outcome in sorted(given + [(job, epoch, "attempt", "failed") for job, epoch in self.attempts]):
            deed = {"transaction": 10 + len(self.deeds), "job_id": job, "epoch": epoch, "session_id": 1, "process": WORKER}
            self.deeds += [{**deed, "what": "claim", "outcome": None}, {**deed, "what": "lease", "outcome": None}, {**deed, "what": what, "outcome": outcome}]
        self.lives = []

    def deed(self, what, job):
        """The last one of a kind with the lease of a job."""
        return [deed for deed in self.deeds if (deed["what"], deed["job_id"]) == (what, job)][-1]

    def _budget(self):
        """The budget of the run that is held, and that of its team."""
        self.budgets = [{"scope": "run", "name": str(self.held[0]), "run": self.held[0]}, {"scope": "team", "name": load.TEAM, "run": None}]
        for budget in self.budgets:
            budget["paid"] = sum(entry["paid"] for entry in self.ledger if entry["run"] == self.held[0])
            budget["unknown"] = 0

    def _wait(self):
        """The jobs of the run that is held which wait for people and for a time."""
        self.approval = {"state": "denied" if load.is_denied(self.held[1]) else "approved", "at": FIRST_DUE, "decided_by": "person"}
        self.jobs += [(100 * self.held[0] + 90, self.held[0], "ok"), (100 * self.held[0] + 91, self.held[0], "pause")]
        self.ended += [{"job": job, "run": self.held[0], "epoch": 2, "output": None, "at": FIRST_DUE + 1} for job, _, _ in self.jobs[-2:]]
        self.attempts += [(job, 1) for job, _, _ in self.jobs[-2:]]
        self.waited = 0.7
        """How long the one that waits for a time did, in seconds."""

    def _statements_of_what_was_noted(self):
        if self.approval:
            yield insert("approval", run_id=self.held[0], job_id=100 * self.held[0] + 90, kind="gate", position="x", fingerprint="\\x00", round=1, title="x",
                         request="{}", digest="\\x00", needed=1, allows_requester="true", otherwise="deny", asked_at=NOW,
                         state=self.approval["state"], decided_at=moment(self.approval["at"]), decided_by=self.approval["decided_by"])
        for number, budget in enumerate(self.budgets, 1):
            of_run = {"run_id": budget["run"]} if budget["run"] else {}
            yield insert("budget", budget_id=number, scope=budget["scope"], name=budget["name"], period="run" if of_run else "total",
                         limit_micro_usd=LAST, mode="hold", set_at=NOW, **of_run)
            yield insert("budget_period", budget_id=number, begins_at=NOW, ends_at=NOW, run_id=0, paid_micro_usd=budget["paid"],
                         unknown_micro_usd=budget["unknown"])
        for session, process in self.began.items():
            yield f"INSERT INTO storm.began VALUES ({session}, '{process}')"
        for deed in self.deeds:
            given = {name: value for name, value in deed.items() if value is not None}
            given["session_had_ended"] = str(deed.get("session_had_ended", False)).lower()
            yield insert("deed", "storm", **given)
        for transaction, incarnation in self.lives:
            yield insert("life", "storm", transaction=transaction, incarnation=incarnation)
