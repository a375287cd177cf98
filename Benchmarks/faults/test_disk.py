"""What the disk forgets of what a program under the shim has done."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from disk import Disk
from shim import Shim

SHIM = Shim.build(pathlib.Path(tempfile.mkdtemp(prefix="chassis-shim.")))
BEGIN = """
import os
def directory(*parts):
    place = os.open(os.environ["CHASSIS_SHIM_STORE"], os.O_RDONLY)
    for part in parts:
        place = os.open(part, os.O_RDONLY, dir_fd=place)
    return place
def made(name, place):
    return os.open(name, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, dir_fd=place)
root = directory()
"""


@unittest.skipIf(SHIM is None, "there is no C compiler")
class DiskTests(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="chassis-disk.")
        self.addCleanup(directory.cleanup)
        self.store = pathlib.Path(directory.name) / "store"
        self.store.mkdir()
        self.disk = Disk(pathlib.Path(directory.name) / "disk.log")
        self.host = SHIM.host(self.id(), self.store, self.disk.log)

    def run_program(self, *lines):
        """What a process does, which does not end well."""
        program = BEGIN + "\n".join(lines) + "\nos._exit(0)"
        subprocess.run([sys.executable, "-c", program], env={**os.environ, **self.host.environment}, check=True)

    def left(self):
        self.disk.forget()
        return {str(path.relative_to(self.store)): path.read_text() if path.is_file() else None for path in self.store.rglob("*")}

    def test_what_was_synchronised_stays(self):
        self.run_program("file = made('a', root)", "os.write(file, b'one')", "os.fsync(file)", "os.fsync(root)")
        self.assertEqual(self.left(), {"a": "one"})
        self.assertEqual((self.disk.forgotten_bytes, self.disk.forgotten_names), (0, 0))

    def test_bytes_behind_the_last_sync_are_gone(self):
        self.run_program("file = made('a', root)", "os.fsync(root)", "os.write(file, b'one')", "os.fdatasync(file)",
                         "os.write(file, b'two')")
        self.assertEqual(self.left(), {"a": "one"})
        self.assertEqual((self.disk.forgotten_bytes, self.disk.forgotten_names), (3, 0))

    def test_a_file_is_gone_whose_name_was_not_synchronised(self):
        self.run_program("file = made('a', root)", "os.write(file, b'one')", "os.fsync(file)")
        self.assertEqual(self.left(), {})
        self.assertEqual(self.disk.forgotten_names, 1)

    def test_a_name_that_came_behind_the_sync_of_its_directory_is_gone(self):
        self.run_program("os.fsync(root)", "os.mkdir('run', dir_fd=root)", "file = made('a', directory('run'))", "os.fsync(file)",
                         "os.fsync(directory('run'))")
        self.assertEqual(self.left(), {})

    def test_a_directory_of_another_process_stays_with_what_is_synchronised_below_it(self):
        self.run_program("os.mkdir('run', dir_fd=root)")
        self.run_program("file = made('a', directory('run'))", "os.fsync(directory('run'))", "os.write(file, b'one')", "os.fsync(file)")
        self.assertEqual(self.left(), {"run": None, "run/a": "one"})

    def test_a_file_that_was_given_another_name_keeps_its_content(self):
        self.run_program("os.mkdir('tmp', dir_fd=root)", "os.fsync(root)", "file = made('x', directory('tmp'))",
                         "os.write(file, b'one')", "os.fsync(file)", "os.rename('x', 'a', src_dir_fd=directory('tmp'), dst_dir_fd=root)",
                         "os.fsync(root)")
        self.assertEqual(self.left(), {"tmp": None, "a": "one"})

    def test_a_new_name_is_gone_that_was_not_synchronised(self):
        self.run_program("os.mkdir('tmp', dir_fd=root)", "os.fsync(root)", "file = made('x', directory('tmp'))",
                         "os.fsync(file)", "os.rename('x', 'a', src_dir_fd=directory('tmp'), dst_dir_fd=root)")
        self.assertEqual(self.left(), {"tmp": None})

    def test_all_that_was_there_before_a_sync_of_everything_stays(self):
        self.run_program("file = made('a', root)", "os.write(file, b'one')", "import ctypes", "ctypes.CDLL(None).syncfs(root)",
                         "os.write(file, b'two')", "made('b', root)")
        self.assertEqual(self.left(), {"a": "one"})

    def test_a_sync_that_failed_has_made_nothing_durable(self):
        self.host.set(fails_syncs=1)
        self.run_program("file = made('a', root)", "os.write(file, b'one')", "try: os.fsync(root)", "except OSError: pass")
        self.assertEqual(self.left(), {})

    def test_what_is_there_afterwards_is_durable(self):
        self.run_program("file = made('a', root)", "os.fsync(root)", "os.write(file, b'one')", "os.fsync(file)", "os.write(file, b'two')")
        self.disk.forget()
        self.run_program("os.write(os.open('a', os.O_WRONLY | os.O_APPEND, dir_fd=root), b'three')")
        # It is not known any more how much of it was durable, so nothing is taken away: journals are never gone on with.
        self.assertEqual(self.left(), {"a": "onethree"})


if __name__ == "__main__":
    unittest.main()
