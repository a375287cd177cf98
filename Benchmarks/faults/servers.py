"""Postgres, and a standby that takes its place."""

import os
import pathlib
import signal
import subprocess
import threading
import time

import cluster
from cluster import Cluster

SETTINGS = cluster.SETTINGS | {
    "max_connections": "700", "shared_buffers": "128MB", "wal_log_hints": "on", "wal_keep_size": "2GB", "hot_standby": "on",
    # Of two transactions of one server it can be told which one was committed first.
    "track_commit_timestamp": "on",
    "wal_retrieve_retry_interval": "200ms", "wal_receiver_timeout": "5s", "wal_sender_timeout": "5s",
}
LONGEST_WAIT_SECONDS = 60
LONGEST_SHUTDOWN_SECONDS = 20
"""There are no faults meanwhile; a server that takes longer is killed, as whoever looks after one would."""
LONGEST_RECOVERY_SECONDS = 600
"""How long a server may be on its way that says so."""
REJECTS = 1
"""How pg_isready ends when a server answers that it is starting up."""
LONGEST_REBUILDING_SECONDS = 180


class Servers(Cluster):
    """Two servers. Whoever follows the primary has every commit before it is acknowledged: `synchronous_standby_names`
    is set as soon as the follower has caught up, and a failover is made only then."""

    def __init__(self, directory):
        super().__init__(directory)
        self.hosts = [None, None]
        self._primary = 0
        self._processes = [None, None]
        self._is_safe = threading.Event()
        self._rebuilding = None
        self._is_ending = False
        self.lives = []
        """The first transaction of each life of the server, and how its incarnation begins; the clocks differ."""
        self.handovers = []
        """For each failover two transactions: all before the first one were the old primary's, as far as is known, and all from the
        second one on are the new one's; None where nothing is known. What lies between them may be either's."""

    def __enter__(self):
        super().__enter__()
        self._follow(1, rewinds=False)
        return self

    def data(self, number):
        return self.place / ("postgres" if number == 0 else "postgres2")

    def __exit__(self, *exception):
        self._is_ending = True
        if self._rebuilding:
            self._rebuilding.join()
        process = self._processes[1 - self._primary]
        if process and process.poll() is None:
            process.kill()
            process.wait()
        super().__exit__(*exception)

    @property
    def sockets(self):
        """The directories of both servers' sockets; a copy of the data must not copy them."""
        return [self.place / "socket", self.place / "socket2"]

    @property
    def socket(self):
        return self.sockets[self._primary]

    @socket.setter
    def socket(self, _):
        """The primary's, always; the first server's data were made just now."""
        for directory in self.sockets:
            directory.mkdir(exist_ok=True)
            if self.user:
                os.chown(directory, self.user.pw_uid, self.user.pw_gid)

    @property
    def server(self):
        return self._processes[self._primary]

    def conninfo(self, database="chassis"):
        hosts = ",".join(str(socket) for socket in self.sockets)
        return (f"host={hosts} user=chassis dbname={database} target_session_attrs=read-write connect_timeout=3 "
                "options='-c client_min_messages=warning'")

    def start_server(self):
        """Starts the primary, where it does not run, and waits until it answers."""
        if self.server is None or self.server.poll() is not None:
            self._start(self._primary)
        self._wait(self._primary)
        self._note_life()

    def _start(self, number):
        options = [word for key, value in SETTINGS.items() for word in ("-c", f"{key}={value}")]
        host = self.hosts[number]
        environment = host.environment | {"CHASSIS_SHIM_STORE": str(self.data(number))} if host else {}
        if host:
            # What recovers syncs every file there is, and whoever would make its disk fast again may be waiting for it.
            host.set(sync_us=0)
        with open(self.log, "ab") as log:
            self._processes[number] = self.as_user(
                ["env", *(f"{key}={value}" for key, value in environment.items()), self.bin / "postgres", "-D",
                 self.data(number), "-k", self.sockets[number], *options], stdout=log, stderr=log, wait=False)

    def _wait(self, number):
        """Waits until a server answers: as long as it says that it is starting up, and not that long where it says nothing."""
        began = heard_at = time.monotonic()
        while (now := time.monotonic()) < min(heard_at + LONGEST_WAIT_SECONDS, began + LONGEST_RECOVERY_SECONDS):
            answer = self._is_ready(number)
            if answer == 0:
                return
            if answer == REJECTS:
                heard_at = now
            if self._processes[number].poll() is not None:
                raise RuntimeError(f"the server did not start; see {self.log}")
            time.sleep(0.05)
        raise RuntimeError(f"the server does not answer; see {self.log}")

    def _is_ready(self, number):
        return subprocess.run([self.bin / "pg_isready", "-q", "-h", self.sockets[number]]).returncode

    def _ask(self, number, sql):
        """Asks one server, and waits for no other; None when it does not answer."""
        conninfo = f"host={self.sockets[number]} user=chassis dbname=postgres options='-c synchronous_commit=local'"
        try:
            asked = subprocess.run(
                ["psql", "-X", "-q", "-A", "-t", "-c", sql, conninfo],
                capture_output=True, text=True, timeout=LONGEST_WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            return None
        return asked.stdout.strip() if asked.returncode == 0 else None

    def _note_life(self):
        """Returns the life's first transaction; None when the server does not answer."""
        life = self._ask(self._primary, "SELECT pg_current_xact_id(), extract(epoch FROM pg_postmaster_start_time())")
        if not life:
            return None
        transaction, start = life.split("|")
        self.lives.append((int(transaction), start))
        return int(transaction)

    def revive_primary(self):
        """Starts the primary again if it has ended, as it does when its disk takes nothing any more, and that is over."""
        host = self.hosts[self._primary]
        if self.server.poll() is None or host is not None and (host.get("fails_syncs") or host.get("is_full")):
            return
        try:
            self.start_server()
        except RuntimeError:
            pass  # The children of the last one are still leaving; it is tried again.

    @property
    def primary(self):
        """The number of the server that takes writes, as far as it runs."""
        return self._primary

    def shut_down(self):
        """Has the primary end in good order, without waiting for its clients."""
        process = self.server
        process.send_signal(signal.SIGINT)
        try:
            process.wait(LONGEST_SHUTDOWN_SECONDS)
        except subprocess.TimeoutExpired:
            print("Postgres does not shut down; it is killed", flush=True)
            self.crash_server()

    # Failover

    @property
    def can_fail_over(self):
        """Whether the follower has all that was ever acknowledged."""
        return self._is_safe.is_set()

    def fail_over(self, away_seconds, rewinds):
        """Kills the primary, has the standby take its place, and has the old one follow it.

        away_seconds: how long nobody serves; rewinds: whether the old primary is rewound, or copied anew.
        """
        self._is_safe.clear()
        old, new = self._primary, 1 - self._primary
        self._processes[old].kill()
        self._processes[old].wait()
        time.sleep(away_seconds)
        # Until the other one follows, there is nobody to wait for.
        self._configure(new, "")
        self._signal(new)
        self._primary = new
        # It may have more from the old one that it has not come to yet.
        known = self._ask(new, "SELECT pg_snapshot_xmax(pg_current_snapshot())")
        self.as_user([self.bin / "pg_ctl", "promote", "-s", "-w", "-t", LONGEST_RECOVERY_SECONDS, "-D", self.data(new)], check=True)
        self.handovers.append((int(known) if known else None, self._note_life()))
        self._rebuilding = threading.Thread(target=self._follow, args=(old, rewinds), daemon=True)
        self._rebuilding.start()

    def crash_standby(self):
        """Kills the standby, which is started again: until it is there, nothing can be committed."""
        number = 1 - self._primary
        self._processes[number].kill()
        self._processes[number].wait()

    def revive_standby(self):
        if self._is_safe.is_set() and self._processes[1 - self._primary].poll() is not None:
            self._try_to_start(1 - self._primary)

    def wait_until_followed(self):
        """Waits until the old primary follows the new one, which may have to be started again."""
        until = time.monotonic() + LONGEST_REBUILDING_SECONDS
        while not self._is_safe.wait(0.2) and time.monotonic() < until:
            self.revive_primary()
        return self._is_safe.is_set()

    def _follow(self, number, rewinds):
        """Makes a standby of a server that does not run, and has commits wait for it once it has caught up.

        It is tried until it works: the primary may be killed meanwhile.
        """
        while not self._is_ending:
            try:
                if self._prepare(number, rewinds):
                    return self._is_safe.set()
            except (OSError, subprocess.SubprocessError, RuntimeError) as error:
                print(f"a standby could not be made yet: {error}", flush=True)
            rewinds = False
            time.sleep(0.2)

    def _prepare(self, number, rewinds):
        primary = 1 - number
        if process := self._processes[number]:
            process.kill()
            process.wait()
        # Commits wait for nobody meanwhile.
        self._configure(primary, "")
        self._signal(primary)
        if self._ask(primary, "CHECKPOINT") is None:
            return False
        source = f"host={self.sockets[primary]} user=chassis dbname=postgres"
        if not (rewinds and self._rewind(number, source)):
            self._copy(number, source)
        (self.data(number) / "standby.signal").touch()
        self._configure(number, f"primary_conninfo = 'host={self.sockets[primary]} user=chassis application_name=standby'\n")
        self._try_to_start(number)
        state = "SELECT sent_lsn IS NOT NULL AND flush_lsn >= pg_current_wal_flush_lsn() FROM pg_stat_replication"
        self._wait_for(primary, state, "t")
        self._configure(primary, "synchronous_standby_names = '*'\n")
        self._signal(primary)
        self._wait_for(primary, "SELECT sync_state FROM pg_stat_replication", "sync")
        # What was committed before it counted is there too.
        self._wait_for(primary, state, "t")
        return True

    def _wait_for(self, number, sql, answer):
        until = time.monotonic() + LONGEST_WAIT_SECONDS
        while time.monotonic() < until:
            if self._ask(number, sql) == answer:
                return
            time.sleep(0.1)
        raise RuntimeError(f"the standby does not follow; see {self.log}")

    def _try_to_start(self, number):
        until = time.monotonic() + LONGEST_WAIT_SECONDS
        while time.monotonic() < until:
            try:
                self._start(number)
                return self._wait(number)
            except RuntimeError:
                if self._processes[number].poll() is None:
                    raise  # It runs, and a further one could not.
                time.sleep(0.2)  # The children of the last one are still leaving.
        raise RuntimeError(f"the standby does not start; see {self.log}")

    def _rewind(self, number, source):
        with open(self.log, "ab") as log:
            return self.as_user([self.bin / "pg_rewind", "-D", self.data(number), f"--source-server={source}", "--no-sync"],
                                stdout=log, stderr=log).returncode == 0

    def _copy(self, number, source):
        data = self.data(number)
        subprocess.run(["rm", "-rf", data], check=True)
        data.mkdir(mode=0o700)
        if self.user:
            os.chown(data, self.user.pw_uid, self.user.pw_gid)
        with open(self.log, "ab") as log:
            self.as_user([self.bin / "pg_basebackup", "-D", data, "-d", source, "-c", "fast", "-X", "stream", "--no-sync"],
                         stdout=log, stderr=log, check=True)

    def _configure(self, number, text):
        file = self.data(number) / "postgresql.auto.conf"
        pathlib.Path(file).write_text(text)

    def _signal(self, number):
        """Has a server read its settings again."""
        self.as_user([self.bin / "pg_ctl", "reload", "-s", "-D", self.data(number)])
