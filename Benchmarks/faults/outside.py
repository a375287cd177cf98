"""Whoever deploys workflows, tells of events, and fills schedules afterwards; what may come twice comes twice."""

import datetime
import time
from random import Random

import deployed
import shapes
from retention import RETENTION_HOURS

AGAIN_SECONDS = 1
FILLED_PART = 0.8
"""The part of the storm in which backfills begin."""
BACKFILLS_IN_A_ROUND = 3
"""Of so many one is paused and resumed, and one is made again."""
LONGEST_DEPLOYMENT_SECONDS = 60


class Outside:
    def __init__(self, client, ask, store):
        self._client = client
        self._ask_database = ask
        self._store = store
        self.told = {}
        """The event of each key that makes it safe to tell of it again."""
        self.end = 0
        """When nothing is due any more, in seconds since 1970."""
        self.backfills = set()
        """Those that were promised."""
        self.filled = {}
        """The parts of the past that are filled, and by how many backfills at most."""
        self.old = {}
        """The tags of the runs that are past their retention, by their numbers."""
        self._tell_at = {}
        """What is still to be told of a run, and when."""
        self._backfills = []
        """What is still to be done with backfills, in this order, and when."""
        self._is_calm = False
        self._resume_at = 0

    def begin(self, seed, seconds):
        """Deploys all that starts runs by itself, before there is any fault."""
        self.end = int(time.time() + seconds)
        files = [{"workflow": text, "file": f"deployed{number}.yaml"} for number, text in enumerate(deployed.files(self.end))]
        until = time.monotonic() + LONGEST_DEPLOYMENT_SECONDS
        while (answer := self._client.ask("POST", "/v1/workflows", {"files": files})) is None:
            if time.monotonic() > until:
                raise RuntimeError("no scheduler takes workflows although there was no fault yet")
            time.sleep(0.1)
        if answer[0] != 200:
            raise RuntimeError(f"the workflows are not deployed: {answer}")
        self._make_old_runs(seconds)
        self._backfills = self._plan_backfills(Random(f"{seed}/backfills"), time.monotonic(), seconds)

    def _plan_backfills(self, random, now, seconds):
        """Small backfills, one behind the other, some of which are paused and resumed, and some made again."""
        plan = []
        for number in range(max(BACKFILLS_IN_A_ROUND, int(seconds * FILLED_PART / deployed.BACKFILL_SECONDS))):
            at = now + seconds * random.uniform(0.05, FILLED_PART)
            held_after, held_for, again_after = random.uniform(0.1, 2), random.uniform(0.2, 4), random.uniform(1, 5)
            plan.append((at, lambda number=number: self._fill(number)))
            self.filled[number] = 1
            if number % BACKFILLS_IN_A_ROUND == 1:
                plan += [(at + held_after, self._pause), (at + held_after + held_for, self._resume)]
            if number % BACKFILLS_IN_A_ROUND == 2:
                plan.append((at + again_after, lambda number=number: self._fill_again(number)))
                self.filled[number] = 2
        return sorted(plan, key=lambda entry: entry[0])

    def _make_old_runs(self, seconds):
        """Has runs end, each with a journal, and become older than the retention in the course of the storm."""
        tags = [f"old{number:05d}" for number in range(deployed.OLD_RUNS)]
        until = time.monotonic() + LONGEST_DEPLOYMENT_SECONDS
        for tag in tags:
            while self._client.submit("old", tag) is None:
                if time.monotonic() > until:
                    raise RuntimeError("no scheduler takes a run although there was no fault yet")
                time.sleep(0.1)
        runs = ", ".join(str(self._client.promised[tag]) for tag in tags)
        while int(self._ask_database(f"SELECT count(*) FROM chassis.live_run WHERE run_id IN ({runs})")):
            if time.monotonic() > until:
                raise RuntimeError("runs do not end although there was no fault yet")
            time.sleep(0.1)
        self.old = {int(self._client.promised.pop(tag)): tag for tag in tags}
        if without := [run for run in self.old if not list(self._store.glob(f"runs/{run}/*/*.journal"))]:
            raise RuntimeError(f"the runs {without} left no journal although there was no fault yet")
        self._ask_database(f"""
            UPDATE chassis.ended_run SET ended_at = now() - interval '{RETENTION_HOURS} hours'
                + (old.number * {seconds} / {deployed.OLD_RUNS}) * interval '1 second'
            FROM unnest(ARRAY[{runs}]) WITH ORDINALITY AS old (run_id, number)
            WHERE ended_run.run_id = old.run_id""")

    def tell_later(self, tag, first_after, second_after):
        """Has two events told that a run waits for, one behind the other."""
        self._tell_at[tag] = [(shapes.FIRST_WORD, time.monotonic() + first_after), (shapes.SECOND_WORD, second_after)]

    def grow_calm(self):
        """From now on no backfill is held up; what comes late and pauses one is put right."""
        self._is_calm = True

    def follow(self):
        """Does what is to be done now; says whether nothing is left to do."""
        now = time.monotonic()
        for tag, words in list(self._tell_at.items()):
            if tag in self._client.promised and now >= words[0][1]:
                if not self._tell(tag, words[0][0]):
                    words[0] = (words[0][0], now + AGAIN_SECONDS)
                elif words[1:]:
                    self._tell_at[tag] = [(words[1][0], now + words[1][1])]
                else:
                    del self._tell_at[tag]
        while self._backfills and now >= self._backfills[0][0]:
            at, act = self._backfills.pop(0)
            if not act():
                self._backfills.insert(0, (now + AGAIN_SECONDS, act))
        if self._is_calm and not self._backfills and now >= self._resume_at:
            self._resume_at = now + 5 * AGAIN_SECONDS
            self._resume()
        return not self._tell_at and not self._backfills

    def _tell(self, tag, word):
        """Tells two schedulers of the same event at the same moment; says whether one has taken it."""
        key = f"{tag}/{word}"
        body = {"name": shapes.EVENT, "key": tag, "data": {"word": word}, "idempotency_key": key}
        answers = self._client.twice(lambda first: self._client.ask("POST", "/v1/events", body, first))
        self._client.expect(answers, {200, 201}, f"POST /v1/events {key}")
        for answer in answers:
            if answer and answer[0] in (200, 201) and self.told.setdefault(key, answer[1]["id"]) != answer[1]["id"]:
                self._client.contradictions.append(f"{key} is event {self.told[key]} and event {answer[1]['id']}")
        return key in self.told

    # Backfills

    def _fill(self, number):
        """Has a run started for each due time of a part; whoever asks again is told that there is nothing left to start."""
        answers = self._client.twice(lambda first: self._client.ask("POST", "/v1/backfills", request(number), first))
        self._client.expect(answers, {201, 409}, "POST /v1/backfills")
        self._keep(answers)
        return any(answers)

    def _fill_again(self, number):
        """Asked for once: a second time it would be a further backfill."""
        answer = self._client.ask_once("POST", "/v1/backfills", {**request(number), "again": True, "newest_first": True})
        self._client.expect([answer], {201}, "POST /v1/backfills again")
        self._keep([answer])
        return True

    def _keep(self, answers):
        self.backfills.update(answer[1]["id"] for answer in answers if answer and answer[0] == 201)

    def _pause(self):
        return self._tell_backfills("pause")

    def _resume(self):
        return self._tell_backfills("resume")

    def _tell_backfills(self, word):
        """Tells each backfill that has not ended; says whether somebody has heard it."""
        shown = self._client.ask("GET", "/v1/backfills")
        self._client.expect([shown], {200}, "GET /v1/backfills")
        if not shown or shown[0] != 200:
            return False
        has_heard = True
        for backfill in shown[1]["backfills"]:
            if backfill["state"] in ("active", "paused"):
                path = f"/v1/backfills/{backfill['id']}/{word}"
                answers = self._client.twice(lambda first: self._client.ask("POST", path, {}, first))
                self._client.expect(answers, {200, 409}, f"POST {path}")
                has_heard = has_heard and any(answers)
        return has_heard


def request(number):
    """The request for a backfill of a part of the past."""
    part = deployed.part(number)
    return {"workflow": "storm-past", "schedule": "hourly", "from": moment(part.start), "to": moment(part.stop),
            "limit": deployed.BACKFILL_LIMIT}


def moment(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
