"""What must hold when the storm is over, from the database, the store, the provider's bill and the tools' log alone."""

from checks.alone import Alone
from checks.effects import Effects
from checks.events import Events
from checks.findings import Findings
from checks.holders import Holders
from checks.journals import Journals
from checks.leaks import Held, Left
from checks.limited import Limited
from checks.money import Money
from checks.parts import Parts
from checks.pruned import Pruned
from checks.runs import Runs
from checks.starts import Starts
from kinds import with_those_below

SUBJECTS = [Runs, Holders, Parts, Events, Starts, Alone, Journals, Pruned, Money, Effects, Limited, Held]
"""What is looked at while workers and schedulers still run."""


class Checks:
    def __init__(self, world, runs):
        self._world = world
        self._kinds = {tag: kind for kind, tag in with_those_below(runs)}
        self._findings = Findings()
        self.counts = self._findings.counts
        self.complaints = self._findings.complaints
        self.remarks = self._findings.remarks

    def all(self):
        """Checks everything; says whether an invariant broke."""
        self.counts["runs"] = len(self._kinds)
        for subject in SUBJECTS:
            subject(self._world, self._kinds, self._findings).check()
        self._world.calm.stop()
        Left(self._world, self._kinds, self._findings).check()
        return self.is_broken

    @property
    def broken(self):
        """What is not 0 and must be; without faults there is no call either of which nobody knows what became of it."""
        may_be = ("runs", "unknown") if self._world.has_faults else ("runs",)
        return {name for name, count in self.counts.items() if count and name not in may_be}

    @property
    def is_broken(self):
        return bool(self.broken)

    def tell_toothless(self, fault, count):
        """A kind of fault did nothing to anybody: that the storm found nothing says nothing of it."""
        self._findings.add("toothless", f"{fault} was made {count} times, and nothing was seen of it")

    def break_off(self, reason):
        """The storm has broken off: nothing can be said but that."""
        self.counts["runs"] = len(self._kinds)
        self._findings.add("broken_off", reason)

    def line(self):
        names = ["runs", "lost", "repeated", "stale_writes", "paid_twice_unlisted", "unknown", "leaks"]
        return " ".join(f"{name}={self.counts[name]}" for name in names)
