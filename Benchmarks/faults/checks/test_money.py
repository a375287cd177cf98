"""Each check of money fails when it should."""

import load
from checks.past import AGENT, BATCH, FORK, HELD, LAST, MIDDLE, PROGRAM
from checks.scene import Scene


class MoneyTests(Scene):
    def test_a_call_that_was_sent_in_two_batches_is_repeated(self):
        self.past.batches["batches"].append({**self.past.batches["batches"][0], "id": "batch-2"})
        self.expect("repeated")

    def test_a_call_that_was_paid_for_in_two_batches_is_paid_twice(self):
        self.past.batches["paid"] *= 2
        self.expect("paid_twice_unlisted")

    def test_a_call_that_no_batch_answered_is_lost(self):
        self.past.batches["paid"] = []
        self.past.ledger = [entry for entry in self.past.ledger if entry["run"] != BATCH]
        self.expect("lost")

    def test_one_step_billed_twice_and_another_not_at_all_do_not_make_up_for_each_other(self):
        two, three = [entry for entry in self.past.bill if entry["event"] == "answer" and entry["tag"] == "agent00000-work"][1:3]
        three.update(turn=two["turn"], digest=two["digest"])
        self.expect("paid_twice_unlisted", "lost")

    def test_a_call_that_another_step_lists_as_unknown_is_paid_twice(self):
        answer = next(entry for entry in self.past.bill if entry["event"] == "answer" and entry["tag"] == "agent00000-work")
        self.past.bill.append({**answer, "number": 999, "complete": False})
        self.past.ledger.append({"kind": "unknown", "run": AGENT, "job": 101, "position": "t0001", "reserved": 0, "paid": 0,
                                 "unknown": 6000})
        self.past.step(AGENT, "t0004")["unknown"] = 1
        self.expect("paid_twice_unlisted")
        self.past.step(AGENT, "t0004")["unknown"] = 0
        next(step for step in self.past.steps if step["job"] == 101 and step["position"] == "t0001")["unknown"] = 1
        self.expect()

    def test_a_step_without_a_whole_answer_is_lost(self):
        next(entry for entry in self.past.bill if entry["event"] == "answer")["complete"] = False
        self.expect("lost")

    def test_a_billed_run_without_a_ledger_is_not_listed(self):
        self.past.ledger = [entry for entry in self.past.ledger if entry["run"] != AGENT]
        self.expect("paid_twice_unlisted")

    def test_a_ledger_has_no_more_as_paid_than_was_billed_also_where_calls_are_unknown(self):
        self.past.ledger.append({"kind": "unknown", "run": AGENT, "job": 101, "position": "t0001", "reserved": 0, "paid": 1,
                                 "unknown": 6000})
        self.expect("paid_twice_unlisted")

    def test_what_is_reserved_in_the_end_is_a_leak(self):
        self.past.ledger.append({"kind": "reserved", "run": AGENT, "job": 101, "position": "t0001", "reserved": 1, "paid": 0,
                                 "unknown": 0})
        self.expect("leaks")

    def test_a_call_before_the_first_raise_exceeds_the_limit_of_its_run(self):
        next(limit for limit in self.past.limits if limit[1] == MIDDLE)[2] += 0.6
        self.expect("paid_twice_unlisted")

    def test_a_call_before_the_second_raise_exceeds_the_limit_of_its_run(self):
        next(limit for limit in self.past.limits if limit[1] == LAST)[2] += 0.6
        self.expect("paid_twice_unlisted")

    def test_a_call_of_one_run_exceeds_what_others_have_left_of_their_team_s_limit(self):
        self.past.limits[0] = [load.TEAM, 11_000, 0.0]
        for entry in self.past.ledger:
            if entry["run"] == HELD and entry["position"] == "t0005":
                entry["reserved"] = 11_000 if entry["kind"] == "reserved" else -11_000
        self.expect("paid_twice_unlisted")

    def test_a_call_without_a_reservation_is_outside_its_budget(self):
        of_call = [entry for entry in self.past.ledger if (entry["run"], entry["position"]) == (HELD, "t0003")]
        self.past.ledger.remove(of_call[0])
        of_call[1]["reserved"] = 0
        self.expect("paid_twice_unlisted")

    def test_a_settlement_that_was_booked_twice_is_paid_twice_though_a_call_beside_it_is_unknown(self):
        booked = next(entry for entry in self.past.ledger if (entry["run"], entry["position"], entry["kind"]) == (AGENT, "t0004", "settled"))
        self.past.ledger.append({**booked, "reserved": 0})
        self.past.ledger.append({**booked, "reserved": 0, "kind": "unknown", "paid": -booked["paid"], "unknown": 6000, "job": 101, "position": "t0001"})
        self.expect("paid_twice_unlisted")
        self.assertEqual(len(self.complaints), 2, self.complaints)

    def test_without_faults_a_call_that_is_unknown_breaks_what_is_promised(self):
        self.past.step(AGENT, "t0004")["unknown"] = 1
        self.expect()
        self.has_faults = False
        self.expect("unknown")

    def test_a_budget_that_has_other_sums_than_the_ledger_is_not_kept(self):
        for number in range(2):
            for what in ("paid", "unknown"):
                with self.subTest(budget=number, what=what):
                    self.past = type(self.past)()
                    self.past.budgets[number][what] += 1
                    self.expect("paid_twice_unlisted")
                    self.assertIn("and its ledger has", self.complaints[0])

    def test_a_call_of_a_program_is_paid_twice_where_that_very_call_is_not_unknown(self):
        answer = next(entry for entry in self.past.bill if (entry["event"], entry["tag"], entry["turn"]) == ("answer", "program00010-ask", 2))
        self.past.bill.append({**answer, "number": 999, "complete": False})
        self.past.ledger.append({"kind": "unknown", "run": PROGRAM, "job": self.past.job(PROGRAM, "ask"), "position": "gateway/model#2",
                                 "reserved": 0, "paid": 0, "unknown": 6000})
        for position, names in (("gateway/step/note#1", ["paid_twice_unlisted"]), ("gateway/model#1", ["paid_twice_unlisted"]), ("gateway/model#2", [])):
            with self.subTest(position):
                self.past.step(PROGRAM, position)["unknown"] = 1
                self.expect(*names)
                self.past.step(PROGRAM, position)["unknown"] = 0

    def test_a_fork_that_pays_for_what_its_source_has_asked_is_paid_twice(self):
        answer = next(entry for entry in self.past.bill if (entry["event"], entry["tag"], entry["turn"]) == ("answer", "agent00011-work", 2))
        self.past.bill.append({**answer, "number": 999})
        self.past.ledger.append({"kind": "settled", "run": FORK, "job": self.past.job(FORK, "work"), "position": "t0002", "reserved": 0,
                                 "paid": 350, "unknown": 0})
        self.expect("paid_twice_unlisted")
        self.assertTrue(any("run agent00011f was billed 0 micro-dollars" in complaint for complaint in self.complaints), self.complaints)
        self.assertTrue(any("run agent00011 was billed 2 times for work t0002" in complaint for complaint in self.complaints), self.complaints)
