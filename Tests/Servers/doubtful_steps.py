#!/usr/bin/env python3
"""A program that leaves in the middle of a step, which may have happened then, and asks for it again.

  doubtful_steps.py impatient|twice|pair|late NOTES FILE

NOTES has a line for each time that the step is done; FILE is there when an impatient one has asked twice in one attempt.
"""
import contextlib
import http.client
import json
import os
import sys
import urllib.parse

url, body = urllib.parse.urlsplit(os.environ["CHASSIS_STEP_URL"]), {"effect": "once"}


def sent(method, patience, step="charge", **more):
    """Sends a request on a connection of its own; returns what waits for the answer."""
    connection = http.client.HTTPConnection(url.netloc, timeout=patience)
    headers = {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["CHASSIS_STEP_TOKEN"]}
    connection.request(method, url.path + "/" + step, json.dumps(body | more).encode(), headers)

    def answer():
        with contextlib.closing(connection):
            response = connection.getresponse()
            text = response.read()
        if response.status != 200:
            raise RuntimeError(f"{response.status}: {text.decode()}")
        return json.loads(text)

    return answer


def send(*what, **more):
    return sent(*what, **more)()


def charge(patience=60):
    """The result of the step, which is done where it has to be."""
    answer = send("POST", patience)
    if answer["state"] == "done":
        return answer["result"]
    with open(sys.argv[2], "a", encoding="utf-8") as notes:
        notes.write("charge\n")
    if os.environ["CHASSIS_ATTEMPT"] == "1":
        sys.exit("it leaves without a word")
    send("PUT", 60, position=answer["position"], result="charged")
    return "charged"


def impatient():
    """Asks, gives up, and asks again."""
    asked = 0
    while True:
        try:
            return [charge(patience=1)]
        except TimeoutError:
            asked += 1
            if asked == 2:
                with open(sys.argv[3], "w", encoding="utf-8"):
                    pass


def twice():
    return [charge(), charge()]


def begin(step):
    """Begins a step, which was not done before; returns what ends it."""
    # Also what a program comes back to has been done before.
    step = f"{step}{os.getpid()}"
    position = send("POST", 60, step, effect="none")["position"]
    return lambda: send("PUT", 60, step, effect="none", position=position, result="done")


def pair():
    """Asks twice at once; says of what the program was told at which place."""
    if os.environ["CHASSIS_ATTEMPT"] == "1":
        charge()
    # Nobody is asked whether a step happened while another is being done: so both ask before there is an answer.
    end = begin("other")
    asked = [sent("POST", 60) for _ in range(2)]
    # The requests have been read when a step is over that was begun behind them.
    begin("next")()
    end()
    answers = [answer() for answer in asked]
    for answer in answers:
        if answer["state"] == "run":
            send("PUT", 60, position=answer["position"], result="charged")
    return sorted([answer["position"], answer["state"]] for answer in answers)


def late():
    """Asks at once, and where FILE is there when somebody opens it, behind another step."""
    if os.path.exists(sys.argv[3]):
        begin("other")()
        with open(sys.argv[3], encoding="utf-8"):
            pass
    return [charge()]


print(json.dumps(globals()[sys.argv[1]]()))
