"""A private Postgres for measuring, with its default durability, and the programs that use it."""

import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
RELEASE = pathlib.Path(os.environ.get("CHASSIS_PROGRAMS", ROOT / ".build-release/release"))
SQL = ROOT / "Benchmarks/SQL"
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
SETTINGS = {"listen_addresses": "", "shared_buffers": "512MB", "max_wal_size": "4GB", "track_io_timing": "off"}


class Cluster:
    """A server in a directory of its own; the store of the workers lies beside it. Both are gone at the end."""

    def __init__(self, directory):
        self.directory = directory.absolute()
        self.programs = []
        self.stores = 0

    def __enter__(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        self.place = self.directory if self.can_be_entered() else pathlib.Path(
            subprocess.check_output(["mktemp", "-d", "/var/tmp/chassis-benchmarks.XXXXXX"], text=True).strip())
        self.log = self.place / "postgres.log"
        self.bin = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        self.place.chmod(0o755)
        data = self.place / "postgres"
        data.mkdir()
        if self.user:
            os.chown(data, self.user.pw_uid, self.user.pw_gid)
        self.as_user([self.bin / "initdb", "-D", data, "-U", "chassis", "-A", "trust", "--no-sync"],
                     stdout=subprocess.DEVNULL, check=True)
        self.socket = data
        self.start_server()
        self.about = {
            "postgres": self.psql("SHOW server_version", database="postgres"),
            "cores": os.cpu_count(),
            "processor": processor(),
            "load": os.getloadavg()[0],
            "commit": subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip(),
        }
        return self

    def start_server(self, **more):
        """Starts the server, with more settings or others, and waits until it answers."""
        options = [word for key, value in (SETTINGS | more).items() for word in ("-c", f"{key}={value}")]
        with open(self.log, "ab") as log:
            self.server = self.as_user([self.bin / "postgres", "-D", self.socket, "-k", self.socket, *options],
                                       stdout=log, stderr=log, wait=False)
        for _ in range(600):
            if subprocess.run([self.bin / "pg_isready", "-q", "-h", self.socket]).returncode == 0:
                return
            if self.server.poll() is not None:
                raise RuntimeError(f"the server did not start; see {self.log}")
            time.sleep(0.05)
        raise RuntimeError(f"the server does not answer; see {self.log}")

    def restart_server(self, **more):
        self.server.send_signal(signal.SIGINT)
        self.server.wait()
        self.start_server(**more)

    def crash_server(self):
        """Kills the postmaster; its children see that and end."""
        self.server.kill()
        self.server.wait()

    def __exit__(self, *_):
        for program in self.programs:
            program.end()
        self.server.send_signal(signal.SIGINT)
        self.server.wait()
        shutil.rmtree(self.directory, ignore_errors=True)
        shutil.rmtree(self.place, ignore_errors=True)

    @property
    def user(self):
        """The user the server runs as when this is root."""
        return pwd.getpwnam("postgres") if os.geteuid() == 0 else None

    def can_be_entered(self):
        if not self.user:
            return True
        return self.as_user(["test", "-x", self.directory]).returncode == 0

    def as_user(self, words, wait=True, **options):
        if self.user:
            options |= {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        words = [str(word) for word in words]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        if wait:
            return subprocess.run(words, cwd="/", env=environment, **options)
        return subprocess.Popen(words, cwd="/", env=environment, start_new_session=True, **options)

    def conninfo(self, database="chassis"):
        return f"host={self.socket} user=chassis dbname={database} options='-c client_min_messages=warning'"

    def psql(self, sql=None, database="chassis", file=None, **variables):
        words = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.conninfo(database)]
        words += [word for key, value in variables.items() for word in ("-v", f"{key}={value}")]
        words += ["-f", str(file)] if file else ["-c", sql]
        return subprocess.check_output(words, text=True).strip()

    def fresh(self):
        """A new database with the newest schema, and a new store."""
        self.psql("DROP DATABASE IF EXISTS chassis WITH (FORCE)", database="postgres")
        self.psql("CREATE DATABASE chassis", database="postgres")
        subprocess.run([RELEASE / "chassis", "migrate", "--postgres", self.conninfo()], check=True,
                       stdout=subprocess.DEVNULL)
        # The last one stays until the end: for minutes, ext4 looks at each inode that was deleted before it takes one.
        self.stores += 1
        self.store = self.directory / f"store-{self.stores}"
        self.store.mkdir()

    def rename(self, database, name):
        """Gives a database another name; programs reach the one that is called chassis."""
        self.psql(f"ALTER DATABASE {database} RENAME TO {name}", database="postgres")

    def settle(self):
        """Leaves no work of the last round to the next."""
        self.psql("VACUUM ANALYZE")
        self.psql("CHECKPOINT")

    def pgbench(self, script, clients, transactions, **variables):
        """Runs a script; returns transactions a second."""
        words = ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(clients, 2)), "-t",
                 str(transactions), "-f", str(SQL / script)]
        words += [word for key, value in variables.items() for word in ("-D", f"{key}={value}")]
        output = subprocess.run([*words, self.conninfo()], capture_output=True, text=True, check=True).stdout
        return float(re.search(r"tps = ([0-9.]+)", output)[1])

    def start(self, *words, **options):
        """Starts a program of the project; it is ended at the end, if not before."""
        program = Program(words, options)
        self.programs.append(program)
        return program

    def worker(self, slots=16, **options):
        flags = [word for key, value in options.items() for word in (f"--{key.replace('_', '-')}", str(value))]
        sessions = int(self.psql("SELECT count(*) FROM chassis.session"))
        worker = self.start("chassis-benchmark", "work", "--postgres", self.conninfo(), "--store", self.store,
                            "--slots", slots, *flags)
        while int(self.psql("SELECT count(*) FROM chassis.session WHERE incarnation IS NOT NULL")) <= sessions:
            worker.check()
            time.sleep(0.02)
        return worker

    def submit(self, **options):
        """Submits runs; returns how many seconds it took."""
        words = [word for key, value in options.items() if value is not False
                 for word in ([f"--{key}"] if value is True else [f"--{key}", str(value)])]
        return float(run("chassis-benchmark", "submit", "--postgres", self.conninfo(), *words))

    def wake(self, queue="default"):
        self.psql(f"SELECT pg_notify('chassis_ready', '{queue}')")

    def usage(self):
        """What the server has used until now: seconds of CPU, bytes of WAL, commits."""
        seconds = 0.0
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(path.parent.name) == self.server.pid:
                seconds += sum(int(fields[place]) for place in (11, 12, 13, 14)) / CLOCK_TICKS
            elif int(fields[1]) == self.server.pid:
                seconds += (int(fields[11]) + int(fields[12])) / CLOCK_TICKS
        wal, commits = self.psql(
            "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'), xact_commit "
            "FROM pg_stat_database WHERE datname = 'chassis'").split("|")
        return {"cpu": seconds, "wal": int(wal), "commits": int(commits)}

    def description(self):
        about = self.about
        return (f"Postgres {about['postgres']} with its default durability, {about['cores']} cores ({about['processor']}), "
                f"load {about['load']:.1f} at the start, commit {about['commit']}")


class Program:
    def __init__(self, words, options):
        words = [str(word) for word in words]
        self.name = words[0]
        self.process = subprocess.Popen([RELEASE / words[0], *words[1:]], stdout=subprocess.PIPE, text=True, **options)

    @property
    def pid(self):
        return self.process.pid

    def check(self):
        if self.process.poll() is not None:
            sys.exit(f"{self.name} ended with {self.process.returncode}")

    def end(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait()


def run(name, *words):
    return subprocess.check_output([RELEASE / name, *[str(word) for word in words]], text=True)


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"
