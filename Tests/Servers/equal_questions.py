#!/usr/bin/env python3
"""A program that asks the same twice at once, and is killed when it has both answers; in its second attempt it asks in turn.

  equal_questions.py PORT TAG FILE

PORT is the provider's, of which it is answered first what the test wants; it lets go what is held when it has one of the answers.
FILE is there when an attempt has seen all, and holds what it saw. Prints what this one and that one saw.
"""
import json
import os
import signal
import sys
import threading
import urllib.request

provider, tag, file = f"http://127.0.0.1:{sys.argv[1]}", sys.argv[2], sys.argv[3]
token = {"Authorization": "Bearer " + os.environ["CHASSIS_STEP_TOKEN"]}
seen = {}


def send(url, body, headers=None, method="POST"):
    headers = {"Content-Type": "application/json"} | (headers or {})
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)) as response:
        return json.loads(response.read() or b"null")


def ask(number):
    body = {"model": "fake", "messages": [{"role": "user", "content": f"go [run:{tag} turns:1]"}]}
    url, key = os.environ["OPENAI_BASE_URL"] + "/chat/completions", os.environ["OPENAI_API_KEY"]
    seen[f"call {number}"] = send(url, body, {"Authorization": "Bearer " + key})["id"]


def step(method, **more):
    return send(os.environ["CHASSIS_STEP_URL"] + "/reckon", {"input": 1} | more, token, method)


def at_once():
    answers = [threading.Thread(target=ask, args=[number]) for number in (1, 2)]
    for number, answer in enumerate(answers, 1):
        answer.start()
        send(provider + "/_wait", {"tag": tag, "path": "", "count": number})
    while len(seen) == 0:
        answers[0].join(0.01)
    send(provider + "/_hold", {"tag": tag, "from": None})
    for answer in answers:
        answer.join()
    positions = [step("POST")["position"] for _ in answers]
    for number in (2, 1):
        seen[f"step {number}"] = f"result {number}"
        step("PUT", position=positions[number - 1], result=f"result {number}")


if not os.path.exists(file):
    at_once()
    with open(file, "w", encoding="utf-8") as kept:
        json.dump(seen, kept)
    os.kill(os.getpid(), signal.SIGKILL)
for number in (1, 2):
    ask(number)
    seen[f"step {number}"] = step("POST").get("result", "none")
with open(file, encoding="utf-8") as kept:
    print(json.dumps([json.load(kept), seen]))
