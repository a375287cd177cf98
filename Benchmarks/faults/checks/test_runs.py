"""Each check of runs and jobs fails when it should."""

import hashlib

from checks.past import FIRST_DUE, HELD
from checks.scene import Scene


class RunsTests(Scene):
    def test_nothing_is_found_where_nothing_went_wrong(self):
        self.expect()

    def test_another_output_is_a_lost_run(self):
        self.past.ended[1]["output"] = "something else"
        self.expect("lost")

    def test_an_epoch_that_did_not_end_is_stale(self):
        del self.past.attempts[0]
        self.expect("stale_writes")

    def test_a_last_epoch_that_ended_twice_is_stale(self):
        self.past.attempts.append((self.past.ended[0]["job"], self.past.ended[0]["epoch"]))
        self.expect("stale_writes")

    def test_a_job_that_was_ended_from_outside_has_no_open_epoch(self):
        job = next(end["job"] for end in self.past.ended if end.get("attempt") == 0)
        self.past.attempts.remove((job, 1))
        self.expect("stale_writes")

    def test_a_second_ending_that_postgres_refused_is_stale(self):
        self.past.log = 'ERROR:  duplicate key value violates unique constraint "done_pkey"\n'
        self.expect("stale_writes")

    def test_answers_that_none_should_be_are_told(self):
        self.surprises, self.contradictions = ["POST: 404"], ["two runs"]
        self.expect("surprises", "repeated")

    def test_a_run_that_did_not_wait_for_its_time_is_stale(self):
        self.past.waited = 0.69
        self.expect("stale_writes")

    def test_of_a_wait_that_another_server_ended_nothing_is_known(self):
        self.past.waited = 0.1
        self.handovers = [(1 << 30, None)]
        job = self.past.job(HELD, "pause")
        for deed in self.past.deeds:
            if deed["job_id"] == job:
                deed["transaction"] += 1 << 31
        self.expect()

    def test_a_run_that_went_on_before_people_said_so_is_lost(self):
        for name, value in (("state", "expired"), ("at", FIRST_DUE + 1), ("decided_by", "")):
            with self.subTest(name):
                self.past = type(self.past)()
                self.past.approval[name] = value
                if name == "decided_by":
                    self.past.approval = None
                self.expect("lost")

    def test_a_run_that_was_denied_and_went_on_as_one_that_was_approved_is_lost(self):
        self.past.approval["state"] = "approved" if self.past.approval["state"] == "denied" else "denied"
        self.expect("lost")

    def test_an_output_whose_blob_is_not_there_or_another_one_is_lost(self):
        self.blob_name = "0" * 64
        self.expect("lost")
        self.blob_name = hashlib.sha256(self.past.blob).hexdigest()
        self.expect()
        self.past.statements = lambda given=list(self.past.statements()): given
        self.past.blob = self.past.blob.replace(b"0", b"1")
        self.expect("lost")
