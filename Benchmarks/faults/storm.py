"""The faults: which, when and to whom, decided by the seed."""

import collections
import os
import signal
import subprocess
import time

from world import LEASE_SECONDS, SCHEDULERS, WORKERS

PLACES = ["before-intent", "before-send", "during-answer", "after-answer", "after-checkpoint", "after-settlement",
          "before-end"]
RUNS_A_SECOND = 2


class Storm:
    def __init__(self, world, random, say=None):
        self.world = world
        self.random = random
        self.say = say
        self.runs = []
        self.counts = collections.Counter()
        self.later = []
        self.faults = [
            (8, self.kill_worker), (4, self.kill_worker_at_a_place), (3, self.end_worker), (4, self.stop_worker),
            (2, self.kill_scheduler), (1, self.stop_scheduler), (1, self.crash_postgres), (3, self.kill_backend),
            (3, self.cut_connections), (3, self.swallow), (3, self.delay), (5, self.provider_fault), (1, self.fill_store),
        ]

    @property
    def count(self):
        return sum(self.counts.values())

    def blow(self, seconds):
        """Makes faults for so long, while runs are submitted."""
        end = time.monotonic() + seconds
        next_run = next_fault = time.monotonic()
        while (now := time.monotonic()) < end:
            for entry in [entry for entry in self.later if entry[0] <= now]:
                self.later.remove(entry)
                entry[1]()
            if now >= next_run:
                self.submit()
                next_run = now + 1 / RUNS_A_SECOND
            if now >= next_fault:
                weights, faults = zip(*self.faults)
                fault = self.random.choices(faults, weights)[0]
                name = fault.__name__.replace("_", "-")
                if self.say:
                    self.say(f"{now - end + seconds:7.2f} {name}", flush=True)
                self.counts[name] += 1
                fault()
                next_fault = time.monotonic() + self.random.uniform(0.1, 1.0)
            self.world.revive()
            time.sleep(0.02)
        for _, undo in self.later:
            undo()

    def submit(self):
        """Submits a run; when nobody takes it now, it is submitted again when it is calm."""
        kind = self.random.choices(["agent", "once", "fan"], [3, 1, 1])[0]
        tag = f"{kind}{len(self.runs):05d}"
        self.runs.append((kind, tag))
        self.world.submit(kind, tag)

    def after(self, seconds, undo):
        self.later.append((time.monotonic() + seconds, undo))

    def some_worker(self):
        return self.random.randrange(WORKERS)

    # The faults

    def kill_worker(self):
        self.world.workers[self.some_worker()].kill()

    def kill_worker_at_a_place(self):
        number = self.some_worker()
        failpoint = f"{self.random.choice(PLACES)}:{self.random.randrange(1, 12)}"
        self.world.workers[number].kill()
        self.world.workers[number].wait()
        self.world.start_worker(number, failpoint)

    def end_worker(self):
        self.world.workers[self.some_worker()].send_signal(signal.SIGTERM)

    def stop_worker(self):
        worker = self.world.workers[self.some_worker()]
        worker.send_signal(signal.SIGSTOP)
        self.after(self.random.uniform(0.2, LEASE_SECONDS + 3), lambda: worker.send_signal(signal.SIGCONT))

    def kill_scheduler(self):
        self.world.schedulers[self.random.randrange(SCHEDULERS)].kill()

    def stop_scheduler(self):
        scheduler = self.world.schedulers[self.random.randrange(SCHEDULERS)]
        scheduler.send_signal(signal.SIGSTOP)
        self.after(self.random.uniform(0.2, 3), lambda: scheduler.send_signal(signal.SIGCONT))

    def crash_postgres(self):
        self.world.cluster.crash_server()
        time.sleep(self.random.uniform(0, 2))
        for _ in range(50):
            try:
                return self.world.cluster.start_server()
            except RuntimeError:
                time.sleep(0.2)  # The children of the last one are still leaving.
        raise RuntimeError("Postgres does not come back")

    def kill_backend(self):
        """Has Postgres end one connection of a worker."""
        self.world.cluster.psql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'chassis-worker%' "
            f"ORDER BY pid OFFSET {self.random.randrange(12)} LIMIT 1")

    def cut_connections(self):
        self.world.proxies[self.some_worker()].cut()

    def swallow(self):
        proxy = self.world.proxies[self.some_worker()]
        proxy.swallow(True)

        def heal():
            proxy.swallow(False)
            if self.random.random() < 0.5:
                proxy.cut()

        self.after(self.random.uniform(0.2, LEASE_SECONDS + 3), heal)

    def delay(self):
        proxy = self.world.proxies[self.some_worker()]
        proxy.delay(self.random.uniform(0.01, 0.3))
        self.after(self.random.uniform(0.5, 4), lambda: proxy.delay(0))

    def provider_fault(self):
        rule = self.random.choice([
            {"do": "status", "status": 429, "retry_after": 1}, {"do": "status", "status": 500},
            {"do": "status", "status": 503}, {"do": "hang"}, {"do": "cut", "after_events": self.random.randrange(1, 4)},
            {"do": "stall", "after_events": 1}, {"do": "malformed", "kind": "garbage"},
            {"do": "malformed", "kind": "bad_sse"}, {"do": "malformed", "kind": "html"},
            {"do": "slow", "delay_ms": 300, "event_ms": 50},
        ])
        self.world.control_model("faults", [{**rule, "times": self.random.randrange(1, 6)}])

    def fill_store(self):
        """Leaves no room in the store for a while."""
        if not self.world.has_small_store:
            return
        filler = self.world.store / "filler"
        try:
            with open(filler, "wb") as file:
                while True:
                    file.write(bytes(1 << 20))
                    file.flush()
        except OSError:
            pass  # It is full now.
        self.after(self.random.uniform(0.3, 3), lambda: filler.unlink(missing_ok=True))
