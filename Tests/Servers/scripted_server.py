#!/usr/bin/env python3
"""An HTTP server that does to each request what the request's own path says.

A request goes to /<tag>/<script>/..., where the script is the hexadecimal form of a JSON array of steps:

  {"send": TEXT}                     sends exactly these bytes (each character is one byte, U+0000 to U+00FF)
  {"send": TEXT, "pieces": N}        the same in pieces of N bytes
  {"flood": N}                       sends N bytes of "x"
  {"wait": true}                     goes on when POST /_open/<tag> comes
  {"hang": true}                     does nothing until the peer hangs up
  {"close": true}, {"reset": true}   ends the connection in order, or with a reset

After the last step the next request of the connection is read. What came is told by

  GET /_requests/<tag>               a JSON array of the requests: connection, method, path, headers, body
  GET /_hangup/<tag>                 answers when a peer has hung up on a hanging script

The first line of the output says the port. The server ends when nobody reads its output any more.
"""
import collections
import json
import os
import select
import socket
import struct
import sys
import threading

changed = threading.Condition()
requests = collections.defaultdict(list)
opened = collections.Counter()
hung_up = collections.Counter()


def wait_until(is_true):
    with changed:
        changed.wait_for(is_true)


def note(change):
    with changed:
        change()
        changed.notify_all()


def read_request(stream):
    line = stream.readline().decode("latin-1").rstrip("\r\n")
    if not line:
        return None
    method, path, _ = line.split(" ", 2)
    headers = []
    while True:
        line = stream.readline().decode("latin-1").rstrip("\r\n")
        if not line:
            break
        name, value = line.split(":", 1)
        headers.append([name, value.strip()])
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    body = stream.read(length).decode("latin-1")
    return {"method": method, "path": path, "headers": headers, "body": body}


def answer(connection, text):
    body = text.encode("latin-1")
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def run(step, connection, tag):
    """Does one step; returns whether the connection lives on."""
    if "send" in step:
        data = step["send"].encode("latin-1")
        size = step.get("pieces") or len(data) or 1
        for start in range(0, len(data), size):
            connection.sendall(data[start : start + size])
    elif "flood" in step:
        left = step["flood"]
        while left > 0:
            connection.sendall(b"x" * min(left, 65536))
            left -= 65536
    elif "wait" in step:
        wait_until(lambda: opened[tag] > 0)
    elif "hang" in step:
        try:
            while connection.recv(65536):
                pass
        except ConnectionError:
            pass
        note(lambda: hung_up.update([tag]))
        return False
    elif "reset" in step:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False
    elif "close" in step:
        return False
    return True


def serve(connection, number):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, connection.makefile("rb") as stream:
        while (request := read_request(stream)) is not None:
            # A proxy is asked for whole addresses.
            path = "/" + request["path"].split("/", 3)[3] if "://" in request["path"] else request["path"]
            _, tag, script, *_ = path.split("/", 3)
            if tag == "_requests":
                answer(connection, json.dumps(requests[script]))
            elif tag == "_open":
                note(lambda: opened.update([script]))
                answer(connection, "")
            elif tag == "_hangup":
                wait_until(lambda: hung_up[script] > 0)
                answer(connection, "")
            else:
                note(lambda: requests[tag].append({"connection": number, **request}))
                script = bytes.fromhex(script.split("?")[0]).decode()
                if not all(run(step, connection, tag) for step in json.loads(script)):
                    # The stream holds the descriptor too: only a shutdown or the close of both ends it.
                    return


def guarded(connection, number):
    try:
        serve(connection, number)
    except (ConnectionError, ValueError):
        pass


def end_with_reader():
    poll = select.poll()
    poll.register(1, 0)
    poll.poll()
    os._exit(0)


def main():
    threading.Thread(target=end_with_reader, daemon=True).start()
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    print("port", listener.getsockname()[1], flush=True)
    number = 0
    while True:
        connection, _ = listener.accept()
        number += 1
        threading.Thread(target=guarded, args=(connection, number), daemon=True).start()


if __name__ == "__main__":
    main()
