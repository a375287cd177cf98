"""What many of something cost: agents in one worker, sessions on one server; and what one worker costs that is idle."""

import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.request

from cluster import ROOT
from latency import submission_to_start

WORKFLOW = """
name: benchmark
jobs:
  job0:
    agent: {model: model/scripted, prompt: go}
"""
SCENARIO = {"scenarios": [{"name": "scripted", "turns": [{"text": "done"}]}]}
MEBIBYTE = 1 << 20


def agents(cluster, figures, quick):
    """A thousand agents that all wait for a slow model in one worker process."""
    count = 200 if quick else 1000
    cluster.fresh()
    model = ScriptedModel(cluster.directory)
    connections = cluster.directory / "connections.yaml"
    connections.write_text(f'connections:\n  model: {{kind: openai, url: "{model.url}/v1", first_byte: 10m}}\n')
    workflow = cluster.directory / "workflow.yaml"
    workflow.write_text(WORKFLOW)
    worker = cluster.start("chassis-worker", "--postgres", cluster.conninfo(), "--store", cluster.store, "--slots",
                           count, "--connections", connections, "--log-level", "error")
    while cluster.psql("SELECT count(*) FROM chassis.session WHERE incarnation IS NOT NULL") != "1":
        time.sleep(0.05)
    idle = resident(worker.pid)
    model.post("hold", {"turn": 1, "phase": "before"})
    cluster.submit(runs=count, kind="agent", source=workflow, clients=4)
    cluster.wake()
    while (held := model.get(f"held?count={count}&wait=60")["held"]) and len(held) < count:
        worker.check()
    busy = resident(worker.pid)
    model.post("release", {})
    while cluster.psql("SELECT count(*) FROM chassis.live_run") != "0":
        worker.check()
        time.sleep(0.1)
    succeeded = int(cluster.psql("SELECT count(*) FROM chassis.ended_run WHERE state = 'succeeded'"))
    assert succeeded == count, f"{succeeded} of {count} runs succeeded"
    worker.end()
    model.end()
    figures.add(f"{count} agents that wait for a model, in one worker: resident", "MiB", [busy / MEBIBYTE],
                goal=("value", "<=", 300))
    figures.add("  for each agent", "KiB", [(busy - idle) / count / 1024])


def idle(cluster, figures, quick):
    """One worker that has nothing to do."""
    seconds = 5 if quick else 30
    cluster.fresh()
    worker = cluster.start("chassis-worker", "--postgres", cluster.conninfo(), "--store", cluster.store,
                           "--log-level", "error")
    while cluster.psql("SELECT count(*) FROM chassis.session WHERE incarnation IS NOT NULL") != "1":
        time.sleep(0.05)
    time.sleep(2)
    before = cpu(worker.pid)
    time.sleep(seconds)
    used = cpu(worker.pid) - before
    figures.add("idle worker: resident", "MiB", [resident(worker.pid) / MEBIBYTE], goal=("value", "<=", 30))
    figures.add("idle worker: share of a core", "%", [100 * used / seconds], goal=("value", "<=", 0.5))
    worker.end()


def sessions(cluster, figures, quick):
    """Five hundred live sessions on one server: what their heartbeats cost, and how soon work begins beside them."""
    count, seconds = (100, 10) if quick else (500, 30)
    # Each look at the locks of sessions walks over all places for connections, used or not: only here are there so many.
    cluster.restart_server(max_connections=count + 200)
    cluster.fresh()
    others = cluster.start("chassis-benchmark", "sessions", "--postgres", cluster.conninfo(), "--count", count)
    assert others.process.stdout.readline().strip() == "ready"
    before, ran, began = cluster.usage(), backends_ran(cluster), time.monotonic()
    time.sleep(seconds)
    ran, after, took = backends_ran(cluster) - ran, cluster.usage(), time.monotonic() - began
    heartbeats = count * took / 5
    figures.add(f"{count} sessions: CPU of their backends", "% of a core", [100 * ran / took])
    figures.add("CPU of a heartbeat", "µs", [1e6 * ran / heartbeats])
    figures.add("WAL of a heartbeat", "bytes", [(after["wal"] - before["wal"]) / heartbeats])
    submission_to_start(cluster, figures, quick, beside=f", beside {count} sessions")
    others.end()
    cluster.restart_server()


class ScriptedModel:
    """The scripted model server, which holds answers until it is told to let them go."""

    def __init__(self, directory):
        scenario = directory / "scenario.json"
        scenario.write_text(json.dumps(SCENARIO))
        port = directory / "model.port"
        port.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, ROOT / "Examples/scripted-model/server.py", "--scenario", scenario, "--port-file", port,
             "--parent-pid", str(os.getpid())], stdout=subprocess.DEVNULL)
        while not port.exists():
            time.sleep(0.05)
        self.url = f"http://127.0.0.1:{port.read_text().strip()}"

    def post(self, path, value):
        request = urllib.request.Request(f"{self.url}/__scripted/{path}", json.dumps(value).encode(), method="POST")
        return json.load(urllib.request.urlopen(request, timeout=90))

    def get(self, path):
        return json.load(urllib.request.urlopen(f"{self.url}/__scripted/{path}", timeout=90))

    def end(self):
        self.process.terminate()
        self.process.wait()


def backends_ran(cluster):
    """Seconds that the server's processes have run, to the nanosecond: a heartbeat is shorter than a tick."""
    seconds = 0.0
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rsplit(")", 1)[1].split()[1]) == cluster.server.pid:
                seconds += int((path.parent / "schedstat").read_text().split()[0]) / 1e9
        except OSError:
            continue
    return seconds


def resident(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"process {pid} has no resident memory")


def cpu(pid):
    """The seconds that the threads of a process had of a processor; `stat` counts ticks, which miss who wakes up for less than one."""
    threads = pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9
