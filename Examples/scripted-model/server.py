#!/usr/bin/env python3
"""A scripted model: plays a model provider for OpenAI Chat Completions, and keeps the bill.

    server.py --scenario scenario.json --port 0 --port-file PORT --log BILL
    server.py bill BILL

It is for trying things where no provider is at hand, and for counting what a provider would charge. It says of itself
that it is scripted: in its first line, in the list of models, in the `server` header and in each answer's
`system_fingerprint`. README.md beside this file describes scenarios, faults, holds and the bill.
"""

import argparse
import asyncio
import json
import os
import resource
import signal
import sys

from bill import Bill, totals_of
from faults import Faults
from provider import NOTICE, Provider
from scenario import load
from wire import Connection

BACKLOG = 4096


def main():
    if sys.argv[1:2] == ["bill"]:
        return print_bill(sys.argv[2:])
    arguments = parse(sys.argv[1:])
    raise_file_limit()
    asyncio.run(serve(arguments))


def parse(words):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], epilog="server.py bill LOG prints the totals of a log")
    parser.add_argument("--scenario", action="append", required=True, help="a file of scenarios; may be given again")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=0, help="the port; 0, the default, takes a free one")
    parser.add_argument("--port-file", help="where to write the port once it is open")
    parser.add_argument("--log", help="the bill: a file of JSON lines to append to")
    parser.add_argument("--fault", action="append", default=[], help="a file with a list of fault rules; may be given again")
    parser.add_argument("--parent-pid", type=int, help="end when this process ends")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input does")
    return parser.parse_args(words)


def print_bill(words):
    parser = argparse.ArgumentParser(prog="server.py bill", description="Prints the totals of a log.")
    parser.add_argument("log")
    parser.add_argument("--json", action="store_true", help="as one JSON object")
    arguments = parser.parse_args(words)
    try:
        totals = totals_of(arguments.log).report()
    except OSError as error:
        raise SystemExit(f"cannot read the bill: {error}") from error
    if arguments.json:
        return print(json.dumps(totals))
    del totals["statuses"]
    print(" ".join(f"{name}={value}" for name, value in totals.items()))


async def serve(arguments):
    """Serves until a signal, or the end of whoever started this."""
    provider = Provider(load(arguments.scenario), Bill(arguments.log), Faults(read_rules(arguments.fault)))
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    watch(loop, arguments, ended)
    try:
        server = await loop.create_server(
            lambda: Connection(provider.serve), arguments.host, arguments.port, backlog=BACKLOG)
    except OSError as error:
        raise SystemExit(f"cannot listen on {arguments.host}:{arguments.port}: {error}") from error
    port = server.sockets[0].getsockname()[1]
    print(f"scripted model at http://{arguments.host}:{port}/v1 (pid {os.getpid()}). {NOTICE}", flush=True)
    if arguments.port_file:
        write_whole(arguments.port_file, f"{port}\n")
    await ended.wait()
    server.close()


def watch(loop, arguments, ended):
    """Ends the server with the process that started it."""
    if arguments.parent_pid is not None:
        try:
            loop.add_reader(os.pidfd_open(arguments.parent_pid), ended.set)
        except ProcessLookupError:
            ended.set()
    if arguments.until_stdin_closes:
        try:
            loop.add_reader(sys.stdin.fileno(), lambda: os.read(sys.stdin.fileno(), 4096) or ended.set())
        except PermissionError as error:
            raise SystemExit("--until-stdin-closes needs a pipe or a terminal as standard input, not a file") from error


def read_rules(paths):
    """Returns the fault rules of the files, in their order."""
    rules = []
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                found = json.load(file)
            Faults(found)
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise SystemExit(f"{path}: not a list of fault rules: {error}") from error
        rules += found
    return rules


def write_whole(path, text):
    """Writes a file so that a reader finds either nothing or all of it."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def raise_file_limit():
    """Allows as many open connections as this user may have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()
