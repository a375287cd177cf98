#!/usr/bin/env python3
"""A model provider with three wire formats, scripted by the prompt, that keeps a bill.

The first user message of a request says what is played, between brackets: [run:TAG turns:N delay:MS chunks:K same:1 kib:N pause:N].
With kib:N the last answer has so many KiB; with pause:N streams that are held wait behind their event N, counted from 0. Every turn but the last calls the tool "note", with same:1 always with the same argument; how far a conversation is, is counted from its own messages. Tool-call
ids are random: an answer that is asked for twice is another answer. Streams come in K chunks with MS milliseconds in all.

  POST /v1/chat/completions, /v1/completions, /v1/responses, /v1/embeddings, /v1/moderations      OpenAI
  POST /v1/messages, /v1/messages/count_tokens                  Anthropic
  POST /v1beta/models/M:generateContent, :streamGenerateContent, :embedContent, :countTokens      Gemini
  GET  /_bill        a JSON array: one entry for each call that was answered or begun, with tag, turn, key and the SHA-256 of its body, and that of a
                     stream that came to its end; with "usage" once a response with "background": true is completed
  POST /_script      {"tag": T, "answers": [...]}: what the next calls of a tag get instead: "html", "cut", "error" (reported in the middle of a
                     stream, with the key that the call came with, and noise behind it), "429", "close", "early" (an
                     answer, although calls of the tag are held), "huge" (1 GB), "endless" (a stream without end), "twice" (a stream with two terminators and noise behind them), "short" (less
                     than its length says), "long" (more than that), "gzip" (compressed, though nobody asked for it),
                     "no-utf8", "reset", "empty" (200 and nothing), "page-502" (HTML; any status), "moved" (a redirect), any JSON that is an object
                     (200 and that); and what tells the key that the call came with: "tell-401", "tell-502" (a page),
                     "tell-page" (a page with status 200), "tell-document", "tell-stream", "tell-error" (within a stream)
  POST /_hold        {"tag": T, "from": N}: calls of the tag wait from turn N on, once they are in the bill; those before it, and all of
                     them where N is null, are answered; with "middle": true streams wait behind their first event, with
                     "changes": true what changes or reads a conversation waits, and nothing else
  POST /_wait        {"tag": T, "path": P, "count": N}: answers when so many calls of the tag, to paths that end so, are in the bill
  GET  .../models?answer=A   what a call would get; with "headers" the names of those that came
  POST /v1/conversations/ID, .../ID/items, DELETE .../ID, .../ID/items/ITEM     what changes a conversation; GET of the same paths reads it
  GET  /v1/responses/ID, POST .../ID/cancel, DELETE .../ID     one with "background": true is queued at first, in progress when it is read, and completed from then on
  POST /v1/responses/input_tokens, /v1/responses/compact

The first line of the output says the port. The server ends when nobody reads its output any more.
"""
import hashlib
import http.server
import json
import os
import re
import select
import socket
import struct
import sys
import threading
import time
import uuid

from kept_things import KeptThings, background, held, hold, kept, lock
from odd_answers import OddAnswers

bill = []
scripts = {}
plays = {}
# From which turn on the calls of a tag wait, and whether in the middle.
holds = {}
changed = threading.Condition()


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)


class Handler(KeptThings, OddAnswers, http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/_bill":
            with lock:
                return self.reply(200, bill)
        if "/conversations/" in self.path:
            return self.read_conversation()
        if "/responses/" in self.path and "stream=true" in self.path:
            return self.follow()
        if "/responses/" in self.path:
            return self.respond(lambda response: response)
        path, _, query = self.path.partition("?answer=")
        if query:
            return self.oddity(query)
        if path.endswith("/models"):
            return self.reply(200, {"object": "list", "data": [{"id": "fake", "object": "model"}]})
        self.reply(404, {"error": {"message": "nothing here"}})

    def do_DELETE(self):
        self.do_POST()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        request = json.loads(body or b"{}")
        if self.path == "/_script":
            with lock:
                scripts.setdefault(request["tag"], []).extend(request["answers"])
            return self.reply(200, {})
        if self.path == "/_hold":
            with changed:
                holds[request["tag"]] = (request["from"], request.get("middle", False), request.get("changes", False))
                changed.notify_all()
            return self.reply(200, {})
        if self.path == "/_wait":
            def are_there():
                return sum(e["tag"] == request["tag"] and e["path"].endswith(request["path"]) for e in bill) >= request["count"]
            with changed:
                changed.wait_for(are_there)
            return self.reply(200, {})
        path = self.path.split("?")[0]
        # A conversation that the provider holds is named by its last answer alone.
        said = plays.get(request.get("previous_response_id") or request.get("conversation") or self.conversation()[0] or self.response(), "") + " ".join(texts(request))
        play = re.search(r"\[run:([\w-]+)((?: \w+:\d+)*)\]", said)
        self.said = play.group(0) + " " if play else ""
        tag = play.group(1) if play else "untagged"
        options = dict(part.split(":") for part in (play.group(2).split() if play else []))
        with lock:
            answer = scripts.get(tag) and scripts[tag].pop(0)
        if answer == "429":
            return self.reply(429, {"error": {"message": "slow down", "type": "rate_limit_error"}}, [("Retry-After", "0")])
        if answer in ("close", "reset"):
            self.close_connection = True
            if answer == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            return
        key = self.headers.get("authorization") or self.headers.get("x-api-key") or self.headers.get("x-goog-api-key")
        turn = self.turn(path, request)
        with lock:
            entry = {"tag": tag, "method": self.command, "path": path, "turn": turn, "key": key, "idempotency": self.headers.get("idempotency-key"), "sent": hashlib.sha256(body).hexdigest()}
            bill.append(entry)
        with changed:
            changed.notify_all()
        self.entry, self.is_early = entry, answer == "early"
        if isinstance(answer, dict):
            return self.reply(200, answer)
        if answer in ("html", "empty", "moved") or (answer or "").startswith(("tell-", "page-")):
            return self.oddity(answer)
        if answer == "huge":
            return self.huge()
        if answer == "endless":
            return self.endless()
        if answer in ("short", "long", "gzip", "no-utf8"):
            return self.lie(answer)
        self.repeats = "same" in options
        self.kib, self.pause = int(options.get("kib", 0)), int(options.get("pause", 0))
        last = turn >= int(options.get("turns", 1))
        self.play(path, request, turn, last, int(options.get("delay", 0)), int(options.get("chunks", 4)), answer)

    @staticmethod
    def turn(path, request):
        """Which answer of the conversation this is, counted from 1."""
        if request.get("conversation"):
            with lock:
                items = held[request["conversation"]]
            return 1 + sum(item.get("role") == "assistant" or item.get("type") == "function_call" for item in items)
        if "previous_response_id" in request and request["previous_response_id"]:
            return int(request["previous_response_id"].rsplit("_", 1)[1]) + 1
        items = request.get("messages") or request.get("input") or request.get("contents") or []
        if not isinstance(items, list):
            return 1
        return 1 + sum(
            isinstance(item, dict) and (item.get("role") in ("assistant", "model") or item.get("type") == "function_call")
            for item in items
        )

    def play(self, path, request, turn, last, delay, chunks, answer):
        call = "call_" + uuid.uuid4().hex[:16]
        arguments = {"item": "1" if self.repeats else str(turn)}
        text = "all done" + "." * (self.kib << 10) if last else f"item {turn}"
        if path.endswith("/embeddings"):
            events = [{"object": "list", "data": [{"index": 0, "embedding": [0.5]}], "usage": {"prompt_tokens": 3, "total_tokens": 3}}]
            return self.reply(200, events[0])
        if path.endswith("/moderations"):
            return self.reply(200, {"id": "modr-" + uuid.uuid4().hex, "model": "fake", "results": [{"flagged": False, "categories": {}}]})
        if path.endswith("/v1/completions"):
            whole = {
                "id": "cmpl-" + uuid.uuid4().hex, "object": "text_completion", "created": 1, "model": "fake",
                "choices": [{"index": 0, "text": text, "finish_reason": "stop", "logprobs": None}],
                "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
            }
            if not request.get("stream"):
                return self.slowly(whole, delay)
            base = {key: whole[key] for key in ("id", "object", "created", "model")}
            stream = [(None, base | {"choices": [{"index": 0, "text": piece, "finish_reason": None}]}) for piece in pieces(text, chunks)]
            return self.stream(stream + [(None, whole | {"choices": [{"index": 0, "text": "", "finish_reason": "stop"}]}), (None, "[DONE]")], delay, answer)
        if path.endswith("/count_tokens"):
            return self.reply(200, {"input_tokens": 7})
        if path.endswith("/conversations"):
            conversation = "conv_" + uuid.uuid4().hex[:12]
            plays[conversation], held[conversation] = self.said, []
            with lock:
                hold(conversation, request.get("items", []))
            return self.reply(200, {"id": conversation, "object": "conversation", "created_at": 1})
        if "/conversations/" in path:
            self.wait(False, is_change=True)
            time.sleep(delay / 1000)
            return self.change_conversation(request)
        if path.endswith(":countTokens"):
            return self.reply(200, {"totalTokens": 7})
        if path.endswith(":embedContent"):
            return self.reply(200, {"embedding": {"values": [0.5]}})
        if path.endswith("/chat/completions"):
            message = {"role": "assistant", "content": text}
            if not last:
                message["tool_calls"] = [{"id": call, "type": "function", "function": {"name": "note", "arguments": json.dumps(arguments)}}]
            whole = {
                "id": "chatcmpl-" + uuid.uuid4().hex, "object": "chat.completion", "created": 1, "model": "fake",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop" if last else "tool_calls"}],
                "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
            }
            if not request.get("stream"):
                return self.slowly(whole, delay)
            base = {key: whole[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
            deltas = [{"role": "assistant", "content": ""}] + [{"content": piece} for piece in pieces(text, chunks)]
            if not last:
                deltas.append({"tool_calls": [{"index": 0, **message["tool_calls"][0]}]})
            stream = [(None, base | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}) for delta in deltas]
            stream.append((None, base | {"choices": [{"index": 0, "delta": {}, "finish_reason": whole["choices"][0]["finish_reason"]}], "usage": whole["usage"]}))
            return self.stream(stream + [(None, "[DONE]")], delay, answer)
        if path.endswith("/responses/input_tokens"):
            return self.reply(200, {"object": "response.input_tokens", "input_tokens": 7})
        if path.endswith("/responses/compact"):
            return self.reply(200, {
                "id": "resp_" + uuid.uuid4().hex, "object": "response.compaction", "created_at": 1,
                "output": [{"type": "compaction", "id": "cmp_" + uuid.uuid4().hex, "encrypted_content": "c2hvcnQ="}],
                "usage": {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110},
            })
        if "/responses/" in path:
            return self.change_response()
        if path.endswith("/responses"):
            output = [{"type": "message", "role": "assistant", "id": "msg_" + call, "status": "completed", "content": [{"type": "output_text", "text": text, "annotations": []}]}]
            if not last:
                output = [{"type": "function_call", "id": "fc_" + call, "call_id": call, "name": "note", "arguments": json.dumps(arguments), "status": "completed"}]
            whole = {
                "id": f"resp_{uuid.uuid4().hex[:12]}_{turn}", "object": "response", "created_at": 1, "status": "completed", "model": "fake",
                "output": output, "usage": {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110},
            }
            plays[whole["id"]] = self.said
            with lock:
                if request.get("background"):
                    background[whole["id"]] = dict(whole), self.entry
                    whole |= {"status": "queued", "output": [], "usage": None}
                # What will be large is so while it is made, too, when it is read.
                kept[whole["id"]] = whole | {"padding": "." * (self.kib << 10)}
            if request.get("conversation"):
                with lock:
                    hold(request["conversation"], request["input"] + output)
            if not request.get("stream"):
                return self.slowly(whole, delay)
            stream = [("response.created", {"type": "response.created", "response": {"id": whole["id"]}})]
            stream += [("response.output_text.delta", {"type": "response.output_text.delta", "delta": piece}) for piece in pieces(text, chunks)]
            return self.stream(stream + [("response.completed", {"type": "response.completed", "response": whole})], delay, answer)
        if path.endswith("/messages"):
            content = [{"type": "text", "text": text}]
            if not last:
                content.append({"type": "tool_use", "id": "toolu_" + call, "name": "note", "input": arguments})
            usage = {"input_tokens": 100, "output_tokens": 10}
            whole = {
                "id": "msg_" + call, "type": "message", "role": "assistant", "model": "fake", "content": content,
                "stop_reason": "end_turn" if last else "tool_use", "stop_sequence": None, "usage": usage,
            }
            if not request.get("stream"):
                return self.slowly(whole, delay)
            stream = [{"type": "message_start", "message": whole | {"content": [], "usage": {"input_tokens": 100, "output_tokens": 1}}}]
            stream.append({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
            stream += [{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}} for piece in pieces(text, chunks)]
            stream.append({"type": "content_block_stop", "index": 0})
            if not last:
                stream.append({"type": "content_block_start", "index": 1, "content_block": content[1] | {"input": {}}})
                stream.append({"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": json.dumps(arguments)}})
                stream.append({"type": "content_block_stop", "index": 1})
            stream.append({"type": "message_delta", "delta": {"stop_reason": whole["stop_reason"]}, "usage": {"output_tokens": 10}})
            stream.append({"type": "message_stop"})
            return self.stream([(event["type"], event) for event in stream], delay, answer)
        if "models/" in path:
            part = {"text": text} if last else {"functionCall": {"name": "note", "args": arguments}}
            whole = {
                "candidates": [{"index": 0, "content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}],
                "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 10, "totalTokenCount": 110},
            }
            if path.endswith(":generateContent"):
                return self.slowly(whole, delay)
            begin = {"candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": ""}]}}]}
            return self.stream([(None, begin), (None, whole)], delay, answer)
        self.reply(404, {"error": {"message": "nothing here"}})

    def wait(self, is_middle, is_change=False):
        """Waits as long as calls like this one are held there."""
        def is_held():
            turn, middle, changes = holds.get(self.entry["tag"], (None, False, False))
            return turn is not None and not self.is_early and self.entry["turn"] >= turn and middle == is_middle and changes == is_change
        with changed:
            changed.wait_for(lambda: not is_held())

    def slowly(self, whole, delay):
        self.wait(False)
        time.sleep(delay / 1000)
        self.reply(200, whole)

    def stream(self, events, delay, answer):
        self.wait(False)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        digest = hashlib.sha256()
        for number, (name, data) in enumerate(events):
            if answer == "cut" and number == len(events) // 2:
                # Ends in order, and without the stream's own terminator.
                break
            if answer == "error" and number == len(events) // 2:
                noise = self.reported() + b"data: {no json\n\n"
                self.wfile.write(b"%x\r\n%s\r\n" % (len(noise), noise))
                break
            text = (f"event: {name}\n" if name else "") + f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(text.encode()), text.encode()))
            self.wfile.flush()
            digest.update(text.encode())
            if number == self.pause:
                self.wait(True)
            time.sleep(delay / 1000 / len(events))
        self.entry["digest"] = digest.hexdigest()
        if answer == "twice":
            noise = b"data: [DONE]\n\ndata: {no json\n\n\xff\xfe"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(noise), noise))
        self.wfile.write(b"0\r\n\r\n")

    def reply(self, status, value, headers=()):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        if not isinstance(value, bytes):
            self.send_header("Content-Type", "application/json")
        for name, text in headers:
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def pieces(text, count):
    size = max(1, len(text) // max(1, count))
    return [text[start : start + size] for start in range(0, len(text), size)]


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

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
