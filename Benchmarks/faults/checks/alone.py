"""Runs of which never two are under way at once: of a schedule that queues them, and of a trigger that has one at a time."""

import collections

import deployed
from checks.findings import Subject


LEAST_KNOWN = 0.5
"""Of which part of the runs it must be known when they were, for the others are not looked at."""
FEWEST_RUNS = 4
"""Of fewer, that nothing is known of them may be by chance."""


class Alone(Subject):
    def check(self):
        """A run is under way from the commit of the transaction that starts it to that of the one that ends it: whoever starts the next
        one has seen that, so its own commit comes later, by the clock of the same server."""
        runs = collections.defaultdict(list)
        for row in self.rows(f"""
            SELECT workflow.name, run_id, run.xmin::text::bigint AS started_by, ended_run.xmin::text::bigint AS ended_by,
                   {microseconds("run.xmin")} AS started, {microseconds("ended_run.xmin")} AS ended
            FROM chassis.run JOIN chassis.workflow_version USING (version_id) JOIN chassis.workflow USING (workflow_id)
            JOIN chassis.ended_run USING (run_id) WHERE {deployed.ALONE}"""):
            runs[row["name"]].append(row)
        handovers = self.world.cluster.handovers
        for name, rows in runs.items():
            for one, two in beside_each_other(rows, handovers):
                self.found("stale_writes", f"runs {one} and {two} of {name} were under way at once")
            known = sum(span_of(row, handovers) is not None for row in rows)
            if len(rows) >= FEWEST_RUNS and known < LEAST_KNOWN * len(rows):
                raise RuntimeError(f"of {known} of {len(rows)} runs of {name} that are to be alone it is known when they were: that proves nothing")
            self.findings.remarks.append(f"of {known} of {len(rows)} runs of {name} that are to be alone it is known when they were")


def microseconds(transaction):
    """When a transaction was committed, in SQL."""
    return f"(extract(epoch FROM pg_xact_commit_timestamp({transaction})) * 1000000)::bigint"


def beside_each_other(rows, handovers):
    """The pairs of runs that were under way at once. The clocks of two servers differ: what the same one committed is put in order
    by its clock, all else by which of them it was. Runs of which one moment is not known that well are left out."""
    found, longest = [], None
    for start, end, run in sorted((*span, row["run_id"]) for row in rows if (span := span_of(row, handovers))):
        if longest and start < longest[0]:
            found.append((longest[1], run))
        longest = max(longest, (end, run)) if longest else (end, run)
    return found


def span_of(row, handovers):
    """When a run started and ended, each by the reign and its clock; None where that is not known."""
    moments = [(reign(row[f"{what}_by"], handovers), row[what]) for what in ("started", "ended")]
    return moments if all(None not in moment for moment in moments) else None


def reign(transaction, handovers):
    """Under which primary a transaction ran, counted from 0; None where it may be either of two."""
    for number, (until, since) in enumerate(handovers):
        if transaction < (until or 0):
            return number
        if since is None or transaction < since:
            return None
    return len(handovers)
