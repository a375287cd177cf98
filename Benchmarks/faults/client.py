"""Whoever submits runs, cancels and retries them, over the API of whichever scheduler answers."""

import http.client
import json
import threading
import time
import urllib.error
import urllib.request

import shapes

LONGEST_ANSWER_SECONDS = 4
FOLLOW_SECONDS = 0.5
AGAIN_SECONDS = 5


class Client:
    def __init__(self, fronts, token, workflows, has_faults=True):
        self._fronts = fronts
        self._token = token
        self._workflows = workflows
        self._has_faults = has_faults
        self.promised = {}
        """The run that was promised for a tag."""
        self._tags = {}
        self.contradictions = []
        """Where two answers did not agree."""
        self.surprises = []
        """Answers that none should be."""
        self._pauses = {}
        """What is still to be done with a run that is paused and resumed, and when."""
        self._forks = {}
        """When it is looked whether a run has succeeded that is to be forked."""
        self._again = {}
        """What is still to be done with a run that is cancelled and retried, and when."""

    def ask(self, method, path, body=None, first=0, token=None):
        """Asks one scheduler after the other: the status and the answer of the first that gives one, or None."""
        for number in range(len(self._fronts)):
            answer = self.ask_once(method, path, body, first + number, token)
            if answer is not None:
                return answer
        return None

    def ask_once(self, method, path, body=None, first=0, token=None):
        """Asks one scheduler: the status and the answer, or None when it gives none."""
        front = self._fronts[first % len(self._fronts)]
        request = urllib.request.Request(
            f"http://127.0.0.1:{front.port}{path}", None if body is None else json.dumps(body).encode(), method=method,
            headers={"Authorization": f"Bearer {token or self._token}", "Content-Type": "application/json"})
        try:
            status, answer = read(request)
        except (OSError, http.client.HTTPException, ValueError):
            return None
        if status >= 500:
            # Whatever is away or full has a status and a code of its own.
            if answer.get("code") == "internal-error":
                self.surprises.append(f"{method} {path}: {status} {answer}")
            return None
        return status, answer

    def expect(self, answers, statuses, what):
        """Notes each answer that is none of those which may be given."""
        for answer in answers:
            if answer is not None and answer[0] not in statuses:
                self.surprises.append(f"{what}: {answer[0]} {answer[1]}")

    def submit(self, kind, tag, first=0):
        """Submits a run; its key makes it safe to do that again. Returns its id, or None when nobody took it."""
        body = {"workflow": self._workflows[kind], "file": f"{kind}.yaml", "params": shapes.params(kind, tag, self._has_faults),
                "idempotency_key": tag}
        answer = self.ask("POST", "/v1/runs", body, first)
        self.expect([answer], {200, 201}, f"POST /v1/runs of {tag}")
        if answer is None or answer[0] not in (200, 201):
            return None
        return self._keep_promise(tag, answer[1]["id"])

    def _keep_promise(self, tag, run):
        self._tags[str(run)] = tag
        if self.promised.setdefault(tag, run) != run:
            self.contradictions.append(f"{tag} is run {self.promised[tag]} and run {run}")
        return run

    def tag(self, run):
        """The tag of a run; where its promise was lost, its number."""
        return self._tags.get(str(run), str(run))

    def submit_twice(self, kind, tag):
        """Submits a run to two schedulers at the same time."""
        self.twice(lambda first: self.submit(kind, tag, first))

    def twice(self, function):
        """Asks two schedulers for the same at the same time; returns both answers."""
        answers = [None, None]

        def ask(first):
            try:
                answers[first] = function(first)
            except Exception as error:  # Whatever it is, it must not vanish with its thread.
                self.surprises.append(f"{type(error).__name__}: {error}")

        threads = [threading.Thread(target=ask, args=(first,)) for first in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    # Runs that are paused and resumed

    def pause_later(self, tag, after, seconds):
        """Has a run paused, and resumed so much later."""
        self._pauses[tag] = [("pause", time.monotonic() + after), ("resume", seconds)]

    def _follow_pauses(self):
        """Does what is to be done now; says whether each run was resumed that was paused."""
        now = time.monotonic()
        for tag, (step, *later) in list(self._pauses.items()):
            word, at = step
            if tag in self.promised and now >= at:
                has_heard = self._tell(self.promised[tag], word, {200, 409})
                if later and has_heard:
                    self._pauses[tag] = [(later[0][0], now + later[0][1])]
                else:
                    # It is resumed once more, in case that a scheduler which had stopped has paused it behind that.
                    self._pauses[tag] = [(word, now + (AGAIN_SECONDS if has_heard else FOLLOW_SECONDS)), *later]
        return all(not later for _, *later in list(self._pauses.values()))

    # Runs that are forked

    def fork_later(self, tag):
        """Has a run forked when it has succeeded, with another tag for its report: what it has asked and done is taken over."""
        self._forks[tag] = 0

    def _follow_forks(self):
        """Does what is to be done now; says whether nothing is left to do."""
        for tag, at in list(self._forks.items()):
            run = self.promised.get(tag)
            if run is None or time.monotonic() < at:
                continue
            self._forks[tag] = time.monotonic() + FOLLOW_SECONDS
            shown = self.ask("GET", f"/v1/runs/{run}")
            self.expect([shown], {200}, f"GET /v1/runs/{run}")
            if shown and shown[1].get("state") == "succeeded" and self._fork(run, shapes.fork_of(tag)):
                del self._forks[tag]
        return not self._forks

    def _fork(self, run, tag):
        """Asks two schedulers for the same fork; says whether one has promised it."""
        body = {"params": {"tag": tag}, "idempotency_key": tag}
        answers = self.twice(lambda first: self.ask("POST", f"/v1/runs/{run}/fork", body, first))
        self.expect(answers, {200, 201}, f"POST /v1/runs/{run}/fork")
        for answer in answers:
            if answer and answer[0] in (200, 201):
                self._keep_promise(tag, answer[1]["id"])
        return tag in self.promised

    # Runs that are cancelled and retried

    def cancel_later(self, tag, seconds):
        """Has a run cancelled, and retried when it has ended."""
        self._again[tag] = ("cancel", time.monotonic() + seconds)

    def follow(self):
        """Does what is to be done now; each command twice. Says whether nothing is left to do."""
        is_rest_done = all([self._follow_pauses(), self._follow_forks()])
        for tag, (what, at) in list(self._again.items()):
            run = self.promised.get(tag)
            if run is None or time.monotonic() < at:
                continue
            self._again[tag] = (what, time.monotonic() + FOLLOW_SECONDS)
            if what == "cancel":
                if self._tell(run, "cancel"):
                    self._again[tag] = ("retry", time.monotonic() + FOLLOW_SECONDS)
                continue
            shown = self.ask("GET", f"/v1/runs/{run}")
            self.expect([shown], {200}, f"GET /v1/runs/{run}")
            if shown is None:
                continue
            state = shown[1].get("state")
            if state == "cancelled":
                self._tell(run, "retry")
            elif state in ("succeeded", "failed", None):
                del self._again[tag]
        return not self._again and is_rest_done

    def _tell(self, run, word, statuses=frozenset({202, 409})):
        """Says whether somebody has heard it; who is the second may be told that it is too late."""
        answers = self.twice(lambda first: self.ask("POST", f"/v1/runs/{run}/{word}", {}, first))
        self.expect(answers, statuses, f"POST /v1/runs/{run}/{word}")
        return any(answers)


def read(request):
    """The status and the answer to a request, also where it is an error."""
    try:
        with urllib.request.urlopen(request, timeout=LONGEST_ANSWER_SECONDS) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())
