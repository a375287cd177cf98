#!/usr/bin/env python3
"""A program that wants more of the gateway's memory than it should get.

  greedy_client.py [large] ATTACK…

Prints a list of JSON: for each attack how many MiB the gateway's process then has (rss), had at most (peak) and has when it is
over (after), the statuses that clients got, and how an ordinary call fared meanwhile. "large" makes it as bad as it can be.
"""
import gzip
import json
import os
import socket
import sys
import threading
import time
import zlib

base, token = os.environ["OPENAI_BASE_URL"], os.environ["OPENAI_API_KEY"]
host, port = base.split("//")[1].split("/")[0].split(":")
words = sys.argv[1:]
large = words[:1] == ["large"]
SIZE = (31 if large else 6) << 20
statuses = []


def gateway():
    """The process that listens on the gateway's port."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        rows = [line.split() for line in file]
    inode = next(row[9] for row in rows if row[1] == f"0100007F:{int(port):04X}" and row[3] == "0A")
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            files = os.listdir(f"/proc/{process}/fd")
            if any(os.readlink(f"/proc/{process}/fd/{file}") == f"socket:[{inode}]" for file in files):
                return process
        except OSError:
            continue
    raise RuntimeError("the gateway's process is not found")


def memory():
    """What the gateway has, and had at most, in MiB."""
    with open(f"/proc/{process}/status", encoding="ascii") as file:
        lines = dict(line.split(":", 1) for line in file)
    return [int(lines[key].split()[0]) >> 10 for key in ("VmRSS", "VmHWM")]


def request(body=b"", *headers, length=None):
    lines = ["POST /fake/v1/chat/completions HTTP/1.1", "Host: x", "Authorization: Bearer " + token, *headers]
    if length is not None or body:
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def call(prompt, **more):
    return json.dumps({"model": "fake", "messages": [{"role": "user", "content": prompt}], **more}).encode()


def send(*pieces, patience=120):
    """Sends, and notes the status of what comes back; the connection stays open, and no more of it is read."""
    peer = socket.create_connection((host, int(port)))
    peer.settimeout(patience)
    try:
        for piece in pieces:
            peer.sendall(piece)
        statuses.append(peer.recv(4096).split(b" ")[1].decode())
    except TimeoutError:
        statuses.append("silence")
    except (OSError, IndexError):
        statuses.append("closed")
    return peer


def at_once(count, work):
    peers = []
    threads = [threading.Thread(target=lambda number=number: peers.append(work(number)), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return peers


def idle():
    """Thousands of connections on which nothing is asked."""
    return [socket.create_connection((host, int(port))) for _ in range(4300)]


def bombs():
    """Headers that are nearly too long, and never end."""
    head = request()[:-2] + b"".join(b"x-%d: %s\r\n" % (number, b"y" * 1000) for number in range(70))
    peers = [socket.create_connection((host, int(port))) for _ in range(2000 if large else 200)]
    for peer in peers:
        peer.sendall(head)
    return peers


def floods():
    """200 MB each, that nobody announced."""
    chunks = [b"100000\r\n" + b" " * (1 << 20) + b"\r\n"] * 200 + [b"0\r\n\r\n"]
    return at_once(16 if large else 4, lambda _: send(request(b"", "Transfer-Encoding: chunked"), *chunks))


def halves():
    """Bodies that never end."""
    half = request(length=SIZE) + b" " * (SIZE - 1000)
    return at_once(64 if large else 40, lambda _: send(half, patience=3))


def zips():
    """Small bodies that become large ones, whose calls take their time."""
    body = gzip.compress(call("[run:zips delay:4000]" + "a" * SIZE))
    # Whoever got room is answered, however long the provider takes for so much.
    return at_once(40, lambda _: send(request(body, "Content-Encoding: gzip")))


def values():
    """Small bodies that become very many values."""
    body = zlib.compress(call("[run:values]")[:-1] + b', "x": [1' + b",1" * (SIZE // 2) + b"]}")
    return at_once(8, lambda _: send(request(body, "Content-Encoding: deflate")))


def objects():
    """Small bodies that become very many objects."""
    body = zlib.compress(call("[run:objects]")[:-1] + b', "x": [1' + b',{"a":1}' * (SIZE // 8) + b"]}")
    return at_once(8, lambda _: send(request(body, "Content-Encoding: deflate")))


def replays():
    """A large answer out of its record, again and again, which nobody reads."""
    body = call(f"[run:replays kib:{SIZE >> 11}]")
    with socket.create_connection((host, int(port))) as peer:
        peer.sendall(request(body, "Connection: close"))
        while peer.recv(1 << 20):
            pass
    return at_once(100 if large else 60, lambda _: send(request(body, "x-stainless-retry-count: 1")))


def streams():
    """Large answers at once, which nobody reads."""
    return at_once(16, lambda number: send(request(call(f"[run:streams-{number} kib:{SIZE >> 11}]", stream=True))))


def ordinary():
    began = time.monotonic()
    peer = send(request(call("[run:ordinary]")))
    peer.close()
    return [statuses.pop(), round(time.monotonic() - began, 2)]


process = gateway()
told = []
for attack in words[large:]:
    statuses.clear()
    began = time.monotonic()
    held = globals()[attack]()
    answers = {status: statuses.count(status) for status in sorted(set(statuses))}
    rss, peak = memory()
    then = ordinary()
    for peer in held:
        peer.close()
    time.sleep(1)
    told.append({
        "attack": attack, "rss": rss, "peak": peak, "after": memory()[0], "answers": answers, "ordinary": then,
        "seconds": round(time.monotonic() - began, 1)})
    print(json.dumps(told[-1]), file=sys.stderr, flush=True)
print(json.dumps(told))
