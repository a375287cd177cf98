#!/usr/bin/env python3
"""A program that looks for the key of its provider, which it should never see.

  prying_client.py FOLDER MASKED

It asks for the answers that tell the key, and writes all that it can see into FOLDER, as it is: its environment, every byte that
the gateway sent. Its own memory it searches for the key, which it is given with each byte changed (MASKED, in hexadecimal).
Prints JSON: how often the key is there, and the statuses of what it was answered.
"""
import json
import os
import pathlib
import socket
import sys

folder, masked = pathlib.Path(sys.argv[1]), bytes.fromhex(sys.argv[2])
mask = bytes(byte ^ 0x5A for byte in range(256))
host, port = os.environ["CHASSIS_GATEWAY_URL"].split("//")[1].split(":")
token = os.environ["OPENAI_API_KEY"]


def wire(method, path, body=b""):
    """All bytes that come back."""
    with socket.create_connection((host, int(port)), timeout=60) as peer:
        head = [f"{method} {path} HTTP/1.1", "Host: x", "Authorization: Bearer " + token, "Connection: close"]
        head.append(f"Content-Length: {len(body)}")
        peer.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
        got = b""
        while piece := peer.recv(65536):
            got += piece
    return got


def count_in_memory():
    found = 0
    with open("/proc/self/maps", encoding="ascii") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            begin, end = (int(part, 16) for part in line.split(" ")[0].split("-"))
            if " rw" not in line:
                continue
            try:
                memory.seek(begin)
                found += memory.read(end - begin).translate(mask).count(masked)
            except (OSError, ValueError, OverflowError):
                continue
    return found


statuses = {}
for name in ["tell-401", "tell-502", "tell-page", "tell-document", "tell-stream", "tell-error"]:
    body = {"model": "fake", "messages": [{"role": "user", "content": f"hello [run:{name} turns:1]"}], "stream": "stream" in name or "error" in name}
    got = wire("POST", "/fake/v1/chat/completions", json.dumps(body).encode())
    statuses[name] = int(got.split(b" ")[1])
    (folder / f"call-{name}").write_bytes(got)
    got = wire("GET", f"/fake/v1/models?answer={name}")
    (folder / f"models-{name}").write_bytes(got)
(folder / "environment").write_bytes(pathlib.Path("/proc/self/environ").read_bytes())
print(json.dumps({"in memory": count_in_memory(), "statuses": statuses}))
