"""Faults of workers and schedulers: they are killed, ended and stopped, wherever they are or at a named place."""

import signal

from places import SCHEDULER_PLACES, WORKER_PLACES, Places, passes
from programs import LEASE_SECONDS, SCHEDULERS, WORKERS, is_stopped
from subject import Subject

LONGER_THAN_THE_LEASE = LEASE_SECONDS + 3


class ProgramFaults(Subject):
    def __init__(self, faults, seed):
        super().__init__(faults)
        self._places = {"worker": Places(seed, WORKER_PLACES), "scheduler": Places(seed, SCHEDULER_PLACES)}
        self._stopped = []
        """Those that were stopped wherever they were."""
        self._stays = 1
        """How long one stays that stops at a named place."""
        self._offers = 0
        self._waiting = []
        """Those that have stopped at one."""
        self.world.programs.offer = self.offer

    def weighted(self):
        return [
            (6, self.kill_worker), (6, self.kill_worker_at_a_place), (3, self.end_worker), (4, self.stop_worker),
            (4, self.stop_worker_at_a_place),
            (2, self.kill_scheduler), (1, self.end_scheduler), (1, self.stop_scheduler),
            (8, self.kill_scheduler_at_a_place), (4, self.stop_scheduler_at_a_place),
        ]

    def some_worker(self):
        return self.world.programs.workers[self.random.randrange(WORKERS)]

    def some_scheduler(self):
        return self.world.programs.schedulers[self.random.randrange(SCHEDULERS)]

    def kill_worker(self):
        self.some_worker().kill()

    def end_worker(self):
        self.some_worker().send_signal(signal.SIGTERM)

    def stop_worker(self):
        self.stop(self.some_worker())

    def kill_scheduler(self):
        self.some_scheduler().kill()

    def end_scheduler(self):
        self.some_scheduler().send_signal(signal.SIGTERM)

    def stop_scheduler(self):
        self.stop(self.some_scheduler())

    def stop(self, program):
        """Stops a program wherever it is, for a while."""
        program.send_signal(signal.SIGSTOP)
        self._stopped.append(program)
        self.after(self.random.uniform(0.2, LONGER_THAN_THE_LEASE), lambda: self.let_go_on(program))

    def let_go_on(self, program):
        self._stopped.remove(program)
        program.send_signal(signal.SIGCONT)

    # Named places

    def kill_worker_at_a_place(self):
        self.begin_anew("worker", WORKERS)

    def stop_worker_at_a_place(self):
        self.begin_anew("worker", WORKERS, stays=True)

    def kill_scheduler_at_a_place(self):
        self.begin_anew("scheduler", SCHEDULERS)

    def stop_scheduler_at_a_place(self):
        self.begin_anew("scheduler", SCHEDULERS, stays=True)

    def begin_anew(self, kind, count, stays=False):
        """Starts one that is killed at a named place, or stopped there: somebody else may have gone on from there, or done what
        it was about to do, when it wakes up. What is drawn does not depend on which place has its turn."""
        number, drawn, seconds = self.random.randrange(count), self.random.random(), self.random.uniform(0.2, LONGER_THAN_THE_LEASE)
        place = self._places[kind].next(self.world.programs.reached_places())
        if stays:
            self._stays = seconds
        self.world.programs.kill(kind, number)
        self.world.programs.arm(kind, number, f"{place}:{passes(place, drawn)}{':stop' if stays else ''}")

    def offer(self, kind):
        """A failpoint at a place that nobody has reached, for one that is started and has none; every second one stops there."""
        place = self._places[kind].next_missing(self.world.programs.reached_places())
        self._offers += place is not None
        return place and f"{place}:1{'' if self._offers % 2 else ':stop'}"

    def wake_up_later(self):
        """Has those go on later who have stopped at their place by now."""
        for program in self.world.programs.all:
            if program not in self._stopped + self._waiting and is_stopped(program):
                self._waiting.append(program)
                self.after(self._stays, lambda program=program: self.go_on(program))

    def go_on(self, program):
        self._waiting.remove(program)
        program.send_signal(signal.SIGCONT)
