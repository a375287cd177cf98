#!/usr/bin/env python3
"""Plays the storm that `storm` has set the stage for."""

import argparse
import collections
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = ["pydantic-ai", "langgraph", "openai-agents", "anthropic", "shell"]
UNFINISHED = {"queued", "running"}
LONGEST_RUN_SECONDS = 600
SECONDS_BETWEEN_LOOKS = 0.3
# So many kills would end any job: the machine's own bounds are set as high as they go, and no run gets more than half.
MOST_KILLS_OF_A_RUN = 50
STORM_KEYS = "retry: {attempts: 100, delay: 20ms, max: 50ms}"


def main():
    stage = parse()
    storm = Storm(stage)
    # Whoever ends it ends its workers with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        storm.run()
    finally:
        storm.end()
    sys.exit(storm.tell())


def parse():
    parser = argparse.ArgumentParser(description="Kills programs and workers at random. Started by storm.")
    parser.add_argument("--chassis", required=True)
    parser.add_argument("--model", required=True, help="the scripted model's address")
    parser.add_argument("--state", type=pathlib.Path, required=True)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--hosts", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--clock", action="store_true")
    parser.add_argument("--programs", default=",".join(PROGRAMS), type=lambda text: text.split(","))
    return parser.parse_args()


class Storm:
    """Everything that is killed, and everything that is counted."""

    def __init__(self, stage):
        self.stage = stage
        self.bill = Bill(stage.state / "bill.jsonl")
        self.workers = Workers(stage)
        self.runs = []
        self.kills = collections.Counter()
        self.failures = []
        self._hosts_left = stage.hosts
        self._over_at = time.monotonic() + stage.seconds
        self._lock = threading.Lock()

    def run(self):
        print(f"seed {self.stage.seed}; {self.stage.kills} kills for each of {', '.join(self.stage.programs)}", flush=True)
        self.workers.start()
        threads = [
            threading.Thread(target=self._torment, args=(name, random.Random(f"{self.stage.seed} {name}")),
                             daemon=True)
            for name in self.stage.programs
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def end(self):
        self.workers.end()

    def _torment(self, name, chance):
        """Starts run after run of a program, until it has had its kills."""
        try:
            workflow = self._workflow(name)
            killed = number = 0
            self._run(name, workflow, f"{name}-{number}", 0, chance)
            while killed < self.stage.kills and time.monotonic() < self._over_at:
                number += 1
                most = min(self.stage.kills - killed, MOST_KILLS_OF_A_RUN)
                killed += self._run(name, workflow, f"{name}-{number}", most, chance)
        except Exception as error:  # pylint: disable=broad-except
            self.failures.append(f"{name}: {error!r}")

    def _workflow(self, name):
        """Writes the program's workflow file with the keys of the storm added, and returns its path."""
        text = (EXAMPLES / f"gateway/{name}.yaml").read_text().rstrip()
        head, found, tail = text.rpartition("}}")
        if not found or tail:
            raise ValueError(f"{name}.yaml does not end with the job's braces")
        if self.stage.clock:
            head = head.removesuffix("}") + ", env: {CHURN_CLOCK: 'yes'}}"
        path = self.stage.state / f"{name}.yaml"
        path.write_text(f"{head}, queue: {name}, {STORM_KEYS}}}}}\n")
        return path

    def _run(self, name, workflow, tag, most, chance):
        """Runs a program once, and kills it at most so many times; returns how many it were."""
        segment = f"segment=enterprise [run:{tag}]"
        done = subprocess.run(
            [self.stage.chassis, "run", str(workflow), "--param", segment, "--json"], stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"chassis run ended with {done.returncode}")
        run = json.loads(done.stdout)["id"]
        self.runs.append((tag, run))
        give_up = time.monotonic() + LONGEST_RUN_SECONDS
        kills = 0
        while kills < most and self._await_moment(run, tag, chance):
            killed = self._kill(name, tag, chance)
            kills += killed
            # Each kill has the program begin anew.
            if killed:
                give_up = time.monotonic() + LONGEST_RUN_SECONDS
            if time.monotonic() > min(give_up, self._over_at):
                break
        while (state := show(run)["state"]) in UNFINISHED:
            if time.monotonic() > give_up:
                raise RuntimeError(f"run {run} is still {state} after {LONGEST_RUN_SECONDS} s")
            time.sleep(0.1)
        if state != "succeeded":
            error = [job["error"] for job in show(run)["jobs"]]
            raise RuntimeError(f"run {run} has {state}: {error}")
        return kills

    def _await_moment(self, run, tag, chance):
        """Waits for a moment to kill in: mostly while calls are made, else anywhere; says whether the run goes on."""
        if chance.random() < 0.25:
            time.sleep(chance.uniform(0, 2))
            return show(run)["state"] in UNFINISHED
        before = self.bill.requests(tag)
        look_at_run = 0
        while self.bill.requests(tag) == before:
            self.workers.check()
            # The bill is a file of ours; the run is asked for over HTTP, which costs what the programs need themselves.
            if time.monotonic() > look_at_run:
                if show(run)["state"] not in UNFINISHED:
                    return False
                look_at_run = time.monotonic() + SECONDS_BETWEEN_LOOKS
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.25))
        return True

    def _kill(self, name, tag, chance):
        """Kills a program, its worker or both, and now and then everything; returns whether there was one."""
        pids = programs(tag)
        if not pids:
            time.sleep(0.02)
            return 0
        with self._lock:
            is_host = self._hosts_left > 0 and chance.random() < 0.1
            self._hosts_left -= is_host
        if is_host:
            self.workers.lose_host()
            self.kills["host"] += 1
            return 1
        what = chance.choices(["program", "worker", "both"], [5, 3, 2])[0]
        if what != "worker":
            for pid in pids:
                kill(pid)
        if what != "program":
            self.workers.kill(name)
        self.kills[what] += 1
        return 1

    def tell(self):
        """Prints what was counted; returns the exit code."""
        billed = self.bill.billed()
        unknown = unknown_calls((tag, show(run)) for tag, run in self.runs)
        drifted = sum(count_drifted(run) for _, run in self.runs)
        self.failures += [f"{tag} was billed {count} times for call {turn}, {unknown[tag, turn]} are listed as unknown"
                          for (tag, turn), count in sorted(billed.items()) if not 1 <= count <= 1 + unknown[tag, turn]]
        # A tool that tells the time has every run say something else.
        if not self.stage.clock:
            self._compare_outputs()
        for failure in self.failures:
            print(failure)
        told = ", ".join(f"{count} {what}" for what, count in sorted(self.kills.items()))
        print(f"{len(self.runs)} runs; killed: {told}")
        kills = sum(self.kills.values())
        needed, unknown = len(billed), sum(unknown.values())
        print(f"programs={len(self.stage.programs)} kills={kills} needed={needed} billed={sum(billed.values())} drifted={drifted} "
              f"unknown={unknown}")
        right = unknown == 0 or self.stage.hosts > 0
        if self.stage.clock and drifted == 0:
            print("no call has drifted, though the tools' output holds the time")
            right = False
        return 0 if right and not self.failures and needed > 0 else 1


    def _compare_outputs(self):
        """Each run says what the first one of its program has said, which nobody killed."""
        outputs = {tag: output(self.stage, run).replace(tag, "TAG") for tag, run in self.runs}
        for tag, said in outputs.items():
            first = outputs[f"{tag.rpartition('-')[0]}-0"]
            if said != first:
                self.failures.append(f"{tag} says {said!r}, and without kills it was {first!r}")


def unknown_calls(details):
    """How many calls of a run are listed as unknown, by its tag and the number of the call; details: what is shown of each run."""
    return collections.Counter({
        (tag, int(step["position"].rpartition("#")[2])): step["unknown_calls"] for tag, detail in details
        for job in detail["jobs"] for step in job["steps"] if step["kind"] == "model" and step["unknown_calls"]})


class Bill:
    """The provider's own log, read as it grows. A call is needed once for each turn of each run."""

    def __init__(self, path):
        self._path = path
        self._lock = threading.Lock()
        self._offset = 0
        self._requests = collections.Counter()
        self._billed = collections.Counter()

    def requests(self, tag):
        with self._lock:
            self._read()
            return self._requests[tag]

    def billed(self):
        """How often each call was billed, by the run's tag and the turn of its conversation."""
        with self._lock:
            self._read()
            return dict(self._billed)

    def _read(self):
        with open(self._path, "rb") as file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._offset += len(line)
                entry = json.loads(line)
                if entry["event"] == "request":
                    self._requests[entry["tag"]] += 1
                    self._billed[entry["tag"], entry["turn"]] += 0
                else:
                    self._billed[entry["tag"], entry["turn"]] += entry["billed"]


class Workers:
    """A worker for each program, which is started again when it was killed."""

    def __init__(self, stage):
        self._stage = stage
        self._lock = threading.Lock()
        self._processes = {}
        self._number = 0
        self._dev = json.loads((stage.state / "dev/dev.json").read_text())
        self._connections = stage.state / "connections.yaml"
        url = f"{stage.model}/v1"
        self._connections.write_text(
            "connections:\n"
            f"  openai: {{kind: openai, url: '{url}', key: the-real-key-of-openai}}\n"
            f"  anthropic: {{kind: anthropic, url: '{url}', key: the-real-key-of-anthropic}}\n")

    def start(self):
        with self._lock:
            for name in self._stage.programs:
                self._start_one(name)

    def _start_one(self, name):
        self._number += 1
        words = [
            str(pathlib.Path(self._stage.chassis).with_name("chassis-worker")), "run", "--queues", name,
            "--name", f"{name}-{self._number}", "--connections", str(self._connections), "--programs", str(EXAMPLES),
            "--postgres", self._dev["postgres"], "--store", self._dev["store"], "--poison-limit", "100",
        ]
        log = open(self._stage.state / "workers.log", "ab")
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._processes[name] = process

    def check(self):
        """Raises an error when a worker has ended by itself."""
        with self._lock:
            ended = [process for process in self._processes.values() if process.poll() is not None]
        if ended:
            last = (self._stage.state / "workers.log").read_text().splitlines()[-1:]
            raise RuntimeError(f"a worker has ended with {ended[0].returncode}: {''.join(last)}")

    def kill(self, name):
        """Kills the worker of a program and starts another one."""
        with self._lock:
            self._processes[name].kill()
            self._processes[name].wait()
            self._start_one(name)

    def lose_host(self):
        """Kills all workers, their gateways and their programs at once."""
        with self._lock:
            roots = [process.pid for process in self._processes.values()]
            victims = {pid for root in roots for pid in descendants(root)} | gateways()
            for pid in [*roots, *victims]:
                kill(pid)
            for name, process in list(self._processes.items()):
                process.wait()
                self._start_one(name)

    def end(self):
        with self._lock:
            for process in self._processes.values():
                process.terminate()
            for process in self._processes.values():
                process.wait()


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def words_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return [b""]


def parent(pid):
    try:
        return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return 0


def processes():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def programs(tag):
    """Returns the processes of a run's program; the guard that watches over it stays."""
    found = []
    for pid in processes():
        words = words_of(pid)
        is_other = b"guard" in words[0] or any(word.startswith(b"segment=") for word in words)
        if not is_other and any(f"[run:{tag}]".encode() in word for word in words):
            found.append(pid)
    return found


def descendants(root):
    parents = {pid: parent(pid) for pid in processes()}
    found = {root}
    while more := {pid for pid, above in parents.items() if above in found} - found:
        found |= more
    return found - {root}


def gateways():
    """Returns the gateways of our workers, which are nobody's children: they have inherited our variable."""
    ours = os.environ.get("CHASSIS_STORM", "").encode()
    found = set()
    for pid in processes():
        words = words_of(pid)
        if len(words) > 1 and words[0].endswith(b"chassis-worker") and words[1] == b"gateway":
            try:
                environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
            except OSError:
                continue
            if b"CHASSIS_STORM=" + ours in environment.split(b"\0"):
                found.add(pid)
    return found


def ask(path):
    request = urllib.request.Request(os.environ["CHASSIS_ADDRESS"] + path)
    request.add_header("Authorization", "Bearer " + os.environ["CHASSIS_TOKEN"])
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def show(run):
    return ask(f"/v1/runs/{run}")


def output(stage, run):
    return subprocess.check_output([stage.chassis, "output", str(run)], text=True)


def count_drifted(run):
    """Returns how many calls of a run were served although the tools' output was another one."""
    count = after = 0
    while True:
        page = ask(f"/v1/runs/{run}/logs?after={after}&limit=1000")
        count += sum("was served from its record, drifted" in line["line"] for line in page["lines"])
        if not page["lines"]:
            return count
        after = page["next"]


if __name__ == "__main__":
    os.environ["CHASSIS_STORM"] = str(os.getpid())
    main()
