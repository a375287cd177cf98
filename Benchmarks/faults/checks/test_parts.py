"""Each check of items and child runs fails when it should."""

from checks.past import AGENT, CHILD, MAPPED, PARENT
from checks.scene import Scene


class PartsTests(Scene):
    def test_an_item_that_did_not_end_is_lost(self):
        job = self.past.job(MAPPED, "plain/3")
        self.past.ended = [end for end in self.past.ended if end["job"] != job]
        self.expect("lost")

    def test_an_element_without_an_item_is_lost(self):
        job = self.past.job(MAPPED, "plain/11")
        self.past.jobs.remove(next(job for job in self.past.jobs if job[1:] == (MAPPED, "plain/11")))
        self.past.ended = [end for end in self.past.ended if end["job"] != job]
        self.expect("lost")

    def test_an_item_of_no_element_is_repeated(self):
        self.past.jobs.append((9901, MAPPED, "plain/12"))
        self.expect("repeated")

    def test_an_item_that_was_counted_twice_is_stale(self):
        self.past.maps[self.past.job(MAPPED, "each")]["succeeded"] += 1
        self.expect("stale_writes")

    def test_a_job_with_two_child_runs_has_repeated_one(self):
        self.past.runs.append({**self.past.run(CHILD), "run": 9902, "params": {}, "workflow": "storm-hears"})
        self.past.runs[-1]["params"] = {"events": []}
        self.assertIn("repeated", self.look())
        self.assertTrue(any("child runs" in complaint for complaint in self.complaints), self.complaints)

    def test_a_job_without_its_child_run_has_lost_it(self):
        self.past.run(CHILD)["parent"] = None
        self.expect("lost")

    def test_a_child_run_of_another_run_is_stale(self):
        self.past.run(CHILD)["parent"] = AGENT, self.past.job(PARENT, "below")
        self.expect("stale_writes")

    def test_a_run_that_nobody_asked_for_is_repeated(self):
        self.past.runs.append({"run": 9903, "workflow": "storm-some", "params": {"tag": "other"}, "parent": None})
        self.expect("repeated")
