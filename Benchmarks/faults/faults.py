"""The faults: which, when and to whom, decided by the seed."""

import itertools
import os
import signal
import subprocess
import time
from random import Random

from programs import LEASE_SECONDS, SCHEDULERS, WORKERS, is_stopped

PAUSES_SECONDS = (0.1, 1.0)

PLACES = ["before-intent", "before-send", "during-answer", "after-answer", "after-checkpoint", "after-settlement",
          "before-end"]
BATCH_PLACES = ["batch-before-add", "batch-before-send", "batch-after-send", "batch-after-note", "batch-after-results",
                "batch-after-end"]
SCHEDULER_PLACES = [
    "after-submission", "after-cancellation", "after-event", "after-dispatch", "before-schedule-commit", "after-schedule-commit",
    "before-trigger-commit", "after-trigger-commit", "before-backfill-commit", "after-backfill-commit", "after-session-end",
    "after-rescue", "after-expiry", "after-watch", "after-prune"]
LONGER_THAN_THE_LEASE = LEASE_SECONDS + 3
WRONG_CLOCK = 1
"""The number of the worker and of the scheduler on the host whose clock is wrong."""
LONGEST_SKEW_MS = 6 * 3600 * 1000
LONGEST_SKEW_OF_A_SERVER_MS = 2000


class Faults:
    """Which faults there are follows from the rights and programs that are there, so on machines where something is left
    out, another storm comes from the same seed."""

    def __init__(self, world, seed):
        self.world = world
        self._seed = seed
        self._number = 0
        self.random = None
        """Of the fault that is being made. What undoes one draws nothing: when that is depends on the machine."""
        self.pause = 0
        """How long after this fault the next one is made."""
        places = PLACES + BATCH_PLACES
        Random(f"{seed}/places").shuffle(places)
        self._places = itertools.cycle(places)
        places = list(SCHEDULER_PLACES)
        Random(f"{seed}/scheduler places").shuffle(places)
        self._scheduler_places = itertools.cycle(places)
        self._later = []
        self._stopped = []
        """Those that were stopped wherever they were."""
        self._stopping = []
        """Workers and schedulers that stop at a named place, and how long each stays there."""
        self._faults = [
            (8, self.kill_worker), (4, self.kill_worker_at_a_place), (3, self.end_worker), (4, self.stop_worker),
            (3, self.stop_worker_at_a_place),
            (2, self.kill_scheduler), (1, self.end_scheduler), (1, self.stop_scheduler),
            (3, self.kill_scheduler_at_a_place), (2, self.stop_scheduler_at_a_place),
            (1, self.crash_postgres), (1, self.restart_postgres), (2, self.fail_over), (1, self.crash_standby),
            (3, self.end_backend), (1, self.crash_backend),
            (3, self.cut_connections), (3, self.swallow), (3, self.delay), (5, self.hurt_way_to_postgres),
            (5, self.provider_fault), (4, self.hurt_way_to_provider),
            (2, self.lose_answers), (2, self.notify_again),
        ]
        if world.has_small_store:
            self._faults.append((1, self.fill_store))
        if world.shim:
            self._faults += [(2, self.jump_clock), (3, self.slow_syncs), (2, self.close_store), (2, self.fail_syncs),
                             (1, self.fill_disk_of_postgres), (1, self.fail_syncs_of_postgres)]
        if world.link:
            self._faults.append((3, self.take_link_down))

    def begin(self):
        """What is wrong from the beginning."""
        self.random = Random(f"{self._seed}/begin")
        if self.world.shim:
            self.jump_clock()
            skew = self.random.uniform(-LONGEST_SKEW_OF_A_SERVER_MS, LONGEST_SKEW_OF_A_SERVER_MS)
            self.world.host("postgres1").set(skew_ms=int(skew))

    def make(self):
        """Makes the next fault; returns its name."""
        self.random = Random(f"{self._seed}/fault/{self._number}")
        self._number += 1
        self.pause = self.random.uniform(*PAUSES_SECONDS)
        weights, faults = zip(*self._faults)
        fault = self.random.choices(faults, weights)[0]
        return (fault() or fault.__name__).replace("_", "-")

    def undo(self, now):
        """Ends the faults whose time is over, or all of them."""
        for entry in [entry for entry in self._later if now is None or entry[0] <= now]:
            self._later.remove(entry)
            entry[1]()
        for entry in [entry for entry in self._stopping if entry[0] not in self._stopped and is_stopped(entry[0])]:
            worker, seconds = entry
            self._stopping.remove(entry)
            self.after(seconds, lambda worker=worker: worker.send_signal(signal.SIGCONT))

    def after(self, seconds, undo):
        self._later.append((time.monotonic() + seconds, undo))

    def some_worker(self):
        return self.random.randrange(WORKERS)

    def some_way(self):
        """Whose ways to Postgres: a worker's or a scheduler's."""
        return self.random.randrange(len(self.world.ways.to_postgres))

    # Workers and schedulers

    def kill_worker(self):
        self.world.programs.workers[self.some_worker()].kill()

    def kill_worker_at_a_place(self):
        self.begin_worker_anew("")

    def stop_worker_at_a_place(self):
        """Whoever is in its place may have gone on from there when it wakes up."""
        worker = self.begin_worker_anew(":stop")
        self._stopping.append((worker, self.random.uniform(0.2, LONGER_THAN_THE_LEASE)))

    def begin_worker_anew(self, what):
        """Each named place has its turn; those around batches are passed more rarely."""
        number, place = self.some_worker(), next(self._places)
        passes = self.random.randrange(1, 3 if place in BATCH_PLACES else 12)
        self.world.programs.kill("worker", number)
        self.world.programs.start_worker(number, f"{place}:{passes}{what}")
        return self.world.programs.workers[number]

    def end_worker(self):
        self.world.programs.workers[self.some_worker()].send_signal(signal.SIGTERM)

    def stop_worker(self):
        self.stop(self.world.programs.workers[self.some_worker()])

    def stop(self, program):
        """Stops a program wherever it is, for a while."""
        program.send_signal(signal.SIGSTOP)
        self._stopped.append(program)
        self.after(self.random.uniform(0.2, LONGER_THAN_THE_LEASE), lambda: self.let_go_on(program))

    def let_go_on(self, program):
        self._stopped.remove(program)
        program.send_signal(signal.SIGCONT)

    def kill_scheduler(self):
        self.world.programs.schedulers[self.random.randrange(SCHEDULERS)].kill()

    def stop_scheduler(self):
        self.stop(self.world.programs.schedulers[self.random.randrange(SCHEDULERS)])

    def end_scheduler(self):
        self.world.programs.schedulers[self.random.randrange(SCHEDULERS)].send_signal(signal.SIGTERM)

    def kill_scheduler_at_a_place(self):
        self.begin_scheduler_anew("")

    def stop_scheduler_at_a_place(self):
        """Somebody else may have done what it was about to do when it wakes up."""
        scheduler = self.begin_scheduler_anew(":stop")
        self._stopping.append((scheduler, self.random.uniform(0.2, LONGER_THAN_THE_LEASE)))

    def begin_scheduler_anew(self, what):
        """Each named place has its turn."""
        number, place = self.random.randrange(SCHEDULERS), next(self._scheduler_places)
        self.world.programs.kill("scheduler", number)
        self.world.programs.start_scheduler(number, failpoint=f"{place}:{self.random.randrange(1, 3)}{what}")
        return self.world.programs.schedulers[number]

    def jump_clock(self):
        """Sets the clock of one host to another wrong time."""
        skew = int(self.random.choice([-1, 1]) * LONGEST_SKEW_MS ** self.random.random())
        for name in (f"worker{WRONG_CLOCK}", f"scheduler{WRONG_CLOCK}"):
            self.world.host(name).set(skew_ms=skew)

    # Postgres

    def crash_postgres(self):
        self.make_disks_fast()
        self.world.cluster.crash_server()
        self.start_postgres()

    def restart_postgres(self):
        self.make_disks_fast()
        self.world.cluster.shut_down()
        self.start_postgres()

    def start_postgres(self):
        time.sleep(self.random.uniform(0, 2))
        for _ in range(150):
            try:
                return self.world.cluster.start_server()
            except RuntimeError:
                time.sleep(0.2)  # The children of the last one are still leaving.
        raise RuntimeError("Postgres does not come back")

    def fail_over(self):
        """Has the standby take the place of the primary, if it has all that was acknowledged."""
        away, rewinds = self.random.uniform(0, 2), self.random.random() < 0.5
        if not self.world.cluster.can_fail_over:
            return self.crash_postgres() or "crash_postgres"
        self.make_disks_fast()
        return self.world.cluster.fail_over(away, rewinds)

    def make_disks_fast(self):
        """A recovery syncs every file there is: on a disk this slow it would take the rest of the storm, and on a bad one it fails."""
        if self.world.shim:
            for number in range(2):
                self.world.host(f"postgres{number}").set(sync_us=0, fails_syncs=0, is_full=0)

    def fill_disk_of_postgres(self):
        """The primary can make no file longer."""
        self.spoil_disk_of_postgres("is_full")

    def fail_syncs_of_postgres(self):
        """No sync of the primary's files succeeds: it panics, as it must, and cannot recover meanwhile."""
        self.spoil_disk_of_postgres("fails_syncs")

    def spoil_disk_of_postgres(self, how):
        """Where it ends over that, it is started again when its disk is well."""
        host = self.world.host(f"postgres{self.world.cluster.primary}")
        host.set(**{how: 1})
        self.after(self.random.uniform(0.3, 3), lambda: host.set(**{how: 0}))

    def crash_standby(self):
        if not self.world.cluster.can_fail_over:
            return self.crash_postgres() or "crash_postgres"
        return self.world.cluster.crash_standby()

    def end_backend(self):
        """Has Postgres end one connection of a worker or a scheduler."""
        self.ask(f"SELECT pg_terminate_backend(({self.some_backend()}))")

    def crash_backend(self):
        """Kills the process of one connection of a worker or a scheduler; Postgres drops all connections and recovers."""
        if pid := self.ask(self.some_backend()):
            os.kill(int(pid), signal.SIGKILL)

    def some_backend(self):
        return ("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'chassis-%' "
                f"ORDER BY pid OFFSET {self.random.randrange(20)} LIMIT 1")

    def ask(self, sql):
        """Asks the database; None when it does not answer."""
        try:
            return self.world.cluster.psql(sql)
        except subprocess.CalledProcessError:
            return None

    # The ways

    def cut_connections(self):
        self.each_way(self.some_way(), lambda way: way.cut())

    def swallow(self):
        """Nothing comes through; afterwards all of it, or nothing ever."""
        self.hold_up("swallow", self.some_way())

    def hold_up(self, how, number):
        is_cut = self.random.random() < 0.5
        self.each_way(number, lambda way: getattr(way, how)(True))

        def heal():
            if is_cut:
                self.each_way(number, lambda way: way.cut())
            self.each_way(number, lambda way: getattr(way, how)(False))

        self.after(self.random.uniform(0.2, LONGER_THAN_THE_LEASE), heal)

    def hurt_way_to_postgres(self):
        """What was sent is carried out, and whoever sent it never hears so; or the way is shut."""
        how = self.random.choice(["reset", "refuse", "swallow_answers", "lose_answers"])
        if how == "reset":
            on_tcp = [number for number in range(len(self.world.ways.to_postgres)) if self.world.ways.is_on_tcp(number)]
            self.each_way(self.random.choice(on_tcp), lambda way: way.reset())
        elif how == "swallow_answers":
            self.hold_up(how, self.some_way())
        else:
            number, longest = self.some_way(), LONGER_THAN_THE_LEASE if how == "refuse" else 1
            self.each_way(number, lambda way: getattr(way, how)(True))
            self.after(self.random.uniform(0.2, longest), lambda: self.each_way(number, lambda way: getattr(way, how)(False)))
        return f"postgres-way-{how}"

    def delay(self):
        number, seconds = self.some_way(), self.random.uniform(0.01, 0.3)
        self.each_way(number, lambda way: way.delay(seconds))
        self.after(self.random.uniform(0.5, 4), lambda: self.each_way(number, lambda way: way.delay(0)))

    def each_way(self, number, do):
        for way in self.world.ways.to_postgres[number]:
            do(way)

    def take_link_down(self):
        """The host of one worker loses its network."""
        self.world.link.set(is_up=False)
        self.after(self.random.uniform(0.2, LONGER_THAN_THE_LEASE), lambda: self.world.link.set(is_up=True))

    def hurt_way_to_provider(self):
        """That of one worker, also to the provider of batches."""
        ways = self.world.ways.to_providers(self.some_worker())
        how = self.random.choice(["cut", "reset", "refuse", "swallow", "delay"])
        seconds, delay = self.random.uniform(0.2, LONGER_THAN_THE_LEASE), self.random.uniform(0.01, 1)
        for way in ways:
            if how in ("cut", "reset"):
                getattr(way, how)()
            elif how == "delay":
                way.delay(delay)
                self.after(seconds, lambda way=way: way.delay(0))
            else:
                getattr(way, how)(True)
                self.after(seconds, lambda way=way: getattr(way, how)(False))
        return f"provider-way-{how}"

    # Duplicates

    def lose_answers(self):
        """Swallows the answers of a scheduler for a while: what it was asked to do is asked for again."""
        front = self.world.ways.fronts[self.random.randrange(SCHEDULERS)]
        front.lose_answers(True)
        self.after(self.random.uniform(0.5, 3), lambda: front.lose_answers(False))

    def notify_again(self):
        """Delivers notifications twice, late, and about what is not so: that jobs were taken from the workers that run them,
        too."""
        self.ask("SELECT pg_notify(channel, payload) FROM (SELECT run_id::text FROM chassis.live_run "
                 "UNION ALL SELECT job_id::text FROM chassis.lease UNION ALL SELECT job_id::text FROM chassis.done "
                 "UNION ALL SELECT 'default' UNION ALL SELECT 'no such queue' UNION ALL SELECT '') AS given (payload), "
                 "unnest(ARRAY['chassis_ready', 'chassis_cancelled', 'chassis_fenced', 'chassis_ended']) AS channel")

    # The provider and the store

    def provider_fault(self):
        rule = self.random.choice([
            {"do": "status", "status": 429, "retry_after": 1}, {"do": "status", "status": 500},
            {"do": "status", "status": 503}, {"do": "hang"}, {"do": "cut", "after_events": self.random.randrange(1, 4)},
            {"do": "stall", "after_events": 1}, {"do": "malformed", "kind": "garbage"},
            {"do": "malformed", "kind": "bad_sse"}, {"do": "malformed", "kind": "html"}, {"do": "malformed", "kind": "truncated"},
            {"do": "slow", "delay_ms": 300, "event_ms": 50},
        ])
        self.world.providers.control_model("faults", [{**rule, "times": self.random.randrange(1, 6)}])

    def slow_syncs(self):
        """Has each fsync of a server or of a worker take long."""
        host = self.world.host(self.random.choice(["postgres0", "postgres1", *(f"worker{number}" for number in range(WORKERS))]))
        host.set(sync_us=int(self.random.uniform(5_000, 400_000)))
        self.after(self.random.uniform(0.5, 4), lambda: host.set(sync_us=0))

    def fail_syncs(self):
        """No sync of a worker's files in the store succeeds."""
        host = self.world.host(f"worker{self.some_worker()}")
        host.set(fails_syncs=1)
        self.after(self.random.uniform(0.3, 3), lambda: host.set(fails_syncs=0))

    def close_store(self):
        """The store is read-only for a worker or a scheduler."""
        names = [f"worker{number}" for number in range(WORKERS)] + [f"scheduler{number}" for number in range(SCHEDULERS)]
        host = self.world.host(self.random.choice(names))
        host.set(is_read_only=1)
        self.after(self.random.uniform(0.3, 3), lambda: host.set(is_read_only=0))

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
