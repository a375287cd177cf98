"""Each check of runs and jobs fails when it should."""

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
