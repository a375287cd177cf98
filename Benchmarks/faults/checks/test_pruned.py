"""Each check of runs that are past their retention fails when it should."""

from checks.past import AGENT, NOW, OLD, insert
from checks.scene import Scene
from retention import RETENTION_HOURS

JOURNAL = [{"mark": {"inherited": []}}]


class PrunedTests(Scene):
    def test_what_was_pruned_is_told(self):
        self.expect()
        self.assertIn("of 1 runs past their retention 1 are gone with their journals", self.remarks)

    def test_the_journals_of_a_run_that_was_pruned_are_a_leak(self):
        self.past.journals[OLD, 100 * OLD, 1] = JOURNAL
        self.expect("leaks")
        self.assertIn(f"leaks: the journals of run {OLD}, which was pruned, are left", self.complaints)

    def test_the_journals_of_a_run_that_is_not_there_are_a_leak(self):
        self.past.journals[OLD + 1, 1, 1] = JOURNAL
        self.expect("leaks")

    def test_a_run_whose_journals_are_still_to_be_removed_is_a_leak(self):
        self.past.more = [insert("pruned_run", run_id=OLD, next_at=NOW)]
        self.expect("leaks")

    def test_a_run_that_is_there_and_whose_journals_are_gone_is_lost(self):
        self.past.journals = {key: lines for key, lines in self.past.journals.items() if key[0] != AGENT}
        # That there is no record of its steps is complained of, too.
        self.expect("lost", "stale_writes")
        self.assertIn(f"lost: run {AGENT} has recorded steps, and all its journals are gone", self.complaints)

    def _delete(self, *numbers_and_ages):
        """Has runs be there, ended so many seconds ago, and deleted as retention does it, and others retried."""
        for number, _ in numbers_and_ages:
            self.past.more.append(insert("run", run_id=number, version_id=1, team="main", params="{}", created_at=NOW))
        for number, age in numbers_and_ages:
            self.past.more.append(f"INSERT INTO chassis.ended_run (run_id, state, ended_at) VALUES ({number}, 'failed', now() - {age} * interval '1 second')")
        self.past.more.append("SET session_replication_role = origin")
        numbers = ", ".join(str(number) for number, _ in numbers_and_ages)
        self.past.more.append(f"""
            WITH pruned AS (DELETE FROM chassis.ended_run WHERE run_id IN ({numbers}) RETURNING run_id)
            DELETE FROM chassis.run WHERE run_id IN (SELECT run_id FROM pruned)""")

    def test_a_run_that_was_deleted_before_its_time_is_lost(self):
        time = 3600 * RETENTION_HOURS
        self._delete((OLD + 1, time + 1), (OLD + 2, time - 3), (OLD + 3, 60))
        self.expect("lost")
        self.assertEqual(
            [f"lost: run {OLD + 2} was deleted 3 s before its time", f"lost: run {OLD + 3} was deleted {time - 60} s before its time"],
            self.complaints)

    def test_a_run_that_is_retried_is_not_deleted(self):
        self.past.more += ["SET session_replication_role = origin", f"DELETE FROM chassis.ended_run WHERE run_id = {AGENT}",
                           insert("ended_run", run_id=AGENT, state="succeeded", ended_at=NOW)]
        self.expect()

    def test_what_a_run_paid_that_was_pruned_stays_in_the_ledger(self):
        self.past.ledger = [entry for entry in self.past.ledger if entry["run"] != OLD]
        self.expect("paid_twice_unlisted")
