"""The world of the storm: Postgres and its standby, schedulers, workers, providers, a store that can fill up, and the ways
between them."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import deeds
import load
import retention
import shapes
from calm import Calm
from client import Client
from cluster import RELEASE
from disk import Disk
from limits import Limits
from link import Link
from notebook import Notebook
from outside import Outside
from people import People
from programs import SLOTS, WORKERS, Programs, is_stopped
from providers import Providers
from servers import Servers
from shim import Shim
from ways import Ways

STORE_MEBIBYTES = 64
STORE_MEBIBYTES_A_MINUTE = 5
"""What runs leave in the store in a minute, twice: it is to be full where the storm fills it, and not for good."""


class World:
    def __init__(self, directory, minutes, has_faults=True):
        """directory: where everything is kept, if it is; minutes: how long the storm will be."""
        self._is_kept = directory is not None
        self.has_faults = has_faults
        self._store_mebibytes = int(STORE_MEBIBYTES + STORE_MEBIBYTES_A_MINUTE * minutes)
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
            ["mount", "-t", "tmpfs", "-o", f"size={self._store_mebibytes}m", "tmpfs", self.store]).returncode == 0
        if not self.has_small_store:
            self._leave_out("the store cannot be given a size here, so it is never full (that takes root and mount)")
        self.link = Link.make()
        if self.link is None:
            self._leave_out("no link can be made, so none goes down (that takes root, iproute2 and network namespaces)")
        self.disk = Disk(self.directory / "disk.log")
        self.shim = Shim.build(self.directory)
        if self.shim is None:
            self._leave_out("without a C compiler clocks stay right, syncs fast and well, the store is never read-only and forgets "
                            "nothing, and the disk of Postgres is never full")
        self.cluster = Servers(self.directory / "cluster")
        self.cluster.hosts = [self.host(f"postgres{number}") for number in range(2)]
        self.cluster.__enter__()
        self.cluster.fresh()
        self.cluster.psql(retention.WATCH)
        self.cluster.psql(deeds.WATCH)
        self.providers = Providers(self.directory)
        self.once_notes = self.directory / "once-notes"
        self.notebook = Notebook(self.once_notes)
        self.ways = Ways(self.directory, self.cluster.sockets, self.link, self.providers, self.notebook)
        self.programs = Programs(self.directory, self.store, self.ways, self.host)
        self.calm = Calm(self)
        self._make_outsiders()
        self.programs.start()
        return self

    def _make_outsiders(self):
        """Whoever uses the system from outside."""
        self.notes = self.directory / "notes"
        self.emptied = self.directory / "emptied"
        """With it, those jobs end that take all slots."""
        note = self.directory / "note.sh"
        note.write_text(load.NOTE)
        self.names_of_processes = ["chassis-worker", "chassis-scheduler", "chassis-guard", str(note), str(self.emptied), str(load.PROGRAM)]
        """What the command line of a process has that must end with its worker or scheduler."""
        workflows = {"post": load.post(), "program": load.program(self.once_notes), "agent": load.agent(note, self.notes), "once": load.once(note, self.once_notes), "fan": load.fan(),
                     "held": load.held(note, self.notes), "full": load.full(WORKERS * SLOTS, self.emptied)}
        workflows |= shapes.WORKFLOWS | {"again": workflows["agent"]}
        token, person = [subprocess.check_output(
            [RELEASE / "chassis", "token", "create", "--postgres", self.cluster.conninfo(), "--name", name],
            text=True, stderr=subprocess.DEVNULL).strip() for name in ("storm", "person")]
        self.client = Client(self.ways.fronts, token, workflows, self.has_faults)
        self.people = People(self.client, person, self.once_notes, self.directory / "limits", self.providers.batch_bill,
                             lambda: any(map(is_stopped, self.programs.workers)))
        self.limits = Limits(self._try_to_ask)
        self.outside = Outside(self.client, self.calm.ask, self.store)

    def _try_to_ask(self, sql):
        """Asks the database; None when it does not answer."""
        asked = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-c", sql, self.cluster.conninfo()], capture_output=True, text=True)
        return asked.stdout.strip() if asked.returncode == 0 else None

    def host(self, name):
        return self.shim.host(name, self.store, self.disk.log) if self.shim else None

    def revive(self):
        """Starts every program that has ended, and the servers of Postgres."""
        self.cluster.revive_primary()
        self.programs.revive()
        self.cluster.revive_standby()

    def __exit__(self, *_):
        self._whatever_happens(self.calm.stop)
        for process in self.programs.all:
            process.kill()
            process.wait()
        self.providers.end()
        self.notebook.end()
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
