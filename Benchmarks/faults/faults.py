"""The faults: which, when and to whom, decided by the seed."""

import collections
import time
from random import Random

from host_faults import HostFaults
from postgres_faults import PostgresFaults
from program_faults import ProgramFaults
from way_faults import WayFaults

PAUSES_SECONDS = (0.1, 1.0)


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
        self._later = []
        self.bites = collections.Counter()
        """How often faults did something that count it themselves."""
        self._of_programs = ProgramFaults(self, seed)
        self._of_postgres = PostgresFaults(self)
        self._of_hosts = HostFaults(self)
        subjects = [self._of_programs, self._of_postgres, WayFaults(self), self._of_hosts]
        self._faults = [pair for subject in subjects for pair in subject.weighted()]

    def begin(self):
        """What is wrong from the beginning."""
        self.random = Random(f"{self._seed}/begin")
        self._of_hosts.begin()
        self._of_postgres.begin()

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
        self._of_programs.wake_up_later()

    def after(self, seconds, undo):
        self._later.append((time.monotonic() + seconds, undo))
