"""What a program sends that is no HTTP, or that few clients send; cases of rude_client.py."""
import gzip
import http.client
import json
import os
import socket

from asking import ask, base, call, host, port, prompt, root, token

# Magic, a header without a size and a window of 128 KiB, and 400 blocks that each repeat one byte 128 KiB times: 50 MiB.
ZSTD_BOMB = b"\x28\xb5\x2f\xfd\x00\x38" + b"\x02\x00\x10 " * 400 + b"\x03\x00\x10 "


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


def compressed():
    body = json.dumps(call()).encode()
    # A frame of zstd with one block as it is: magic, a size of 4 bytes, the block's header, the block.
    block = len(body) << 3 | 1
    frame = b"\x28\xb5\x2f\xfd\xa0" + len(body).to_bytes(4, "little") + block.to_bytes(3, "little") + body
    first, _, _ = ask(f"{base}/chat/completions", frame, {"Content-Encoding": "zstd"})
    assert first == 200, first
    status, answer, _ = ask(f"{base}/chat/completions", gzip.compress(body), {"Content-Encoding": "gzip"})
    return {"status": status, "text": answer["choices"][0]["message"]["content"]}


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


def elsewhere():
    """Paths of calls that cost nothing, which a provider would take for those of calls that do."""
    asked = json.dumps({"model": "fake", "input": prompt, "contents": [{"role": "user", "parts": [{"text": prompt}]}]}).encode()
    return [
        wire(bare("POST", path, asked, f"Content-Length: {len(asked)}", "Connection: close"))[9:12]
        for path in (
            "/fake/v1/responses/compact#/cancel", "/fake/v1/responses/compact?x=1#/cancel", "/fake#/v1/responses/r/cancel",
            "/gem/v1beta/models/fake:generateContent#:countTokens", "/gem/v1%2f..%2fv1beta/models/fake:generateContent",
            "/gem/v1beta/models/%66ake:generateContent",
        )
    ]


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


def loris():
    """Two hundred clients that never come to the end of their headers, and one that does."""
    peers = []
    for _ in range(200):
        peer = socket.create_connection((host, int(port)))
        peer.sendall(b"POST /fake/v1/chat/completions HTTP/1.1\r\nHost: x\r\nx-slow: ")
        peers.append(peer)
    status = ask(f"{base}/chat/completions", call())[0]
    return {"status": status, "held": still_open(peers)}
