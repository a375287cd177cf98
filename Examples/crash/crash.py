#!/usr/bin/env python3
"""Plays the crash that `run` has set the stage for."""

import argparse
import datetime
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.request

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent
CALL, CALLS = 8, 10
"""At which call of the agent its worker is killed, and how many it needs."""
LONGEST_WAIT_SECONDS = 300
UNFINISHED = {"queued", "running"}


def main():
    stage = parse()
    provider(stage, "POST", "hold", {"turn": CALL, "phase": stage.phase, "times": 1})
    run = str(chassis(stage, "run", str(EXAMPLES / "churn-report/workflow.yaml"))["id"])
    print(f"run {run}: churn-report; the model is a scripted one, all else is real")

    held = provider(stage, "GET", f"held?count=1&wait={LONGEST_WAIT_SECONDS}")["held"]
    if not held:
        raise SystemExit(f"the agent made no call {CALL} within {LONGEST_WAIT_SECONDS} s; see: chassis show {run}")
    first = attempts(stage, run)[-1]
    worker = first["worker"]
    print(f"call {CALL} has reached the provider; attempt {first['number']} is {worker['name']}'s (pid {worker['pid']})")

    killed_at = datetime.datetime.now(datetime.timezone.utc)
    os.kill(worker["pid"], signal.SIGKILL)
    print(f"kill -9 {worker['pid']}")
    outcome = end_of(stage, run)
    provider(stage, "POST", "release")
    sys.exit(tell(stage, outcome, first, killed_at))


def parse():
    parser = argparse.ArgumentParser(description="Kills a worker at its eighth model call. Started by run.")
    parser.add_argument("--chassis", required=True)
    parser.add_argument("--model", required=True, help="the scripted model's address")
    parser.add_argument("--bill", required=True, help="the scripted model's log")
    parser.add_argument(
        "--phase", choices=["before", "after-first-event"], default="before", help="where the eighth call stands at the kill")
    return parser.parse_args()


def provider(stage, method, path, value=None):
    """Asks the scripted model's controls, and returns what they answer."""
    body = None if value is None else json.dumps(value).encode()
    request = urllib.request.Request(f"{stage.model}/__scripted/{path}", body, method=method)
    with urllib.request.urlopen(request, timeout=LONGEST_WAIT_SECONDS + 60) as answer:
        return json.load(answer)


def chassis(stage, *words):
    """Runs the chassis command, and returns what it prints as JSON."""
    done = subprocess.run([stage.chassis, *words, "--json"], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"chassis {' '.join(words)} ended with exit code {done.returncode}")
    return json.loads(done.stdout)


def analyze(shown):
    return next(job for job in shown["jobs"] if job["name"] == "analyze")


def attempts(stage, run):
    return analyze(chassis(stage, "show", run))["attempts"]


def end_of(stage, run):
    """Returns what is shown of the run once it has ended."""
    give_up = time.monotonic() + LONGEST_WAIT_SECONDS
    while (shown := chassis(stage, "show", run))["state"] in UNFINISHED:
        if time.monotonic() > give_up:
            raise SystemExit(f"run {run} is still {shown['state']} after {LONGEST_WAIT_SECONDS} s")
        time.sleep(0.2)
    return shown


def tell(stage, shown, first, killed_at):
    """Prints who took over and what was paid; returns the exit code."""
    second = next((a for a in analyze(shown)["attempts"] if a["number"] > first["number"]), None)
    if second is None:
        raise SystemExit(f"nobody took over: run {shown['id']} is {shown['state']}")
    started_at = datetime.datetime.fromisoformat(second["started_at"].replace("Z", "+00:00"))
    takeover_ms = round((started_at - killed_at) / datetime.timedelta(milliseconds=1))
    print(f"{second['worker']['name']} (pid {second['worker']['pid']}) went on after {takeover_ms} ms, "
          f"with {second['replayed']['steps']} steps from the journal")
    print(f"run {shown['id']}: {shown['state']}")

    bill = json.loads(subprocess.check_output(
        [sys.executable, EXAMPLES / "scripted-model/server.py", "bill", stage.bill, "--json"], text=True))
    steps = shown["steps"]
    print(f"needed={bill['needed']} paid={bill['billed']} replayed={steps['replayed']} unknown={steps['unknown']} "
          f"takeover_ms={takeover_ms}")
    return 0 if is_right(shown["state"], bill, steps) else 1


def is_right(state, bill, steps):
    """Whether the run succeeded with as many calls as it needs, those before the kill from the journal, and each paid once but unknown ones."""
    # What the bill has as needed is what was asked for: that it was all of it, and no more, is said here.
    return (state == "succeeded" and bill["needed"] == CALLS and steps["replayed"] >= CALL - 1
            and bill["repaid"] == 0 and bill["billed"] - bill["needed"] <= steps["unknown"])


if __name__ == "__main__":
    main()
