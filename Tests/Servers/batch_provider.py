#!/usr/bin/env python3
"""A model provider with the batch interfaces of OpenAI and Anthropic, that keeps a bill.

The prompt of a request says what is played, between brackets: [run:TAG play:WHAT]. A batch takes part in all that its
requests say:

  lost     the batch is taken, and the connection closed instead of an answer, the first time
  late     as lost, and the batch stands in the list only when this was looked at twice
  refuse   the batch is refused with 429, the first time
  bad      the request is refused, in a batch that ends well
  garbage  a line of the results is no JSON, and the request has no other
  wild     the answer says of its usage what cannot be
  expire   the batch expires
  hold     the batch is worked on until it is cancelled; then its request is not done
  done     the same, but its request is done by then
  early    the batch ends as soon as it is taken

All other batches end when they were looked at twice, in a list too. Answers repeat the tag. The first line of the output says the port.

  GET /_bill     {"batches": [{"id", "key", "calls": [{"custom_id", "tag"}], "state"}], "paid": [TAG, …], "looks": N}
"""
import datetime
import http.server
import json
import os
import re
import select
import threading
import time
import urllib.parse
import uuid

lock = threading.Lock()
files = {}
batches = []
paid = []
looks = 0
refused = set()


def play_of(call):
    text = json.dumps(call)
    found = re.search(r"\[run:([\w-]+)(?: play:(\w+))?\]", text)
    return (found.group(1), found.group(2) or "") if found else ("untagged", "")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        global looks
        path, _, query = self.path.partition("?")
        query = dict(urllib.parse.parse_qsl(query))
        with lock:
            if path == "/_bill":
                told = [{"id": b["id"], "key": b["key"], "state": b["state"],
                         "calls": [{"custom_id": c["custom_id"], "tag": play_of(c)[0]} for c in b["calls"]]} for b in batches]
                return self.reply(200, {"batches": told, "paid": paid, "looks": looks})
            if path in ("/v1/batches", "/v1/messages/batches"):
                looks += 1
                return self.list(path, query)
            found = re.fullmatch(r"/v1/files/([\w-]+)/content", path)
            if found:
                return self.reply(200, files[found.group(1)].encode(), "application/octet-stream")
            found = re.fullmatch(r"/v1/(?:messages/)?batches/([\w-]+)(/results)?", path)
            batch = next((b for b in batches if found and b["id"] == found.group(1)), None)
            if batch is None:
                return self.reply(404, {"error": {"message": "nothing here", "type": "not_found_error"}})
            if found.group(2):
                return self.reply(200, batch["results"].encode(), "application/x-jsonl")
            self.look_at(batch)
            self.reply(200, self.shown(batch))

    def look_at(self, batch):
        batch["looks"] += 1
        if batch["looks"] >= 2 and batch["state"] == "in_progress" and not {"hold", "done"} & batch["plays"]:
            self.finish(batch, "expired" if "expire" in batch["plays"] else "completed")

    def list(self, path, query):
        kind = "anthropic" if "messages" in path else "openai"
        shown = []
        for batch in reversed(batches):
            if batch["kind"] != kind:
                continue
            batch["listed"] += 1
            if "late" in batch["plays"] and batch["listed"] < 3:
                continue
            self.look_at(batch)
            shown.append(batch)
        after = query.get("after") or query.get("after_id")
        if after:
            shown = shown[[b["id"] for b in shown].index(after) + 1 :]
        page = shown[: min(2, int(query.get("limit", 20)))]  # Small pages, so that they are turned.
        self.reply(200, {"object": "list", "data": [self.shown(b) for b in page], "has_more": len(shown) > len(page),
                         "last_id": page[-1]["id"] if page else None})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        path = self.path
        with lock:
            if path == "/v1/files":
                boundary = self.headers["content-type"].split("boundary=")[1].encode()
                content = next(p for p in body.split(b"--" + boundary) if b"filename=" in p)
                files["file-" + uuid.uuid4().hex] = content.split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n", 1)[0].decode()
                return self.reply(200, {"id": list(files)[-1], "object": "file", "purpose": "batch"})
            if path == "/v1/batches":
                given = json.loads(body)
                calls = [json.loads(line) for line in files[given["input_file_id"]].splitlines()]
                if any(c["body"].get("stream") or c["url"] != given["endpoint"] for c in calls):
                    return self.reply(400, {"error": {"message": "no such thing in a batch"}})
                return self.take("openai", calls, (given.get("metadata") or {}).get("chassis_batch"))
            if path == "/v1/messages/batches":
                return self.take("anthropic", json.loads(body)["requests"], None)
            found = re.fullmatch(r"/v1/(?:messages/)?batches/([\w-]+)/cancel", path)
            batch = next((b for b in batches if found and b["id"] == found.group(1)), None)
            if batch is None:
                return self.reply(404, {"error": {"message": "nothing here"}})
            if batch["state"] != "in_progress":
                return self.reply(400, {"error": {"message": "it has ended", "type": "invalid_request_error"}})
            self.finish(batch, "completed" if "done" in batch["plays"] else "cancelled")
            self.reply(200, self.shown(batch))

    def take(self, kind, calls, key):
        plays = {play_of(call)[1] for call in calls}
        tags = {play_of(call)[0] for call in calls}
        if "refuse" in plays and not tags <= refused:
            refused.update(tags)
            return self.reply(429, {"error": {"message": "too many batches", "type": "rate_limit_error"}})
        prefix = "msgbatch_" if kind == "anthropic" else "batch_"
        batch = {"id": prefix + uuid.uuid4().hex, "kind": kind, "key": key, "calls": calls, "plays": plays, "listed": 0,
                 "state": "in_progress", "looks": 0, "results": "", "created": int(time.time())}
        batches.append(batch)
        if "early" in plays:
            self.finish(batch, "completed")
        if plays & {"lost", "late"}:
            self.close_connection = True
            return
        self.reply(200, self.shown(batch))

    def finish(self, batch, state):
        batch["state"] = state
        lines = []
        for call in batch["calls"]:
            tag, play = play_of(call)
            is_done = state == "completed" and play != "bad"
            if is_done:
                paid.append(tag)
            if play == "garbage":
                lines.append('{"custom_id": "' + call["custom_id"] + '", "resp')
            elif batch["kind"] == "anthropic":
                lines.append(json.dumps({"custom_id": call["custom_id"], "result": self.result(state, tag, play)}))
            elif is_done or play == "bad" and state == "completed":
                lines.append(json.dumps({"custom_id": call["custom_id"], "error": None, "response": self.response(tag, play)}))
            else:
                error = {"code": "batch_expired" if state == "expired" else "batch_cancelled", "message": "not done"}
                lines.append(json.dumps({"custom_id": call["custom_id"], "response": None, "error": error}))
        # Answers come in no order.
        batch["results"] = "\n".join(reversed(lines)) + "\n"
        batch["file"] = "file-" + uuid.uuid4().hex
        files[batch["file"]] = batch["results"]

    def result(self, state, tag, play):
        if state != "completed":
            return {"type": "expired" if state == "expired" else "canceled"}
        if play == "bad":
            return {"type": "errored", "error": {"type": "error", "error": {"type": "invalid_request_error", "message": "no"}}}
        usage = {"input_tokens": -5 if play == "wild" else 100, "output_tokens": 10}
        return {"type": "succeeded", "message": {
            "id": "msg_" + tag, "type": "message", "role": "assistant", "model": "fake", "stop_reason": "end_turn",
            "content": [{"type": "text", "text": "answer to " + tag}], "usage": usage}}

    def response(self, tag, play):
        if play == "bad":
            return {"status_code": 400, "request_id": "r", "body": {"error": {"message": "no", "type": "invalid_request_error"}}}
        usage = {"prompt_tokens": -5 if play == "wild" else 100, "completion_tokens": 10}
        message = {"role": "assistant", "content": "answer to " + tag}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = {"id": "chatcmpl-" + tag, "object": "chat.completion", "model": "fake", "choices": [choice], "usage": usage}
        return {"status_code": 200, "request_id": "r", "body": body}

    def shown(self, batch):
        count = len(batch["calls"])
        if batch["kind"] == "anthropic":
            ended = batch["state"] != "in_progress"
            counts = dict.fromkeys(["processing", "succeeded", "errored", "canceled", "expired"], 0)
            counts["succeeded" if ended else "processing"] = count
            stamp = datetime.datetime.fromtimestamp(batch["created"], datetime.timezone.utc)
            return {"id": batch["id"], "type": "message_batch", "processing_status": "ended" if ended else "in_progress",
                    "request_counts": counts, "created_at": stamp.isoformat(), "archived_at": None}
        return {"id": batch["id"], "object": "batch", "status": batch["state"], "created_at": batch["created"],
                "output_file_id": batch.get("file"), "error_file_id": None,
                "request_counts": {"total": count, "completed": 0, "failed": 0},
                "metadata": {"chassis_batch": batch["key"]} if batch["key"] else None}

    def reply(self, status, value, kind="application/json"):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


def end_with_reader():
    poll = select.poll()
    poll.register(1, 0)
    poll.poll()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_reader, daemon=True).start()
    server = Server(("127.0.0.1", 0), Handler)
    print("port", server.server_address[1], flush=True)
    server.serve_forever()
