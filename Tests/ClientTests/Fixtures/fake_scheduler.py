#!/usr/bin/env python3
"""Plays a scheduler for the tests of the chassis command: canned answers over real HTTP.

    fake_scheduler.py [--listen HOST:PORT] [ignored options]

Lets in the token `good` and every token of `chassis dev`. Prints its port. Run 12 has succeeded, 13 failed, 14 goes on
with every look at it, 15 has no jobs that may be cancelled, and every other run is not there. Approval 7 is open. Of the
schedule w/cron nothing is due. While the file that CHASSIS_FAKE_OUTAGE names exists, it answers 503. Where the file
that CHASSIS_FAKE_LOSS names exists, it removes it, and does what is posted without an answer. The output of run 14 is
too large, or answered with half of a JSON text, where its workflow is called so.
"""

import http.server
import json
import os
import pathlib
import re
import signal
import sys
import threading
import urllib.parse

RUN = json.loads((pathlib.Path(__file__).parent / "run.json").read_text())
STATES = ["queued", "running", "running", "succeeded"]


class Scheduler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    looks = 0
    submissions = []
    lock = threading.Lock()

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path in ("/livez", "/readyz"):
            return self.answer(200, {"status": "ready"})
        if not self.may_enter():
            return
        if url.path == "/v1/runs":
            runs = [summary(RUN), summary(failed())]
            return self.answer(200, {"runs": [run for run in runs if query.get("state", run["state"]) == run["state"]]})
        if url.path == "/v1/workers":
            return self.answer(200, {"workers": [worker()]})
        if url.path == "/v1/queues":
            return self.answer(200, {"queues": [queue()]})
        if url.path == "/v1/approvals":
            return self.answer(200, {"approvals": [approval()]})
        if url.path == "/v1/approvals/7":
            return self.answer(200, approval())
        if url.path == "/v1/schedules":
            return self.answer(200, {"schedules": [{"workflow": "w", "name": "cron"}]})
        if url.path == "/v1/triggers":
            return self.answer(200, {"triggers": []})
        if url.path == "/v1/submissions":
            return self.answer(200, {"submissions": self.submissions})
        found = re.fullmatch(r"/v1/runs/(\d+)(/output|/logs)?", url.path)
        return self.run_part(int(found[1]), found[2], query) if found else self.problem(404, "not_found", "no such path")

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or "{}")
        if not self.may_enter():
            return
        if self.path == "/v1/runs":
            if body.get("raw_params", {}).get("segment") == "moon":
                return self.problem(422, "params_invalid", "param segment is none of enterprise, mid_market: moon")
            if body.get("raw_params", {}).get("segment") == "fault":
                fault = {"line": 2, "column": 3, "path": "jobs.a", "message": "is wrong", "hint": "write it right"}
                return self.problem(422, "workflow_invalid", "the workflow is refused", faults=[fault])
            with self.lock:
                self.submissions.append(body)
                Scheduler.looks = 0
            return self.answer(201, going_on(0))
        if self.path.startswith("/v1/assets/") and body.get("partition") == "refused":
            return self.problem(422, "asset-invalid", "the partition is refused")
        if re.fullmatch(r"/v1/runs/12/(mark|fork)|/v1/approvals/7/(approve|happened)|/v1/events|/v1/assets/.*", self.path):
            with self.lock:
                self.submissions.append(body)
            event = {**RUN, "name": "asset:other/asset" if "assets" in self.path else "e", "key": None}
            return self.answer(200, approval() if "approvals" in self.path else event)
        if self.path == "/v1/backfills":
            if body["dry_run"]:
                return self.answer(200, {"dry_run": True, "due_times": [], "left_out": 0})
            return self.problem(409, "backfill-empty", "the schedule \"w/cron\" is due at no time", left_out=0)
        if self.path == "/v1/bulk":
            return self.answer(200, {"done": 0, "refused": [{"run": 12, "reason": "it has ended"}], "next": None})
        found = re.fullmatch(r"/v1/runs/(\d+)/(cancel|retry)", self.path)
        if not found or int(found[1]) not in (12, 13, 14, 15):
            return self.problem(404, "run_not_found", f"there is no run {found[1] if found else '?'}")
        if found[1] == "15":
            return self.problem(409, "run_ended", "run 15 has ended")
        return self.answer(202, going_on(1))

    def run_part(self, number, part, query):
        if number not in (12, 13, 14):
            return self.problem(404, "run_not_found", f"there is no run {number}")
        if part is None:
            return self.answer(200, self.detail(number))
        if part == "/output":
            if number == 13:
                return self.problem(409, "no_output", "run 13 has no output")
            workflow = self.submissions[-1].get("name") if self.submissions else None
            if workflow == "large":
                return self.problem(422, "outputs-too-large", "the outputs are too large together")
            if workflow == "broken":
                return self.problem(500, "output-damaged", "the output is damaged")
            if workflow == "torn":
                return self.send_json(200, b'{"half', "application/json")
            return self.answer(200, {"risk": "high", "esc": "\u001b[31m\u009b31m"})
        lines = [
            {"number": 5, "job": "extract", "attempt": 1, "at": "2026-07-01T12:00:00.100000Z", "stream": "event", "line": "started"},
            {"number": 6, "job": "analyze", "attempt": 2, "at": "2026-07-01T12:00:01.100000Z", "stream": "stdout",
             "line": "evil \u001b]0;title\u0007 text"},
        ]
        after = int(query.get("after", 0))
        lines = [line for line in lines if line["number"] > after and query.get("job", line["job"]) == line["job"]]
        self.answer(200, {"lines": lines, "next": max(after, 5), "final": True})

    def detail(self, number):
        if number == 12:
            return RUN
        if number == 13:
            return failed()
        with self.lock:
            look = min(Scheduler.looks, len(STATES) - 1)
            Scheduler.looks += 1
        return going_on(look)

    def may_enter(self):
        if os.path.exists(os.environ.get("CHASSIS_FAKE_OUTAGE", "")):
            self.problem(503, "not_ready", "the database does not answer")
            return False
        if re.fullmatch("Bearer (good|chs_[0-9a-f]{64})", self.headers.get("Authorization", "")):
            return True
        self.problem(401, "unauthorized", "the token lets nobody in")
        return False

    def problem(self, status, code, detail, **more):
        self.answer(status, {"type": "about:blank", "title": detail, "status": status, "detail": detail, "code": code, **more},
                    "application/problem+json")

    def answer(self, status, value, kind="application/json"):
        body = json.dumps(value).encode()
        if self.command == "POST" and os.path.exists(os.environ.get("CHASSIS_FAKE_LOSS", "")):
            os.remove(os.environ["CHASSIS_FAKE_LOSS"])
            self.close_connection = True
            return
        self.send_json(status, body, kind)

    def send_json(self, status, body, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


def failed():
    run = json.loads(json.dumps(RUN))
    run.update(id=13, state="failed")
    run["jobs"][1].update(state="failed", error={"code": "model_refused", "message": "the model said no"})
    return run


def going_on(look):
    run = json.loads(json.dumps(RUN))
    run.update(id=14, state=STATES[look])
    if STATES[look] == "succeeded":
        return run
    run.update(ended_at=None)
    for job in run["jobs"]:
        job.update(state="blocked", attempts=[], steps=[])
    if look:
        attempts = RUN["jobs"][0]["attempts"]
        run["jobs"][0].update(state="running", attempts=[{**attempts[0], "state": "running", "ended_at": None}])
    return run


def summary(run):
    short = {key: value for key, value in run.items() if key not in ("steps", "money", "cancel_requested")}
    counts = {}
    for job in run["jobs"]:
        counts[job["state"]] = counts.get(job["state"], 0) + 1
    return {**short, "jobs": counts}


def approval():
    return {"id": 7, "run": 12, "workflow": "w", "team": "default", "job": "pay", "kind": "effect", "step": "t0001", "title": "pay",
            "request": {"sum": 5}, "proposal": None, "digest": "d", "approvals": 1, "state": "open", "votes": []}


def worker():
    return {"session": 7, "name": "worker-1", "host": "build-3", "pid": 4211, "version": "0.1.0", "queues": ["default"],
            "slots": 8, "running": 2, "state": "live", "started_at": "2026-07-01T11:00:00.000000Z",
            "renewed_at": "2026-07-01T12:00:58.000000Z", "ended_at": None, "end_reason": None}


def queue():
    return {"name": "default", "pending": 3, "running": 2, "delayed": 0, "blocked": 1, "suspended": 0,
            "oldest_pending_at": "2026-07-01T12:00:55.000000Z"}


def main():
    words = sys.argv[1:]
    host, port = (words[words.index("--listen") + 1] if "--listen" in words else "127.0.0.1:0").split(":")
    server = http.server.ThreadingHTTPServer((host, int(port)), Scheduler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"port {server.server_address[1]}", flush=True)
    server.serve_forever()


main()
