"""How long the storm waits for a server of Postgres that is starting."""

import itertools
import pathlib
import sys
import types
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "driver"))

import servers

READY, SAYS_NOTHING = 0, 2


class DiskTests(unittest.TestCase):
    def test_one_that_is_started_has_a_fast_disk(self):
        values = {"sync_us": 400_000, "fails_syncs": 0}
        postgres = servers.Servers(pathlib.Path("nowhere"))
        postgres.place, postgres.bin, postgres.log = pathlib.Path("nowhere"), pathlib.Path("nowhere"), "/dev/null"
        postgres.hosts[1] = types.SimpleNamespace(environment={}, set=lambda **changes: values.update(changes))
        postgres.as_user = lambda *_, **__: None
        postgres._start(1)
        self.assertEqual(values, {"sync_us": 0, "fails_syncs": 0})


class WaitTests(unittest.TestCase):
    def setUp(self):
        """A server that is not there, and a clock of which a look at it takes ten seconds."""
        self.servers = servers.Servers(pathlib.Path("nowhere"))
        self.servers.log = "its log"
        self.ends_with = None
        self.starts = 0
        self.now = 0
        clock = mock.patch.multiple(servers.time, monotonic=lambda: self.now, sleep=self.sleep)
        clock.start()
        self.addCleanup(clock.stop)
        self.servers._start = self.start
        self.start(0)

    def sleep(self, _):
        self.now += 10

    def start(self, number):
        self.starts += 1
        self.servers._processes[number] = types.SimpleNamespace(poll=lambda: self.ends_with)

    def answer(self, *answers):
        answers = itertools.chain(answers, itertools.repeat(answers[-1]))
        self.servers._is_ready = lambda number: next(answers)

    def test_one_that_says_that_it_is_starting_is_waited_for(self):
        self.answer(*[servers.REJECTS] * 40, READY)
        self.servers._wait(0)

    def test_one_that_says_nothing_is_not_waited_for_that_long(self):
        self.answer(*[SAYS_NOTHING] * 40, READY)
        self.assertRaisesRegex(RuntimeError, "does not answer", self.servers._wait, 0)

    def test_one_that_never_gets_ready_is_not_waited_for_for_ever(self):
        self.answer(servers.REJECTS)
        self.assertRaisesRegex(RuntimeError, "does not answer", self.servers._wait, 0)

    def test_one_that_has_ended_is_not_waited_for(self):
        self.answer(servers.REJECTS)
        self.ends_with = 1
        self.assertRaisesRegex(RuntimeError, "did not start", self.servers._wait, 0)

    def test_one_that_ends_because_the_last_one_is_still_leaving_is_started_again(self):
        self.ends_with = 1
        self.answer(*[SAYS_NOTHING] * 3, READY)
        self.servers._try_to_start(0)
        self.assertEqual(self.starts, 1 + 4)

    def test_a_primary_that_runs_and_does_not_answer_is_not_started_beside_itself(self):
        self.answer(*[SAYS_NOTHING] * 10, READY)
        self.assertRaisesRegex(RuntimeError, "does not answer", self.servers.start_server)
        self.servers._note_life = lambda: None
        self.servers.start_server()
        self.assertEqual(self.starts, 1)

    def test_a_standby_that_runs_and_does_not_answer_is_not_started_beside_itself(self):
        self.answer(SAYS_NOTHING)
        self.assertRaisesRegex(RuntimeError, "does not answer", self.servers._try_to_start, 0)
        self.assertEqual(self.starts, 1 + 1)
