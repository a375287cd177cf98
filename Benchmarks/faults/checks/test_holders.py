"""The check of leases and who gave them up fails when it should."""

from checks.past import AGENT, NOW, WORKER, insert
from checks.scene import Scene

OTHER, SCHEDULER = "chassis-worker1-1", "chassis-scheduler0-1"


class HoldersTests(Scene):
    def _work(self, what):
        return self.past.deed(what, self.past.job(AGENT, "work"))

    def test_an_epoch_that_another_process_ended_is_stale(self):
        for process in (OTHER, "chassis-worker0-2", SCHEDULER):
            with self.subTest(process):
                self.past = type(self.past)()
                self._work("lease")["process"] = process
                self.expect("stale_writes")

    def test_the_jobs_of_a_session_that_has_ended_are_anybody_s_to_rescue(self):
        self._work("lease").update(process=SCHEDULER, session_had_ended=True)
        self._work("done").update(outcome="lost", process=SCHEDULER, what="attempt")
        self.expect()

    def test_and_nobody_s_to_end(self):
        self._work("lease").update(process=OTHER, session_had_ended=True)
        self.expect("stale_writes")

    def test_the_jobs_of_a_session_that_goes_on_are_nobody_s_to_rescue(self):
        self._work("lease")["process"] = SCHEDULER
        self._work("done").update(outcome="lost", process=SCHEDULER, what="attempt")
        self.expect("stale_writes")

    def test_a_deadline_takes_a_job_from_its_worker(self):
        self._work("lease")["process"] = SCHEDULER
        self._work("done").update(outcome="deadline", process=SCHEDULER)
        self.expect()

    def test_an_epoch_that_was_ended_without_its_lease_is_stale(self):
        self.past.deeds.remove(self._work("lease"))
        self.expect("stale_writes")

    def test_an_epoch_that_was_ended_with_the_lease_of_another_is_stale(self):
        self._work("lease")["epoch"] += 1
        self.expect("stale_writes")

    def test_a_lease_that_was_taken_for_another_process_is_stale(self):
        self._work("claim")["process"] = OTHER
        self.expect("stale_writes")

    def test_the_ending_of_a_job_that_is_retried_becomes_an_attempt(self):
        self.past.deeds.append({**self._work("done"), "what": "attempt", "transaction": 100_000, "process": SCHEDULER})
        self.expect()

    def test_the_database_notes_by_itself_who_it_was(self):
        job = self.past.job(AGENT, "report")
        self.past.more = [
            "SET LOCAL session_replication_role = origin", f"SET LOCAL application_name = '{OTHER}'",
            insert("session", session_id=2, worker="x", host="x", pid=1, version="x", queues="{}", slots=1, started_at=NOW, renewed_at=NOW,
                   lease_expires_at=NOW, ended_at=NOW, end_reason="finished"),
            insert("lease", job_id=job, run_id=AGENT, session_id=2, queue="x", priority=0, attempt=2, epoch=2, failures=0, losses=0,
                   started_at=NOW), f"SET LOCAL application_name = '{WORKER}'", f"DELETE FROM chassis.lease WHERE job_id = {job}",
            insert("attempt", job_id=job, epoch=2, attempt=2, session_id=2, outcome="failed", started_at=NOW, ended_at=NOW)]
        self.expect("stale_writes")
        self.assertIn(f"stale_writes: job {job} was held under epoch 2 by {OTHER}, and {WORKER} gave it up as failed", self.complaints)
