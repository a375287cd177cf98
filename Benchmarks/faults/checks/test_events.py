"""Each check of events and updates of assets fails when it should."""

from checks.past import EVENT, insert
from checks.scene import Scene


class EventsTests(Scene):
    def test_an_event_that_was_kept_twice_is_repeated(self):
        self.past.events.append({**self.past.events[1], "event": 9, "idempotency_key": None})
        self.past.news.append({"trigger": 1, "event": 9, "state": "started",
                               "run": self.past._start("storm-hears", {"events": [{"id": "9"}]}, "1")})
        self.expect("repeated")

    def test_a_promised_event_that_is_not_there_is_lost(self):
        self.past.told["event00006/first"] = 77
        self.expect("lost")

    def test_a_wait_that_took_a_later_event_has_lost_the_first(self):
        next(end for end in self.past.ended if end["job"] == self.past.job(EVENT, "news"))["output"] = {"id": "2"}
        self.expect("lost")

    def test_a_wait_that_is_left_is_a_leak(self):
        self.past.more = [insert("event_wait", job_id=1, team="main", name="x")]
        self.expect("leaks")

    def test_an_event_that_reached_nobody_is_lost(self):
        self.past.more = ["UPDATE chassis.event SET is_dispatched = false WHERE event_id = 2"]
        self.expect("lost")

    def test_an_update_that_was_told_twice_is_repeated(self):
        self.past.events.append({**self.past.events[2], "event": 9, "epoch": 2})
        for trigger, workflow in ((2, "storm-each"), (3, "storm-gathered")):
            self.past.news.append({"trigger": trigger, "event": 9, "state": "started",
                                   "run": self.past._start(workflow, {"events": [{"id": "9"}]}, "1")})
        self.expect("repeated")

    def test_an_update_that_was_counted_twice_is_repeated(self):
        self.past.updates["made00007"] = 2
        self.expect("repeated")

    def test_an_update_under_another_epoch_is_stale(self):
        self.past.events[2]["epoch"] = 2
        self.expect("stale_writes")

    def test_an_event_that_started_no_run_is_lost(self):
        self.past.run(self.past.news[0]["run"])["params"] = {"events": [{"id": "2"}]}
        # Its run has the other one's event, which two have now.
        self.expect("lost", "repeated")

    def test_an_event_that_started_two_runs_is_repeated(self):
        self.past._start("storm-each", {"events": [{"id": "3"}]}, "1")
        self.expect("repeated")

    def test_two_updates_in_one_run_of_a_trigger_that_takes_each_by_itself_are_repeated(self):
        self.past.run(self.past.news[1]["run"])["params"] = {"events": [{"id": "2"}, {"id": "1"}]}
        self.assertIn("repeated", self.look())

    def test_an_event_that_is_not_noted_as_taken_is_stale(self):
        self.past.news[0]["run"] = self.past.news[1]["run"]
        self.expect("stale_writes")

    def test_a_run_that_a_trigger_started_and_that_came_to_something_else_is_lost(self):
        next(end for end in self.past.ended if end["run"] == self.past.news[-1]["run"])["output"] = "2"
        self.expect("lost")
