"""Each check of runs that are past their retention fails when it should."""

from checks.past import AGENT, NOW, OLD, insert
from checks.scene import Scene

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

    def test_what_a_run_paid_that_was_pruned_stays_in_the_ledger(self):
        self.past.ledger = [entry for entry in self.past.ledger if entry["run"] != OLD]
        self.expect("paid_twice_unlisted")
