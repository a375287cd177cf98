"""Whoever submits runs, cancels and retries them, over the API of whichever scheduler answers."""

import http.client
import json
import threading
import time
import urllib.error
import urllib.request

LONGEST_ANSWER_SECONDS = 5
FOLLOW_SECONDS = 0.5


class Client:
    def __init__(self, fronts, token, workflows):
        self._fronts = fronts
        self._token = token
        self._workflows = workflows
        self.promised = {}
        """The run that was promised for a tag."""
        self.contradictions = []
        """Where two answers did not agree."""
        self._again = {}
        """What is still to be done with a run that is cancelled and retried, and when."""

    def ask(self, method, path, body=None, first=0, token=None):
        """Asks one scheduler after the other: the status and the answer of the first that gives one, or None."""
        for number in range(len(self._fronts)):
            front = self._fronts[(first + number) % len(self._fronts)]
            request = urllib.request.Request(
                f"http://127.0.0.1:{front.port}{path}", None if body is None else json.dumps(body).encode(), method=method,
                headers={"Authorization": f"Bearer {token or self._token}", "Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=LONGEST_ANSWER_SECONDS) as answer:
                    return answer.status, json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    return error.code, json.loads(error.read())
            except (OSError, http.client.HTTPException, ValueError):
                continue
        return None

    def submit(self, kind, tag, first=0):
        """Submits a run; its key makes it safe to do that again. Returns its id, or None when nobody answered."""
        body = {"workflow": self._workflows[kind], "file": f"{kind}.yaml", "params": {"tag": tag}, "idempotency_key": tag}
        answer = self.ask("POST", "/v1/runs", body, first)
        if answer is None:
            return None
        status, run = answer
        if status not in (200, 201):
            raise RuntimeError(f"POST /v1/runs: {status} {run}")
        if self.promised.setdefault(tag, run["id"]) != run["id"]:
            self.contradictions.append(f"{tag} is run {self.promised[tag]} and run {run['id']}")
        return run["id"]

    def submit_twice(self, kind, tag):
        """Submits a run to two schedulers at the same time."""
        self.twice(lambda first: self.submit(kind, tag, first))

    def twice(self, function):
        """Asks two schedulers for the same at the same time."""
        threads = [threading.Thread(target=function, args=(first,)) for first in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    # Runs that are cancelled and retried

    def cancel_later(self, tag, seconds):
        """Has a run cancelled, and retried when it has ended."""
        self._again[tag] = ("cancel", time.monotonic() + seconds)

    def follow(self):
        """Does what is to be done now; each command twice. Says whether nothing is left to do."""
        for tag, (what, at) in list(self._again.items()):
            run = self.promised.get(tag)
            if run is None or time.monotonic() < at:
                continue
            self._again[tag] = (what, time.monotonic() + FOLLOW_SECONDS)
            if what == "cancel":
                answers = []
                self.twice(lambda first: answers.append(self.ask("POST", f"/v1/runs/{run}/cancel", {}, first)))
                if any(answers):
                    self._again[tag] = ("retry", time.monotonic() + FOLLOW_SECONDS)
                continue
            shown = self.ask("GET", f"/v1/runs/{run}")
            if shown is None:
                continue
            state = shown[1].get("state")
            if state == "cancelled":
                self.twice(lambda first: self.ask("POST", f"/v1/runs/{run}/retry", {}, first))
            elif state in ("succeeded", "failed", None):
                del self._again[tag]
        return not self._again
