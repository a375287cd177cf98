"""Money: the bill is explained, the ledger is the bill, and no limit was exceeded at any time."""

import collections
import json
import math

import kinds
import load
import shapes
from checks.findings import NAME_OF_JOB, Subject


class Money(Subject):
    def check(self):
        self._bill = [json.loads(line) for line in self.world.providers.bill.read_text(errors="replace").splitlines()]
        """The lines of the provider's bill; that of batches comes behind it."""
        self._bill += lines_of_batches(self.world.providers.batch_bill())
        self._bill_is_explained()
        self._calls_are_sent_in_one_batch()
        self._ledger_is_the_bill()
        self._steps_are_booked_once()
        self._budgets_hold()
        self._budgets_are_the_ledger()
        self._limits_held_at_all_times()

    def _bill_is_explained(self):
        """Each step that is needed was answered, once, and billed again only as often as it is listed as unknown."""
        digests = collections.defaultdict(set)
        billed = collections.Counter()
        answered = collections.Counter()
        for entry in self._bill:
            tag, job = entry["tag"].rsplit("-", 1)
            step = tag, job, f"t{entry['turn']:04d}"
            if entry["event"] == "request":
                digests[step].add(entry["digest"])
            elif entry["billed"]:
                billed[step] += 1
                answered[step] += entry["complete"]
        unknown = unknown_calls(self)
        for tag, kind in self.kinds.items():
            for step in digests:
                if step[0] == tag and step[1:] not in kinds.STEPS[kind]:
                    self.found("repeated", f"run {tag} asked for {step[1:]}, which is not needed")
            for job, position in kinds.STEPS[kind]:
                step = tag, job, position
                listed = unknown.get(step, 0)
                self.findings.counts["unknown"] += listed
                if len(digests[step]) != 1:
                    self.found("repeated", f"run {tag} asked for {job} {position} in {len(digests[step])} ways")
                if answered[step] == 0:
                    self.found("lost", f"run {tag} has no whole answer to {job} {position}")
                if billed[step] > 1 + listed:
                    self.found("paid_twice_unlisted",
                                f"run {tag} was billed {billed[step]} times for {job} {position}, {listed} are listed as unknown")
        for row in self.rows("""
            SELECT run_id, job_id, step.position, count(*) FROM chassis.step JOIN chassis.job USING (job_id)
            WHERE step.state = 'recorded' AND (effect <> 'none' OR step.kind = 'model')
            GROUP BY 1, 2, 3 HAVING count(*) > 1"""):
            self.found("repeated", f"run {row['run_id']} job {row['job_id']} recorded {row['position']} {row['count']} times")

    def _calls_are_sent_in_one_batch(self):
        """A call stands in one batch that its provider took, and in a further one only as often as it is listed as unknown."""
        unknown = unknown_calls(self)
        sent = collections.Counter(entry["tag"] for entry in self._bill if entry["event"] == "request" and "batch" in entry)
        for name, count in sent.items():
            tag, job = name.rsplit("-", 1)
            if count > 1 + unknown.get((tag, job, "t0001"), 0):
                self.found("repeated", f"run {tag} had its call {job} sent in {count} batches")

    def _ledger_is_the_bill(self):
        """What a run has paid is what it was billed; where calls are listed as unknown, these cover the rest."""
        billed = collections.Counter()
        for entry in self._bill:
            if entry["event"] == "answer" and entry["billed"]:
                billed[entry["tag"].rsplit("-", 1)[0]] += cost(entry)
        # What a run has paid stays in the ledger when its rows are deleted.
        old = self.world.outside.old
        sums = collections.defaultdict(collections.Counter)
        for row in self.rows("""
            SELECT run_id, params->>'tag' AS tag, sum(paid_micro_usd) AS paid, sum(unknown_micro_usd) AS unknown,
                   sum(reserved_micro_usd) AS reserved
            FROM chassis.ledger LEFT JOIN chassis.run USING (run_id) WHERE run_id IS NOT NULL GROUP BY 1, 2"""):
            tag = row["tag"] or old.get(row["run_id"], f"number {row['run_id']}")
            sums[tag].update({name: row[name] for name in ("paid", "unknown", "reserved")})
        for tag in sorted(billed.keys() | sums.keys()):
            paid, unknown, reserved = [sums[tag][name] for name in ("paid", "unknown", "reserved")]
            if reserved:
                self.found("leaks", f"run {tag} has {reserved} micro-dollars reserved")
            if not paid <= billed[tag] <= paid + unknown:
                self.found("paid_twice_unlisted", f"run {tag} was billed {billed[tag]} micro-dollars, "
                                                   f"its ledger has {paid} as paid and {unknown} as unknown")

    def _steps_are_booked_once(self):
        """What is booked as paid for a step that counts as recorded is what one whole answer to it was billed: a call that is unknown
        beside it explains nothing of it."""
        costs = collections.defaultdict(set)
        for entry in self._bill:
            if entry["event"] == "answer" and entry["billed"] and entry["complete"]:
                tag, job = entry["tag"].rsplit("-", 1)
                costs[tag, job, f"t{entry['turn']:04d}"].add(cost(entry))
        for row in self.rows(f"""
            SELECT params->>'tag' AS tag, {NAME_OF_JOB} AS name, booked.position, coalesce(booked.paid, 0) AS paid
            FROM (SELECT job_id, position, (SELECT sum(paid_micro_usd) FROM chassis.ledger
                                            WHERE ledger.job_id = step.job_id AND ledger.position = step.position) AS paid
                  FROM chassis.step WHERE kind = 'model' AND state = 'recorded' GROUP BY 1, 2) AS booked
            JOIN chassis.job USING (job_id) JOIN chassis.run USING (run_id) ORDER BY 1, 2, 3"""):
            step = row["tag"], row["name"], kinds.turn(row["position"])
            if costs[step] and row["paid"] not in costs[step]:
                self.found("paid_twice_unlisted", f"run {row['tag']} has {row['paid']} micro-dollars booked as paid for {row['name']} "
                                                   f"{row['position']}, and an answer to it was billed {sorted(costs[step])}")

    def _budgets_are_the_ledger(self):
        """What a run's or a team's budget has as used is what its ledger has."""
        for row in self.rows("""
            SELECT scope, name, counted.*, booked.* FROM chassis.budget
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(paid_micro_usd), 0) AS paid, coalesce(sum(unknown_micro_usd), 0) AS unknown,
                       coalesce(sum(reserved_micro_usd), 0) AS reserved
                FROM chassis.budget_period WHERE budget_period.budget_id = budget.budget_id) AS counted
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(paid_micro_usd), 0) AS ledger_paid, coalesce(sum(unknown_micro_usd), 0) AS ledger_unknown,
                       coalesce(sum(reserved_micro_usd), 0) AS ledger_reserved
                FROM chassis.ledger
                WHERE CASE scope WHEN 'run' THEN ledger.run_id = budget.run_id WHEN 'team' THEN ledger.team = budget.name END) AS booked
            WHERE scope IN ('run', 'team') ORDER BY 1, 2"""):
            for what in ("paid", "unknown", "reserved"):
                if row[what] != row[f"ledger_{what}"]:
                    self.found("paid_twice_unlisted", f"the budget of {row['scope']} {row['name']} has {row[what]} micro-dollars as {what}, "
                                                       f"and its ledger has {row[f'ledger_{what}']}")

    def _budgets_hold(self):
        """No budget was exceeded in the end, and none has anything reserved."""
        for row in self.rows("""
            SELECT scope, name, limit_micro_usd AS most, reserved_micro_usd AS reserved,
                   paid_micro_usd + unknown_micro_usd AS used
            FROM chassis.budget JOIN chassis.budget_period USING (budget_id)"""):
            if row["used"] > row["most"]:
                self.found("paid_twice_unlisted", f"the budget of {row['scope']} {row['name']} is exceeded: {row}")
            if row["reserved"]:
                self.found("leaks", f"the budget of {row['scope']} {row['name']} has {row['reserved']} reserved")

    def _limits_held_at_all_times(self):
        """No call was made that could have cost more than was left, before somebody had asked for the limit to be raised.

        What is left is what the provider had not yet billed for; what a call could cost is what was reserved for it.
        """
        reserved = {(row["job_id"], row["position"]): row["most"] for row in self.rows("""
            SELECT job_id, position, max(reserved_micro_usd) AS most FROM chassis.ledger WHERE kind = 'reserved' GROUP BY 1, 2""")}
        costs = {}
        requests = []
        for entry in self._bill:
            if "server" not in entry:
                continue  # Batches have no budget here.
            number = entry["server"], entry["number"]
            if entry["event"] == "request":
                requests.append((entry["time"], number, entry))
            elif entry["billed"]:
                costs[number] = cost(entry)
        used = collections.Counter()
        for at, number, entry in sorted(requests, key=lambda request: request[:2]):
            tag = entry["tag"].rsplit("-", 1)[0]
            if self.kinds.get(tag) != "held":
                continue
            _, _, job, position, _ = entry["key"].split("-", 4)
            could_cost = reserved.get((int(job), position))
            if could_cost is None:
                self.found("paid_twice_unlisted", f"run {tag} called for {position} of job {job} and had reserved nothing")
                continue
            for budget, first in ((tag, load.FIRST_BUDGET_USD), (load.TEAM, load.FIRST_BUDGET_OF_TEAM_USD)):
                sent = [limit for name, limit, since in self.world.people.limits if name == budget and since <= at]
                most = max([round(first * 1_000_000), *sent])
                if used[budget] + could_cost > most:
                    self.found("paid_twice_unlisted",
                                f"run {tag} called for {position} of job {job} at {at}, which could cost {could_cost}: "
                                f"{used[budget]} of {budget}'s {most} were used")
                used[budget] += costs.get(number, 0)


def unknown_calls(subject):
    """How many calls are listed as unknown, by the run's tag, the job's name, and the position of the step."""
    return {(row["tag"], row["name"], kinds.turn(row["position"])): row["calls"] for row in subject.rows(f"""
        SELECT params->>'tag' AS tag, {NAME_OF_JOB} AS name, step.position,
               sum(greatest(unknown_calls, (step.state IN ('unknown', 'dismissed'))::integer)) AS calls
        FROM chassis.step JOIN chassis.job USING (job_id) JOIN chassis.run USING (run_id) GROUP BY 1, 2, 3""")}


def lines_of_batches(bill):
    """What the provider of batches has taken and billed, as lines of a bill."""
    for batch in bill["batches"]:
        for call in batch["calls"]:
            yield {"event": "request", "tag": call["tag"], "turn": 1, "digest": call["tag"], "batch": batch["id"]}
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    for tag in bill["paid"]:
        yield {"event": "answer", "tag": tag, "turn": 1, "billed": True, "complete": True, "usage": usage, "is_batched": True}


def cost(entry):
    """What the provider bills for an answer, in micro-dollars."""
    usage = entry["usage"]
    whole = usage["prompt_tokens"] * load.PRICE["input"] + usage["completion_tokens"] * load.PRICE["output"]
    return math.ceil(whole * shapes.BATCH_PERCENT / 100 if entry.get("is_batched") else whole)
