"""Runs that are past their retention: they have gone then and not before, their journals with their rows, and nobody else's have."""

import pathlib

import retention
from checks.findings import Subject


class Pruned(Subject):
    def check(self):
        kept = {int(path.name) for path in pathlib.Path(self.world.store, "runs").glob("*")}
        runs = {row["run_id"] for row in self.rows("SELECT run_id FROM chassis.run")}
        for run in sorted(kept - runs):
            what = "which was pruned" if run in self.world.outside.old else "which is not there"
            self.found("leaks", f"the journals of run {run}, {what}, are left")
        for row in self.rows(retention.EARLY):
            self.found("lost", f"run {row['run_id']} was deleted {row['seconds']} s before its time")
        for row in self.rows("SELECT run_id FROM chassis.pruned_run ORDER BY 1"):
            self.found("leaks", f"run {row['run_id']} is noted as one whose journals are to be removed")
        for row in self.rows("""
            SELECT DISTINCT run_id FROM chassis.step JOIN chassis.job USING (job_id) WHERE step.state = 'recorded' ORDER BY 1"""):
            if row["run_id"] not in kept:
                self.found("lost", f"run {row['run_id']} has recorded steps, and all its journals are gone")
        gone = self.world.outside.old.keys() - runs - kept
        self.findings.remarks.append(f"of {len(self.world.outside.old)} runs past their retention {len(gone)} are gone with their journals")
