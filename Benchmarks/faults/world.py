"""The processes of the storm: Postgres, schedulers, workers, a provider, and a store that can fill up."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import load
from cluster import RELEASE, ROOT, Cluster
from proxy import Proxy

WORKERS = 3
SCHEDULERS = 2
LEASE_SECONDS = 5
STORE_MEBIBYTES = 64
LONGEST_CALM_SECONDS = 180


class World:
    def __init__(self, directory):
        self._is_kept = directory is not None
        self.directory = (directory or pathlib.Path(tempfile.mkdtemp(prefix="chassis-storm."))).absolute()
        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o755)

    def keep(self):
        self._is_kept = True

    def __enter__(self):
        self.cluster = Cluster(self.directory / "cluster")
        self.cluster.__enter__()
        self.cluster.fresh()
        self.store = self.directory / "store"
        self.store.mkdir()
        self.has_small_store = os.geteuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={STORE_MEBIBYTES}m", "tmpfs", self.store]).returncode == 0
        if not self.has_small_store:
            print("the store cannot be given a size here, so it is never full (that takes root and mount)")
        self.notes = self.directory / "notes"
        self.once_notes = self.directory / "once-notes"
        self.bill = self.directory / "bill"
        (self.directory / "scenario.json").write_text(load.scenario())
        self.model = self._start_model()
        (self.directory / "connections.yaml").write_text(
            f'connections:\n  model: {{kind: openai, url: "http://127.0.0.1:{self.model_port}/v1", '
            "prices: {scripted: {input: 2.5, output: 10}}, first_byte: 4s, stall: 3s}\n")
        self.token = subprocess.check_output(
            [RELEASE / "chassis", "token", "create", "--postgres", self.cluster.conninfo(), "--name", "storm"],
            text=True, stderr=subprocess.DEVNULL).strip()
        self.proxies = [Proxy(self.directory / f"way{number}", self.cluster.socket) for number in range(WORKERS)]
        self.workers = [None] * WORKERS
        self.schedulers = [None] * SCHEDULERS
        self.addresses = [None] * SCHEDULERS
        note = self.directory / "note.sh"
        note.write_text(load.NOTE)
        self.workflows = {"agent": load.agent(note, self.notes), "once": load.once(note, self.once_notes), "fan": load.fan()}
        for number in range(SCHEDULERS):
            self.start_scheduler(number)
        for number in range(WORKERS):
            self.start_worker(number)
        return self

    def __exit__(self, *_):
        self.stop()
        self.model.kill()
        self.model.wait()
        if self._is_kept:
            with open(self.directory / "database.sql", "wb") as file:
                subprocess.run(["pg_dump", "--data-only", self.cluster.conninfo()], stdout=file)
            shutil.copy(self.cluster.log, self.directory)
            shutil.copytree(self.store, self.directory / "store-copy", dirs_exist_ok=True)
        self.cluster.__exit__()
        if self.has_small_store:
            subprocess.run(["umount", self.store])
        if not self._is_kept:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _start_model(self):
        port_file = self.directory / "port"
        model = subprocess.Popen(
            [sys.executable, ROOT / "Examples/scripted-model/server.py", "--scenario", self.directory / "scenario.json",
             "--port-file", port_file, "--log", self.bill, "--parent-pid", str(os.getpid())], stdout=subprocess.DEVNULL)
        while not port_file.exists():
            time.sleep(0.05)
        self.model_port = int(port_file.read_text())
        return model

    def _spawn(self, log, words, **extra):
        with open(self.directory / log, "ab") as file:
            return subprocess.Popen([str(word) for word in words], stdout=file, stderr=file, stdin=subprocess.DEVNULL,
                                    env={**os.environ, "SWIFT_BACKTRACE": "enable=no", **extra})

    def start_worker(self, number, failpoint=None):
        way = self.proxies[number].directory
        scratch = self.directory / "scratch"
        scratch.mkdir(exist_ok=True)
        self.workers[number] = self._spawn(
            f"worker{number}.log",
            [RELEASE / "chassis-worker", "--postgres", f"host={way} user=chassis dbname=chassis connect_timeout=3",
             "--store", self.store, "--connections", self.directory / "connections.yaml", "--name", f"worker{number}",
             "--lease", f"{LEASE_SECONDS}s", "--drain", "5s", "--poison-limit", 100, "--log-format", "text"],
            TMPDIR=str(scratch), **({"CHASSIS_FAILPOINT": failpoint} if failpoint else {}))

    def start_scheduler(self, number):
        log = self.directory / f"scheduler{number}.log"
        begin = log.stat().st_size if log.exists() else 0
        process = self.schedulers[number] = self._spawn(
            log.name,
            [RELEASE / "chassis-scheduler", "--postgres", self.cluster.conninfo(), "--store", self.store, "--listen",
             "127.0.0.1:0", "--poison-limit", 100, "--log-format", "text"])
        self.addresses[number] = None
        for _ in range(200):
            with open(log) as file:
                file.seek(begin)
                line = next((line for line in file if "listening" in line), None)
            if line:
                self.addresses[number] = line.split("address=")[1].split()[0]
                return
            if process.poll() is not None:
                return  # Without a database it does not start; the storm tries again.
            time.sleep(0.05)

    def revive(self):
        """Starts every worker and scheduler that has ended."""
        for number, worker in enumerate(self.workers):
            if worker.poll() is not None:
                self.start_worker(number)
        for number, scheduler in enumerate(self.schedulers):
            if scheduler.poll() is not None:
                self.start_scheduler(number)

    def ask(self, method, path, body=None):
        """Asks whichever scheduler answers; None when none does."""
        for address in self.addresses:
            if address is None:
                continue
            base = address if address.startswith("http") else f"http://{address}"
            request = urllib.request.Request(
                base + path, None if body is None else json.dumps(body).encode(), method=method,
                headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                text = error.read().decode()
                if error.code < 500:
                    raise RuntimeError(f"{method} {path}: {error.code} {text}") from error
            except OSError:
                continue
        return None

    def submit(self, kind, tag):
        """Submits a run until a scheduler has taken it; the key makes that safe."""
        body = {"workflow": self.workflows[kind], "file": f"{kind}.yaml", "params": {"tag": tag}, "idempotency_key": tag}
        return self.ask("POST", "/v1/runs", body)

    def control_model(self, path, value):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.model_port}/__scripted/{path}", json.dumps(value).encode(), method="POST")
        urllib.request.urlopen(request, timeout=10).read()

    def calm(self, runs):
        """Ends all faults, and waits until every run has ended, or for as long as it may take."""
        self.control_model("faults", [])
        for proxy in self.proxies:
            proxy.delay(0)
            proxy.swallow(False)
        for process in self.workers + self.schedulers:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
        if self.cluster.server.poll() is not None:
            self.cluster.start_server()
        (self.store / "filler").unlink(missing_ok=True)
        self.revive()
        for kind, tag in runs:
            for _ in range(100):
                if self.submit(kind, tag) is not None:
                    break
                self.revive()
                time.sleep(0.1)
            else:
                raise RuntimeError("no scheduler takes a run although all faults have ended")
        until = time.monotonic() + LONGEST_CALM_SECONDS
        while time.monotonic() < until and int(self.cluster.psql("SELECT count(*) FROM chassis.live_run")) > 0:
            self.revive()
            time.sleep(0.2)

    def stop(self):
        """Ends workers and schedulers in good order."""
        for process in self.workers + self.schedulers:
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.send_signal(signal.SIGTERM)
        for process in self.workers + self.schedulers:
            if process is not None:
                try:
                    process.wait(timeout=30)
                except subprocess.TimeoutExpired:
                    print(f"{process.args[0]} (pid {process.pid}) did not end within 30 s of SIGTERM")
                    process.kill()
                    process.wait()
