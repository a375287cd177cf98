"""The calm after the storm: all faults end, and what is left comes to its end."""

import signal
import subprocess
import time

import deployed
from programs import SLOTS, WORKERS, is_stopped

LONGEST_CALM_SECONDS = 180
"""How long nothing more may come to its end."""
LONGEST_FILLING_SECONDS = 60
BAD_QUESTION = 1
"""How psql ends when the server has refused what it was asked; without a server it ends with 2."""
PRUNING_SECONDS = 10
"""How long a scheduler has to remove the journals of pruned runs, before another one is asked to."""
LEFT = f"""
    SELECT (SELECT count(*) FROM chassis.live_run)
         + greatest((SELECT count(*) FROM chassis.session WHERE ended_at IS NULL) - {WORKERS}, 0)
         + (SELECT count(*) FROM chassis.schedule WHERE next_due IS NOT NULL)
         + (SELECT count(*) FROM chassis.event WHERE NOT is_dispatched)
         + (SELECT count(*) FROM chassis.news WHERE state IN ('new', 'held'))
         + (SELECT count(*) FROM chassis.backfill WHERE ended_at IS NULL)"""
"""What must come to nothing. A worker that gave its session up just now has another one; schedulers end the old one a moment later."""
OLD = f"SELECT ({deployed.COUNT_OLD_RUNS}) + (SELECT count(*) FROM chassis.pruned_run)"
"""What must come to nothing behind that, with schedulers that are started for it."""


class Calm:
    def __init__(self, world):
        self._world = world

    def come(self, runs, follow):
        """Ends all faults, and waits until every run has ended, or for as long as it may take.

        follow: what goes on meanwhile; says whether it is done.
        """
        world = self._world
        self.heal()
        if not world.cluster.wait_until_followed():
            print("the old primary does not follow the new one")
        world.people.grow_calm()
        world.outside.grow_calm()
        for kind, tag in runs:
            # What was promised must be there; nobody asks for it twice.
            if tag not in world.client.promised:
                self._nurse()
                self._submit(kind, tag)
        until = time.monotonic() + LONGEST_CALM_SECONDS
        prune_at = fewest = None
        while time.monotonic() < until:
            is_done, left = follow(), int(self.ask(LEFT))
            if fewest is None or left < fewest:
                # What a long storm has left takes as long as it takes, on a machine that is busy above all.
                fewest, until = left, time.monotonic() + LONGEST_CALM_SECONDS
            if is_done and left == 0 and prune_at is not None and int(self.ask(OLD)) == 0:
                return
            # What is past its retention comes last: whoever is started for that must not put right what else was left.
            if is_done and left == 0 and (prune_at is None or time.monotonic() >= prune_at):
                self._have_pruned()
                prune_at = time.monotonic() + PRUNING_SECONDS
            self._nurse()
            time.sleep(0.2)
        # What nobody has asked for cannot be lost.
        if left == 0 and not is_done:
            raise RuntimeError("what people and clients were to ask for was not asked for in time")

    def _have_pruned(self):
        """Has a scheduler delete what is past its retention, and remove the journals that others have left, where something is left.

        It looks for that when it begins, and then once a minute; journals it leaves to whoever has deleted the rows for a minute, which
        is not waited for here.
        """
        if int(self.ask(OLD)):
            self.ask("UPDATE chassis.pruned_run SET next_at = now()")
            self._world.programs.schedulers[0].send_signal(signal.SIGTERM)

    def heal(self):
        """Ends all faults."""
        world = self._world
        world.providers.control_model("faults", [])
        world.ways.heal()
        if world.link:
            world.link.set(is_up=True)
        if world.shim:
            world.shim.heal()
        for process in world.programs.all:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
        (world.store / "filler").unlink(missing_ok=True)
        world.programs.disarm()
        world.revive()

    def _nurse(self):
        """Starts again who has ended, and has go on who stopped at a named place just now."""
        self._world.revive()
        for process in self._world.programs.all:
            if is_stopped(process):
                process.send_signal(signal.SIGCONT)

    def _submit(self, kind, tag):
        until = time.monotonic() + LONGEST_CALM_SECONDS
        while self._world.client.submit(kind, tag) is None:
            if time.monotonic() > until:
                raise RuntimeError("no scheduler takes a run although all faults have ended")
            self._nurse()
            time.sleep(0.1)

    def fill_slots(self):
        """Has as many jobs run at the same time as there are slots; returns how many ran at once, and how many there are.

        They end afterwards; what is left of them is a leak like any other.
        """
        slots = WORKERS * SLOTS
        self._submit("full", "full")
        most = 0
        until = time.monotonic() + LONGEST_FILLING_SECONDS
        while most < slots and time.monotonic() < until:
            self._nurse()
            most = max(most, int(self.ask("SELECT count(*) FROM chassis.lease")))
            time.sleep(0.1)
        self._world.emptied.touch()
        until = time.monotonic() + LONGEST_CALM_SECONDS
        while int(self.ask("SELECT count(*) FROM chassis.live_run")) and time.monotonic() < until:
            self._nurse()
            time.sleep(0.1)
        return most, slots

    def ask(self, sql):
        """Asks the database, which may be recovering still, and again for as long as it may take to be calm."""
        until = time.monotonic() + LONGEST_CALM_SECONDS
        while True:
            try:
                return self._world.cluster.psql(sql)
            except subprocess.CalledProcessError as error:
                if error.returncode == BAD_QUESTION or time.monotonic() > until:
                    raise
                time.sleep(0.5)

    def stop(self):
        """Ends workers and schedulers in good order.

        A worker that is held up on its way out may lose its session; the schedulers are there until that is ended, too.
        """
        programs = self._world.programs
        programs.end("worker", programs.workers)
        until = time.monotonic() + LONGEST_CALM_SECONDS
        while int(self.ask("SELECT count(*) FROM chassis.session WHERE ended_at IS NULL")) and time.monotonic() < until:
            time.sleep(0.2)
        programs.end("scheduler", programs.schedulers)
