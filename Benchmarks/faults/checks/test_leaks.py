"""Each check of leaks fails when it should."""

from checks.past import NOW, insert
from checks.scene import Scene


class LeaksTests(Scene):
    def test_a_slot_that_cannot_be_taken_is_a_leak(self):
        self.slots = (23, 24)
        self.expect("leaks")

    def test_a_permit_is_a_leak(self):
        self.past.more = [insert("permit", holder=1, is_run=True, gate_id=1, attempt=1, at=NOW)]
        self.expect("leaks")

    def test_a_job_that_waits_for_a_budget_is_a_leak(self):
        self.past.more = [insert("budget_waiter", budget_id=1, job_id=1)]
        self.expect("leaks")

    def test_a_run_that_is_past_its_retention_is_a_leak(self):
        self.past._start("storm-old", {"tag": "old00001"}, "old00001\n")
        self.expect("leaks")

    def test_a_scratch_directory_is_a_leak(self):
        self.scratch = ["chassis-worker-abcdef"]
        self.expect("leaks")
