#!/usr/bin/env python3
"""A program that changes a conversation which the provider holds, and kills itself between and within its calls.

  held_changes.py all TAG FOLDER      kills itself behind an answer, before an answer, and behind the last one
  held_changes.py one TAG             adds one item
  held_changes.py quick TAG           adds one item, and the same again

Prints JSON: of "all", what each attempt was answered.
"""
import hashlib
import http.client
import json
import os
import pathlib
import signal
import sys

how, tag = sys.argv[1], sys.argv[2]
host = os.environ["CHASSIS_GATEWAY_URL"].split("//")[1]
HEADERS = {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"], "Content-Type": "application/json"}
told = {}


def send(method, path, body=None):
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request(method, "/fake/v1/conversations" + path, None if body is None else json.dumps(body), HEADERS)
    return connection


def ask(name, method, path, body=None):
    response = send(method, path, body).getresponse()
    answer = response.read()
    told[name] = [response.status, response.headers["x-chassis-match"], hashlib.sha256(answer).hexdigest()]
    return json.loads(answer)


def message(text):
    return {"items": [{"type": "message", "role": "user", "content": text}]}


def end():
    os.kill(os.getpid(), signal.SIGKILL)


delay = 200 if how == "all" else 0
conversation = "/" + ask("create", "POST", "", {"metadata": {"topic": f"[run:{tag} turns:1 delay:{delay}]"}})["id"]
if how == "one":
    ask("add", "POST", conversation + "/items", message("one"))
    print(json.dumps(told["add"][:2]))
    sys.exit()

if how == "quick":
    ask("add", "POST", conversation + "/items", message("one"))
    ask("again", "POST", conversation + "/items", message("one"))
    print(json.dumps([told["add"][:2], told["again"][:2]]))
    sys.exit()

attempt = int(os.environ["CHASSIS_ATTEMPT"])
kept = pathlib.Path(sys.argv[3]) / "told"
item = ask("first", "POST", conversation + "/items?include=x", message("first"))["data"][0]["id"]
# The same again is another item.
ask("again", "POST", conversation + "/items?include=x", message("first"))
ask("named", "POST", conversation, {"metadata": {"topic": "first"}})
ask("renamed", "POST", conversation, {"metadata": {"topic": "second"}})
ask("without", "DELETE", f"{conversation}/items/{item}")
if attempt == 1:
    kept.write_text(json.dumps([told]), encoding="utf-8")
    end()
if attempt == 2:
    send("POST", conversation + "/items", message("last"))
    end()
ask("last", "POST", conversation + "/items", message("last"))
read = ask("items", "GET", conversation + "/items?limit=9")["data"]
# By its path, and not by its turn.
for name, path in [("item", f"/items/{read[0]['id']}"), ("about", "")][:: 1 if attempt == 3 else -1]:
    ask(name, "GET", conversation + path)
ask("delete", "DELETE", conversation)
before = json.loads(kept.read_text(encoding="utf-8"))
if attempt == 3:
    kept.write_text(json.dumps(before + [told]), encoding="utf-8")
    end()
print(json.dumps(before + [told]))
