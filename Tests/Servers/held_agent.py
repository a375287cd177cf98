#!/usr/bin/env python3
"""An agent whose conversation the provider holds, as its author would write it without us.

  held_agent.py HOW PROMPT [drift] [stream]

HOW is previous (each request names the answer before it), conversation (each names a conversation that was made first), talk
(likewise, without tools: all requests but the first are alike), reads (likewise; each request says what the conversation holds, which
is read before) or session (each request repeats the conversation, which is read before, and its answer is added to it behind). With
"drift" the tool's result holds the time.
Prints JSON: its last answer, and where there is a conversation, what that holds.
"""
import json
import os
import sys
import time
import urllib.request

how, prompt, options = sys.argv[1], sys.argv[2], set(sys.argv[3:])


def ask(path, body=None):
    headers = {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(os.environ["OPENAI_BASE_URL"] + path, data, headers), timeout=120) as response:
        if not (body or {}).get("stream"):
            return json.loads(response.read())
        events = [json.loads(line[6:]) for line in response if line.startswith(b"data: ")]
        assert events[-1]["type"] == "response.completed", "the stream was cut"
        return events[-1]["response"]


state = {}
if how != "previous":
    state = {"conversation": ask("/conversations", {"metadata": {"topic": prompt}})["id"]}
def held():
    return ask(f"/conversations/{state['conversation']}/items?limit=100&order=asc")["data"]


def hold(items):
    ask(f"/conversations/{state['conversation']}/items", {"items": items})


items = [{"role": "user", "content": prompt}]
while True:
    if how == "session":
        hold(items)
    request = {"input": held()} if how == "session" else {"input": items, **state}
    answer = ask("/responses", {"model": "fake", "stream": "stream" in options, **request})
    if how == "session":
        hold(answer["output"])
    calls = [item for item in answer["output"] if item["type"] == "function_call"]
    if not calls:
        break
    if how == "previous":
        state = {"previous_response_id": answer["id"]}
    if how in ("talk", "reads"):
        items = [{"role": "user", "content": "And another one" + (f" behind {len(held())}." if how == "reads" else ".")}]
    else:
        output = "noted" + (f" at {time.time()}" if "drift" in options else "")
        items = [{"type": "function_call_output", "call_id": call["call_id"], "output": output} for call in calls]
told = {"answer": answer["output"][0]["content"][0]["text"]}
if how != "previous":
    told["items"] = [item["type"] for item in held()]
print(json.dumps(told))
