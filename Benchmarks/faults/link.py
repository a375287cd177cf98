"""A host of its own, as far as the network goes: one link leads from it to this one."""

import os
import shutil
import subprocess


class Link:
    """The kernel removes it with the process that holds it, which ends with the storm."""

    @staticmethod
    def make():
        """None where there is no right to make one."""
        if os.geteuid() != 0 or not all(shutil.which(name) for name in ("ip", "unshare", "nsenter")):
            return None
        if not run("unshare", "--net", "ip", "link", "add", "near", "type", "veth", "peer", "name", "far"):
            return None
        return Link()

    def __init__(self):
        network = f"10.214.{os.getpid() % 256}"
        self._name = f"storm-{os.getpid() % 1_000_000}"
        self.address = f"{network}.1"
        self._holder = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo held; exec cat"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self._holder.stdout.readline()
        self.prefix = ["nsenter", f"--net=/proc/{self._holder.pid}/ns/net"]
        for words in (["ip", "link", "add", self._name, "type", "veth", "peer", "name", "far", "netns", self._holder.pid],
                      ["ip", "address", "add", f"{network}.1/30", "dev", self._name],
                      ["ip", "link", "set", self._name, "up"],
                      [*self.prefix, "ip", "link", "set", "lo", "up"],
                      [*self.prefix, "ip", "address", "add", f"{network}.2/30", "dev", "far"],
                      [*self.prefix, "ip", "link", "set", "far", "up"]):
            if not run(*words):
                raise RuntimeError(f"the link cannot be made: {words}")

    def set(self, is_up):
        """Drops whatever is sent over the link, and tells nobody; or has it carry again."""
        run("ip", "link", "set", self._name, "up" if is_up else "down")

    def close(self):
        self._holder.stdin.close()
        self._holder.wait()


def run(*words):
    return subprocess.run([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
