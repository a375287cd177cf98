"""The workers and schedulers of the storm: they are started, started again, and ended in good order."""

import collections
import os
import pathlib
import re
import signal
import subprocess
import time
import types

import deeds
from cluster import RELEASE
from retention import RETENTION_HOURS

WORKERS = 3
SCHEDULERS = 2
SLOTS = 8
LEASE_SECONDS = 5
REVIVAL_SECONDS = 0.2
CRASHES = {-signal.SIGILL, -signal.SIGTRAP, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGSEGV}
"""How a program ends that goes wrong; the storm ends none so."""
BEGUN = {"scheduler": b"listening", "worker": b"the session has begun"}
"""What a program says when it has begun; before, it ends where it cannot reach the database or the store."""
REACHED = re.compile(rb"^failpoint ([a-z-]+)[^ \n]* is reached$", re.MULTILINE)
"""What a program says on its way out, or before it stops."""


class Process(subprocess.Popen):
    """One that knows whether somebody wanted it to end."""

    was_told_to_end = False
    is_judged = False

    def send_signal(self, sig):
        if self.poll() is None and sig in (signal.SIGTERM, signal.SIGKILL):
            self.was_told_to_end = True
        super().send_signal(sig)


class Programs:
    def __init__(self, directory, store, ways, host):
        """host: says what is wrong with the host of a program, by its name."""
        self._directory = directory
        self._store = store
        self._ways = ways
        self._host = host
        self.scratch = directory / "scratch"
        self.scratch.mkdir()
        self.workers = [None] * WORKERS
        self.schedulers = [None] * SCHEDULERS
        self._started = {}
        self._starts = collections.Counter()
        self._begins = collections.Counter()
        """Where the log of each program's present process begins."""
        self.ends = {}
        """When a process was seen to have ended, in seconds since 1970, by what it calls itself to the database."""
        self.crashes = []
        self._armed = {}
        """The failpoint that a program has until it is reached, and how often its place was reached there before."""
        self.offer = None
        """Gives a program of a kind that has no failpoint another one, or none."""
        self._reached = collections.defaultdict(collections.Counter)
        """How often each place was reached, by the name of the program."""
        self._looked_at = collections.Counter()
        """How far the log of each program was looked through for that."""

    def start(self):
        for number in range(SCHEDULERS):
            self.start_scheduler(number, waits=True)
        for number in range(WORKERS):
            self.start_worker(number)

    @property
    def all(self):
        return [process for process in self.workers + self.schedulers if process is not None]

    def of_kind(self, kind):
        return self.workers if kind == "worker" else self.schedulers

    def _next_application(self, name):
        """What the next process of a program calls itself to the database."""
        self._starts[name] += 1
        return deeds.APPLICATION.format(name=name, number=self._starts[name])

    def _spawn(self, name, words, **extra):
        self._started[name] = time.monotonic()
        log = self._directory / f"{name}.log"
        self._begins[name] = log.stat().st_size if log.exists() else 0
        host = self._host(name)
        environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no", **(host.environment if host else {}), **extra}
        with open(log, "ab") as file:
            process = Process([str(word) for word in words], stdout=file, stderr=file, stdin=subprocess.DEVNULL, env=environment)
        process.application = deeds.APPLICATION.format(name=name, number=self._starts[name])
        return process

    def start_worker(self, number, failpoint=None):
        self.workers[number] = self._spawn(
            f"worker{number}",
            [*self._ways.prefix(number), RELEASE / "chassis-worker", "--postgres",
             self._ways.database(number, self._next_application(f"worker{number}")), "--store", self._store, "--connections", self._ways.connections(number), "--name",
             f"worker{number}", "--slots", SLOTS, "--lease", f"{LEASE_SECONDS}s", "--drain", "5s", "--poison-limit", 100,
             "--log-format", "text"],
            TMPDIR=str(self.scratch), **({"CHASSIS_FAILPOINT": failpoint} if failpoint else {}))

    def start_scheduler(self, number, waits=False, failpoint=None):
        """waits: until it listens; otherwise `revive` finds out where."""
        name = f"scheduler{number}"
        self._ways.fronts[number].target = None
        process = self.schedulers[number] = self._spawn(
            name,
            [RELEASE / "chassis-scheduler", "--postgres", self._ways.database(WORKERS + number, self._next_application(name)), "--store", self._store, "--listen",
             "127.0.0.1:0", "--poison-limit", 100, "--retention", f"{RETENTION_HOURS}h", "--log-format", "text"],
            **({"CHASSIS_FAILPOINT": failpoint} if failpoint else {}))
        while waits and not self._lead_to_scheduler(number):
            # Without a database it does not start, and the storm tries again.
            if process.poll() is not None:
                return
            time.sleep(0.05)

    def _lead_to_scheduler(self, number):
        """Has its front lead to a scheduler, if that says by now where it listens."""
        with open(self._directory / f"scheduler{number}.log") as file:
            file.seek(self._begins[f"scheduler{number}"])
            line = next((line for line in file if "listening" in line), None)
        if line:
            host, port = line.split("address=")[1].split()[0].removeprefix("http://").rsplit(":", 1)
            self._ways.fronts[number].target = (host, int(port))
        return line is not None

    def revive(self):
        """Starts every worker and scheduler that has ended."""
        for kind, processes, start in (("worker", self.workers, self.start_worker),
                                       ("scheduler", self.schedulers, self.start_scheduler)):
            for number, process in enumerate(processes):
                name = f"{kind}{number}"
                if process.poll() is not None and time.monotonic() - self._started[name] > REVIVAL_SECONDS:
                    self._look_at_end(name, process)
                    start(number, failpoint=self._failpoint_left(name) or self._take_offer(kind, name))
                elif kind == "scheduler" and process.poll() is None and self._ways.fronts[number].target is None:
                    self._lead_to_scheduler(number)

    def kill(self, kind, number):
        """Kills one; one that had crashed before is told of."""
        process = self.of_kind(kind)[number]
        process.poll()
        self._look_at_end(f"{kind}{number}", process)
        process.kill()
        process.wait()
        self._look_at_end(f"{kind}{number}", process)

    def stop_all(self):
        """Stops all, and the gateways of workers, which are nobody's children; returns when none of their threads goes on."""
        going_on = [process for process in self.all if process.poll() is None]
        for process in going_on:
            process.send_signal(signal.SIGSTOP)
        while not all(is_stopped(process) or process.poll() is not None for process in going_on):
            time.sleep(0.001)
        for gateway in self._gateways():
            kill(gateway, signal.SIGSTOP)
            while is_stopped(gateway) is False:
                time.sleep(0.001)

    def kill_all(self):
        gateways = self._gateways()
        for kind in ("worker", "scheduler"):
            for number in range(len(self.of_kind(kind))):
                self.kill(kind, number)
        for gateway in gateways:
            kill(gateway, signal.SIGKILL)

    def _gateways(self):
        """The gateways that workers of this storm have started: they have inherited where its store is."""
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words, environment = [(path / name).read_bytes().split(b"\0") for name in ("cmdline", "environ")]
            except OSError:
                continue
            is_gateway = words[0].endswith(b"chassis-worker") and words[1:2] == [b"gateway"]
            if is_gateway and f"CHASSIS_SHIM_STORE={self._store}".encode() in environment:
                found.append(types.SimpleNamespace(pid=int(path.name)))
        return found

    # Named places

    def arm(self, kind, number, failpoint):
        """Starts one that was killed, with a failpoint.

        A program does not live long here, and what leads to a place is done by one of them: so who is started in its place, or in
        that of another one that has none, has it too, for the first passing, until it reaches it.
        """
        self.reached_places()
        for name in (f"{kind}{each}" for each in range(len(self.of_kind(kind)))):
            if name == f"{kind}{number}" or self._failpoint_left(name) is None:
                self._armed[name] = at_first_passing(failpoint), self._reached[name][place_of(failpoint)]
        (self.start_worker if kind == "worker" else self.start_scheduler)(number, failpoint=failpoint)

    def disarm(self):
        """Who is started from now on has no failpoint."""
        self._armed.clear()
        self.offer = None

    def _take_offer(self, kind, name):
        failpoint = self.offer(kind) if self.offer else None
        if failpoint:
            self._armed[name] = failpoint, self._reached[name][place_of(failpoint)]
        return failpoint

    def _failpoint_left(self, name):
        if name not in self._armed:
            return None
        self.reached_places()
        failpoint, before = self._armed[name]
        return failpoint if self._reached[name][place_of(failpoint)] == before else None

    def reached_places(self):
        """How often programs were killed or stopped at each named place, by what they say themselves."""
        for log in self._directory.glob("*[0-9].log"):
            with open(log, "rb") as file:
                file.seek(self._looked_at[log.stem])
                lines = file.read().rpartition(b"\n")[0]
            self._looked_at[log.stem] += len(lines)
            self._reached[log.stem].update(place.decode() for place in REACHED.findall(lines))
        return sum(self._reached.values(), collections.Counter())

    def reached_by_kind(self):
        """How often workers and schedulers were killed or stopped at named places."""
        self.reached_places()
        return {kind: sum(sum(reached.values()) for name, reached in self._reached.items() if name.startswith(kind))
                for kind in ("worker", "scheduler")}

    def _look_at_end(self, name, process):
        """Notes when a process has ended; one that nobody wanted to end has crashed, and so has one that ended by a fault of its own."""
        if process.returncode is None or process.is_judged:
            return
        process.is_judged = True
        self.ends[process.application] = time.time()
        if process.returncode in CRASHES:
            self.crashes.append(f"{name} ended by {signal.Signals(-process.returncode).name}")
        elif not process.was_told_to_end and not self._has_a_reason(name, process):
            self.crashes.append(f"{name} ended with {process.returncode}, and nobody had told it to")

    def _has_a_reason(self, name, process):
        """Whether its failpoint killed it, or it could not begin."""
        with open(self._directory / f"{name}.log", "rb") as file:
            file.seek(self._begins[name])
            said = file.read()
        if process.returncode == -signal.SIGKILL:
            return REACHED.search(said) is not None
        return process.returncode > 0 and BEGUN[name.rstrip("0123456789")] not in said

    def end(self, kind, processes):
        """Ends all of a kind in good order."""
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


def place_of(failpoint):
    return failpoint.split(":")[0]


def at_first_passing(failpoint):
    place, _, *how = failpoint.split(":")
    return ":".join([place, "1", *how])


def is_stopped(process):
    """Whether a process was stopped, by whomever, and has not gone on; None where it is gone."""
    try:
        state = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return None
    return None if state in "ZX" else state == "T"


def kill(process, how):
    try:
        os.kill(process.pid, how)
    except ProcessLookupError:
        pass  # It has ended just now.
