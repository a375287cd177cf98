"""The people behind the runs: they decide what they are asked, and raise budgets; each command comes twice."""

import json
import pathlib
import time
from random import Random

import load
import shapes

LOOK_SECONDS = 0.5
LONGEST_THOUGHT_SECONDS = 8
TEAM_SECONDS = 3
"""How often the budget that runs have in common is raised, and by how much."""
TEAM_USD = 0.004
TEAM_USD_FOR_A_RUN = 0.008
"""By how much more for each of its runs: what they need, and calls that were lost. So the budget keeps runs for a while, in storms of any length."""
AGAIN_SECONDS = 5
LONGEST_WAY_SECONDS = 25
"""How long a request may be on its way whose worker has been killed: over a link that is down for some seconds, and then is tried again."""
STOPPED_SECONDS = 3
"""How long a worker that was stopped has been going on until what it was about to send has arrived."""


class People:
    def __init__(self, client, token, once_notes, notes, batch_bill, is_any_worker_stopped):
        self._client = client
        self._token = token
        self._once_notes = once_notes
        self._batch_bill = batch_bill
        """What the provider of batches has taken and billed."""
        self._is_any_worker_stopped = is_any_worker_stopped
        self._stopped_at = 0
        """When a worker was last seen to have been stopped: it may send when it goes on."""
        self._notes = notes
        """Where it is written down when which limit was asked for."""
        self._seed = None
        self._next_look = 0
        self._approvals = {}
        """How many approvals a run has asked for."""
        self._decide_at = {}
        """When an approval is decided, by its number."""
        self._raise_at = {}
        """To what the budget of a run is raised, and when."""
        self._raised = {}
        """When the budget of a run is asked for once more, when it is calm."""
        self._team_usd = load.FIRST_BUDGET_OF_TEAM_USD
        self._new_runs_of_team = 0
        self._raise_team_at = None
        self._is_calm = False
        self.limits = []
        """Each limit that was asked for: whose, how many micro-dollars, and since when it may hold."""

    def begin(self, seed):
        """Sets the budget that runs have in common, before there is any."""
        self._seed = seed
        until = time.monotonic() + 60
        while not self._set({"team": load.TEAM, "per": "total"}, load.TEAM, self._team_usd):
            if time.monotonic() > until:
                raise RuntimeError("no scheduler takes a budget although there was no fault yet")
            time.sleep(0.1)
        self._raise_team_at = time.monotonic() + TEAM_SECONDS

    def raise_budget_later(self, tag, steps):
        """Has the budget of a run raised, each time so many seconds later, to so many dollars."""
        now = time.monotonic()
        self._raise_at[tag] = [(now + seconds, usd) for seconds, usd in steps]
        self._new_runs_of_team += 1

    def grow_calm(self):
        """From now on no budget keeps anybody; what comes late and lowers one is put right."""
        self._is_calm = True
        self._team_usd = load.LAST_BUDGET_USD * 1000
        self._raise_team_at = 0

    def follow(self):
        """Does what is to be done now; says whether nobody waits for anything."""
        now = time.monotonic()
        for tag, steps in list(self._raise_at.items()):
            run = self._client.promised.get(tag)
            if run is not None and now >= steps[0][0] and self._set({"run": int(run)}, tag, steps[0][1]):
                self._raise_at[tag] = steps[1:]
                if not steps[1:]:
                    del self._raise_at[tag]
                    self._raised[tag] = now + AGAIN_SECONDS
        if now >= self._raise_team_at:
            self._raise_team_at = now + (AGAIN_SECONDS if self._is_calm else TEAM_SECONDS)
            if not self._is_calm:
                new = self._new_runs_of_team
                self._new_runs_of_team -= new
                self._team_usd += TEAM_USD + TEAM_USD_FOR_A_RUN * new
            self._set({"team": load.TEAM, "per": "total"}, load.TEAM, self._team_usd)
        if self._is_calm:
            self._repeat_last_words(now)
        if now >= self._next_look:
            self._next_look = now + LOOK_SECONDS
            self._look(now)
        return not self._raise_at

    def _repeat_last_words(self, now):
        """A scheduler that had stopped may have set an earlier limit after a later one."""
        for tag, at in self._raised.items():
            if now >= at:
                self._raised[tag] = now + AGAIN_SECONDS
                self._set({"run": int(self._client.promised[tag])}, tag, load.LAST_BUDGET_USD)

    def _set(self, whose, name, usd):
        """Sets a budget; says whether that is done."""
        limit = round(usd * 1_000_000)
        if not any(entry[:2] == (name, limit) for entry in self.limits):
            self.limits.append((name, limit, time.time()))
            with open(self._notes, "a") as file:
                file.write(json.dumps(self.limits[-1]) + "\n")
        body = {**whose, "limit_micro_usd": limit, "mode": "hold"}
        answers = self._client.twice(lambda first: self._ask("PUT", "/v1/budgets", body, first))
        self._client.expect(answers, {200}, f"PUT /v1/budgets {body}")
        return any(answer and answer[0] == 200 for answer in answers)

    def _look(self, now):
        if self._is_any_worker_stopped():
            self._stopped_at = now
        found = self._ask("GET", "/v1/approvals?state=open&limit=100")
        self._client.expect([found], {200}, "GET /v1/approvals")
        for approval in found[1].get("approvals", []) if found else []:
            at = self._decide_at.get(approval["id"]) or self._think(approval, now)
            if now >= at:
                if approval["kind"] == "effect" and self._may_still_happen(approval):
                    continue
                if approval["title"] == shapes.UNANSWERED:
                    continue
                verdict = self._verdict(approval)
                if verdict is None:
                    continue
                word, body = verdict
                path = f"/v1/approvals/{approval['id']}/{word}"
                answers = self._client.twice(lambda first: self._ask("POST", path, {**body, "digest": approval["digest"]}, first))
                self._client.expect(answers, {200, 409}, f"POST {path}")

    def _think(self, approval, now):
        """When an approval is decided: that depends on its run alone, and on how many that has asked for."""
        tag = self._client.tag(approval["run"])
        number = self._approvals[tag] = self._approvals.get(tag, 0) + 1
        thought = Random(f"{self._seed}/approval/{tag}/{number}").uniform(0, LONGEST_THOUGHT_SECONDS)
        if approval["job"] == "post":
            thought += LONGEST_WAY_SECONDS
        self._decide_at[approval["id"]] = now + thought
        return now + thought

    def _may_still_happen(self, approval):
        """Whether a tool, or the run's own program, is at work that writes to the log by which people say what has happened."""
        if approval["job"] == "post":
            return time.monotonic() - self._stopped_at < STOPPED_SECONDS
        who = self._client.tag(approval["run"]) if approval["job"] == "ask" else "note.sh"
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                command = path.read_bytes()
                if str(self._once_notes).encode() in command and who.encode() in command:
                    return True
            except OSError:
                continue
        return False

    def _verdict(self, approval):
        """What is decided; None as long as it cannot be known."""
        if approval["kind"] != "effect":
            tag = self._client.tag(approval["run"])
            if tag not in self._client.promised:
                return None
            return ("deny", {"reason": "no"}) if load.is_denied(tag) else ("approve", {})
        if approval["job"] == "call":
            return self._verdict_on_batch(self._client.tag(approval["run"]))
        tag, job = self._client.tag(approval["run"]), approval["job"]
        if tag not in self._client.promised:
            return None
        item = {"ask": f"{tag}-step", "post": f"{tag}-post"}.get(job) or approval["request"]["arguments"]["item"]
        text = self._once_notes.read_text() if self._once_notes.exists() else ""
        has_happened = any(json.loads(line)["item"] == item for line in text.splitlines() if line.endswith("}"))
        return ("happened", {"result": "noted" if job == "ask" else "noted\n"}) if has_happened else ("not-happened", {})

    def _verdict_on_batch(self, tag):
        """By what the provider of batches has on its bill; it is asked when its worker has given up finding out."""
        if tag not in self._client.promised:
            return None
        has_happened = f"{tag}-call" in self._batch_bill()["paid"]
        return ("happened", {"result": f"answer to {tag}-call"}) if has_happened else ("not-happened", {})

    def _ask(self, method, path, body=None, first=0):
        return self._client.ask(method, path, body, first, self._token)
