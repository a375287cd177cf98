"""The people behind the runs: they decide what they are asked, and raise budgets; each command comes twice."""

import json
import pathlib
import time

LOOK_SECONDS = 0.5
LONGEST_THOUGHT_SECONDS = 8


class People:
    def __init__(self, client, token, once_notes):
        self._client = client
        self._token = token
        self._once_notes = once_notes
        self._next_look = 0
        self._decide_at = {}
        """When an approval is decided, by its number."""
        self._raise_at = {}
        """By how much the budget of a run is raised, and when."""

    def raise_budget_later(self, tag, steps):
        """Has the budget of a run raised, each time so many seconds later, to so many dollars."""
        now = time.monotonic()
        self._raise_at[tag] = [(now + seconds, usd) for seconds, usd in steps]

    def follow(self, random):
        """Does what is to be done now; says whether nobody waits for anything."""
        now = time.monotonic()
        for tag, steps in list(self._raise_at.items()):
            run = self._client.promised.get(tag)
            if run is not None and now >= steps[0][0] and self._raise(run, steps[0][1]):
                self._raise_at[tag] = steps[1:]
                if not steps[1:]:
                    del self._raise_at[tag]
        if now >= self._next_look:
            self._next_look = now + LOOK_SECONDS
            self._look(now, random)
        return not self._raise_at

    def _raise(self, run, usd):
        body = {"run": int(run), "limit_micro_usd": round(usd * 1_000_000), "mode": "hold"}
        answers = []
        self._client.twice(lambda first: answers.append(self._ask("PUT", "/v1/budgets", body, first)))
        if any(answer and answer[0] not in (200, 404) for answer in answers):
            raise RuntimeError(f"PUT /v1/budgets: {answers}")
        return any(answer and answer[0] == 200 for answer in answers)

    def _look(self, now, random):
        found = self._ask("GET", "/v1/approvals?state=open&limit=100")
        for approval in found[1]["approvals"] if found else []:
            at = self._decide_at.setdefault(approval["id"], now + random.uniform(0, LONGEST_THOUGHT_SECONDS))
            if now >= at:
                if approval["kind"] == "effect" and self._may_still_happen():
                    continue
                word, body = self._verdict(approval)
                path = f"/v1/approvals/{approval['id']}/{word}"
                self._client.twice(lambda first: self._ask("POST", path, {**body, "digest": approval["digest"]}, first))

    def _may_still_happen(self):
        """Whether a tool is at work that writes to the log by which people say what has happened."""
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if str(self._once_notes).encode() in path.read_bytes():
                    return True
            except OSError:
                continue
        return False

    def _verdict(self, approval):
        if approval["kind"] != "effect":
            return "approve", {}
        item = approval["request"]["arguments"]["item"]
        text = self._once_notes.read_text() if self._once_notes.exists() else ""
        has_happened = any(json.loads(line)["item"] == item for line in text.splitlines() if line.endswith("}"))
        return ("happened", {"result": "noted\n"}) if has_happened else ("not-happened", {})

    def _ask(self, method, path, body=None, first=0):
        return self._client.ask(method, path, body, first, self._token)
