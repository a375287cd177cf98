"""What the tests of the checks have in common: a database, in which a past storm is written down and then looked at.

    python3 -m unittest discover -s Benchmarks/faults -p 'test_*.py'

takes a Postgres and the program `chassis`, where CHASSIS_PROGRAMS says or built for release.
"""

import atexit
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "driver"))

import checks.leaks
import cluster
import deeds
import retention
from checks import Checks
from checks.past import RUNS, END, Past, text
from cluster import Cluster
from limits import Limits


class Scene(unittest.TestCase):
    """Each test changes what a storm without faults has left in one thing, and says what must be complained of."""

    psql = None
    """A connection to a database that all tests have in common."""

    @classmethod
    def setUpClass(cls):
        if Scene.psql is not None:
            return
        Scene.directory = pathlib.Path(tempfile.mkdtemp(prefix="chassis-checks."))
        cls.directory.chmod(0o755)
        atexit.register(shutil.rmtree, cls.directory, ignore_errors=True)
        # Nothing in it is to outlive this process.
        cluster.SETTINGS |= {"fsync": "off", "shared_buffers": "32MB", "track_commit_timestamp": "on"}
        servers = Cluster(cls.directory / "cluster")
        servers.__enter__()
        atexit.register(servers.__exit__)
        servers.fresh()
        Scene.psql = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", servers.conninfo()],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        atexit.register(cls.psql.communicate)
        checks.leaks.LONGEST_SWEEP_SECONDS = 0
        print(f"{retention.WATCH};{deeds.WATCH};", file=cls.psql.stdin, flush=True)

    def setUp(self):
        self.past = Past()
        self.blob_name = hashlib.sha256(self.past.blob).hexdigest()
        self.slots = (24, 24)
        self.contradictions, self.surprises, self.crashes = [], [], []
        self.scratch = []
        self.handovers = []
        self.lives = []
        self.ends = {}
        self.limits = Limits(self.ask)
        self.has_faults = True

    def ask(self, sql):
        """Asks over one connection for all tests."""
        print(f"{sql};\n\\echo answered", file=self.psql.stdin, flush=True)
        lines = []
        while (line := self.psql.stdout.readline().rstrip("\n")) != "answered":
            if self.psql.poll() is not None:
                raise RuntimeError(f"Postgres refuses {sql}")
            lines.append(line)
        return "\n".join(lines)

    def look(self):
        """Which of the last line's names, and others, are not 0."""
        place = pathlib.Path(tempfile.mkdtemp(dir=self.directory))
        (place / "scratch").mkdir()
        for name in self.scratch:
            (place / "scratch" / name).mkdir()
        for (run, job, epoch), lines in self.past.journals.items():
            path = place / f"store/runs/{run}/{job}/{epoch:06}.journal"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text(lines))
        blob = place / "store/blobs/sha256" / self.blob_name[:2] / self.blob_name[2:]
        blob.parent.mkdir(parents=True)
        blob.write_bytes(self.past.blob)
        (place / "bill").write_text("".join(json.dumps(entry) + "\n" for entry in self.past.bill))
        for name, items in (("notes", self.past.notes), ("once-notes", self.past.once_notes)):
            (place / name).write_text("".join(json.dumps({"item": item}) + "\n" for item in items))
        (place / "log").write_text(self.past.log)
        self.ask(";\n".join(self.past.statements()))
        world = types.SimpleNamespace(
            has_faults=self.has_faults, directory=place, store=place / "store", notes=place / "notes", once_notes=place / "once-notes",
            names_of_processes=["note.sh"], programs=types.SimpleNamespace(scratch=place / "scratch", crashes=self.crashes, ends=self.ends),
            calm=types.SimpleNamespace(ask=self.ask, fill_slots=lambda: self.slots, stop=lambda: None),
            providers=types.SimpleNamespace(bill=place / "bill", batch_bill=lambda: self.past.batches),
            client=types.SimpleNamespace(promised={}, contradictions=self.contradictions, surprises=self.surprises),
            limits=self.limits,
            people=types.SimpleNamespace(limits=self.past.limits),
            outside=types.SimpleNamespace(told=self.past.told, end=END, backfills=self.past.backfills, filled=self.past.filled,
                                          old=self.past.old),
            cluster=types.SimpleNamespace(lives=self.lives, handovers=self.handovers, log=place / "log"))
        looked = Checks(world, RUNS)
        looked.all()
        self.complaints, self.remarks = looked.complaints, looked.remarks
        return looked.broken

    def expect(self, *names):
        self.assertEqual(self.look(), set(names), self.complaints)
