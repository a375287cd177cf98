"""The processes of the storm: Postgres and its standby, schedulers, workers, a provider, a store that can fill up, and
the ways between them."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import json
import urllib.request

import deployed
import load
import shapes
from client import Client
from cluster import RELEASE, ROOT
from link import Link
from outside import RETENTION_HOURS, Outside
from people import People
from proxy import Proxy
from servers import Servers
from shim import Shim

WORKERS = 3
SCHEDULERS = 2
SLOTS = 8
LEASE_SECONDS = 5
STORE_MEBIBYTES = 64
LONGEST_CALM_SECONDS = 180
LONGEST_FILLING_SECONDS = 60
REVIVAL_SECONDS = 0.2
BATCH_DOUBT_SECONDS = 30
"""Longer than a worker and then its way can be held up one behind the other, while a batch is being sent."""
BAD_QUESTION = 1
"""How psql ends when the server has refused what it was asked; without a server it ends with 2."""
CRASHES = {-signal.SIGILL, -signal.SIGTRAP, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGSEGV}
"""How a program ends that goes wrong; the storm ends none so."""


class World:
    def __init__(self, directory):
        self._is_kept = directory is not None
        self.left_out = []
        """The faults that cannot be made here."""
        self.directory = (directory or pathlib.Path(tempfile.mkdtemp(prefix="chassis-storm."))).absolute()
        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o755)

    def keep(self):
        self._is_kept = True

    def _leave_out(self, what):
        print(f"left out: {what}", flush=True)
        self.left_out.append(what)

    def __enter__(self):
        self.store = self.directory / "store"
        self.store.mkdir()
        self.has_small_store = os.geteuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={STORE_MEBIBYTES}m", "tmpfs", self.store]).returncode == 0
        if not self.has_small_store:
            self._leave_out("the store cannot be given a size here, so it is never full (that takes root and mount)")
        self.link = Link.make()
        if self.link is None:
            self._leave_out("no link can be made, so none goes down (that takes root, iproute2 and network namespaces)")
        self.shim = Shim.build(self.directory)
        if self.shim is None:
            self._leave_out("without a C compiler clocks stay right, syncs fast and well, the store is never read-only, and the disk "
                            "of Postgres never full")
        self.cluster = Servers(self.directory / "cluster")
        self.cluster.hosts = [self.host(f"postgres{number}") for number in range(2)]
        self.cluster.__enter__()
        self.cluster.fresh()
        self.notes = self.directory / "notes"
        self.once_notes = self.directory / "once-notes"
        self.bill = self.directory / "bill"
        self._emptied = self.directory / "emptied"
        self.scratch = self.directory / "scratch"
        self.scratch.mkdir()
        (self.directory / "scenario.json").write_text(load.scenario())
        self.model = self._start_model()
        self.batches, self.batch_port = self._start_batches()
        token, person = [subprocess.check_output(
            [RELEASE / "chassis", "token", "create", "--postgres", self.cluster.conninfo(), "--name", name],
            text=True, stderr=subprocess.DEVNULL).strip() for name in ("storm", "person")]
        self.model_ways = [Proxy((self._near(number), 0), ("127.0.0.1", self.model_port)) for number in range(WORKERS)]
        self.batch_ways = [Proxy((self._near(number), 0), ("127.0.0.1", self.batch_port)) for number in range(WORKERS)]
        self.ways = [self._ways(number) for number in range(WORKERS + SCHEDULERS)]
        self.fronts = [Proxy(("127.0.0.1", 0)) for _ in range(SCHEDULERS)]
        note = self.directory / "note.sh"
        note.write_text(load.NOTE)
        self.names_of_processes = ["chassis-worker", "chassis-scheduler", "chassis-guard", str(note), str(self._emptied)]
        """What the command line of a process has that must end with its worker or scheduler."""
        workflows = {"agent": load.agent(note, self.notes), "once": load.once(note, self.once_notes), "fan": load.fan(),
                     "held": load.held(note, self.notes)}
        workflows |= shapes.WORKFLOWS
        workflows["again"] = workflows["agent"]
        workflows["full"] = load.full(WORKERS * SLOTS, self._emptied)
        self.client = Client(self.fronts, token, workflows)
        self.people = People(self.client, person, self.once_notes, self.directory / "limits", self.batch_bill)
        self.outside = Outside(self.client, self.ask)
        self.workers = [None] * WORKERS
        self.schedulers = [None] * SCHEDULERS
        self._started = {}
        self._begins = [0] * SCHEDULERS
        self.crashes = []
        for number in range(SCHEDULERS):
            self.start_scheduler(number, waits=True)
        for number in range(WORKERS):
            self.start_worker(number)
        return self

    def __exit__(self, *_):
        self._whatever_happens(self.stop)
        for process in self.workers + self.schedulers + [self.model, self.batches]:
            if process is not None:
                process.kill()
                process.wait()
        if self._is_kept:
            for keep in (self._keep_database, self._keep_log, self._keep_store):
                self._whatever_happens(keep)
        self._whatever_happens(self.cluster.__exit__)
        if self.link:
            self.link.close()
        if self.has_small_store:
            subprocess.run(["umount", self.store])
        if not self._is_kept:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _whatever_happens(self, do):
        """Does something at the end that must not keep what comes behind it from being done."""
        try:
            do()
        except Exception as error:
            print(f"{do.__name__}: {type(error).__name__}: {error}", flush=True)

    def _keep_database(self):
        with open(self.directory / "database.sql", "wb") as file:
            if subprocess.run(["pg_dump", "--data-only", self.cluster.conninfo()], stdout=file).returncode == 0:
                return
        # It does not run, or not well: then as it lies there.
        for number in range(2):
            if self.cluster.data(number).exists():
                shutil.copytree(self.cluster.data(number), self.directory / f"server{number}-copy", dirs_exist_ok=True)

    def _keep_log(self):
        shutil.copy(self.cluster.log, self.directory)

    def _keep_store(self):
        shutil.copytree(self.store, self.directory / "store-copy", dirs_exist_ok=True)

    # The hosts and the ways

    def host(self, name):
        return self.shim.host(name, self.store) if self.shim else None

    def is_linked(self, number):
        """Whether a worker is on the host behind the link."""
        return self.link is not None and number == WORKERS - 1

    def is_on_tcp(self, number):
        """Whether a worker, or behind the last one a scheduler, reaches Postgres over TCP, whose connections can be reset; the
        others use Unix sockets."""
        return number in (0, WORKERS) or self.is_linked(number)

    def _near(self, number):
        return self.link.address if self.is_linked(number) else "127.0.0.1"

    def _ways(self, number):
        """The ways of a worker, or behind the last worker of a scheduler, to both servers."""
        if self.is_on_tcp(number):
            return [Proxy((self._near(number), 0), f"{socket}/.s.PGSQL.5432") for socket in self.cluster.sockets]
        ways = []
        for place, socket in enumerate(self.cluster.sockets):
            directory = self.directory / f"way{number}{place}"
            directory.mkdir()
            ways.append(Proxy(directory / ".s.PGSQL.5432", f"{socket}/.s.PGSQL.5432"))
        return ways

    def _database(self, number):
        if self.is_on_tcp(number):
            near, ways = self._near(number), self.ways[number]
            hosts = f"host={near},{near} port={ways[0].port},{ways[1].port}"
        else:
            hosts = f"host={self.directory}/way{number}0,{self.directory}/way{number}1"
        return f"{hosts} user=chassis dbname=chassis target_session_attrs=read-write connect_timeout=3"

    def _connections(self, number):
        path = self.directory / f"connections{number}.yaml"
        path.write_text(
            f'connections:\n  model: {{kind: openai, url: "http://{self._near(number)}:{self.model_ways[number].port}/v1", '
            f"prices: {{scripted: {{input: {load.PRICE['input']}, output: {load.PRICE['output']}}}}}, first_byte: 4s, stall: 3s, "
            f"limits: {{concurrent: {load.CONCURRENT_CALLS}}}}}\n"
            f'  {shapes.BATCHES}: {{kind: openai, url: "http://{self._near(number)}:{self.batch_ways[number].port}/v1", key: a-key, '
            f"prices: {{fake: {{input: {load.PRICE['input']}, output: {load.PRICE['output']}, batch_percent: "
            f"{shapes.BATCH_PERCENT}, max_output: 100}}}}, batches: {{gather: 1s, poll: 300ms, doubt: {BATCH_DOUBT_SECONDS}s}}}}\n")
        return path

    # The processes

    def _start_model(self):
        port_file = self.directory / "port"
        model = subprocess.Popen(
            [sys.executable, ROOT / "Examples/scripted-model/server.py", "--scenario", self.directory / "scenario.json",
             "--port-file", port_file, "--log", self.bill, "--parent-pid", str(os.getpid())], stdout=subprocess.DEVNULL)
        while not port_file.exists():
            time.sleep(0.05)
        self.model_port = int(port_file.read_text())
        return model

    def _start_batches(self):
        """The provider of batches, and where it listens; it ends with whoever reads what it says."""
        batches = subprocess.Popen([sys.executable, ROOT / "Tests/Servers/batch_provider.py"], stdout=subprocess.PIPE, text=True)
        return batches, int(batches.stdout.readline().split()[1])

    def batch_bill(self):
        """What the provider of batches has taken and billed."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.batch_port}/_bill", timeout=60) as answer:
            return json.load(answer)

    def provider_ways(self, number):
        """The ways of a worker to the providers."""
        return [self.model_ways[number], self.batch_ways[number]]

    def _spawn(self, name, words, **extra):
        self._started[name] = time.monotonic()
        host = self.host(name)
        environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no", **(host.environment if host else {}), **extra}
        with open(self.directory / f"{name}.log", "ab") as file:
            return subprocess.Popen([str(word) for word in words], stdout=file, stderr=file, stdin=subprocess.DEVNULL,
                                    env=environment)

    def start_worker(self, number, failpoint=None):
        self.workers[number] = self._spawn(
            f"worker{number}",
            [*(self.link.prefix if self.is_linked(number) else []), RELEASE / "chassis-worker", "--postgres",
             self._database(number), "--store", self.store, "--connections", self._connections(number), "--name",
             f"worker{number}", "--slots", SLOTS, "--lease", f"{LEASE_SECONDS}s", "--drain", "5s", "--poison-limit", 100,
             "--log-format", "text"],
            TMPDIR=str(self.scratch), **({"CHASSIS_FAILPOINT": failpoint} if failpoint else {}))

    def start_scheduler(self, number, waits=False, failpoint=None):
        """waits: until it listens; otherwise `revive` finds out where."""
        log = self.directory / f"scheduler{number}.log"
        self._begins[number] = log.stat().st_size if log.exists() else 0
        self.fronts[number].target = None
        process = self.schedulers[number] = self._spawn(
            f"scheduler{number}",
            [RELEASE / "chassis-scheduler", "--postgres", self._database(WORKERS + number), "--store", self.store, "--listen",
             "127.0.0.1:0", "--poison-limit", 100, "--retention", f"{RETENTION_HOURS}h", "--log-format", "text"],
            **({"CHASSIS_FAILPOINT": failpoint} if failpoint else {}))
        while waits and not self._lead_to_scheduler(number):
            # Without a database it does not start, and the storm tries again.
            if process.poll() is not None:
                return
            time.sleep(0.05)

    def _lead_to_scheduler(self, number):
        """Has its front lead to a scheduler, if that says by now where it listens."""
        with open(self.directory / f"scheduler{number}.log") as file:
            file.seek(self._begins[number])
            line = next((line for line in file if "listening" in line), None)
        if line:
            host, port = line.split("address=")[1].split()[0].removeprefix("http://").rsplit(":", 1)
            self.fronts[number].target = (host, int(port))
        return line is not None

    def revive(self):
        """Starts every worker and scheduler that has ended, and the servers of Postgres."""
        self.cluster.revive_primary()
        for kind, processes, start in (("worker", self.workers, self.start_worker),
                                       ("scheduler", self.schedulers, self.start_scheduler)):
            for number, process in enumerate(processes):
                name = f"{kind}{number}"
                if process.poll() is not None and time.monotonic() - self._started[name] > REVIVAL_SECONDS:
                    self._look_at_end(name, process)
                    start(number)
                elif kind == "scheduler" and process.poll() is None and self.fronts[number].target is None:
                    self._lead_to_scheduler(number)
        self.cluster.revive_standby()

    def _look_at_end(self, name, process):
        if process.returncode in CRASHES:
            self.crashes.append(f"{name} ended by {signal.Signals(-process.returncode).name}")

    def control_model(self, path, value):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.model_port}/__scripted/{path}", json.dumps(value).encode(), method="POST")
        urllib.request.urlopen(request, timeout=60).read()

    # The end

    def heal(self):
        """Ends all faults."""
        self.control_model("faults", [])
        for proxy in [*sum(self.ways, []), *self.model_ways, *self.batch_ways, *self.fronts]:
            proxy.heal()
        if self.link:
            self.link.set(is_up=True)
        if self.shim:
            self.shim.heal()
        for process in self.workers + self.schedulers:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
        (self.store / "filler").unlink(missing_ok=True)
        self.revive()

    def calm(self, runs, follow):
        """Ends all faults, and waits until every run has ended, or for as long as it may take.

        follow: what goes on meanwhile; says whether it is done.
        """
        self.heal()
        if not self.cluster.wait_until_followed():
            print("the old primary does not follow the new one")
        self.people.grow_calm()
        self.outside.grow_calm()
        for kind, tag in runs:
            # What was promised must be there; nobody asks for it twice.
            if tag not in self.client.promised:
                self._submit(kind, tag)
        until = time.monotonic() + LONGEST_CALM_SECONDS
        # A worker that gave its session up just now has another one; schedulers end the old one a moment later.
        left = f"""
            SELECT (SELECT count(*) FROM chassis.live_run)
                 + greatest((SELECT count(*) FROM chassis.session WHERE ended_at IS NULL) - {WORKERS}, 0)
                 + (SELECT count(*) FROM chassis.schedule WHERE next_due IS NOT NULL)
                 + (SELECT count(*) FROM chassis.event WHERE NOT is_dispatched)
                 + (SELECT count(*) FROM chassis.news WHERE state IN ('new', 'held'))
                 + (SELECT count(*) FROM chassis.backfill WHERE ended_at IS NULL)
                 + ({deployed.COUNT_OLD_RUNS})"""
        # A scheduler looks when it begins for what is past its retention, and then once a minute.
        self.schedulers[0].send_signal(signal.SIGTERM)
        while time.monotonic() < until:
            if follow() and int(self.ask(left)) == 0:
                break
            self._nurse()
            time.sleep(0.2)

    def _nurse(self):
        """Starts again who has ended, and has go on who stopped at a named place just now."""
        self.revive()
        for process in self.workers + self.schedulers:
            if is_stopped(process):
                process.send_signal(signal.SIGCONT)

    def _submit(self, kind, tag):
        until = time.monotonic() + LONGEST_CALM_SECONDS
        while self.client.submit(kind, tag) is None:
            if time.monotonic() > until:
                raise RuntimeError("no scheduler takes a run although all faults have ended")
            self._nurse()
            time.sleep(0.1)

    def fill_slots(self):
        """Has as many jobs run at the same time as there are slots; returns how many ran at once, and how many there are.

        They end afterwards; what is left of them is a leak like any other.
        """
        slots = WORKERS * SLOTS
        self._submit("full", "full")
        most = 0
        until = time.monotonic() + LONGEST_FILLING_SECONDS
        while most < slots and time.monotonic() < until:
            self._nurse()
            most = max(most, int(self.ask("SELECT count(*) FROM chassis.lease")))
            time.sleep(0.1)
        self._emptied.touch()
        until = time.monotonic() + LONGEST_CALM_SECONDS
        while int(self.ask("SELECT count(*) FROM chassis.live_run")) and time.monotonic() < until:
            self._nurse()
            time.sleep(0.1)
        return most, slots

    def ask(self, sql):
        """Asks the database, which may be recovering still, and again for as long as it may take to be calm."""
        until = time.monotonic() + LONGEST_CALM_SECONDS
        while True:
            try:
                return self.cluster.psql(sql)
            except subprocess.CalledProcessError as error:
                if error.returncode == BAD_QUESTION or time.monotonic() > until:
                    raise
                time.sleep(0.5)

    def stop(self):
        """Ends workers and schedulers in good order.

        A worker that is held up on its way out may lose its session; the schedulers are there until that is ended, too.
        """
        self._end("worker", self.workers)
        until = time.monotonic() + LONGEST_CALM_SECONDS
        while int(self.ask("SELECT count(*) FROM chassis.session WHERE ended_at IS NULL")) and time.monotonic() < until:
            time.sleep(0.2)
        self._end("scheduler", self.schedulers)

    def _end(self, kind, processes):
        for process in processes:
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.send_signal(signal.SIGTERM)
        for name, process in ((f"{kind}{number}", process) for number, process in enumerate(processes)):
            if process is not None:
                try:
                    process.wait(timeout=30)
                except subprocess.TimeoutExpired:
                    self.crashes.append(f"{name} did not end within 30 s of SIGTERM")
                    process.kill()
                    process.wait()
                self._look_at_end(name, process)


def is_stopped(process):
    """Whether a process was stopped, by whomever, and has not gone on."""
    try:
        return pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"
    except OSError:
        return False
