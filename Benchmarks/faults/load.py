"""The workflows of the storm, and what their runs must come to."""

import json
import pathlib
import sys

PROGRAM = pathlib.Path(__file__).with_name("asking.py")
NOTE = r"""
IFS= read -r line
printf '%s\n' "$line" >>"$1"   # one write, so the lines of two calls do not mix
echo noted
"""

PRICE = {"input": 2.5, "output": 10}
"""Dollars for a million tokens, so micro-dollars for one."""
FIRST_BUDGET_USD = 0.001
"""Too little for any call."""
MIDDLE_BUDGET_USD = 0.009
"""Enough for the first calls of a run, and too little for the last ones."""
LAST_BUDGET_USD = 1
TEAM = "held"
"""Whose runs have a budget in common, besides their own."""
FIRST_BUDGET_OF_TEAM_USD = 0.012
CONCURRENT_CALLS = 12
RUNS_AT_ONCE, AGENTS_AT_ONCE = 12, 6
PAUSE_MILLISECONDS = 700
"""How long those runs wait for a time."""
RETRY = "retry: {attempts: 100, delay: 100ms, max: 1s}"


def agent(note, log):
    """A model call, an agent of five turns with parallel idempotent calls, and a report; a fork reports under another tag, and asks the same."""
    return f"""
name: storm-agent
limits: [{{runs: {RUNS_AT_ONCE}}}]
params:
  tag: {{type: string}}
  asks: {{type: string}}
jobs:
  look:
    llm: {{model: model/scripted, max_output_tokens: 100, prompt: "[run:${{{{ params.asks }}}}-look] look first"}}
    {RETRY}
  work:
    needs: [look]
    agent:
      model: model/scripted
      max_output_tokens: 100
      prompt: "[run:${{{{ params.asks }}}}-work] go through the items; first: ${{{{ jobs.look.output }}}}"
      tools:
        - command: {{name: note, run: [sh, {note}, {log}], effect: idempotent}}
    limits: [{{at_once: {AGENTS_AT_ONCE}}}]
    {RETRY}
  report:
    needs: [look, work]
    command: [echo, "${{{{ params.tag }}}}", "${{{{ jobs.look.output }}}}", "${{{{ jobs.work.output }}}}"]
    {RETRY}
"""


def once(note, log):
    """An agent whose tool must not be called twice."""
    return f"""
name: storm-once
params:
  tag: {{type: string}}
jobs:
  work:
    agent:
      model: model/scripted
      max_output_tokens: 100
      prompt: "[run:${{{{ params.tag }}}}-work] go through the items"
      tools:
        - command: {{name: note, run: [sh, {note}, {log}], effect: once}}
    {RETRY}
"""


def held(note, log):
    """A run that waits in every way: for its budget, for people, and for a time."""
    return f"""
name: storm-held
team: {TEAM}
params:
  tag: {{type: string}}
budget: {{usd: {FIRST_BUDGET_USD}, on_exceeded: hold}}
jobs:
  look:
    llm: {{model: model/scripted, max_output_tokens: 100, prompt: "[run:${{{{ params.tag }}}}-look] look first"}}
    {RETRY}
  ok:
    needs: [look]
    approval: {{message: "Go on with ${{{{ params.tag }}}}?", denied: output}}
    {RETRY}
  pause:
    needs: [ok]
    wait: {{for: {PAUSE_MILLISECONDS}ms}}
    {RETRY}
  work:
    needs: [pause]
    agent:
      model: model/scripted
      max_output_tokens: 100
      prompt: "[run:${{{{ params.tag }}}}-work] go through the items"
      tools:
        - command: {{name: note, run: [sh, {note}, {log}], effect: idempotent}}
    {RETRY}
  say:
    needs: [ok, work]
    command: [echo, "${{{{ params.tag }}}}", "${{{{ jobs.ok.output.approved }}}}"]
    {RETRY}
"""


def is_forked(kind, tag):
    """Whether a run is forked when it has succeeded: one in five of its kind."""
    return kind == "agent" and int(tag.removeprefix("agent")) % 5 == 1


def is_denied(tag):
    """Whether people deny what a run asks them for: one in five of them."""
    return int(tag.removeprefix("held")) % 5 == 0


def fan():
    """Eight jobs at once between a first and a last one; one of them is skipped."""
    middle = "\n".join(f"""
  part{number}:
    needs: [first]
    command: [echo, "{number}", "${{{{ jobs.first.output }}}}"]
    {RETRY}""" for number in range(8))
    needs = ", ".join(f"part{number}" for number in range(8))
    joined = " ".join(f"${{{{ jobs.part{number}.output }}}}" for number in range(8))
    return f"""
name: storm-fan
params:
  tag: {{type: string}}
jobs:
  first:
    command: [echo, "${{{{ params.tag }}}}"]
    {RETRY}
{middle}
  last:
    needs: [{needs}]
    command: [echo, "{joined}"]
    {RETRY}
  never:
    needs: [first]
    when: params.tag == 'nobody'
    command: [echo, never]
"""


def program(log):
    """A program that knows nothing of all this, through the gateway: two calls of a model, and a step that must not be done twice."""
    return f"""
name: storm-program
params:
  tag: {{type: string}}
jobs:
  ask:
    command:
      run: ["{sys.executable}", "{PROGRAM}", "${{{{ params.tag }}}}", "{log}"]
      connections: [model]
    {RETRY}
"""


def post():
    """A request to somebody else that must not be made twice."""
    return f"""
name: storm-post
params:
  tag: {{type: string}}
jobs:
  post:
    http: {{connection: notebook, url: /notes, method: POST, body: {{item: "${{{{ params.tag }}}}-post"}}, effect: once}}
    {RETRY}
  say:
    needs: [post]
    command: [echo, "${{{{ params.tag }}}}"]
    {RETRY}
"""


def full(slots, signal):
    """A job for each slot, which runs until there is a file."""
    jobs = "\n".join(f"""
  job{number}:
    command: [sh, -c, "until [ -e {signal} ]; do sleep 0.1; done"]
    {RETRY}""" for number in range(slots))
    return f"""
name: storm-full
params:
  tag: {{type: string}}
jobs:
{jobs}
"""


def scenario():
    """What the scripted model says: a text to a look, and five turns to an agent."""
    def call(item):
        return {"name": "note", "arguments": {"item": "{{match.tag}}-" + item}}

    turns = [{"text": "begin", "calls": [call("1a"), call("1b")]}]
    turns += [{"text": f"item {turn}", "calls": [call(str(turn))]} for turn in (2, 3, 4)]
    turns += [{"text": "all done"}]
    return json.dumps({"scenarios": [
        {"name": "look", "match": {"tag": "-(look|each/[0-9]+)$"}, "turns": [{"text": "looked"}], "delay_ms": 2},
        {"name": "ask", "match": {"tag": "-ask$"}, "turns": [{"text": "one"}, {"text": "two"}], "delay_ms": 5},
        {"name": "work", "match": {"tag": "^(?P<tag>.*)-work$"}, "turns": turns, "delay_ms": 5},
    ]})


CALLS_OF_WORK = {"1a": "t0001.1", "1b": "t0001.2", "2": "t0002.1", "3": "t0003.1", "4": "t0004.1"}
"""What the agent's tool is called with, and at which step of its job."""
CALLS_OF_POST = {"post": "http#1"}
CALLS_OF_PROGRAM = {"step": "gateway/step/note#1"}
TURNS_OF_WORK = [("work", f"t{turn:04d}") for turn in range(1, 6)]
LOOK = [("look", "t0001")]
STEPS = {"agent": LOOK + TURNS_OF_WORK, "again": LOOK + TURNS_OF_WORK, "held": LOOK + TURNS_OF_WORK, "once": TURNS_OF_WORK,
         "fan": [], "fork": [], "program": [("ask", "t0001"), ("ask", "t0002")], "post": []}
"""The calls of a model that runs of each kind need: the job, and the position of the step."""


def expected(kind, tag):
    """The outputs of a run without faults, by job."""
    if kind in ("agent", "again", "fork"):
        return {"look": "looked", "work": "all done", "report": f"{tag} looked all done\n"}
    if kind == "held":
        return {"look": "looked", "work": "all done", "say": f"{tag} {'false' if is_denied(tag) else 'true'}\n"}
    if kind == "once":
        return {"work": "all done"}
    if kind == "post":
        return {"say": f"{tag}\n"}
    if kind == "program":
        return {"ask": "one noted two\n"}
    parts = {f"part{number}": f"{number} {tag}\n\n" for number in range(8)}
    return {"first": f"{tag}\n", **parts, "last": " ".join(parts.values()) + "\n"}
