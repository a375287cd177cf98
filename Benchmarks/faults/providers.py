"""The providers of the storm: one of models, which keeps a bill, and one of batches."""

import json
import os
import subprocess
import sys
import time
import urllib.request

import load
from cluster import ROOT


class Providers:
    def __init__(self, directory):
        self.bill = directory / "bill"
        scenario, port_file = directory / "scenario.json", directory / "port"
        scenario.write_text(load.scenario())
        self._model = subprocess.Popen(
            [sys.executable, ROOT / "Examples/scripted-model/server.py", "--scenario", scenario, "--port-file", port_file, "--log",
             self.bill, "--parent-pid", str(os.getpid())], stdout=subprocess.DEVNULL)
        while not port_file.exists():
            time.sleep(0.05)
        self.model_port = int(port_file.read_text())
        # It ends with whoever reads what it says.
        self._batches = subprocess.Popen([sys.executable, ROOT / "Tests/Servers/batch_provider.py"], stdout=subprocess.PIPE, text=True)
        self.batch_port = int(self._batches.stdout.readline().split()[1])

    def control_model(self, path, value):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.model_port}/__scripted/{path}", json.dumps(value).encode(), method="POST")
        urllib.request.urlopen(request, timeout=60).read()

    def batch_bill(self):
        """What the provider of batches has taken and billed."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.batch_port}/_bill", timeout=60) as answer:
            return json.load(answer)

    def end(self):
        for process in (self._model, self._batches):
            process.kill()
            process.wait()
