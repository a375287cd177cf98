"""Faults of both servers of Postgres, of their disks, and of single connections."""

import os
import signal
import time

from subject import Subject

LONGEST_SKEW_OF_A_SERVER_MS = 2000


class PostgresFaults(Subject):
    def weighted(self):
        faults = [
            (1, self.crash_postgres), (1, self.restart_postgres), (2, self.fail_over), (1, self.crash_standby),
            (3, self.end_backend), (1, self.crash_backend), (2, self.notify_again),
        ]
        if self.world.shim:
            faults += [(1, self.fill_disk_of_postgres), (1, self.fail_syncs_of_postgres)]
        return faults

    def begin(self):
        """The clock of the second server is wrong from the beginning, and stays so."""
        if self.world.shim:
            skew = self.random.uniform(-LONGEST_SKEW_OF_A_SERVER_MS, LONGEST_SKEW_OF_A_SERVER_MS)
            self.world.host("postgres1").set(skew_ms=int(skew))

    def crash_postgres(self):
        self.make_disks_fast()
        self.world.cluster.crash_server()
        self.start_postgres()

    def restart_postgres(self):
        self.make_disks_fast()
        self.world.cluster.shut_down()
        self.start_postgres()

    def start_postgres(self):
        time.sleep(self.random.uniform(0, 2))
        for _ in range(150):
            try:
                return self.world.cluster.start_server()
            except RuntimeError:
                time.sleep(0.2)  # The children of the last one are still leaving.
        raise RuntimeError("Postgres does not come back")

    def fail_over(self):
        """Has the standby take the place of the primary, if it has all that was acknowledged."""
        away, rewinds = self.random.uniform(0, 2), self.random.random() < 0.5
        if not self.world.cluster.can_fail_over:
            return self.crash_postgres() or "crash_postgres"
        self.make_disks_fast()
        return self.world.cluster.fail_over(away, rewinds)

    def make_disks_fast(self):
        """A recovery syncs every file there is: on a disk this slow it would take the rest of the storm, and on a bad one it fails."""
        if self.world.shim:
            for number in range(2):
                self.world.host(f"postgres{number}").set(sync_us=0, fails_syncs=0, is_full=0)

    def fill_disk_of_postgres(self):
        """The primary can make no file longer."""
        self.spoil_disk_of_postgres("is_full")

    def fail_syncs_of_postgres(self):
        """No sync of the primary's files succeeds: it panics, as it must, and cannot recover meanwhile."""
        self.spoil_disk_of_postgres("fails_syncs")

    def spoil_disk_of_postgres(self, how):
        """Where it ends over that, it is started again when its disk is well."""
        host = self.world.host(f"postgres{self.world.cluster.primary}")
        host.set(**{how: 1})
        self.after(self.random.uniform(0.3, 3), lambda: host.set(**{how: 0}))

    def crash_standby(self):
        if not self.world.cluster.can_fail_over:
            return self.crash_postgres() or "crash_postgres"
        return self.world.cluster.crash_standby()

    def end_backend(self):
        """Has Postgres end one connection of a worker or a scheduler."""
        self._all.bites["end-backend"] += self.ask(f"SELECT pg_terminate_backend(({self.some_backend()}))") == "t"

    def crash_backend(self):
        """Kills the process of one connection of a worker or a scheduler; Postgres drops all connections and recovers."""
        if pid := self.ask(self.some_backend()):
            os.kill(int(pid), signal.SIGKILL)
            self._all.bites["crash-backend"] += 1

    def some_backend(self):
        return ("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'chassis-%' "
                f"ORDER BY pid OFFSET {self.random.randrange(20)} LIMIT 1")

    def notify_again(self):
        """Delivers notifications twice, late, and about what is not so: that jobs were taken from the workers that run them,
        too."""
        self.ask("SELECT pg_notify(channel, payload) FROM (SELECT run_id::text FROM chassis.live_run "
                 "UNION ALL SELECT job_id::text FROM chassis.lease UNION ALL SELECT job_id::text FROM chassis.done "
                 "UNION ALL SELECT 'default' UNION ALL SELECT 'no such queue' UNION ALL SELECT '') AS given (payload), "
                 "unnest(ARRAY['chassis_ready', 'chassis_cancelled', 'chassis_fenced', 'chassis_ended']) AS channel")
