"""Each check of journals fails when it should."""

from checks.past import AGENT, FIRST_DUE, NOW, ONCE, PROGRAM, WORKER, insert, text
from checks.scene import Scene


class JournalsTests(Scene):
    def test_a_step_that_the_own_mark_covers_is_repeated(self):
        self.past.journal(AGENT, 2).append(self.past.journal(AGENT, 1)[-1])
        self.expect("repeated")

    def test_steps_without_a_mark_are_stale(self):
        del self.past.journal(AGENT, 2)[0]
        self.expect("stale_writes")

    def test_an_attempt_that_inherits_and_has_no_journal_is_stale(self):
        for step in self.past.steps:
            if step["run"] == AGENT and step["epoch"] == 2:
                step["state"] = "failed"
        del self.past.journals[max(key for key in self.past.journals if key[0] == AGENT and key[2] == 2)]
        self.expect("stale_writes")

    def test_a_recorded_step_without_its_record_is_stale(self):
        del self.past.journal(AGENT, 2)[-1]
        self.expect("stale_writes")

    def test_a_recorded_step_behind_the_last_mark_is_stale(self):
        self.past.journal(AGENT, 2)[0]["mark"]["inherited"][0]["bytes"] -= 1
        self.expect("stale_writes")

    def test_a_recorded_step_in_a_journal_that_the_last_mark_leaves_out_is_stale(self):
        self.past.journal(AGENT, 2)[0]["mark"]["inherited"] = []
        self.expect("stale_writes")

    def test_a_mark_that_came_late_and_covers_less_does_not_count_beside_a_later_one(self):
        first, second = self.past.journal(AGENT, 1), self.past.journal(AGENT, 2)
        job = self.past.step(AGENT, "t0005")["job"]
        self.past.journals[AGENT, job, 3] = [{"mark": {"inherited": [
            {"run": AGENT, "job": job, "epoch": epoch, "bytes": len(text(lines))} for epoch, lines in ((1, first), (2, second))]}}]
        second[0]["mark"]["inherited"][0]["bytes"] -= 1
        self.expect()

    def test_what_somebody_said_to_have_happened_is_in_a_later_journal(self):
        step = self.past.step(ONCE, "t0002.1")
        record = self.past.journal(ONCE, 1).pop()
        self.past.journal(ONCE, 2)[0]["mark"]["inherited"][0]["bytes"] = len(text(self.past.journal(ONCE, 1)))
        self.past.journal(ONCE, 2).append(record)
        self.expect("stale_writes")
        # Its first attempt woke up late, and recorded it behind the mark.
        self.past.journal(ONCE, 1).append(record)
        self.expect("stale_writes")
        self.past.more = [insert(
            "approval", run_id=ONCE, job_id=step["job"], kind="effect", position="t0002.1", fingerprint="\\x" + step["fingerprint"],
            round=1, title="x", request="{}", digest="\\x00", needed=1, allows_requester=True, otherwise="deny", asked_at=NOW,
            state="happened", decided_at=NOW)]
        self.expect()

    def test_what_is_unknown_though_a_later_attempt_had_its_record_is_stale(self):
        for state in ("unknown", "dismissed"):
            with self.subTest(state):
                self.past = type(self.past)()
                self.past.step(AGENT, "t0002").update(state=state, unknown=1)
                self.expect("stale_writes")

    def test_what_is_unknown_and_has_its_record_behind_the_last_mark_is_unknown(self):
        self.past.step(AGENT, "t0002").update(state="unknown", unknown=1)
        record = next(line for line in self.past.journal(AGENT, 1) if line.get("position") == "t0002")
        self.past.journal(AGENT, 1).remove(record)
        self.past.journal(AGENT, 2)[0]["mark"]["inherited"][0]["bytes"] = len(text(self.past.journal(AGENT, 1)))
        self.past.journal(AGENT, 1).append(record)
        self.expect()

    def test_what_the_last_attempt_left_unknown_itself_is_unknown(self):
        self.past.step(AGENT, "t0004").update(state="unknown", unknown=1)
        self.expect()

    def test_a_record_behind_the_next_mark_is_stale_where_its_process_had_ended_before(self):
        self.past.journal(AGENT, 1).append({"position": "t0009", "fingerprint": "aa"})
        self.expect()
        began = FIRST_DUE
        for ended, names in ((began - 10, ["stale_writes"]), (began - 1, []), (began + 10, [])):
            self.ends = {WORKER: ended}
            self.expect(*names)

    def test_what_a_program_did_is_in_journals_of_its_own(self):
        key = next(key for key in self.past.journals if key[0] == PROGRAM)
        del self.past.journals[key][-1]
        self.expect("stale_writes")
        self.past.journals[PROGRAM, self.past.job(PROGRAM, "ask"), 1] = self.past.journals.pop(key)
        self.expect("stale_writes")
