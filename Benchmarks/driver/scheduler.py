"""A scheduler process of a benchmark."""

import http.client
import json
import socket
import subprocess
import time

from cluster import RELEASE


class Scheduler:
    """A scheduler with its API at a port of its own."""

    def __init__(self, cluster, retention="3650d"):
        with socket.create_server(("127.0.0.1", 0)) as place:
            self.port = place.getsockname()[1]
        self.token = subprocess.check_output(
            [RELEASE / "chassis", "token", "create", "--postgres", cluster.conninfo(), "--name",
             f"benchmark-{self.port}"], text=True, stderr=subprocess.DEVNULL).strip()
        self.program = cluster.start(
            "chassis-scheduler", "--postgres", cluster.conninfo(), "--store", cluster.store, "--listen",
            f"127.0.0.1:{self.port}", "--retention", retention, "--log-level", "error")

    def __enter__(self):
        while True:
            self.program.check()
            try:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                self.get("/readyz")
                return self
            except ConnectionRefusedError:
                time.sleep(0.05)

    def __exit__(self, *_):
        self.connection.close()
        self.program.end()

    def get(self, path):
        """Asks for something; returns how many milliseconds the answer took."""
        return self.ask("GET", path)[0]

    def post(self, path, value):
        """Has something done; returns how many milliseconds that took."""
        return self.ask("POST", path, json.dumps(value))[0]

    def ask(self, method, path, body=None):
        """Asks; returns how many milliseconds the answer took, and the answer."""
        began = time.monotonic_ns()
        self.connection.request(method, path, body, {"Authorization": f"Bearer {self.token}"})
        answer = self.connection.getresponse()
        body = answer.read()
        took = (time.monotonic_ns() - began) / 1e6
        assert 200 <= answer.status < 300, f"{path}: {answer.status} {body[:200]}"
        return took, json.loads(body)
