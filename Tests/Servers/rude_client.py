#!/usr/bin/env python3
"""A program that does to the gateway what it should not, and says what came of it, as JSON.

  rude_client.py CASE [PROMPT]
"""
import contextlib
import gzip
import http.client
import json
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request

import rude_responses
import rude_steps
from asking import ask, base, call, filled, host, port, prompt, root, token

# Magic, a header without a size and a window of 128 KiB, and 400 blocks that each repeat one byte 128 KiB times: 50 MiB.
ZSTD_BOMB = b"\x28\xb5\x2f\xfd\x00\x38" + b"\x02\x00\x10 " * 400 + b"\x03\x00\x10 "


def refusals():
    results = {}
    for name, arguments in {
        "no key": (f"{base}/chat/completions", call(), None, ""),
        "wrong key": (f"{base}/chat/completions", call(), None, token + "x"),
        "other connection": (f"{root}/spare/v1/chat/completions", call()),
        "no path": (f"{base}/files", call()),
        "no json": (f"{base}/chat/completions", b"{"),
        "no object": (f"{base}/chat/completions", b"[]"),
        "web socket": (f"{base}/realtime", None, {"Upgrade": "websocket", "Connection": "Upgrade"}),
        "declared too large": (f"{base}/chat/completions", b" " * (33 << 20)),
        "unknown coding": (f"{base}/chat/completions", b"x", {"Content-Encoding": "br"}),
        "zstd too large": (f"{base}/chat/completions", ZSTD_BOMB, {"Content-Encoding": "zstd"}),
        "inflates too large": (f"{base}/chat/completions", gzip.compress(b" " * (40 << 20)), {"Content-Encoding": "gzip"}),
    }.items():
        try:
            status, answer, headers = ask(*arguments)
            results[name] = [status, bool(answer["error"]["message"].startswith("chassis: ")), headers.get("x-should-retry")]
        except OSError as error:
            results[name] = [str(error), False, None]
    return results


def flood():
    """200 MB that nobody announced."""
    with socket.create_connection((host, int(port))) as peer:
        peer.sendall(request("Transfer-Encoding: chunked"))
        try:
            for _ in range(200):
                peer.sendall(b"100000\r\n" + b" " * (1 << 20) + b"\r\n")
            peer.sendall(b"0\r\n\r\n")
        except OSError:
            pass
        response = http.client.HTTPResponse(peer)
        response.begin()
        return {"status": str(response.status), "error": json.load(response)["error"]["message"]}


def said(data, then=None):
    """Sends bytes as they are, and returns the status and the error of what comes back."""
    with socket.create_connection((host, int(port))) as peer:
        # Who is not read from any more would wait for ever.
        peer.settimeout(30)
        try:
            for piece in data:
                peer.sendall(piece)
            if then:
                then(peer)
        except OSError:
            pass
        got = b""
        try:
            while piece := peer.recv(65536):
                got += piece
        except OSError:
            pass
    head, _, body = got.partition(b"\r\n\r\n")
    try:
        error = json.loads(body)["error"]["message"]
    except (ValueError, KeyError, TypeError):
        return [head[:40].decode(errors="replace") or "closed", body[:40].decode(errors="replace")]
    return [int(head.split(b" ")[1]), "chassis: " + " ".join(error.split(" ")[1:6])]


def request(*headers, path="/fake/v1/chat/completions", end=b"\r\n"):
    lines = [f"POST {path} HTTP/1.1", "Host: x", "Authorization: Bearer " + token, *headers]
    return "\r\n".join(lines).encode() + b"\r\n" + end


def lies():
    """What is no HTTP, in many ways."""
    chunked = request("Transfer-Encoding: chunked")
    body = json.dumps(call()).encode()
    results = {
        "many headers": said([request(*(f"x-{number}: {'y' * 200}" for number in range(900)))]),
        "endless header": said([request(end=b"")] + [b"x-endless: "] + [b"y" * 65536] * 4),
        "endless fields": said([request(end=b"")] + [b"x: y\r\n" * 1000] * 9),
        "no size": said([chunked, b"ZZ\r\n", body]),
        "huge size": said([chunked, b"F" * 40 + b"\r\n", body]),
        "negative length": said([request("Content-Length: -5"), body]),
        "two lengths": said([request("Content-Length: 5", "Content-Length: 9"), body]),
        "length and chunks": said([request("Content-Length: 5", "Transfer-Encoding: chunked"), b"0\r\n\r\n"]),
        "noise": said([os.urandom(4096)]),
        "half a body": said([request(f"Content-Length: {len(body) + 9}"), body], lambda peer: peer.shutdown(socket.SHUT_WR)),
    }
    results["still served"] = ask(f"{base}/chat/completions", call())[0]
    return results


def wire(data, then=b"", patience=20):
    """Sends bytes as they are; returns all that comes back until the peer closes, or says nothing for a moment."""
    with socket.create_connection((host, int(port))) as peer:
        peer.sendall(data)
        peer.settimeout(patience)
        got = b""
        try:
            while piece := peer.recv(65536):
                got += piece
                if then:
                    peer.sendall(then)
                    then = b""
        except TimeoutError:
            got += b" (open)"
        return got.decode(errors="replace")


def bare(method, path, body=b"", *headers, version="1.1"):
    lines = [f"{method} {path} HTTP/{version}", "Host: x", "Authorization: Bearer " + token, *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def old_ways():
    """What few clients do any more, and is HTTP all the same."""
    path, body = "/fake/v1/chat/completions", json.dumps(call()).encode()
    length, last = f"Content-Length: {len(body)}", "Connection: close"
    models = bare("GET", "/fake/v1/models", b"", last)
    streamed = json.dumps(call(True)).encode()
    results = {
        "head": wire(bare("HEAD", "/fake/v1/models") + models),
        "options": wire(bare("OPTIONS", path, b"", last)),
        "any": wire(bare("OPTIONS", "*", b"", last)),
        "put": wire(bare("PUT", path, body, length, last)),
        "1.0": wire(bare("POST", path, body, length, version="1.0")),
        "1.0 stream": wire(bare("POST", path, streamed, f"Content-Length: {len(streamed)}", version="1.0")),
        "continue": wire(bare("POST", path, b"", length, last, "Expect: 100-continue"), body),
        "trailers": wire(bare(
            "POST", path, b"%x;x=1\r\n%s\r\n0\r\nAuthorization: Bearer none\r\n\r\n" % (len(body), body), last,
            "Transfer-Encoding: chunked")),
        "slashes": wire(bare("POST", path.replace("/", "//"), body, length, last)),
        "elsewhere": wire(bare("GET", "/fake/v1/models/%2e%2e/%2e%2e/_bill", b"", last)),
    }
    for name, text in {
        "repeated key": b'{"max_tokens": 1, "max_tokens": 9}', "deep": b'{"x":' + b"[" * 100000 + b"]" * 100000 + b"}",
        "no utf-8": b'{"model":"\xff\xfe"}', "utf-16": "{}".encode("utf-16"), "nul": body + b"\0", "values": b"[1" + b",1" * (8 << 20) + b"]",
    }.items():
        results[name] = wire(bare("POST", path, text, f"Content-Length: {len(text)}", last))
    return results


def pipelined():
    """Two requests in one piece, and a third that begins in it."""
    body = json.dumps(call()).encode()
    whole = request(f"Content-Length: {len(body)}") + body
    with socket.create_connection((host, int(port))) as peer:
        peer.settimeout(20)
        peer.sendall(whole * 2 + whole[:30])
        peer.sendall(whole[30:])
        got = b""
        while got.count(b"all done") < 3:
            piece = peer.recv(65536)
            if not piece:
                break
            got += piece
        return {"answers": got.count(b"HTTP/1.1 200"), "texts": got.count(b"all done")}


def still_open(peers):
    """How many connections were neither closed nor answered."""
    count = 0
    for peer in peers:
        try:
            peer.recv(1, socket.MSG_DONTWAIT)
        except BlockingIOError:
            count += 1
        except OSError:
            pass
    return count


def crowd():
    """Thousands of connections on which nothing is asked, and one on which something is."""
    peers = [socket.create_connection((host, int(port))) for _ in range(4300)]
    status = ask(f"{base}/chat/completions", call())[0]
    # It was not answered because they had left.
    return {"status": status, "held": still_open(peers) > 1000, "opened": len(peers)}


def bomb():
    """Headers without end."""
    status = said([b"GET /fake/v1/models HTTP/1.1\r\n"] + [b"x-%d: %s\r\n" % (number, b"y" * 1000) for number in range(9000)])[0]
    return {"status": str(status)}


def fine():
    """Asks once, in good order."""
    return {"status": ask(f"{base}/chat/completions", call())[0]}


def swallow():
    """Asks once, and goes on without an answer."""
    try:
        return {"status": ask(f"{base}/chat/completions", call())[0]}
    except OSError:
        return {"status": 0}


def aside():
    """Asks for much that is no call."""
    statuses = [ask(f"{root}/_step/look", {"effect": "none"})[0], ask(f"{base}/models")[0], ask(f"{base}/files", call())[0]]
    assert statuses == [200, 200, 404], statuses
    return {}


def circle():
    """Asks with a conversation that goes round, and goes on when it is refused."""
    turn = [
        {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c", "content": "nothing"},
    ]
    body = call()
    body["messages"] += turn * 9
    return {"status": ask(f"{base}/chat/completions", body)[0]}


def no_money():
    """Asks the connections that are given for what there is no money for, writes how it was told to a file, and goes on.

    The file comes first, and then the connections, of which each may come several times.
    """
    told = []
    for name in sys.argv[4:]:
        path, body = {
            "claude": ("v1/messages", call(max_tokens=100)),
            "gem": ("v1beta/models/fake:generateContent", {"contents": [{"role": "user", "parts": [{"text": prompt}]}]}),
        }.get(name, ("v1/chat/completions", call()))
        status, answer, headers = ask(f"{root}/{name}/{path}", body)
        told.append([status, headers.get("x-should-retry"), answer])
    with open(sys.argv[3], "w", encoding="utf-8") as file:
        json.dump(told, file)
    return {"asked": len(told)}


def wanders():
    """Asks for two things that are others each time, and makes nothing of a refusal."""
    statuses = []
    for _ in range(2):
        body = call(messages=[{"role": "user", "content": f"{prompt} {time.time_ns()}"}])
        statuses.append(ask(f"{base}/chat/completions", body)[0])
    return statuses


def upgrades():
    """What clients ask for that would rather speak something else: HTTP/2, or over WebSockets."""
    path, body = "/fake/v1/chat/completions", json.dumps(call()).encode()
    length = f"Content-Length: {len(body)}"
    h2c = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA")
    return {
        "h2c": wire(bare("POST", path, body, length, *h2c)),
        "models": wire(bare("GET", "/fake/v1/models?answer=headers", b"", *h2c)),
        "web socket": wire(bare("GET", "/fake/v1/realtime", b"", "Connection: Upgrade", "Upgrade: WebSocket")),
    }


def loris():
    """Two hundred clients that never come to the end of their headers, and one that does."""
    peers = []
    for _ in range(200):
        peer = socket.create_connection((host, int(port)))
        peer.sendall(b"POST /fake/v1/chat/completions HTTP/1.1\r\nHost: x\r\nx-slow: ")
        peers.append(peer)
    status = ask(f"{base}/chat/completions", call())[0]
    return {"status": status, "held": still_open(peers)}


def leave_token():
    """Leaves its address and token to another program."""
    with open(sys.argv[3], "w", encoding="utf-8") as file:
        json.dump([base, token], file)
    return {}


def leave_busy():
    """Leaves address and token to another program, and ends while a call is under way, when it is told that it is."""
    leave_token()
    body = json.dumps(call()).encode()
    peer = socket.create_connection((host, int(port)))
    peer.sendall(bare("POST", "/fake/v1/chat/completions", body, f"Content-Length: {len(body)}"))
    while not os.path.exists(sys.argv[3] + ".go"):
        time.sleep(0.01)
    return {}


def stale_models():
    """Asks for what costs nothing with what another attempt has left."""
    with open(sys.argv[3], encoding="utf-8") as file:
        address, old = json.load(file)
    return {"status": ask(f"{address}/models", key=old)[0]}


def stale_token():
    """Asks with what another attempt has left."""
    with open(sys.argv[3], encoding="utf-8") as file:
        address, old = json.load(file)
    status, answer, headers = ask(f"{address}/chat/completions", call(), key=old)
    return {"status": status, "message": answer["error"]["message"], "again": headers["x-should-retry"]}


def full():
    """Asks before and after the store, whose place is given, has become full."""
    statuses = [ask(f"{base}/chat/completions", call())[0]]
    with filled(sys.argv[3]):
        for seed in (2, 3):
            status, answer, headers = ask(f"{base}/chat/completions", call(seed=seed, filling="x" * 20000))
            statuses.append([status, headers.get("x-should-retry"), answer["error"]["message"].split(":")[1].strip()])
    return statuses


def denied():
    """Asks for what people do not allow."""
    status, answer, headers = ask(f"{base}/chat/completions", call())
    error = answer.get("error", {})
    return {"status": status, "code": error.get("code"), "message": error.get("message"), "again": headers.get("x-should-retry")}


def compressed():
    body = json.dumps(call()).encode()
    # A frame of zstd with one block as it is: magic, a size of 4 bytes, the block's header, the block.
    block = len(body) << 3 | 1
    frame = b"\x28\xb5\x2f\xfd\xa0" + len(body).to_bytes(4, "little") + block.to_bytes(3, "little") + body
    first, _, _ = ask(f"{base}/chat/completions", frame, {"Content-Encoding": "zstd"})
    assert first == 200, first
    status, answer, _ = ask(f"{base}/chat/completions", gzip.compress(body), {"Content-Encoding": "gzip"})
    return {"status": status, "text": answer["choices"][0]["message"]["content"]}


def stream(limit=None):
    """Returns the bytes of a streamed answer, the first so many of them, and whether it came to its end."""
    body = json.dumps(call(stream=True)).encode()
    with socket.create_connection((host, int(port))) as peer:
        peer.sendall(
            b"POST /fake/v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
            % (token.encode(), len(body)) + body
        )
        with peer.makefile("rb") as reader:
            length = None
            while (line := reader.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if length is not None:
                return reader.read(length), True
            received = b""
            while True:
                size = int(reader.readline() or b"0", 16) if limit is None or len(received) < limit else None
                if size is None:
                    return received, False
                if size == 0:
                    return received, received.endswith(b"data: [DONE]\n\n")
                received += reader.read(size)
                reader.readline()


def hang_up():
    """Leaves after the first bytes, at the end of every chunk, and asks again."""
    first, _ = stream(int(sys.argv[3]))
    whole, ended = stream()
    again, _ = stream() if len(sys.argv) > 4 else (whole, True)
    return {"begins alike": whole.startswith(first), "ended": ended, "count": len(first)}


def told_again():
    """Is killed when it has a streamed answer, and compares what the next attempt gets."""
    got, ended = stream()
    if not os.path.exists(sys.argv[3]):
        with open(sys.argv[3], "wb") as file:
            file.write(got)
        os.kill(os.getpid(), signal.SIGKILL)
    with open(sys.argv[3], "rb") as file:
        return {"alike": file.read() == got, "ended": ended or got.endswith(b"data: [DONE]\n\n")}


def variables():
    """Where the variables lead that SDKs read."""
    told = {}
    for name, value in os.environ.items():
        if name.startswith(("OPENAI_", "ANTHROPIC_", "GOOGLE_", "GEMINI_", "CHASSIS_GATEWAY", "CHASSIS_STEP")):
            told[name] = "token" if value == token else value.removeprefix(root)
    return told


def parallel():
    """Asks the same thing three times at once."""
    answers = []

    def one():
        answers.append(ask(f"{base}/chat/completions", call())[1]["id"])

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"different": len(set(answers))}


def impatient():
    """Gives up in the middle of a stream, asks again, and has the provider, at the address that is given, go on."""
    body = json.dumps(call(stream=True)).encode()
    head = bare("POST", "/fake/v1/chat/completions", body, f"Content-Length: {len(body)}")
    with socket.create_connection((host, int(port))) as peer:
        peer.sendall(head)
        got = b""
        while b"\n\n" not in got.partition(b"\r\n\r\n")[2]:
            got += peer.recv(65536)
    # Nobody can see when the gateway has heard of it.
    time.sleep(0.2)
    request = urllib.request.Request(f"{base}/chat/completions", body, {"Content-Type": "application/json", "Authorization": "Bearer " + token})
    with urllib.request.urlopen(request, timeout=60) as response:
        urllib.request.urlopen(sys.argv[3] + "/_hold", json.dumps({"tag": "rude", "from": None}).encode()).read()
        whole = response.read()
        return {"status": response.status, "match": response.headers["x-chassis-match"], "ended": whole.endswith(b"data: [DONE]\n\n")}


def asks_again():
    """Asks for no stream, and asks again while that is under way, as clients do that have lost patience; the first one may "stay" or "leave".

    The address of the provider is given, which goes on when the gateway has said that the call is shared.
    """
    provider, first = sys.argv[3:5]
    said = {}

    def again(name, **headers):
        status, answer, heads = ask(f"{base}/chat/completions", call(), headers)
        said[name] = [status, {key.lower(): value for key, value in heads.items()}["x-chassis-match"], answer]

    body = json.dumps(call()).encode()
    with contextlib.ExitStack() as open_ones:
        if first == "stay":
            threads = [threading.Thread(target=again, args=("first",))]
            threads[0].start()
        else:
            threads = []
            peer = open_ones.enter_context(socket.create_connection((host, int(port))))
            peer.sendall(bare("POST", "/fake/v1/chat/completions", body, f"Content-Length: {len(body)}"))
        urllib.request.urlopen(provider + "/_wait", json.dumps({"tag": "rude", "path": "", "count": 1}).encode()).read()
    threads.append(threading.Thread(target=again, args=("second",), kwargs={"x-stainless-retry-count": "1"}))
    threads[-1].start()
    for thread in threads:
        thread.join()
    same = first == "leave" or said["first"][2] == said["second"][2]
    return {"first": said.get("first", [None, None])[:2], "second": said["second"][:2], "same": same}


def gone():
    """Gives up what was done before while it waits for a call of the killed worker, asks again, and has the provider go on.

    The address of the provider, a file that is not there yet, and call or step are given.
    """
    provider, file, what = sys.argv[3:6]
    path = "/_step/charge" if what == "step" else "/fake/v1/chat/completions"
    body = {"effect": "once"} if what == "step" else call()
    held = call()
    held["messages"] += [{"role": "assistant", "content": "so"}, {"role": "user", "content": "and then?"}]
    if not os.path.exists(file):
        answer = ask(root + path, body)[1]
        if what == "step":
            ask(root + path, body | {"position": answer["position"], "result": 1}, method="PUT")
        open(file, "w").close()
        ask(f"{base}/chat/completions", held)
    for is_last in (False, True):
        peer = http.client.HTTPConnection(host, int(port), timeout=50)
        peer.request("POST", path, json.dumps(body), {"Content-Type": "application/json", "Authorization": "Bearer " + token})
        if not is_last:
            peer.close()
    urllib.request.urlopen(provider + "/_hold", json.dumps({"tag": "rude", "from": None}).encode()).read()
    response = peer.getresponse()
    state = json.loads(response.read()).get("state") or response.headers["x-chassis-match"]
    return [state, ask(f"{base}/chat/completions", held)[2]["x-chassis-match"]]


def unheard():
    """Does a step, goes before it hears that it is recorded, when the file that is given is there, and asks for it again."""
    path, body = "/_step/charge", {"effect": "once"}
    position = ask(root + path, body)[1]["position"]
    peer = http.client.HTTPConnection(host, int(port))
    peer.request("PUT", path, json.dumps(body | {"position": position, "result": 1}), {"Authorization": "Bearer " + token})
    while not os.path.exists(sys.argv[3]):
        time.sleep(0.01)
    peer.close()
    return ask(root + path, body)[1]


def leaves():
    """Asks for a step or a tool that people decide about, and ends well without an answer, when the file that is given is there."""
    file, what = sys.argv[3:5]
    done = []

    def need():
        if what == "step":
            answer = ask(f"{root}/_step/charge", {"effect": "once"})[1]
            if answer["state"] == "run":
                ask(f"{root}/_step/charge", {"effect": "once", "position": answer["position"], "result": 1}, method="PUT")
        else:
            url, params = os.environ["CHASSIS_MCP_URL"], {"name": "charge", "arguments": {}}
            message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
            ask(url, message, key=url.rsplit("/", 1)[1])
        done.append(what)

    thread = threading.Thread(target=need, daemon=True)
    thread.start()
    while thread.is_alive() and not os.path.exists(file):
        thread.join(0.01)
    sys.stdout.write(json.dumps(done) + "\n")
    sys.stdout.flush()
    os._exit(0)


def waits():
    """Goes round in a circle, or asks for nothing at all, and ends well when it is told to, by a file beside the one that is given, and says when it waits for that."""
    file, what = sys.argv[3:5]
    if what == "circle":
        circle()
    print("waits", flush=True)
    while not os.path.exists(file + ".go"):
        time.sleep(0.01)
    return {}


def two_at_once():
    """Asks the same thing twice at once, and is killed when one of them was done and the other one denied.

    A file that is not there yet, and call or step are given; the calls differ in what a tool has returned.
    """
    file, what = sys.argv[3:5]
    states = []
    if what == "call":
        first = ask(f"{base}/chat/completions", call())[1]["choices"][0]["message"]

    def one(number):
        if what == "call":
            result = {"role": "tool", "tool_call_id": first["tool_calls"][0]["id"], "content": str(number)}
            body = call()
            body["messages"] += [first, result]
            states.append("denied" if ask(f"{base}/chat/completions", body)[0] == 403 else "done")
            return
        url, body = f"{root}/_step/charge", {"effect": "once"}
        status, answer, _ = ask(url, body)
        if answer.get("state") == "run":
            with open(file + ".notes", "a", encoding="utf-8") as notes:
                notes.write("charge\n")
            ask(url, body | {"position": answer["position"], "result": 1}, method="PUT")
        states.append("denied" if status == 403 else "done")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if states == ["denied", "denied"]:
        # The one came when the other one had its denial, and took its place.
        sys.exit(1)
    if len(set(states)) == 2 and not os.path.exists(file):
        open(file, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return sorted(states)


def no_room():
    """Asks the same thing twice at once, of which there is room for one, and again, as an SDK does, when there is more room.

    The address of the provider is given, which holds all answers, those of the tag rude in the middle.
    """
    body = json.dumps(call(stream=True, padding=[{}] * 70_000)).encode()

    def tell(what, **more):
        urllib.request.urlopen(sys.argv[3] + what, json.dumps(more).encode()).read()

    def begin(**headers):
        headers |= {"Content-Type": "application/json", "Authorization": "Bearer " + token}
        return urllib.request.urlopen(urllib.request.Request(f"{base}/chat/completions", body, headers), timeout=50)

    large = {"model": "fake", "messages": [{"role": "user", "content": "fill [run:large turns:1]"}], "padding": [{}] * 247_000}
    filling = threading.Thread(target=ask, args=(f"{base}/chat/completions", large), daemon=True)
    filling.start()
    tell("/_wait", tag="large", path="", count=1)
    first = begin()
    try:
        refused = begin().status
    except urllib.error.HTTPError as error:
        refused = error.code
    tell("/_hold", tag="large", **{"from": None})
    filling.join()
    second, count = None, 0
    while second is None and count < 100:
        count += 1
        try:
            second = begin(**{"x-stainless-retry-count": str(count)})
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise
    tell("/_hold", tag="rude", **{"from": None})
    answers = [first.read(), second.read()]
    return {"refused": refused, "match": second.headers["x-chassis-match"], "different": answers[0] != answers[1]}


def otherwise():
    """Does a step and asks twice, and is killed; when the file that is given is there, the second time is asked otherwise.

    What differs is given too: the "result" of a tool, with so many bytes behind it, or the "question".
    """
    file, what, padding = sys.argv[3], sys.argv[4], "x" * int(sys.argv[5])
    when = "night" if os.path.exists(file) else "noon"
    step = ask(f"{root}/_step/look", {"effect": "none"})[1]
    if step["state"] == "run":
        ask(f"{root}/_step/look", {"effect": "none", "position": step["position"], "result": 1}, method="PUT")
    first = ask(f"{base}/chat/completions", call())[1]["choices"][0]["message"]
    body = call()
    if what == "result":
        added = {"role": "tool", "tool_call_id": first["tool_calls"][0]["id"], "content": f"at {when}{padding}"}
    else:
        added = {"role": "user", "content": f"and at {when}?"}
    body["messages"] += [first, added]
    match = ask(f"{base}/chat/completions", body)[2]["x-chassis-match"]
    if not os.path.exists(file):
        open(file, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"match": match}


def until_good():
    """Asks until it is answered, and says what it got before."""
    got = []
    for _ in range(5):
        try:
            if "stream" in sys.argv:
                _, ended = stream()
                status = 200 if ended else "cut"
            else:
                status, _, headers = ask(f"{base}/chat/completions", call())
                status = f"{status} {headers.get('x-should-retry')}"
        except (OSError, ValueError):
            status = "cut"
        got.append(status)
        if str(status).startswith("200"):
            break
    return got


def reported():
    """Asks each provider for a stream, and once more, and says of each how it began, what came last, and how it was found."""
    text = [{"role": "user", "content": prompt}]
    told = {}
    for path, body in {
        "fake/v1/chat/completions": call(stream=True),
        "fake/v1/responses": {"model": "fake", "input": text, "stream": True},
        "claude/v1/messages": call(stream=True, max_tokens=100),
        "gem/v1beta/models/fake:streamGenerateContent?alt=sse": {"contents": [{"role": "user", "parts": [{"text": prompt}]}]},
    }.items():
        told[path.split("/")[-1].split("?")[0]] = said = []
        for _ in range(2):
            headers = {"Content-Type": "application/json", "Authorization": "Bearer " + token}
            request = urllib.request.Request(f"{root}/{path}", json.dumps(body).encode(), headers)
            with urllib.request.urlopen(request, timeout=60) as response:
                # Raises when the body does not come to its end.
                events = [line[6:] for line in response.read().split(b"\n") if line.startswith(b"data: ")]
            events = [json.loads(event) for event in events if event != b"[DONE]"]
            last = events[-1].get("response") or events[-1]
            said.append([len(events), last.get("error"), response.headers["x-chassis-match"]])
    return told


def secrets():
    """What of the worker the program can see."""
    with open("/proc/self/environ", "rb") as environment:
        return {"key": b"real-key" in environment.read(), "postgres": "PGHOST" in os.environ}


cases = vars(rude_steps) | vars(rude_responses) | globals()
print(json.dumps(cases[sys.argv[1].replace("-", "_")]()))
