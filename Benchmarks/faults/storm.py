"""The storm: runs are submitted, and faults are made, as the seed decides."""

import collections
import concurrent.futures
import time
from random import Random

import load
from faults import Faults

RUNS_A_SECOND = 2
TWICE_SUBMITTED = 0.2


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
        self.faults.begin()
        self._end = time.monotonic() + seconds
        # Who waits for an answer that does not come holds up no fault.
        with concurrent.futures.ThreadPoolExecutor(1) as others:
            loading = others.submit(self._load)
            try:
                self._make_faults(seconds, loading)
            finally:
                self._end = 0
            loading.result()

    def _make_faults(self, seconds, loading):
        next_fault = time.monotonic()
        while (now := time.monotonic()) < self._end and not loading.done():
            self.faults.undo(now)
            if now >= next_fault:
                name = self.faults.make()
                if self.say:
                    self.say(f"{now - self._end + seconds:7.2f} {name}", flush=True)
                self.counts[name] += 1
                next_fault = time.monotonic() + self.faults.pause
            self.world.revive()
            time.sleep(0.02)
        self.faults.undo(None)

    def _load(self):
        """Submits runs, and has people and clients go on, until the end."""
        next_run = time.monotonic()
        while (now := time.monotonic()) < self._end:
            if now >= next_run:
                self.submit()
                next_run = now + 1 / RUNS_A_SECOND
            self.follow()
            time.sleep(0.02)

    def follow(self):
        """Has people and clients go on; says whether they have nothing left to do."""
        is_decided = self.world.people.follow()
        return self.world.client.follow() and is_decided

    def submit(self):
        """Submits a run, some of them twice at once; when nobody takes it now, it is submitted again when it is calm."""
        random = Random(f"{self.seed}/run/{len(self.runs)}")
        kind = random.choices(["agent", "once", "fan", "again", "held"], [3, 1, 1, 1, 1])[0]
        tag = f"{kind}{len(self.runs):05d}"
        self.runs.append((kind, tag))
        is_twice, cancelled_after, raised_after = random.random() < TWICE_SUBMITTED, random.uniform(0, 3), random.uniform(0, 4)
        raised_again_after = random.uniform(4, 9)
        if is_twice:
            self.counts["submit-twice"] += 1
            self.world.client.submit_twice(kind, tag)
        else:
            self.world.client.submit(kind, tag)
        if kind == "again":
            self.world.client.cancel_later(tag, cancelled_after)
        if kind == "held":
            self.world.people.raise_budget_later(
                tag, [(raised_after, load.MIDDLE_BUDGET_USD), (raised_again_after, load.LAST_BUDGET_USD)])
