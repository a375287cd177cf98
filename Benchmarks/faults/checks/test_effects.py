"""Each check of effects fails when it should."""

from checks.past import AGENT, ONCE, PROGRAM
from checks.scene import Scene


class EffectsTests(Scene):
    def test_a_once_call_that_was_never_made_is_lost(self):
        del self.past.once_notes[0]
        self.expect("lost")

    def test_a_once_call_that_was_made_twice_is_repeated_though_it_is_listed(self):
        self.past.once_notes.append(self.past.once_notes[0])
        self.past.step(ONCE, "t0001.1")["unknown"] = 1
        self.expect("repeated")

    def test_an_idempotent_call_may_be_made_again_only_where_that_very_call_is_unknown(self):
        self.past.notes.append("agent00000-1a")
        self.past.step(AGENT, "t0004.1")["unknown"] = 1
        self.expect("repeated")
        self.past.step(AGENT, "t0001.1")["unknown"] = 1
        self.expect()

    def test_a_failed_step_excuses_no_repeated_call(self):
        self.past.notes.append("agent00000-1a")
        self.past.steps.append({**self.past.step(AGENT, "t0001.1"), "epoch": 3, "state": "failed"})
        self.past.journals[AGENT, 101, 3] = [{"mark": {"inherited": []}}]
        self.assertIn("repeated", self.look())

    def test_a_named_step_of_a_program_that_was_done_twice_is_repeated_though_it_is_listed(self):
        self.past.once_notes.append("program00010-step")
        self.past.step(PROGRAM, "gateway/step/note#1")["unknown"] = 1
        self.expect("repeated")
