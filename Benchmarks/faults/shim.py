"""What makes a host bad for one process: its wall clock, its syncs, its store; see shim.c."""

import mmap
import pathlib
import shutil
import struct
import subprocess

FIELDS = ["skew_ms", "sync_us", "is_read_only", "fails_syncs", "is_full", "refusals", "failed_syncs", "refused_growth"]


class Shim:
    """The shim, compiled; None where there is no C compiler."""

    @staticmethod
    def build(directory):
        compiler = next((name for name in ("cc", "gcc", "clang") if shutil.which(name)), None)
        if compiler is None:
            return None
        library = directory / "shim.so"
        source = pathlib.Path(__file__).with_name("shim.c")
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        return Shim(directory, library)

    def __init__(self, directory, library):
        self._directory = directory
        self._library = library
        self.hosts = {}

    def host(self, name, store=None, log=None):
        """The host of that name, which keeps its faults from one of its processes to the next.

        log: where its processes put down what they do to the store.
        """
        if name not in self.hosts:
            self.hosts[name] = Host(self._directory / f"shim-{name}", self._library, store, log)
        return self.hosts[name]

    def count(self, name):
        """How many writes or syncs were refused on all hosts."""
        return sum(host.get(name) for host in self.hosts.values())

    def heal(self):
        """Ends the faults of all hosts, except that their clocks stay as wrong as they are."""
        for host in self.hosts.values():
            host.set(sync_us=0, is_read_only=0, fails_syncs=0, is_full=0)


class Host:
    def __init__(self, path, library, store, log=None):
        path.write_bytes(bytes(8 * len(FIELDS)))
        path.chmod(0o666)
        with open(path, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 8 * len(FIELDS))
        self.environment = {"LD_PRELOAD": str(library), "CHASSIS_SHIM_CONTROL": str(path)}
        if store is not None:
            self.environment["CHASSIS_SHIM_STORE"] = str(store)
        if log is not None:
            self.environment["CHASSIS_SHIM_LOG"] = str(log)

    def set(self, **values):
        for name, value in values.items():
            struct.pack_into("<q", self._memory, 8 * FIELDS.index(name), value)

    def get(self, name):
        return struct.unpack_from("<q", self._memory, 8 * FIELDS.index(name))[0]
