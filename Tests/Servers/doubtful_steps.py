#!/usr/bin/env python3
"""A program that leaves in the middle of a step, which may have happened then, and asks for it again.

  doubtful_steps.py impatient|twice|pair NOTES FILE

NOTES has a line for each time that the step is done; FILE is there when an impatient one has asked twice in one attempt.
"""
import json
import os
import sys
import threading
import urllib.request

url, body = os.environ["CHASSIS_STEP_URL"] + "/charge", {"effect": "once"}


def send(method, patience, **more):
    headers = {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["CHASSIS_STEP_TOKEN"]}
    request = urllib.request.Request(url, json.dumps(body | more).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=patience) as response:
        return json.loads(response.read())


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


def pair():
    """Asks twice at once; says where each was told to do the step."""
    if os.environ["CHASSIS_ATTEMPT"] == "1":
        charge()
    places = []

    def one():
        answer = send("POST", 60)
        send("PUT", 60, position=answer["position"], result="charged")
        places.append(answer["position"])

    threads = [threading.Thread(target=one, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(places)


print(json.dumps(globals()[sys.argv[1]]()))
