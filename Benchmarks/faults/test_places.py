"""Which named places have their turn, and for how long a program is to be killed at one."""

import pathlib
import sys
import tempfile
import types
import unittest
from collections import Counter

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "driver"))

import places
from programs import Programs


class PlacesTests(unittest.TestCase):
    def test_each_place_has_its_turn_before_one_has_two(self):
        turn = places.Places(1, places.WORKER_PLACES)
        given = [turn.next(Counter()) for _ in range(2 * len(places.WORKER_PLACES))]
        self.assertEqual(set(Counter(given).values()), {2})
        self.assertEqual(set(given[:len(given) // 2]), set(places.WORKER_PLACES))

    def test_every_second_turn_is_that_of_a_place_that_nobody_has_reached(self):
        turn = places.Places(1, places.WORKER_PLACES)
        missing = {"batch-after-end", "before-end"}
        reached = Counter(place for place in places.WORKER_PLACES if place not in missing)
        given = [turn.next(reached) for _ in range(12)]
        self.assertEqual(set(given[::2]), missing)
        self.assertEqual(len(set(given[1::2])), 6)

    def test_when_all_were_reached_the_one_with_the_fewest_turns_comes(self):
        turn = places.Places(1, ["one", "two"])
        first = turn.next(Counter())
        self.assertNotEqual(turn.next(Counter(["one", "two"])), first)

    def test_of_those_that_nobody_has_reached_each_has_its_turn_and_then_there_is_none(self):
        turn = places.Places(1, ["one", "two", "three"])
        self.assertEqual({turn.next_missing(Counter(["two"])) for _ in range(2)}, {"one", "three"})
        self.assertIsNone(turn.next_missing(Counter(["one", "two", "three"])))

    def test_the_seed_decides_their_order(self):
        def order(seed):
            turn = places.Places(seed, places.SCHEDULER_PLACES)
            return [turn.next(Counter()) for _ in places.SCHEDULER_PLACES]

        self.assertEqual(order(1), order(1))
        self.assertNotEqual(order(1), order(2))

    def test_what_is_rare_is_not_waited_for_often(self):
        self.assertEqual([places.passes("before-end", drawn) for drawn in (0, 0.999)], [1, places.MOST_PASSES])
        for place in ("batch-after-end", "after-prune"):
            self.assertEqual([places.passes(place, drawn) for drawn in (0, 0.999)], [1, places.MOST_PASSES_OF_RARE_PLACES])

    def test_what_was_missed_is_said(self):
        everywhere = Counter(places.WORKER_PLACES + places.SCHEDULER_PLACES)
        self.assertEqual(places.told(everywhere), "28 of 28 named places were reached, 28 times in all")
        everywhere.pop("after-prune")
        self.assertEqual(places.told(everywhere), "27 of 28 named places were reached, 27 times in all; not after-prune")


class ArmedTests(unittest.TestCase):
    """Programs that are not started; what they would have is written down."""

    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.directory = pathlib.Path(place.name)
        self.programs = Programs(self.directory, None, types.SimpleNamespace(fronts=[]), lambda name: None)
        self.failpoints = []

        def start(number, failpoint=None):
            self.failpoints.append(failpoint)
            self.programs._started[f"worker{number}"] = float("-inf")
            self.programs.workers[number] = types.SimpleNamespace(
                poll=lambda: -9, returncode=-9, was_told_to_end=True, is_judged=False, application=f"worker{number}")

        self.programs.start_worker = start
        for number in range(len(self.programs.workers)):
            start(number)
        self.programs.schedulers = []
        self.failpoints.clear()

    def say(self, text):
        with open(self.directory / "worker1.log", "a") as log:
            log.write(text)

    def test_who_is_started_in_the_place_of_one_with_a_failpoint_has_it_too_and_so_have_the_others(self):
        self.programs.arm("worker", 1, "before-end:2:stop")
        self.programs.revive()
        self.assertEqual(self.failpoints, ["before-end:2:stop"] + 3 * ["before-end:1:stop"])

    def test_who_has_one_keeps_it_when_another_is_given_one(self):
        self.programs.arm("worker", 1, "before-end:2")
        self.programs.arm("worker", 0, "after-answer:2")
        self.programs.revive()
        self.assertEqual(self.failpoints[2:], ["after-answer:1", "before-end:1", "before-end:1"])

    def test_who_has_reached_it_has_it_no_more(self):
        self.say("failpoint before-end:1 is reached\n")
        self.programs.arm("worker", 1, "before-end:2")
        self.say("some line\nfailpoint before-end:2 is reached\n")
        self.programs.revive()
        self.assertEqual(self.failpoints[1:], ["before-end:1", None, "before-end:1"])

    def test_who_has_none_takes_what_is_offered_and_keeps_it(self):
        offers = iter(["after-answer:1", None, "during-answer:1:stop"])
        self.programs.offer = lambda kind: next(offers)
        self.programs.revive()
        self.assertEqual(self.failpoints, ["after-answer:1", None, "during-answer:1:stop"])
        self.failpoints.clear()
        self.programs.offer = lambda kind: "before-end:1"
        self.programs.revive()
        self.assertEqual(self.failpoints, ["after-answer:1", "before-end:1", "during-answer:1:stop"])

    def test_when_it_is_calm_nobody_has_it_any_more(self):
        self.programs.arm("worker", 1, "before-end:2")
        self.programs.offer = lambda kind: "after-answer:1"
        self.programs.disarm()
        self.programs.revive()
        self.assertEqual(self.failpoints[1:], [None, None, None])

    def test_each_line_of_a_log_is_counted_once(self):
        self.say("failpoint before-end:2 is reached\nfailpoint batch-after-e")
        self.assertEqual(self.programs.reached_places(), {"before-end": 1})
        self.assertEqual(self.programs.reached_places(), {"before-end": 1})
        self.say("nd:1:stop is reached\nfailpoint before-end:1 is reached\nno failpoint before-end:1 is reached\n")
        self.assertEqual(self.programs.reached_places(), {"before-end": 2, "batch-after-end": 1})
