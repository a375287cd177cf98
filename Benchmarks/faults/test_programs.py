"""Which ends of programs are crashes."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "driver"))

from programs import Programs, is_stopped


class EndTests(unittest.TestCase):
    """Programs that are a line of shell."""

    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.programs = Programs(pathlib.Path(place.name), None, types.SimpleNamespace(fronts=[]), lambda name: None)
        self.programs.schedulers = []

    def _run(self, script, end=None, name="worker0"):
        """Runs a script to its end; returns what is said of that."""
        process = self.programs._spawn(name, ["sh", "-c", script])
        if end:
            process.send_signal(end)
        process.wait()
        self.programs._look_at_end(name, process)
        self.programs._look_at_end(name, process)
        return self.programs.crashes

    def test_one_that_ends_by_itself_has_crashed_and_is_told_of_once(self):
        self.assertEqual(self._run("echo the session has begun; exit 3"), ["worker0 ended with 3, and nobody had told it to"])

    def test_one_that_ends_well_by_itself_has_crashed_too(self):
        self.assertEqual(self._run("exit 0"), ["worker0 ended with 0, and nobody had told it to"])

    def test_one_that_somebody_else_killed_has_crashed(self):
        self.assertEqual(self._run("echo the session has begun; kill -KILL $$"), ["worker0 ended with -9, and nobody had told it to"])

    def test_one_that_goes_wrong_has_crashed_though_it_was_told_to_end(self):
        self.assertEqual(self._run("trap 'kill -SEGV $$' TERM; kill -TERM $$; sleep 9", signal.SIGCONT), ["worker0 ended by SIGSEGV"])

    def test_one_that_was_killed_or_told_to_end_has_not_crashed(self):
        for end in (signal.SIGKILL, signal.SIGTERM):
            self.assertEqual(self._run("sleep 60", end), [])

    def test_one_that_its_failpoint_killed_has_not_crashed(self):
        self.assertEqual(self._run("echo failpoint before-end:1 is reached; kill -KILL $$"), [])

    def test_what_an_earlier_process_said_excuses_nothing(self):
        self._run("echo failpoint before-end:1 is reached; kill -KILL $$")
        self.assertEqual(self._run("kill -KILL $$"), ["worker0 ended with -9, and nobody had told it to"])

    def test_one_that_could_not_begin_has_not_crashed(self):
        self.assertEqual(self._run("exit 1"), [])
        self.assertEqual(self._run("exit 1", name="scheduler1"), [])
        self.assertEqual(self._run("echo listening; exit 1", name="scheduler1"), ["scheduler1 ended with 1, and nobody had told it to"])

    def test_gateways_stop_and_end_with_the_machine_and_those_of_others_go_on(self):
        place = pathlib.Path(self.programs._directory)
        (place / "gateway").write_text("sleep 60 & wait")
        self.programs.workers, self.programs._store = [], place / "store"

        def start(store):
            gateway = subprocess.Popen(["chassis-worker", "gateway"], executable="/bin/sh", cwd=place, env={"CHASSIS_SHIM_STORE": str(store)},
                                       start_new_session=True)
            self.addCleanup(gateway.wait)
            self.addCleanup(os.killpg, gateway.pid, signal.SIGKILL)
            return gateway

        ours, theirs = start(place / "store"), start(place / "store2")
        while len(self.programs._gateways()) < 1:
            pass
        self.programs.stop_all()
        self.assertEqual([is_stopped(gateway) for gateway in (ours, theirs)], [True, False])
        self.programs.kill_all()
        self.assertEqual(ours.wait(), -signal.SIGKILL)
        self.assertIsNone(theirs.poll())

    def test_it_is_noted_when_a_process_was_seen_to_have_ended(self):
        self._run("exit 1")
        self.assertEqual(list(self.programs.ends), ["chassis-worker0-0"])
