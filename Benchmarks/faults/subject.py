"""What the faults of every subject have in common."""

import subprocess


class Subject:
    """Makes the faults of one subject. What it draws, it draws from the generator of the fault that is being made."""

    def __init__(self, faults):
        self._all = faults
        self.world = faults.world

    def weighted(self):
        """How often each fault is made, and what makes it; only those that can be made here."""
        raise NotImplementedError

    @property
    def random(self):
        return self._all.random

    def after(self, seconds, undo):
        """Has a fault end so much later, or when all of them end."""
        self._all.after(seconds, undo)

    def ask(self, sql):
        """Asks the database; None when it does not answer."""
        try:
            return self.world.cluster.psql(sql)
        except subprocess.CalledProcessError:
            return None
