"""Faults of what programs stand on: the clocks and disks of their hosts, the store, and the provider."""

from programs import SCHEDULERS, WORKERS
from subject import Subject

WRONG_CLOCK = 1
"""The number of the worker and of the scheduler on the host whose clock is wrong."""
LONGEST_SKEW_MS = 6 * 3600 * 1000


class HostFaults(Subject):
    def weighted(self):
        faults = [(5, self.provider_fault)]
        if self.world.has_small_store:
            faults.append((1, self.fill_store))
        if self.world.shim:
            faults += [(2, self.jump_clock), (3, self.slow_syncs), (2, self.close_store), (2, self.fail_syncs),
                       (1, self.lose_power)]
        return faults

    def begin(self):
        """What is wrong from the beginning."""
        if self.world.shim:
            self.jump_clock()

    def jump_clock(self):
        """Sets the clock of one host to another wrong time."""
        skew = int(self.random.choice([-1, 1]) * LONGEST_SKEW_MS ** self.random.random())
        for name in (f"worker{WRONG_CLOCK}", f"scheduler{WRONG_CLOCK}"):
            self.world.host(name).set(skew_ms=skew)

    def slow_syncs(self):
        """Has each fsync of a server or of a worker take long."""
        host = self.world.host(self.random.choice(["postgres0", "postgres1", *(f"worker{number}" for number in range(WORKERS))]))
        host.set(sync_us=int(self.random.uniform(5_000, 400_000)))
        self.after(self.random.uniform(0.5, 4), lambda: host.set(sync_us=0))

    def fail_syncs(self):
        """No sync of a worker's files in the store succeeds."""
        host = self.world.host(f"worker{self.random.randrange(WORKERS)}")
        host.set(fails_syncs=1)
        self.after(self.random.uniform(0.3, 3), lambda: host.set(fails_syncs=0))

    def close_store(self):
        """The store is read-only for a worker or a scheduler."""
        names = [f"worker{number}" for number in range(WORKERS)] + [f"scheduler{number}" for number in range(SCHEDULERS)]
        host = self.world.host(self.random.choice(names))
        host.set(is_read_only=1)
        self.after(self.random.uniform(0.3, 3), lambda: host.set(is_read_only=0))

    def lose_power(self):
        """The machine loses power on which everything stands but the servers of Postgres, and its disk what was not durable.

        Syncs take long before, so that there is something to lose.
        """
        sync_us = int(self.random.uniform(20_000, 400_000))
        for number in range(WORKERS):
            self.world.host(f"worker{number}").set(sync_us=sync_us)
        self.after(self.random.uniform(0.3, 1.5), self._lose_power)

    def _lose_power(self):
        self.world.programs.stop_all()
        self.world.disk.forget()
        self.world.programs.kill_all()
        for number in range(WORKERS):
            self.world.host(f"worker{number}").set(sync_us=0)

    def fill_store(self):
        """Leaves no room in the store for a while."""
        filler = self.world.store / "filler"
        try:
            with open(filler, "wb") as file:
                while True:
                    file.write(bytes(1 << 20))
                    file.flush()
        except OSError:
            pass  # It is full now.
        self.after(self.random.uniform(0.3, 3), lambda: filler.unlink(missing_ok=True))

    def provider_fault(self):
        rule = self.random.choice([
            {"do": "status", "status": 429, "retry_after": 1}, {"do": "status", "status": 500},
            {"do": "status", "status": 503}, {"do": "hang"}, {"do": "cut", "after_events": self.random.randrange(1, 4)},
            {"do": "stall", "after_events": 1}, {"do": "malformed", "kind": "garbage"},
            {"do": "malformed", "kind": "bad_sse"}, {"do": "malformed", "kind": "html"}, {"do": "malformed", "kind": "truncated"},
            {"do": "slow", "delay_ms": 300, "event_ms": 50},
        ])
        self.world.providers.control_model("faults", [{**rule, "times": self.random.randrange(1, 6)}])
