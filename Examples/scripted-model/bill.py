"""The bill: what a provider would charge for, one line of JSON at a time.

Each line is one write to a file opened for appending, so what was written stays written when the server is killed.
A request is noted when it was read whole, before anything is done about it, and again when it was answered:

    {"event": "request", "server": …, "number": 8, "tag": …, "turn": 8, "digest": …, "time": …}
    {"event": "answer",  "server": …, "number": 8, …, "status": 200, "billed": true, "complete": true, "usage": …}

`billed` says that the provider did work it would charge for; `complete` that every byte of the answer was handed to
the kernel. A step is one (tag, turn, digest), and the digest is that of the canonical body without what only says
how the answer is to be delivered (`stream`, `stream_options`).
"""

import collections
import hashlib
import json
import os
import secrets
import time


def canonical(value):
    """Returns JSON text that is the same for equal values: keys sorted, no blanks."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(value):
    """Returns the SHA-256 of a JSON value's canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


class Bill:
    """Writes the log, and keeps its totals. Without a path the totals are all there is."""

    def __init__(self, path=None):
        self._file = None
        self._server = secrets.token_hex(4)
        self._next_number = 1
        self.totals = Totals()
        if path:
            self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            self._close_torn_line()
            self.totals = totals_of(path)

    def request(self, **details):
        """Notes a request that was read whole; returns what its answer has to repeat."""
        identity = {"server": self._server, "number": self._next_number, **details}
        self._next_number += 1
        self._write({"event": "request", **identity, "time": time.time()})
        return identity

    def answer(self, identity, **details):
        """Notes how a request was answered."""
        self._write({"event": "answer", **identity, **details, "time": time.time()})

    def _close_torn_line(self):
        size = os.fstat(self._file).st_size
        if size > 0 and os.pread(self._file, 1, size - 1) != b"\n":
            os.write(self._file, b"\n")

    def _write(self, line):
        self.totals.add(line)
        if self._file is not None:
            os.write(self._file, json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


class Totals:
    """What the lines of a log add up to."""

    def __init__(self):
        self.requests = 0
        self.answers = 0
        self.billed = 0
        self.repaid = 0
        self.tokens = 0
        self.torn = 0
        self._needed = set()
        self._billed_steps = set()
        self._paid_in_full = set()
        self._answers_by_status = collections.Counter()

    def add(self, line):
        """Adds one line of the log; `None` is a line that cannot be read."""
        if line is None:
            self.torn += 1
            return
        step = (line["tag"], line["turn"], line["digest"])
        if line["event"] == "request":
            self.requests += 1
            self._needed.add(step)
            return
        self.answers += 1
        self._answers_by_status[str(line["status"])] += 1
        if not line["billed"]:
            return
        self.billed += 1
        self.tokens += line["usage"]["total_tokens"]
        self._billed_steps.add(step)
        if step in self._paid_in_full:
            self.repaid += 1
        if line["complete"]:
            self._paid_in_full.add(step)

    def report(self):
        """Returns the totals as they are shown.

        - needed: distinct steps that were asked for
        - billed: answers the provider would charge for
        - billed_steps: distinct steps among them
        - repaid: answers billed after an earlier billed and complete answer to the same step
        - unanswered: requests that have no answer yet, or lost it when the server was killed
        - torn: lines that cannot be read, because a kill cut them short
        """
        return {
            "needed": len(self._needed),
            "billed": self.billed,
            "billed_steps": len(self._billed_steps),
            "repaid": self.repaid,
            "requests": self.requests,
            "unanswered": self.requests - self.answers,
            "torn": self.torn,
            "tokens": self.tokens,
            "statuses": dict(sorted(self._answers_by_status.items())),
        }


def read_log(path):
    """Yields the lines of a log, `None` for one that cannot be read."""
    with open(path, "rb") as file:
        for line in filter(None, map(bytes.strip, file)):
            try:
                yield json.loads(line)
            except ValueError:
                yield None


def totals_of(path):
    """Returns the totals of a log file."""
    totals = Totals()
    for line in read_log(path):
        totals.add(line)
    return totals
