"""Leases: each was given up, and each epoch ended, by the process that held it."""

import deeds
from checks.findings import Subject


class Holders(Subject):
    def check(self):
        """By what the database noted of each connection at that moment: the rows themselves are copies of the lease, whoever deletes it."""
        for row in self.rows(deeds.NOT_BY_ITS_HOLDER):
            self.found("stale_writes", f"job {row['job_id']} was held under epoch {row['epoch']} by {row['holder']}, and {row['process']} "
                                       f"gave it up as {row['outcome']}")
        for row in self.rows(deeds.WITHOUT_LEASE):
            self.found("stale_writes", f"{row['process']} ended epoch {row['epoch']} of job {row['job_id']} as {row['outcome']} without its lease")
        for row in self.rows(deeds.CLAIMED_FOR_ANOTHER):
            self.found("stale_writes", f"{row['process']} took job {row['job_id']} under epoch {row['epoch']} for {row['holder']}")
        for row in self.rows("SELECT count(*) AS leases, count(DISTINCT process) AS processes FROM storm.deed WHERE what = 'lease'"):
            self.findings.remarks.append(f"{row['leases']} leases were given up by {row['processes']} processes")
