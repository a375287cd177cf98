"""What the gateway adds to the calls of programs."""

import asyncio
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time

from cluster import RELEASE, run
from figures import percentile

HERE = pathlib.Path(__file__).resolve().parent
CALLS_OF_A_CONVERSATION = 100
LONGEST_WAIT_SECONDS = 600
PROGRAMS = 16
# Until then all programs run.
SECONDS_TO_START = 5


def program_calls(cluster, figures, quick):
    """A program's calls through the gateway against the same provider without it, and against unrecorded forwarding."""
    cluster.fresh()
    provider = Provider()
    connections = cluster.directory / "connections.yaml"
    connections.write_text(
        f"connections:\n  openai: {{kind: openai, url: 'http://127.0.0.1:{provider.port}/v1', key: secret}}\n")
    address = f"127.0.0.1:{free_port()}"
    scheduler = cluster.start("chassis-scheduler", "--postgres", cluster.conninfo(), "--store", cluster.store,
                              "--listen", address, "--log-level", "error")
    worker = cluster.start("chassis-worker", "--postgres", cluster.conninfo(), "--store", cluster.store,
                           "--connections", connections, "--programs", HERE, "--log-level", "error")
    token = run("chassis", "token", "create", "--postgres", cluster.conninfo(), "--name", "benchmark").split()[-1]
    ask = Scheduler(cluster, f"http://{address}", token, cluster.directory / "gateway.yaml")
    rounds = 1 if quick else 3
    told = [ask.output("latency", provider.port, 300) for _ in range(rounds)]
    for key, name, goal in (
        ("first_byte", "first byte of a streamed answer", ("value", "<=", 1)),
        ("whole", "whole answer, recorded before it is handed over", None),
    ):
        added = [percentile(each[key]["gateway"], 0.5) - percentile(each[key]["direct"], 0.5) for each in told]
        figures.add(f"gateway: added to the {name}, p50", "ms", added, goal=goal)
    told = [ask.output("throughput", provider.port, 1500 if quick else 4000) for _ in range(rounds)]
    figures.add("gateway: calls of 16 clients, against forwarding without a record", "calls/s",
                [each["recorded"] for each in told], [each["forwarded"] for each in told], ("ratio", ">=", 0.5))
    told = [ask.outputs("beside", provider.port, PROGRAMS) for _ in range(rounds)]
    figures.add(f"gateway: calls of {PROGRAMS} programs with one client each, against forwarding", "calls/s",
                [each["recorded"] for each in told], [each["forwarded"] for each in told], ("ratio", ">=", 0.5))
    told = [replayed(ask, provider, 50) for _ in range(rounds)]
    figures.add("gateway: a replayed call when 50 are, opening included", "ms",
                [1000 * each["seconds"] / 50 for each in told], goal=("value", "<", 5))
    before = size(cluster.store)
    ask.output("conversation", provider.port, CALLS_OF_A_CONVERSATION)
    figures.add(f"gateway: kept of {CALLS_OF_A_CONVERSATION} calls of a growing conversation", "KiB",
                [(size(cluster.store) - before) / 1024], goal=("value", "<", 1024))
    worker.end()
    scheduler.end()
    provider.end()


def replayed(ask, provider, count):
    """Has a program ask so many things in two attempts; by the provider's own count the second one was answered from the record."""
    before = provider.answers
    told = ask.output("replay", provider.port, count)
    if provider.answers - before != count:
        sys.exit(f"of {count} calls in two attempts the provider answered {provider.answers - before}: they were not replayed")
    return told


class Scheduler:
    """Runs the program beside this file as a command job, and returns what it printed."""

    def __init__(self, cluster, address, token, file):
        self._cluster = cluster
        self._words = ["--address", address]
        self._environment = {**os.environ, "CHASSIS_TOKEN": token}
        self._file = file

    def output(self, what, port, count):
        """Runs one program; returns what it printed."""
        return self._outputs(what, port, count, ["work"])[0]

    def outputs(self, what, port, programs):
        """Runs several programs at the same time; returns the sums of the figures that they printed."""
        names = [f"work{number}" for number in range(programs)]
        told = self._outputs(what, port, int(time.time()) + SECONDS_TO_START, names)
        return {key: sum(each[key] for each in told) for key in told[0]}

    def _outputs(self, what, port, count, names):
        jobs = "".join(
            f"  {name}:\n    command:\n      run: [{sys.executable}, 'programs:gateway_client.py', {what}, '{port}', '{count}']\n"
            f"      connections: [openai]\n    retry: {{attempts: 2, delay: 10ms}}\n" for name in names)
        self._file.write_text("name: gateway\njobs:\n" + jobs)
        shown = json.loads(self._ask("run", self._file, "--json"))
        give_up = time.monotonic() + LONGEST_WAIT_SECONDS
        # One row, and seldom: `chassis show` reads all steps of the run, on the processors that are measured.
        while not (state := self._cluster.psql(f"SELECT state FROM chassis.ended_run WHERE run_id = {shown['id']}")):
            if time.monotonic() > give_up:
                sys.exit(f"run {shown['id']} has not ended")
            time.sleep(0.5)
        if state != "succeeded":
            sys.exit(f"{what} has {state}: {self._ask('show', shown['id'])}")
        return [json.loads(self._ask("output", shown["id"], "--job", name, "--json")) for name in names]

    def _ask(self, *words):
        for _ in range(100):
            done = subprocess.run([RELEASE / "chassis", *map(str, words), *self._words], env=self._environment,
                                  capture_output=True, text=True)
            # 4: the scheduler is not there yet.
            if done.returncode != 4:
                return done.stdout
            time.sleep(0.1)
        sys.exit(done.stderr)


class Provider:
    """A model provider that answers at once, whatever it is asked."""

    def __init__(self):
        self.answers = 0
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(started,), daemon=True)
        self._thread.start()
        started.wait()

    def _serve(self, started):
        server = self._loop.run_until_complete(asyncio.start_server(self._answer, "127.0.0.1", 0, backlog=1024))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()

    async def _answer(self, reader, writer):
        number = 0
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n")
                               if line.startswith(b"content-length:")), 0)
                body = await reader.readexactly(length)
                number += 1
                self.answers += 1
                writer.write(self._bytes(b'"stream": true' in body, number))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    @staticmethod
    def _bytes(is_stream, number):
        text = "All of them left for the same reason. " * 8
        if not is_stream:
            body = json.dumps({"id": f"c{number}", "object": "chat.completion", "model": "m", "choices": [{
                "index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 10, "completion_tokens": 80, "total_tokens": 90}}).encode()
            return (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)) + body
        events = [json.dumps({"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [{
            "index": 0, "delta": {"content": piece}, "finish_reason": None}]}) for piece in text.split(". ")] + ["[DONE]"]
        chunks = [f"data: {event}\n\n".encode() for event in events] + [b""]
        return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(
            b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)

    def end(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def size(directory):
    return sum(path.stat().st_size for path in pathlib.Path(directory).rglob("*") if path.is_file())
