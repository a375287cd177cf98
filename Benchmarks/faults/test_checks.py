"""Each check of the storm fails when it should: what a storm without faults leaves, changed in one thing at a time.

    python3 -m unittest discover -s Benchmarks/faults -p 'test_*.py'

takes a Postgres and the program `chassis`, where CHASSIS_PROGRAMS says or built for release.
"""

import datetime
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import types
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).resolve().parents[1] / "driver")]

import checks
import cluster
import load
from checks import Checks
from cluster import Cluster

RUNS = [("agent", "agent00000"), ("held", "held00001"), ("once", "once00002"), ("fan", "fan00003")]
AGENT, HELD, ONCE = 1, 2, 3
"""Numbers of runs."""
USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
COST = 350
NOW = "now"
MIDDLE, LAST = round(load.MIDDLE_BUDGET_USD * 1_000_000), round(load.LAST_BUDGET_USD * 1_000_000)


class Past:
    """What a storm has left: rows, journals, the bill and logs. The second half of each agent's job is a second attempt's."""

    def __init__(self):
        self.jobs, self.steps, self.ledger, self.ended, self.attempts = [], [], [], [], []
        self.journals = {}
        self.bill = []
        self.notes, self.once_notes = [], []
        self.more = []
        """Further statements."""
        self.log = ""
        self._now = 1000.0
        self.limits = [[load.TEAM, round(load.FIRST_BUDGET_OF_TEAM_USD * 1_000_000), 0.0]]
        for number, (kind, tag) in enumerate(RUNS, 1):
            for place, (name, output) in enumerate(load.expected(kind, tag).items()):
                self._job(number, kind, tag, name, 100 * number + place, output)

    def _job(self, run, kind, tag, name, job, output):
        self.jobs.append((job, run, name))
        positions = [position for other, position in load.STEPS[kind] if other == name]
        calls = load.CALLS_OF_WORK.items() if name == "work" else []
        steps = sorted([(position, None) for position in positions] + [(position, call) for call, position in calls])
        epochs = [1, 2] if name == "work" else [1]
        if len(epochs) > 1:
            self.attempts.append((job, 1))
        self.ended.append({"job": job, "run": run, "epoch": epochs[-1], "output": output})
        for epoch in epochs:
            lines = self.journals[run, job, epoch] = []
            for position, call in [step for step in steps if epochs == [1] or (epoch == 2) == (step[0] >= "t0003")]:
                if not lines:
                    self._draw_mark(run, job, epoch)
                self._now += 1
                fingerprint = f"{job:04x}{epoch:02x}{int(position[1:5]):02x}{int(position[6:] or 0):02x}"
                lines.append({"position": position, "fingerprint": fingerprint})
                effect = "none" if call is None else "once" if kind == "once" else "idempotent"
                self.steps.append({"job": job, "run": run, "epoch": epoch, "position": position, "fingerprint": fingerprint,
                                   "kind": "tool" if call else "model", "effect": effect, "state": "recorded", "unknown": 0,
                                   "at": self._now})
                if call:
                    (self.once_notes if kind == "once" else self.notes).append(f"{tag}-{call}")
                else:
                    self._call(run, kind, tag, name, job, epoch, position)

    def _draw_mark(self, run, job, epoch):
        earlier = self.journals.get((run, job, epoch - 1), [])
        whole = {"run": run, "job": job, "epoch": epoch - 1, "lines": len(earlier), "bytes": len(text(earlier))}
        self.journals[run, job, epoch].append({"mark": {"inherited": [whole] if earlier else []}})

    def _call(self, run, kind, tag, name, job, epoch, position):
        turn = int(position[1:])
        could_cost = 4000 + 900 * turn
        if kind == "held" and (name, turn) in (("look", 1), ("work", 5)):
            self.limits.append([tag, MIDDLE if name == "look" else LAST, self._now - 0.5])
        identity = {"server": "a", "number": len(self.bill), "tag": f"{tag}-{name}", "turn": turn, "digest": f"{tag} {position}",
                    "key": f"chassis-{run}-{job}-{position}-ab"}
        self.bill.append({"event": "request", **identity, "time": self._now})
        self.bill.append({"event": "answer", **identity, "billed": True, "complete": True, "usage": USAGE, "time": self._now + 0.1})
        self.ledger.append({"kind": "reserved", "run": run, "job": job, "position": position, "reserved": could_cost, "paid": 0,
                            "unknown": 0})
        self.ledger.append({"kind": "settled", "run": run, "job": job, "position": position, "reserved": -could_cost, "paid": COST,
                            "unknown": 0})

    def step(self, run, position):
        """The last step of a run at a position."""
        return [step for step in self.steps if step["run"] == run and step["position"] == position][-1]

    def journal(self, run, epoch):
        """The journal of the last job of a run that has one of that epoch."""
        return self.journals[max(key for key in self.journals if key[0] == run and key[2] == epoch and self.journals[key])]

    def statements(self):
        yield "BEGIN"
        yield "SET session_replication_role = replica"
        for table in ("run", "ended_run", "job", "done", "attempt", "step", "ledger", "approval", "permit", "budget_waiter"):
            yield f"DELETE FROM chassis.{table}"
        for number, (_, tag) in enumerate(RUNS, 1):
            yield insert("run", run_id=number, version_id=1, team="main", params=json.dumps({"tag": tag}), created_at=NOW)
            yield insert("ended_run", run_id=number, state="succeeded", ended_at=NOW)
        for job, run, name in self.jobs:
            yield insert("job", job_id=job, run_id=run, position=job, name=name, kind="agent")
        for end in self.ended:
            yield insert("done", job_id=end["job"], run_id=end["run"], state="succeeded", attempt=1, epoch=end["epoch"], failures=0,
                         losses=0, ended_at=NOW, queue="default", priority=0, output=json.dumps(end["output"]))
        for job, epoch in self.attempts:
            yield insert("attempt", job_id=job, epoch=epoch, attempt=1, outcome="lost", started_at=NOW, ended_at=NOW)
        for step in self.steps:
            yield insert("step", job_id=step["job"], epoch=step["epoch"], position=step["position"], attempt=1, kind=step["kind"],
                         name="x", effect=step["effect"], state=step["state"], fingerprint="\\x" + step["fingerprint"],
                         unknown_calls=step["unknown"], started_at=moment(step["at"]), settled_at=moment(step["at"] + 0.5))
        for entry in self.ledger:
            yield insert("ledger", at=NOW, kind=entry["kind"], run_id=entry["run"], job_id=entry["job"], epoch=1,
                         position=entry["position"], team="main", workflow="x", reserved_micro_usd=entry["reserved"],
                         paid_micro_usd=entry["paid"], unknown_micro_usd=entry["unknown"])
        yield from self.more
        yield "COMMIT"


def insert(table, **values):
    """The statement that adds a row; no value has a quotation mark."""
    shown = ", ".join(str(value) if isinstance(value, int) else f"'{value}'" for value in values.values())
    return f"INSERT INTO chassis.{table} ({', '.join(values)}) OVERRIDING SYSTEM VALUE VALUES ({shown})"


def moment(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat()


def text(lines):
    """A journal as it lies in the store."""
    return b"".join(json.dumps({"record": line}).encode() + b"\n" for line in lines)


class ChecksTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="chassis-checks."))
        cls.directory.chmod(0o755)
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        # Nothing in it is to outlive this process.
        cluster.SETTINGS |= {"fsync": "off", "shared_buffers": "32MB"}
        cls.cluster = Cluster(cls.directory / "cluster")
        cls.cluster.__enter__()
        cls.addClassCleanup(cls.cluster.__exit__)
        cls.cluster.fresh()
        cls.psql = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", cls.cluster.conninfo()],
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.psql.communicate)
        checks.LONGEST_SWEEP_SECONDS = 0

    def setUp(self):
        self.past = Past()
        self.slots = (24, 24)
        self.contradictions, self.surprises, self.crashes = [], [], []
        self.scratch = []

    def ask(self, sql):
        """Asks over one connection for all tests."""
        print(f"{sql};\n\\echo answered", file=self.psql.stdin, flush=True)
        lines = []
        while (line := self.psql.stdout.readline().rstrip("\n")) != "answered":
            if self.psql.poll() is not None:
                raise RuntimeError(f"Postgres refuses {sql}")
            lines.append(line)
        return "\n".join(lines)

    def look(self):
        """Which of the last line's names, and others, are not 0."""
        place = pathlib.Path(tempfile.mkdtemp(dir=self.directory))
        (place / "scratch").mkdir()
        for name in self.scratch:
            (place / "scratch" / name).mkdir()
        for (run, job, epoch), lines in self.past.journals.items():
            path = place / f"store/runs/{run}/{job}/{epoch:06}.journal"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text(lines))
        (place / "bill").write_text("".join(json.dumps(entry) + "\n" for entry in self.past.bill))
        for name, items in (("notes", self.past.notes), ("once-notes", self.past.once_notes)):
            (place / name).write_text("".join(json.dumps({"item": item}) + "\n" for item in items))
        (place / "log").write_text(self.past.log)
        self.ask(";\n".join(self.past.statements()))
        world = types.SimpleNamespace(
            directory=place, store=place / "store", bill=place / "bill", notes=place / "notes", once_notes=place / "once-notes",
            scratch=place / "scratch", names_of_processes=["note.sh"], crashes=self.crashes, ask=self.ask,
            fill_slots=lambda: self.slots, stop=lambda: None,
            client=types.SimpleNamespace(promised={}, contradictions=self.contradictions, surprises=self.surprises),
            people=types.SimpleNamespace(limits=self.past.limits), cluster=types.SimpleNamespace(lives=[], log=place / "log"))
        looked = Checks(world, RUNS)
        looked.all()
        self.complaints = looked.complaints
        return {name for name, count in looked.counts.items() if count and name not in ("runs", "unknown")}

    def expect(self, *names):
        self.assertEqual(self.look(), set(names), self.complaints)

    def test_nothing_is_found_where_nothing_went_wrong(self):
        self.expect()

    # Runs and jobs

    def test_another_output_is_a_lost_run(self):
        self.past.ended[1]["output"] = "something else"
        self.expect("lost")

    def test_an_epoch_that_did_not_end_is_stale(self):
        del self.past.attempts[0]
        self.expect("stale_writes")

    def test_a_second_ending_that_postgres_refused_is_stale(self):
        self.past.log = 'ERROR:  duplicate key value violates unique constraint "done_pkey"\n'
        self.expect("stale_writes")

    def test_answers_that_none_should_be_are_told(self):
        self.surprises, self.contradictions = ["POST: 404"], ["two runs"]
        self.expect("surprises", "repeated")

    # Journals

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

    # Money

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

    # Effects

    def test_a_once_call_that_was_never_made_is_lost(self):
        del self.past.once_notes[0]
        self.expect("lost")

    def test_a_once_call_that_was_made_twice_is_repeated_though_it_is_listed(self):
        self.past.once_notes.append(self.past.once_notes[0])
        self.past.step(ONCE, "t0001.1")["unknown"] = 1
        self.expect("repeated")

    def test_an_idempotent_call_may_be_made_again_only_where_that_very_call_is_unknown(self):
        self.past.notes.append("agent00000-1a")
        self.past.step(AGENT, "t0004.1")["unknown"] = 1
        self.expect("repeated")
        self.past.step(AGENT, "t0001.1")["unknown"] = 1
        self.expect()

    def test_a_failed_step_excuses_no_repeated_call(self):
        self.past.notes.append("agent00000-1a")
        self.past.steps.append({**self.past.step(AGENT, "t0001.1"), "epoch": 3, "state": "failed"})
        self.past.journals[AGENT, 101, 3] = [{"mark": {"inherited": []}}]
        self.assertIn("repeated", self.look())

    # Leaks

    def test_a_slot_that_cannot_be_taken_is_a_leak(self):
        self.slots = (23, 24)
        self.expect("leaks")

    def test_a_permit_is_a_leak(self):
        self.past.more = [insert("permit", holder=1, is_run=True, gate_id=1, attempt=1, at=NOW)]
        self.expect("leaks")

    def test_a_job_that_waits_for_a_budget_is_a_leak(self):
        self.past.more = [insert("budget_waiter", budget_id=1, job_id=1)]
        self.expect("leaks")

    def test_a_scratch_directory_is_a_leak(self):
        self.scratch = ["chassis-worker-abcdef"]
        self.expect("leaks")


if __name__ == "__main__":
    unittest.main()
