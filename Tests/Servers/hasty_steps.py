#!/usr/bin/env python3
"""A program whose client of a step is killed right behind its result, and that asks for the step again at once.

  hasty_steps.py NOTES [failed]

The result takes its time to be read and recorded. NOTES has a line for each time that the step is done. With "failed" an equal step has
failed behind it, whose place is free.
"""
import http.client
import json
import os
import signal
import sys
import urllib.parse

url, body = urllib.parse.urlsplit(os.environ["CHASSIS_STEP_URL"]), {"effect": "once", "unknown": "fail"}
headers = {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["CHASSIS_STEP_TOKEN"]}
result = ["charged"] * 400_000


def sent(method, **more):
    connection = http.client.HTTPConnection(url.netloc, timeout=120)
    connection.request(method, url.path + "/charge", json.dumps(body | more).encode(), headers)
    return connection


def asked(connection):
    return json.loads(connection.getresponse().read())


def done():
    with open(sys.argv[1], "a", encoding="utf-8") as notes:
        notes.write("charge\n")


position = asked(sent("POST"))["position"]
done()
if "failed" in sys.argv:
    asked(sent("PUT", position=asked(sent("POST"))["position"], error="it did not work"))
client = os.fork()
if client == 0:
    kept = sent("PUT", position=position, result=result)
    os.kill(os.getpid(), signal.SIGKILL)
os.waitpid(client, 0)
answer = asked(sent("POST"))
if answer["state"] == "run":
    done()
print(json.dumps([answer["state"], answer["position"], answer.get("result") == result]))
