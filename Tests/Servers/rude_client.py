#!/usr/bin/env python3
"""A program that does to the gateway what it should not, and says what came of it, as JSON.

  rude_client.py CASE [PROMPT]
"""
import json
import os
import signal
import sys
import time
import urllib.request

import rude_departures
import rude_responses
import rude_steps
import rude_tokens
import rude_wire
from asking import ask, base, call, filled, prompt, root, token
from rude_departures import stream


def fine():
    """Asks once, in good order."""
    return {"status": ask(f"{base}/chat/completions", call())[0]}


def swallow():
    """Asks once, and goes on without an answer."""
    try:
        return {"status": ask(f"{base}/chat/completions", call())[0]}
    except OSError:
        return {"status": 0}


def aside():
    """Asks for much that is no call."""
    statuses = [ask(f"{root}/_step/look", {"effect": "none"})[0], ask(f"{base}/models")[0], ask(f"{base}/files", call())[0]]
    assert statuses == [200, 200, 404], statuses
    return {}


def circle():
    """Asks with a conversation that goes round, and goes on when it is refused."""
    turn = [
        {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c", "content": "nothing"},
    ]
    body = call()
    body["messages"] += turn * 9
    return {"status": ask(f"{base}/chat/completions", body)[0]}


def no_money():
    """Asks the connections that are given for what there is no money for, writes how it was told to a file, and goes on.

    The file comes first, and then the connections, of which each may come several times.
    """
    told = []
    for name in sys.argv[4:]:
        path, body = {
            "claude": ("v1/messages", call(max_tokens=100)),
            "gem": ("v1beta/models/fake:generateContent", {"contents": [{"role": "user", "parts": [{"text": prompt}]}]}),
        }.get(name, ("v1/chat/completions", call()))
        status, answer, headers = ask(f"{root}/{name}/{path}", body)
        told.append([status, headers.get("x-should-retry"), answer])
    with open(sys.argv[3], "w", encoding="utf-8") as file:
        json.dump(told, file)
    return {"asked": len(told)}


def wanders():
    """Asks for two things that are others each time, and makes nothing of a refusal."""
    statuses = []
    for _ in range(2):
        body = call(messages=[{"role": "user", "content": f"{prompt} {time.time_ns()}"}])
        statuses.append(ask(f"{base}/chat/completions", body)[0])
    return statuses


def full():
    """Asks before and after the store, whose place is given, has become full."""
    statuses = [ask(f"{base}/chat/completions", call())[0]]
    with filled(sys.argv[3]):
        for seed in (2, 3):
            status, answer, headers = ask(f"{base}/chat/completions", call(seed=seed, filling="x" * 20000))
            statuses.append([status, headers.get("x-should-retry"), answer["error"]["message"].split(":")[1].strip()])
    return statuses


def denied():
    """Asks for what people do not allow."""
    status, answer, headers = ask(f"{base}/chat/completions", call())
    error = answer.get("error", {})
    return {"status": status, "code": error.get("code"), "message": error.get("message"), "again": headers.get("x-should-retry")}


def waits():
    """Goes round in a circle, or asks for nothing at all, and ends well when it is told to, by a file beside the one that is given, and says when it waits for that."""
    file, what = sys.argv[3:5]
    if what == "circle":
        circle()
    print("waits", flush=True)
    while not os.path.exists(file + ".go"):
        time.sleep(0.01)
    return {}


def otherwise():
    """Does a step and asks twice, and is killed; when the file that is given is there, the second time is asked otherwise.

    What differs is given too: the "result" of a tool, with so many bytes behind it, or the "question".
    """
    file, what, padding = sys.argv[3], sys.argv[4], "x" * int(sys.argv[5])
    when = "night" if os.path.exists(file) else "noon"
    step = ask(f"{root}/_step/look", {"effect": "none"})[1]
    if step["state"] == "run":
        ask(f"{root}/_step/look", {"effect": "none", "position": step["position"], "result": 1}, method="PUT")
    first = ask(f"{base}/chat/completions", call())[1]["choices"][0]["message"]
    body = call()
    if what == "result":
        added = {"role": "tool", "tool_call_id": first["tool_calls"][0]["id"], "content": f"at {when}{padding}"}
    else:
        added = {"role": "user", "content": f"and at {when}?"}
    body["messages"] += [first, added]
    match = ask(f"{base}/chat/completions", body)[2]["x-chassis-match"]
    if not os.path.exists(file):
        open(file, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"match": match}


def counts():
    """Has each provider count tokens, and is killed; does that again where the file that is given is there, and says how it was found."""
    text = {"role": "user", "content": prompt}
    found = [
        ask(f"{root}/{path}", body)[2]["x-chassis-match"]
        for path, body in {
            "fake/v1/responses/input_tokens": {"model": "fake", "input": prompt},
            "claude/v1/messages/count_tokens": {"model": "fake", "messages": [text]},
            "gem/v1beta/models/fake:countTokens": {"contents": [{"role": "user", "parts": [{"text": prompt}]}]},
        }.items()
    ]
    if not os.path.exists(sys.argv[3]):
        open(sys.argv[3], "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return found


def until_good():
    """Asks until it is answered, and says what it got before."""
    got = []
    for _ in range(5):
        try:
            if "stream" in sys.argv:
                _, ended = stream()
                status = 200 if ended else "cut"
            else:
                status, _, headers = ask(f"{base}/chat/completions", call())
                status = f"{status} {headers.get('x-should-retry')}"
        except (OSError, ValueError):
            status = "cut"
        got.append(status)
        if str(status).startswith("200"):
            break
    return got


def reported():
    """Asks each provider for a stream, and once more, and says of each how it began, what came last, and how it was found."""
    text = [{"role": "user", "content": prompt}]
    told = {}
    for path, body in {
        "fake/v1/chat/completions": call(stream=True),
        "fake/v1/responses": {"model": "fake", "input": text, "stream": True},
        "claude/v1/messages": call(stream=True, max_tokens=100),
        "gem/v1beta/models/fake:streamGenerateContent?alt=sse": {"contents": [{"role": "user", "parts": [{"text": prompt}]}]},
    }.items():
        told[path.split("/")[-1].split("?")[0]] = said = []
        for _ in range(2):
            headers = {"Content-Type": "application/json", "Authorization": "Bearer " + token}
            request = urllib.request.Request(f"{root}/{path}", json.dumps(body).encode(), headers)
            with urllib.request.urlopen(request, timeout=60) as response:
                # Raises when the body does not come to its end.
                events = [line[6:] for line in response.read().split(b"\n") if line.startswith(b"data: ")]
            events = [json.loads(event) for event in events if event != b"[DONE]"]
            last = events[-1].get("response") or events[-1]
            said.append([len(events), last.get("error"), response.headers["x-chassis-match"]])
    return told


cases = vars(rude_departures) | vars(rude_responses) | vars(rude_steps) | vars(rude_tokens) | vars(rude_wire) | globals()
print(json.dumps(cases[sys.argv[1].replace("-", "_")]()))
