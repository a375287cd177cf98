#!/usr/bin/env python3
"""A tool server that speaks the Model Context Protocol, well or badly, as its options say.

    mcp_server.py [--http] [--form handshake|stateless|both|silent|dies] [--order SEED] [--log FILE] [--name TEXT] [--more] [--gate FILE]
                  [--fault STATUS] [--own]

Over standard input and output, or, with --http, over streamable HTTP on a port of 127.0.0.1 that its first line says. The
form is what it knows: the handshake, the stateless protocol of 2026-07-28, or both; `silent` knows the handshake and says
nothing to anything before it, `dies` ends at it. What it is asked is written to FILE, a line each: method and name.
Its tools do what their names say; --more has it list one more from the beginning; --gate has it start slowly: it reads
nothing until FILE is there. With --http, `status_once` is carried out and answered with STATUS and an error, that of no
request, or with --own that of the call.
"""
import argparse
import http.server
import json
import os
import random
import signal
import sys
import threading
import time

options = None
state = {"greeted": False, "extra": False, "count": 0}
methods = {}  # of each request, by its id
lock = threading.Lock()
NEWEST = "2026-07-28"

NONE, SAME = {"readOnlyHint": True}, {"idempotentHint": True, "destructiveHint": True}
TOOLS = [
    # name, annotations, properties
    ("echo", NONE, {"text": {"type": "string"}}),
    ("note", SAME, {"item": {"type": "string"}}),
    ("add", NONE, {"a": {"type": "integer"}, "b": {"type": "integer"}}),
    ("write", {"destructiveHint": True}, {"text": {"type": "string"}}),
    ("put", SAME, {"text": {"type": "string"}}),
    ("grow", None, {}),
    ("picture", NONE, {}),
    ("structured", NONE, {}),
    ("fail", NONE, {}),
    ("refuse", NONE, {}),
    ("hang", NONE, {}),
    ("hang_once", None, {}),
    ("die", NONE, {}),
    ("die_same", SAME, {}),
    ("die_once", None, {}),
    ("die_first", SAME, {}),
    ("big", NONE, {"bytes": {"type": "integer"}}),
    ("garbage", NONE, {}),
    ("wrong_id", NONE, {}),
    ("flood", NONE, {}),
    ("progress", NONE, {}),
    ("broken", NONE, {}),
    ("broken_end", None, {}),
    ("broken_odd", None, {}),
    ("late_once", None, {}),
    ("pings", None, {}),
    ("fault_once", None, {}),
    ("status_once", None, {}),
    ("leave", NONE, {}),
    ("environment", NONE, {}),
    ("region", NONE, {"where": {"type": "string", "x-mcp-header": "Region"}}),
    ("odd.name", NONE, {"x": {"type": "string", "pattern": "(?=lookahead)"}}),
]


def log(line):
    if options.log:
        with lock, open(options.log, "a") as file:
            file.write(line + "\n")


def tools():
    listed = [
        {
            "name": name,
            "description": f"does {name}",
            "inputSchema": {"type": "object", "properties": properties, "required": sorted(properties)},
            **({"annotations": annotations} if annotations is not None else {}),
        }
        for name, annotations, properties in TOOLS + ([("grown", NONE, {})] if state["extra"] else [])
    ]
    if options.order is not None:
        random.Random(options.order).shuffle(listed)
    return listed


def text(value, **more):
    return {"content": [{"type": "text", "text": value}], **more}


def remember(line):
    """Writes to a file beside the log; whether it was there before."""
    path = options.log + "." + line
    known = os.path.exists(path)
    open(path, "a").write("x")
    return known


def call(params, tell, number):
    """The result of a tool call; None when there is none."""
    name, arguments = params["name"], params.get("arguments", {})
    log(f"call {name} {params.get('_meta', {}).get('chassis/idempotencyKey', '-')}")
    if name == "echo":
        return text(arguments["text"])
    if name == "note":
        return text("noted")
    if name == "add":
        return text(str(arguments["a"] + arguments["b"]))
    if name in ("write", "put"):
        return text("done " + arguments["text"])
    if name == "grow":
        state["extra"] = True
        tell({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})
        return text("there is more now")
    if name == "picture":
        return {
            "content": [
                {"type": "image", "mimeType": "image/png", "data": "iVBORw0KGgo="},
                {"type": "resource", "resource": {"uri": "memo://1", "text": "a memo"}},
                {"type": "resource_link", "uri": "memo://2", "name": "second"},
            ]
        }
    if name == "structured":
        return {"content": [{"type": "text", "text": '{"n": 1}'}], "structuredContent": {"n": 1}}
    if name == "fail":
        return text("it went wrong", isError=True)
    if name in ("hang", "hang_once"):
        time.sleep(3600)
    if name.startswith("die"):
        if name != "die_first" or not remember("died"):
            os.kill(os.getpid(), signal.SIGKILL)
        return text("lived")
    if name == "big":
        return text("x" * arguments["bytes"])
    if name == "garbage":
        for line in range(3000):
            sys.stdout.write(f"no message {line}\n")
        sys.stdout.flush()
        time.sleep(3600)
    if name == "wrong_id":
        tell({"jsonrpc": "2.0", "id": 424242, "result": text("not yours")})
        return None
    if name == "flood":
        for _ in range(200):
            sys.stderr.write("x" * 65535 + "\n")
        return text("flooded")
    if name == "progress":
        token = params.get("_meta", {}).get("progressToken")
        tell({"jsonrpc": "2.0", "method": "notifications/progress",
              "params": {"progressToken": token, "progress": 1, "total": 2, "message": "half"}})
        tell({"jsonrpc": "2.0", "id": "ours", "method": "ping"})
        return text("whole")
    if name in ("broken", "broken_end", "broken_odd"):
        return text("mended")
    if name in ("late_once", "fault_once", "status_once"):
        return text("too late")
    if name == "leave":
        return text("left")
    if name == "pings":
        tell(*({"jsonrpc": "2.0", "id": f"p{count}", "method": "ping"} for count in range(2000)))
        return text("pinged")
    if name == "environment":
        return text(json.dumps(sorted(os.environ)))
    if name == "region":
        return text(state.get("region", "no header"))
    raise KeyError(name)


def answer(message, tell):
    """The answer to a message; None when there is none."""
    method, params, number = message.get("method"), message.get("params", {}), message.get("id")
    if method is None:
        log("answer " + json.dumps(message.get("result", message.get("error"))))
        return None
    about = [params[key] for key in ("name", "uri") if isinstance(params.get(key), str)]
    log(" ".join([method] + about + [methods[id] for id in [params.get("requestId")] if id in methods]))
    if number is None:
        return None
    methods[number] = method
    stateless = params.get("_meta", {}).get("io.modelcontextprotocol/protocolVersion") == NEWEST
    if method == "initialize" and options.form != "stateless":
        state["greeted"] = True
        result = {"protocolVersion": params["protocolVersion"], "serverInfo": {"name": "test", "version": "1"},
                  "capabilities": capabilities()}
        return {"jsonrpc": "2.0", "id": number, "result": result}
    if not state["greeted"] and options.form in ("handshake", "silent", "dies") or (
            stateless and options.form == "handshake"):
        if options.form == "dies":
            sys.exit(1)
        return None if options.form == "silent" else fault(number, -32602, "before initialization")
    try:
        result = carry_out(method, params, tell, number)
    except KeyError as error:
        return fault(number, -32601 if method != "tools/call" else -32602, f"unknown: {error}")
    if result is None:
        return None
    if stateless:
        result = {"resultType": "complete", **result}
    return {"jsonrpc": "2.0", "id": number, "result": result}


def capabilities():
    return {"tools": {"listChanged": True}, "resources": {}, "prompts": {}}


def carry_out(method, params, tell, number):
    if method == "server/discover" and options.form in ("both", "stateless"):
        return {"supportedVersions": [NEWEST], "capabilities": capabilities()}
    if method == "tools/list":
        page, all_tools = int(params.get("cursor", 0)), tools()
        rest = {"nextCursor": str(page + 10)} if page + 10 < len(all_tools) else {}
        return {"tools": all_tools[page:page + 10], **rest}
    if method == "tools/call":
        return call(params, tell, number)
    if method == "resources/list":
        return {"resources": [{"uri": "memo://1", "name": "first"}]}
    if method == "resources/templates/list":
        return {"resourceTemplates": []}
    if method == "resources/read":
        return {"contents": [{"uri": params["uri"], "text": "the text of " + params["uri"]}]}
    if method == "prompts/list":
        return {"prompts": [{"name": "greet", "arguments": [{"name": "who"}]}]}
    if method == "prompts/get":
        who = params.get("arguments", {}).get("who", "you")
        return {"messages": [{"role": "user", "content": {"type": "text", "text": f"Greet {who}."}}]}
    if method == "subscriptions/listen":
        tell({"jsonrpc": "2.0", "method": "notifications/subscriptions/acknowledged",
              "params": {"_meta": {"io.modelcontextprotocol/subscriptionId": number}}})
        return None
    raise KeyError(method)


def fault(number, code, message, **more):
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message, **more}}


# ---- over standard input and output ----


def write(*messages):
    with lock:
        sys.stdout.write("".join(json.dumps(message) + "\n" for message in messages))
        sys.stdout.flush()


def serve_streams():
    def respond(message):
        said = answer(message, write)
        if said is not None:
            write(said)
        if message.get("params", {}).get("name") == "leave":
            os._exit(0)

    while options.gate and not os.path.exists(options.gate):
        time.sleep(0.01)
    for line in sys.stdin:
        message = json.loads(line)
        if message.get("method") == "tools/call":
            threading.Thread(target=respond, args=(message,), daemon=True).start()
        else:
            respond(message)
    log("end")


# ---- over HTTP ----


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    streams = []

    def log_message(self, *_):
        pass

    def send(self, status, body=None, kind="application/json", headers=()):
        data = json.dumps(body).encode() if body is not None else b""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def begin_stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def event(self, *messages):
        self.wfile.write(b"".join(b"data: " + json.dumps(message).encode() + b"\n\n" for message in messages))
        self.wfile.flush()

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        method = message.get("method")
        session = self.headers.get("Mcp-Session-Id")
        stateless = self.headers.get("MCP-Protocol-Version") == NEWEST
        if self.headers.get("Authorization") != "Bearer let-me-in":
            return self.send(401)
        if stateless and options.form == "handshake":
            return self.send(400, fault(None, -32000, "Bad Request: Unsupported protocol version"))
        if stateless and self.headers.get("Mcp-Method") != method:
            return self.send(400, fault(message.get("id"), -32020, "Header mismatch"))
        if not stateless and method != "initialize" and session != state.get("session"):
            return self.send(404)
        headers = []
        if method == "initialize":
            state["session"] = f"s{random.random()}"
            headers = [("Mcp-Session-Id", state["session"])]
        state["region"] = self.headers.get("Mcp-Param-Region", "no header")
        if message.get("id") is None or method is None:
            answer(message, None)
            return self.send(202)
        if method == "tools/call" and message["params"]["name"] == "die_same" and not remember("forgotten"):
            state["session"] = None  # as a server does that was started anew
            return self.send(404)
        if method == "tools/call" and message["params"]["name"] == "late_once":
            answer(message, None)
            return self.send(408)
        if method == "tools/call" and message["params"]["name"] == "status_once":
            answer(message, None)
            return self.send(options.fault, fault(message["id"] if options.own else None, -32000, "not now"))
        if method == "tools/call" and message["params"]["name"] == "fault_once":
            answer(message, None)
            return self.send(200, fault(None, -32000, "not now"))
        if method in ("tools/call", "subscriptions/listen"):
            self.begin_stream()
            if method == "subscriptions/listen":
                Handler.streams.append(self)
            said = answer(message, self.tell)
            if message["params"].get("name") == "broken":
                state["broken"] = said
                return self.wfile.write(b"id: e7\ndata:\n\n")
            if message["params"].get("name") == "broken_odd":
                return self.wfile.write(b"id: a\x01b\ndata:\n\n")
            if message["params"].get("name") == "broken_end":
                self.wfile.write(b"id: e7\ndata:\n\n")
                os._exit(0)  # and nobody listens any more
            if said is not None:
                self.event(said)
            while method == "subscriptions/listen":
                time.sleep(3600)
            return None
        return self.send(200, answer(message, self.tell), headers=headers)

    def tell(self, *messages):
        if messages[0].get("method") == "notifications/tools/list_changed":
            for stream in Handler.streams:
                stream.event(*messages)
        else:
            self.event(*messages)

    def do_GET(self):
        self.begin_stream()
        if self.headers.get("Last-Event-ID") == "e7":
            return self.event(state["broken"])
        Handler.streams.append(self)
        time.sleep(3600)

    def do_DELETE(self):
        log("delete " + ("own" if self.headers.get("Mcp-Session-Id") == state.get("session") else "other"))
        self.send(200)


def serve_http():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(f"port {server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--http", action="store_true")
    parser.add_argument("--form", default="both")
    parser.add_argument("--order", type=int)
    parser.add_argument("--log")
    parser.add_argument("--name")
    parser.add_argument("--more", action="store_true")
    parser.add_argument("--gate")
    parser.add_argument("--fault", type=int)
    parser.add_argument("--own", action="store_true")
    options = parser.parse_args()
    state["extra"] = options.more
    log("start")
    serve_http() if options.http else serve_streams()
