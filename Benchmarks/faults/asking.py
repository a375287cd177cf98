"""A program of a job, which knows nothing of Chassis but two addresses: it asks a model twice, and does one thing that must not be done twice.

    asking.py TAG LOG

Whatever is refused or cut ends it: it is started again from its beginning.
"""

import json
import os
import sys
import urllib.request

LONGEST_ANSWER_SECONDS = 60


def send(method, address, body, token):
    request = urllib.request.Request(address, json.dumps(body).encode(), method=method,
                                     headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=LONGEST_ANSWER_SECONDS) as answer:
        return json.load(answer)


def ask(messages):
    """Asks the model, and keeps what it says among the messages."""
    body = {"model": "scripted", "max_tokens": 100, "messages": messages}
    answer = send("POST", os.environ["OPENAI_BASE_URL"] + "/chat/completions", body, os.environ["OPENAI_API_KEY"])
    messages.append(answer["choices"][0]["message"])
    return messages[-1]["content"]


def note_once(tag, log):
    """Writes a line to the log, unless an earlier attempt has."""
    address, token = os.environ["CHASSIS_STEP_URL"] + "/note", os.environ["CHASSIS_STEP_TOKEN"]
    step = {"effect": "once", "input": {"item": f"{tag}-step"}}
    answer = send("POST", address, step, token)
    if answer["state"] == "run":
        with open(log, "a") as file:
            file.write(json.dumps(step["input"]) + "\n")
        send("PUT", address, {**step, "position": answer["position"], "result": "noted"}, token)
        return "noted"
    return answer["result"]


def main():
    tag, log = sys.argv[1:]
    messages = [{"role": "user", "content": f"[run:{tag}-ask] look first"}]
    first = ask(messages)
    noted = note_once(tag, log)
    messages.append({"role": "user", "content": "go on"})
    print(first, noted, ask(messages))


main()
