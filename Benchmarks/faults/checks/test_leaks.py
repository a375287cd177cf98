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

    def _end_a_session(self, incarnation, transaction):
        """The only session is taken for gone by its lock; the server has then had two lives of one start."""
        self.past.lives = [(1, "1.5/one"), (transaction, "1.5/two")]
        self.past.more = [insert("session", session_id=1, worker="x", host="x", pid=1, version="x", queues="{}", slots=1, started_at=NOW,
                                 renewed_at=NOW, lease_expires_at=NOW, incarnation=incarnation, ended_at=NOW, end_reason="process gone")]

    def test_a_session_that_was_taken_for_gone_behind_the_crash_of_a_backend_is_stale(self):
        self._end_a_session("1.5/one", transaction=2)
        self.expect("stale_writes")

    def test_a_session_may_be_taken_for_gone_in_its_own_life(self):
        for incarnation, transaction in (("1.5/two", 2), ("1.5/one", 1 << 40)):
            with self.subTest(incarnation):
                self._end_a_session(incarnation, transaction)
                self.expect()

    def test_a_start_in_good_order_that_the_storm_made_ends_a_life_too(self):
        self._end_a_session("1.5/two", transaction=2)
        self.lives = [(1, "1.5"), (3, "2.5")]
        self.expect("stale_writes")

    def test_without_faults_a_call_whose_end_was_not_told_is_a_leak(self):
        self.past.more = [insert("connection_call", connection="model", job_id=1, epoch=1, tokens=1, begun_at=NOW)]
        self.expect()
        self.has_faults = False
        self.expect("leaks")
