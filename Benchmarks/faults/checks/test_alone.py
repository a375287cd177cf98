"""The check of runs that are alone fails when it should, and where clocks differ it does not fail when it should not."""

import unittest
import unittest.mock

import deployed
from checks.alone import beside_each_other, reign
from checks.scene import Scene

HANDOVERS = [(100, 110), (200, 200)]


def run(number, started, ended, started_by=1, ended_by=1):
    return {"run_id": number, "started": started, "ended": ended, "started_by": started_by, "ended_by": ended_by}


class OverlapTests(unittest.TestCase):
    def test_a_transaction_belongs_to_the_reign_in_which_it_must_have_run(self):
        for transaction, number in ((1, 0), (99, 0), (100, None), (109, None), (110, 1), (199, 1), (200, 2), (900, 2)):
            self.assertEqual(reign(transaction, HANDOVERS), number, transaction)

    def test_behind_a_handover_of_which_nothing_is_known_no_reign_is(self):
        self.assertEqual([reign(transaction, [(100, None), (200, 210)]) for transaction in (99, 100, 150, 220)], [0, None, None, None])
        self.assertEqual([reign(transaction, [(None, 110)]) for transaction in (5, 110)], [None, 1])

    def test_a_run_that_starts_before_the_last_one_has_ended_is_beside_it(self):
        self.assertEqual(beside_each_other([run(1, 10, 20), run(2, 19, 30)], []), [(1, 2)])

    def test_a_run_that_starts_when_the_last_one_has_ended_is_alone(self):
        self.assertEqual(beside_each_other([run(1, 10, 20), run(2, 20, 30), run(3, 31, 40)], []), [])

    def test_a_long_run_is_beside_all_that_start_meanwhile(self):
        self.assertEqual(beside_each_other([run(1, 10, 90), run(2, 20, 30), run(3, 40, 50), run(4, 95, 99)], []), [(1, 2), (1, 3)])

    def test_the_order_of_the_rows_is_nothing(self):
        self.assertEqual(beside_each_other([run(2, 19, 30), run(1, 10, 20)], []), [(1, 2)])

    def test_a_clock_that_is_behind_puts_no_run_beside_one_of_the_server_before(self):
        self.assertEqual(beside_each_other([run(1, 10, 20, 50, 60), run(2, 5, 8, 120, 130)], HANDOVERS), [])

    def test_a_clock_that_is_ahead_puts_no_run_apart_from_one_that_ends_under_the_next_server(self):
        self.assertEqual(beside_each_other([run(1, 10, 11, 50, 130), run(2, 15, 18, 70, 80)], HANDOVERS), [(1, 2)])

    def test_a_run_whose_end_may_be_either_servers_is_left_out(self):
        self.assertEqual(beside_each_other([run(1, 10, 90, 50, 105), run(2, 20, 30, 51, 52)], HANDOVERS), [])

    def test_a_run_whose_commit_has_no_time_is_left_out(self):
        self.assertEqual(beside_each_other([run(1, 10, None), run(2, 20, 30)], []), [])


class AloneTests(Scene):
    def test_two_runs_of_the_schedule_that_queues_are_stale_beside_each_other(self):
        self.past.late = [self.past.due_time("line", place)["run"] for place in range(2)]
        self.expect("stale_writes")

    def test_one_that_is_late_is_alone_when_the_others_have_ended(self):
        self.past.late = [self.past.due_time("line", 0)["run"]]
        self.expect()

    def test_two_runs_of_the_trigger_with_one_at_a_time_are_stale_beside_each_other(self):
        self.past.late = [self.past._start("storm-gathered", {"events": []}, "0") for _ in range(2)]
        self.assertIn("stale_writes", self.look())
        # That nothing was told to them is complained of, too.
        first, second = self.past.late
        self.assertIn(f"stale_writes: runs {first} and {second} of storm-gathered were under way at once", self.complaints)

    def test_runs_of_a_schedule_that_does_not_wait_may_be_beside_each_other(self):
        self.past.late = [self.past.due_time("all", place)["run"] for place in range(2)]
        self.expect()

    def test_what_may_be_of_either_server_is_left_out(self):
        self.past.late = [self.past.due_time("line", place)["run"] for place in range(2)]
        self.handovers = [(None, 1 << 40)]
        self.expect()
        self.assertIn("of 0 of 3 runs of storm-scheduled that are to be alone it is known when they were", self.remarks)

    def test_a_storm_of_which_too_little_is_known_proves_nothing(self):
        self.handovers = [(None, 1 << 40)]
        with unittest.mock.patch("checks.alone.FEWEST_RUNS", 3), self.assertRaises(RuntimeError):
            self.look()
