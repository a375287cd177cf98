"""The disk of the store, which forgets what no sync had made durable when its machine loses power.

What was done to the store is in the log that shim.c writes, each thing when it had been done, and a sync with the moment at which it
began: what was there by then is durable. A sync of a file makes its content durable, and not its name. That takes a sync of
the directory; names of directories that another process has made are durable with whatever is synchronised below
them, as with the journals of ext4, XFS and Btrfs. A name that was removed may stay removed.
"""

import os
import pathlib
import shutil


class Disk:
    def __init__(self, log):
        self.log = log
        self.forgotten_names = 0
        self.forgotten_bytes = 0

    def forget(self):
        """Takes away what is not durable; whoever writes to the store must have stopped before, and never go on."""
        contents, names = read(self.log)
        for path, length in contents.items():
            try:
                lost = os.path.getsize(path) - length
            except FileNotFoundError:
                continue
            if lost > 0:
                os.truncate(path, length)
                self.forgotten_bytes += lost
        for path in map(pathlib.Path, names):
            if path.is_dir():
                shutil.rmtree(path)
            elif path.exists():
                path.unlink()
            else:
                continue
            self.forgotten_names += 1
        # All that is there now is durable.
        self.log.unlink(missing_ok=True)


def read(log):
    """How many bytes of each file that was made are durable, and the names that are not."""
    contents = {}
    writes = {}
    names = {}
    """When each was made, and by which process."""
    for what, when, process, length, path in entries(log):
        if what == "made":
            names[path] = when, process
            contents[path] = 0
        elif what == "renamed":
            path, other = path.split("\t")
            names.pop(path, None)
            names[other] = when, process
            for of_files in (contents, writes):
                of_files.pop(other, None)
                if path in of_files:
                    of_files[other] = of_files.pop(path)
        elif what == "written":
            writes.setdefault(path, []).append((when, length))
        elif what == "synced":
            if path in contents:
                contents[path] = max(contents[path], length)
            for name, (made, maker) in list(names.items()):
                is_in_it = os.path.dirname(name) == path
                is_anothers = maker != process and path.startswith(f"{name}/")
                if made <= when and (is_in_it or is_anothers):
                    del names[name]
        elif what == "all-synced":
            names = {name: (made, maker) for name, (made, maker) in names.items() if made > when}
            for name in contents:
                contents[name] = max([contents[name], *(end for at, end in writes.get(name, []) if at <= when)])
    # A directory has no content of its own.
    return {path: length for path, length in contents.items() if not os.path.isdir(path)}, list(names)


def entries(log):
    if not log.exists():
        return
    with open(log, "rb") as file:
        for line in file:
            # Whoever was killed may have left half a line.
            if line.endswith(b"\n"):
                what, when, process, length, path = line.decode(errors="surrogateescape").rstrip("\n").split(" ", 4)
                yield what, int(when), int(process), int(length), path
