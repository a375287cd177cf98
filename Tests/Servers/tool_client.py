#!/usr/bin/env python3
"""A program that calls the tools of its job over MCP, and prints what came of it as a list of JSON.

  tool_client.py WORD…

A word is NAME=ARGUMENTS for a call; "die=FILE" for a SIGKILL of itself unless the file is there; "wait=FILE" to write FILE.here
and wait until there is FILE; "bridge" to reach the tools by `chassis mcp` from there on; "rude" for what a program should not do; "upgrade" for two requests that would rather be
HTTP/2; "judge" for a large one to where calls are judged, of which only the head is sent.
"""
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

url = os.environ["CHASSIS_MCP_URL"]
bridge = None


def post(body, to=url, method="POST", headers=None):
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **(headers or {})}
    request = urllib.request.Request(to, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=120) as response:
            return response.status, json.loads(response.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def ask(method, **params):
    message = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}
    if not bridge:
        return post(json.dumps(message).encode())[1]
    bridge.stdin.write(json.dumps(message) + "\n")
    bridge.stdin.flush()
    return json.loads(bridge.stdout.readline())


def greet():
    answer = ask("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={"name": "test", "version": "1"})
    assert answer["result"]["protocolVersion"] == "2025-06-18", answer
    return [tool["name"] for tool in ask("tools/list")["result"]["tools"]]


def rude():
    root = url.rsplit("/", 1)[0]
    unknown = ask("tools/call", name="nothing", arguments={})["error"]["message"]
    return [
        post(b"{}", root)[0], post(b"{}", root + "/chassis-attempt-wrong")[0], post(b"{", url)[0],
        post(None, url, "GET")[0], post(b"{}", url.replace("/mcp/", "/other/"))[0],
        post(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}')[0], unknown,
        post(b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}', root, headers={"Authorization": "Bearer " + url.rsplit("/", 1)[1]})[0],
    ]


def wire(head, body=b""):
    """Sends a request as it is; returns the status, and whether the connection is closed behind the answer."""
    host, path = url.split("//")[1].split("/", 1)
    with socket.create_connection(host.split(":")) as peer:
        peer.settimeout(20)
        peer.sendall(head.format(path="/" + path).encode() + b"\r\n\r\n" + body)
        got = peer.recv(65536)
        status = int(got.split(b" ")[1])
        if b"connection: close" not in got.lower():
            return [status, False]
        while peer.recv(65536):
            pass
        return [status, True]


def upgrade():
    body = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}'
    head = "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c"
    return [wire(head % len(body), body) for _ in range(2)]


def judge():
    return wire("POST /judge/x HTTP/1.1\r\nHost: x\r\nContent-Length: %d" % (32 << 20))[0]


results = [greet()]
for word in sys.argv[1:]:
    name, _, rest = word.partition("=")
    if name == "die":
        if not os.path.exists(rest):
            open(rest, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
    elif name == "wait":
        open(rest + ".here", "w").close()
        while not os.path.exists(rest):
            time.sleep(0.02)
    elif name == "bridge":
        bridge = subprocess.Popen(["chassis", "mcp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        results.append(greet())
    elif name in ("rude", "upgrade", "judge"):
        results.append(globals()[name]())
    else:
        answer = ask("tools/call", name=name, arguments=json.loads(rest))
        results.append(answer["result"]["content"][0]["text"] if "result" in answer else answer["error"]["message"])
if bridge:
    bridge.stdin.close()
    bridge.wait()
print(json.dumps(results))
