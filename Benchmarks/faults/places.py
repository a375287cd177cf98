"""The named places at which workers and schedulers are killed or stopped; those that were not reached yet come more often."""

from random import Random

PLACES = ["before-intent", "before-send", "during-answer", "after-answer", "after-checkpoint", "after-settlement",
          "before-end"]
BATCH_PLACES = ["batch-before-add", "batch-before-send", "batch-after-send", "batch-after-note", "batch-after-results",
                "batch-after-end"]
WORKER_PLACES = PLACES + BATCH_PLACES
SCHEDULER_PLACES = [
    "after-submission", "after-cancellation", "after-event", "after-dispatch", "before-schedule-commit", "after-schedule-commit",
    "before-trigger-commit", "after-trigger-commit", "before-backfill-commit", "after-backfill-commit", "after-session-end",
    "after-rescue", "after-expiry", "after-watch", "after-prune"]
MOST_PASSES, MOST_PASSES_OF_RARE_PLACES = 12, 2
"""How often a process may come by its place until it is killed there: some places come up many times a second, some hardly ever."""


class Places:
    """Whose turn it is among the places of one kind of program."""

    def __init__(self, seed, places):
        self._order = list(places)
        Random(f"{seed}/{places[0]}").shuffle(self._order)
        self._turns = dict.fromkeys(self._order, 0)
        """How often each had its turn."""

    def next(self, reached):
        """The place that had the fewest turns; every second turn goes to one that nobody has reached, if there are any.

        reached: how often each was reached.
        """
        is_for_missing = sum(self._turns.values()) % 2 == 0
        return (self.next_missing(reached) if is_for_missing else None) or self._give(self._order)

    def next_missing(self, reached):
        """The place that had the fewest turns among those that nobody has reached; None when all were."""
        missing = [place for place in self._order if not reached[place]]
        return self._give(missing) if missing else None

    def _give(self, places):
        place = min(places, key=self._turns.get)
        self._turns[place] += 1
        return place


def passes(place, drawn):
    """At which passing of a place a process is killed or stopped there; drawn: between 0 and 1."""
    return 1 + int(drawn * (MOST_PASSES if place in PLACES else MOST_PASSES_OF_RARE_PLACES))


def told(reached):
    """What is said of the named places: a storm that comes by none of them has proven nothing of them."""
    places = WORKER_PLACES + SCHEDULER_PLACES
    missed = [place for place in places if place not in reached]
    return (f"{len(places) - len(missed)} of {len(places)} named places were reached, {sum(reached.values())} times in all"
            + (f"; not {', '.join(missed)}" if missed else ""))
