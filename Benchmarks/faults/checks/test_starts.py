"""Each check of schedules and backfills fails when it should."""

import deployed
from checks.scene import Scene


class StartsTests(Scene):
    def test_a_due_time_without_a_run_is_lost(self):
        for name in deployed.WHOLE:
            with self.subTest(name):
                self.setUp()
                gone = self.past.due_time(name, 1)
                self.past.due_times.remove(gone)
                self.past.runs = [run for run in self.past.runs if run["run"] != gone["run"]]
                self.expect("lost")

    def test_a_due_time_that_was_left_out_is_lost_where_none_may_be(self):
        row = self.past.due_time("all", 1)
        self.past.runs = [run for run in self.past.runs if run["run"] != row["run"]]
        row.update(outcome="skipped", run=None)
        self.expect("lost")

    def test_a_second_run_for_a_due_time_is_repeated(self):
        tag = self.past.run(self.past.due_time("line", 0)["run"])["params"]["tag"]
        self.past._start("storm-scheduled", {"tag": tag}, f"{tag}\n")
        self.expect("repeated")

    def test_a_run_for_a_time_that_is_not_due_is_repeated(self):
        row = self.past.due_time("all", 1)
        tag = f"storm-scheduled/all/{row['due'] + 1}"
        self.past.due_times.append({**row, "due": row["due"] + 1, "at": row["at"] + 1,
                                    "run": self.past._start("storm-scheduled", {"tag": tag}, f"{tag}\n")})
        self.expect("repeated")

    def test_a_run_of_another_due_time_is_stale(self):
        one, two = self.past.due_time("all", 0), self.past.due_time("all", 1)
        one["run"], two["run"] = two["run"], one["run"]
        self.expect("stale_writes")

    def test_a_run_before_its_due_time_is_repeated(self):
        self.past.due_time("latest", 1)["at"] -= 1
        self.expect("repeated")

    def test_a_due_time_that_is_not_the_latest_any_more_is_repeated(self):
        self.past.due_time("latest", 1)["at"] += 2
        self.expect("repeated")

    def test_the_last_due_time_is_made_up_for(self):
        gone = self.past.due_time("latest", -1)
        self.past.due_times.remove(gone)
        self.past.runs = [run for run in self.past.runs if run["run"] != gone["run"]]
        self.expect("lost")

    def test_due_times_before_the_last_may_be_missed_by_who_makes_up_for_the_latest(self):
        gone = self.past.due_time("latest", 1)
        self.past.due_times.remove(gone)
        self.past.runs = [run for run in self.past.runs if run["run"] != gone["run"]]
        self.expect()

    def test_runs_that_did_not_wait_for_each_other_are_stale(self):
        one, two = self.past.due_time("line", 0), self.past.due_time("line", 1)
        one["run"], two["run"] = two["run"], one["run"]
        for row in (one, two):
            tag = f"storm-scheduled/line/{row['due']}"
            self.past.run(row["run"])["params"] = {"tag": tag}
            next(end for end in self.past.ended if end["run"] == row["run"])["output"] = f"{tag}\n"
        self.expect("stale_writes")

    def test_an_item_of_a_backfill_that_did_not_run_is_lost(self):
        item = self.past.items[5]
        self.past.runs = [run for run in self.past.runs if run["run"] != item["run"]]
        item["state"] = "refused"
        self.expect("lost")

    def test_two_items_with_one_run_are_repeated(self):
        again = self.past.items_of(4)[1]
        self.past.items_of(3)[1]["run"] = again["run"]
        # And one run is nobody's.
        self.expect("repeated")

    def test_a_backfill_that_was_promised_and_is_not_there_is_lost(self):
        self.past.backfills.add(7)
        self.expect("lost")

    def test_a_part_that_was_not_filled_is_lost(self):
        self.past.filled[3] = 1
        self.expect("lost")

    def test_a_further_backfill_of_a_part_is_repeated(self):
        self.past.filled[2] = 1
        self.expect("repeated")

    def test_a_part_that_was_to_be_filled_again_may_not_be_where_that_was_never_promised(self):
        self.past.filled[1] = 2
        self.expect()

    def test_a_backfill_with_fewer_items_than_due_times_is_lost(self):
        gone = self.past.items.pop()
        self.past.runs = [run for run in self.past.runs if run["run"] != gone["run"]]
        self.expect("lost")

    def test_a_backfill_of_due_times_that_nobody_asked_for_is_lost(self):
        del self.past.filled[0]
        self.expect("lost")

    def test_a_schedule_that_left_out_every_due_time_is_lost(self):
        for row in [row for row in self.past.due_times if row["schedule"] == list(deployed.SCHEDULES).index("latest") + 1]:
            self.past.runs = [run for run in self.past.runs if run["run"] != row["run"]]
            row.update(outcome="skipped", run=None)
        self.expect("lost")
