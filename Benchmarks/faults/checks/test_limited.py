"""Whoever looks at limits sees when there is more than may be."""

import deployed
import load
import shapes
from checks.past import AGENT, MAPPED, NOW, insert
from checks.scene import Scene


class LimitedTests(Scene):
    def _look_now(self):
        self.ask(";\n".join(self.past.statements()))
        self.limits.look()

    def _lease(self, job, run):
        return insert("lease", job_id=job, run_id=run, session_id=1, queue="x", priority=0, attempt=1, epoch=1, failures=0, losses=0, started_at=NOW)

    def _expect(self, what, most, make):
        """Of what may be as much is let in, and one more is seen."""
        for count, is_exceeded in ((most, False), (most + 1, True)):
            self.limits.excesses.clear()
            self.past.more = make(count)
            self._look_now()
            self.assertEqual([text for text in self.limits.excesses if what in text], [f"{count} {what} were under way at once, and {most} may be"] * is_exceeded)
        self.assertEqual(self.look() & {"exceeded"}, {"exceeded"})
        self.assertEqual(self.limits.most[what], (most + 1, most))

    def setUp(self):
        super().setUp()
        self.past.submitted = "storm-agent"

    def test_runs(self):
        self._expect("runs of storm-agent", load.RUNS_AT_ONCE, lambda count: [
            each for number in range(count)
            for each in (insert("run", run_id=9000 + number, version_id=1, team="main", params="{}", created_at=NOW), self._lease(9000 + number, 9000 + number))])

    def test_agents(self):
        self._expect("agents of storm-agent", load.AGENTS_AT_ONCE, lambda count: [
            each for number in range(count)
            for each in (insert("job", job_id=9000 + number, run_id=AGENT, position=9000 + number, name="work", kind="agent"), self._lease(9000 + number, AGENT))])

    def test_items_of_a_mapped_job(self):
        self._expect("items of a mapped job", shapes.ITEMS_AT_ONCE,
                     lambda count: [self._lease(self.past.job(MAPPED, f"each/{number}"), MAPPED) for number in range(count)])

    def test_calls_of_the_model(self):
        self._expect("calls of the model", load.CONCURRENT_CALLS, lambda count: [self._lease(1, 1)] + count * [
            insert("connection_call", connection="model", job_id=1, epoch=1, tokens=1, begun_at=NOW)])

    def test_runs_of_a_backfill(self):
        self._expect("runs of a backfill", deployed.BACKFILL_LIMIT, lambda count: [
            insert("live_run", run_id=item["run"], unfinished=1, jobs=1) for item in self.past.items_of(1)[:count]])

    def test_what_nobody_holds_is_not_counted(self):
        self.past.more = (load.CONCURRENT_CALLS + 1) * [insert("connection_call", connection="model", job_id=1, epoch=1, tokens=1, begun_at=NOW)]
        self._look_now()
        self.assertEqual(self.limits.excesses, [])
