#!/usr/bin/env python3
"""A program that does all that a command job may, and looks which ways lead out of where it runs.

  isolated_program.py NOTES GATE HOST:PORT…

Prints nothing: its output is in $CHASSIS_OUTPUT, and a file in $CHASSIS_ARTIFACTS. NOTES has a line for each step that is done.
When all is done it waits for its end, unless GATE is there.
"""
import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.request

notes, gate, addresses = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]


def ask(url, body, method="POST", **headers):
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"} | headers
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.loads(response.read())


def model():
    body = {"model": "fake", "messages": [{"role": "user", "content": "go [run:isolated turns:1 delay:0]"}]}
    answer = ask(
        os.environ["OPENAI_BASE_URL"] + "/chat/completions", body, Authorization="Bearer " + os.environ["OPENAI_API_KEY"]
    )
    return answer["choices"][0]["message"]["content"]


def call(tool, arguments):
    return {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}


def said(answer):
    return answer["result"]["content"][0]["text"]


def bridged(*messages):
    """What the last of some messages is answered over the command for programs that start their servers themselves."""
    greeting = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    greeting = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": greeting}
    text = "".join(json.dumps(message) + "\n" for message in (greeting, *messages))
    bridge = subprocess.run(["chassis", "mcp"], input=text, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(bridge.stdout.splitlines()[-1])


def step():
    url = os.environ["CHASSIS_STEP_URL"] + "/reckon"
    token = {"Authorization": "Bearer " + os.environ["CHASSIS_STEP_TOKEN"]}
    answer = ask(url, {"effect": "once", "input": 1}, **token)
    if answer["state"] == "done":
        return answer["result"]
    with open(notes, "a", encoding="utf-8") as file:
        file.write("reckon\n")
    body = {"effect": "once", "input": 1, "position": answer["position"], "result": {"reckoned": 42}}
    ask(url, body, "PUT", **token)
    return body["result"]


def charge():
    command = ["chassis", "step", "charge", "--effect", "once", "--", "sh", "-c", f"echo charge >> {notes}; echo 20"]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def way(address):
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), 5).close()
        return "open"
    except OSError as error:
        return error.strerror


output = {
    "model": model(), "tool": said(ask(os.environ["CHASSIS_MCP_URL"], call("note", {"item": "a"}))),
    "bridge": said(bridged(call("add", {"a": 1, "b": 2}))), "step": step(), "command": charge(),
    "ways": [way(address) for address in addresses],
}
pathlib.Path(os.environ["CHASSIS_ARTIFACTS"], "kept.txt").write_text("kept", encoding="utf-8")
pathlib.Path(os.environ["CHASSIS_OUTPUT"]).write_text(json.dumps(output), encoding="utf-8")
if not gate.exists():
    gate.touch()
    time.sleep(300)
