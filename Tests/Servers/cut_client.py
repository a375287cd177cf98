#!/usr/bin/env python3
"""A program whose connections break while it is answered, at every place where they can.

  cut_client.py FOLDER

For each format that is streamed, an answer is asked for as often as it has events, and twice: its client resets the connection
behind the k-th event, or in the middle of the next one; before the first event also before the head of the answer. Every
second of these clients asks again at once, as SDKs do. The first attempt ends by SIGKILL when all have been cut off, the
second cuts off what it is served in the same places, the third reads everything to its end.

Prints JSON: of each answer by its tag the digest of its bytes, and what did not begin as the whole answer does. FOLDER is
where attempts leave each other what they got.
"""
import concurrent.futures
import hashlib
import http.client
import json
import os
import pathlib
import signal
import socket
import struct
import sys

folder = pathlib.Path(sys.argv[1])
attempt = int(os.environ["CHASSIS_ATTEMPT"])
host = os.environ["CHASSIS_GATEWAY_URL"].split("//")[1]
token = os.environ["OPENAI_API_KEY"]
HEAD, MIDDLE = "head", "middle"


def prompt(tag):
    return f"hello [run:{tag} turns:1 delay:40 chunks:4]"


def call(format, tag):
    """Path, headers and body of a streamed call."""
    text = prompt(tag)
    user = [{"role": "user", "content": text}]
    bearer = {"Authorization": "Bearer " + token}
    return {
        "chat": ("/fake/v1/chat/completions", bearer, {"messages": user}),
        "responses": ("/fake/v1/responses", bearer, {"input": user}),
        "messages": ("/claude/v1/messages", {"x-api-key": token, "anthropic-version": "2023-06-01"}, {"max_tokens": 9, "messages": user}),
        "gemini": ("/gem/v1beta/models/fake:streamGenerateContent?alt=sse", {"x-goog-api-key": token}, {"contents": [{"parts": [{"text": text}]}]}),
    }[format]


def ask(format, tag, events=None, where=None, again=False):
    """Returns the bytes of an answer: all of them, or those that came before the connection was reset."""
    path, headers, body = call(format, tag)
    connection = http.client.HTTPConnection(host, timeout=60)
    if again:
        headers["x-stainless-retry-count"] = "1"
    connection.request("POST", path, json.dumps(body | {"model": "fake", "stream": True}), headers)
    got = b""
    response = None
    if where != HEAD:
        response = connection.getresponse()
        assert response.status == 200, (tag, response.status, response.read())
        if events is None:
            return response.read()
        while got.count(b"\n\n") < events and (byte := response.read(1)):
            got += byte
        if where == MIDDLE:
            got += response.read(5)
    # Closed at once, whatever has not been read.
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    if response:
        response.close()
    return got


def cases():
    for format in ("chat", "responses", "messages", "gemini"):
        count = ask(format, f"{format}-whole").count(b"\n\n")
        places = [(0, HEAD)] + [(events, where) for events in range(count + 1) for where in (None, MIDDLE)]
        for number, place in enumerate(places):
            yield format, f"{format}-{number}", *place, number % 2 == 1


def cut(case):
    format, tag, events, where, asks_again = case
    (folder / f"{tag}-{attempt}").write_bytes(ask(format, tag, events, where))
    if asks_again:
        (folder / f"{tag}-{attempt}-again").write_bytes(ask(format, tag, again=True))


def read(case):
    format, tag = case[:2]
    whole = ask(format, tag)
    odd = [file.name for file in folder.glob(f"{tag}-[0-9]*") if not whole.startswith(file.read_bytes())]
    odd += [file.name for file in folder.glob(f"{tag}-*-again") if whole != file.read_bytes()]
    return tag, hashlib.sha256(whole).hexdigest(), odd


with concurrent.futures.ThreadPoolExecutor(8) as pool:
    if attempt < 3:
        list(pool.map(cut, cases()))
        os.kill(os.getpid(), signal.SIGKILL)
    told = list(pool.map(read, cases()))
print(json.dumps({"digests": {tag: digest for tag, digest, _ in told}, "odd": [name for _, _, odd in told for name in odd]}))
