"""The storm: runs are submitted, and faults are made, as the seed decides."""

import collections
import concurrent.futures
import time
from random import Random

import kinds
import load
import shapes
from faults import Faults

RUNS_A_SECOND = 2
TWICE_SUBMITTED = 0.2
THREADS = 11
"""One submits runs, four are for people, clients, whoever is outside and who looks at limits; the others wait for answers to submissions."""


class Storm:
    """Each fault, each run and each decision draws by a generator of its own: how fast this machine is, and which answer
    comes first, changes nothing of what is drawn for the others."""

    def __init__(self, world, seed, say=None):
        self.world = world
        self.seed = seed
        self.say = say
        self.runs = []
        self.counts = collections.Counter()
        self._end = 0
        self.faults = Faults(world, seed)

    @property
    def count(self):
        return sum(self.counts.values())

    def blow(self, seconds):
        """Makes faults for so long, while runs are submitted."""
        self.world.people.begin(self.seed)
        self.world.outside.begin(self.seed, seconds)
        if self.world.has_faults:
            self.faults.begin()
        self._end = time.monotonic() + seconds
        # Who waits for an answer that does not come holds up nobody else.
        with concurrent.futures.ThreadPoolExecutor(THREADS) as others:
            going_on = [others.submit(self._submit_runs, others), *(others.submit(self._follow, each) for each in self.followers)]
            try:
                self._make_faults(seconds, going_on)
            finally:
                self._end = 0
            for submission in [*going_on[0].result(), *going_on[1:]]:
                submission.result()

    def _make_faults(self, seconds, going_on):
        next_fault = time.monotonic()
        while (now := time.monotonic()) < self._end and not any(each.done() for each in going_on):
            self.faults.undo(now)
            if now >= next_fault and self.world.has_faults:
                name = self.faults.make()
                if self.say:
                    self.say(f"{now - self._end + seconds:7.2f} {name}", flush=True)
                self.counts[name] += 1
                next_fault = time.monotonic() + self.faults.pause
            self.world.revive()
            time.sleep(0.02)
        self.faults.undo(None)

    def _submit_runs(self, others):
        """Has runs submitted until the end; returns what is to be waited for."""
        submissions = []
        while time.monotonic() < self._end:
            submissions.append(others.submit(*self.next_run()))
            time.sleep(1 / RUNS_A_SECOND)
        return submissions

    def _follow(self, follower):
        while time.monotonic() < self._end:
            follower.follow()
            time.sleep(0.02)

    @property
    def followers(self):
        return self.world.people, self.world.client, self.world.outside, self.world.limits

    def follow(self):
        """Has people and clients go on; says whether they have nothing left to do."""
        return all([follower.follow() for follower in self.followers])

    def next_run(self):
        """The next run, and how it is submitted: some are twice at once; who finds nobody now is submitted again when it is calm."""
        random = Random(f"{self.seed}/run/{len(self.runs)}")
        kind = random.choices(list(kinds.WEIGHTS), kinds.WEIGHTS.values())[0]
        tag = f"{kind}{len(self.runs):05d}"
        is_twice, cancelled_after, raised_after = random.random() < TWICE_SUBMITTED, random.uniform(0, 3), random.uniform(0, 4)
        raised_again_after = random.uniform(4, 9)
        told_after, told_again_after = random.uniform(0, 6), random.uniform(0, 3)
        # What is cancelled in the middle of a call is unknown.
        is_cancelled = self.world.has_faults and (kind == "again" or kind in ("mapped", "parent") and random.random() < shapes.CANCELLED)
        is_paused = kind in shapes.MAY_BE_PAUSED and random.random() < shapes.PAUSED
        paused_after, paused_for = random.uniform(0, 3), random.uniform(0.2, 4)
        self.runs.append((kind, tag))
        if load.is_forked(kind, tag):
            self.world.client.fork_later(tag)
        if is_paused:
            self.world.client.pause_later(tag, paused_after, paused_for)
        if is_cancelled:
            self.world.client.cancel_later(tag, cancelled_after)
        if kind == "held":
            self.world.people.raise_budget_later(
                tag, [(raised_after, load.MIDDLE_BUDGET_USD), (raised_again_after, load.LAST_BUDGET_USD)])
        if kind == "event":
            self.world.outside.tell_later(tag, told_after, told_again_after)
        self.counts["submit-twice"] += is_twice
        return self.world.client.submit_twice if is_twice else self.world.client.submit, kind, tag
