"""Answers of the fake provider that are none, or not what they seem."""
import gzip
import json
import time


class OddAnswers:
    """The part of a handler that gives them."""

    def oddity(self, how):
        """An answer that is none, or that tells the key."""
        key = self.headers.get("authorization") or self.headers.get("x-api-key") or self.headers.get("x-goog-api-key") or ""
        key = key.removeprefix("Bearer ")
        page = [("Content-Type", "text/html"), ("x-request-id", "of-" + key)]
        message = f"the key {key} is unknown"
        if how == "headers":
            return self.reply(200, sorted(name.lower() for name in self.headers))
        if how == "html":
            return self.reply(200, b"<html>please log in</html>", page[:1])
        if how == "empty":
            return self.reply(200, b"", [("Content-Type", "application/json")])
        if how.startswith("page-"):
            return self.reply(int(how[5:]), b"<html>bad gateway</html>", page[:1])
        if how == "moved":
            return self.reply(307, b"", [("Location", "http://127.0.0.1:1/elsewhere")])
        if how == "tell-401":
            return self.reply(401, {"error": {"message": message, "type": "auth", "hex": key.encode().hex()}}, page[1:])
        if how in ("tell-502", "tell-page"):
            return self.reply(502 if how == "tell-502" else 200, f"<html>{message}</html>".encode(), page)
        if how == "tell-document":
            return self.reply(200, {"id": "x", "choices": [{"index": 0, "message": {"role": "assistant", "content": message}}]}, page[1:])
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("x-request-id", "of-" + key)
        self.end_headers()
        delta = {"choices": [{"index": 0, "delta": {"content": message}, "finish_reason": None}]}
        events = [{"error": {"message": message}}] if how == "tell-error" else [delta, delta]
        text = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
        # In pieces, so that the key comes in parts.
        for start in range(0, len(text), 7):
            self.wfile.write(text[start : start + 7].encode())
            self.wfile.flush()
            time.sleep(0.002)
        self.close_connection = True

    def huge(self):
        """An answer of 1 GB, as far as the client takes it."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(1 << 30))
        self.end_headers()
        for _ in range(1 << 10):
            self.wfile.write(b" " * (1 << 20))

    def endless(self):
        """Events without end, as far as the client takes them."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        event = {"choices": [{"index": 0, "delta": {"content": "x" * 65536}, "finish_reason": None}]}
        while True:
            self.wfile.write(b"data: %s\n\n" % json.dumps(event).encode())

    def lie(self, how):
        """An answer that is not what its header says."""
        body = json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": "all done"}}]}).encode()
        length = len(body)
        if how == "gzip":
            body = gzip.compress(body)
            length = len(body)
        elif how == "short":
            length += 10
        elif how == "long":
            body += b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        else:
            body = body.replace(b"all", b"\xff\xfe\xfd")
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        if how == "gzip":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def reported(self):
        """An error as it comes in a stream."""
        error = {"type": "overloaded_error", "code": "server_error", "message": f"overloaded, says {self.entry['key']}"}
        event = {"error": error}
        if self.path.endswith("/messages"):
            event["type"] = "error"
        elif self.path.endswith("/responses"):
            event = {"type": "response.failed", "response": {"status": "failed", "error": error}}
        name = f"event: {event['type']}\n" if "type" in event else ""
        return f"{name}data: {json.dumps(event)}\n\n".encode()
