"""Tests of the scripted model over its raw protocol, against a server process of their own."""

import asyncio
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
SCENARIO = {
    "scenarios": [{
        "name": "three",
        "match": {"model": "^scripted", "text": "count"},
        "turns": [
            {"text": "Let me look.", "calls": [
                {"as": "plans", "name": "sql", "arguments": {"query": "SELECT 1"}},
                {"as": "stats", "name": "segment_stats", "arguments": {"segment": "smb"}}]},
            {"calls": [{"name": "chart", "arguments": {"top": "{{plans.rows.0.plan}}"}}]},
            {"json": {
                "summary": "{{plans.rows.0.plan}} loses {{plans.rows.0.rate|.1f}} % of {{stats.customers|,.0f}}",
                "rate": "{{plans.rows.0.rate}}", "drivers": ["a", "b"]}},
        ]}]
}
PLANS = {"columns": ["plan", "rate"], "rows": [["basic", "12.34"], ["pro", "3.00"]]}
STATS = {"customers": 12345}


def first_messages(tag="t"):
    return [{"role": "system", "content": f"You count. [run:{tag}]"}, {"role": "user", "content": "count"}]


def after(messages, completion, *results):
    """Returns the conversation with an answer and the results of its tool calls added."""
    message = completion["choices"][0]["message"]
    tools = [
        {"role": "tool", "tool_call_id": call["id"], "content": json.dumps(result)}
        for call, result in zip(message.get("tool_calls", []), results)
    ]
    return [*messages, message, *tools]


class ServerCase(unittest.TestCase):
    """Starts a server for each test, and ends it."""

    options = ()

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.log = os.path.join(self.directory.name, "bill.jsonl")
        self.scenario = os.path.join(self.directory.name, "scenario.json")
        pathlib.Path(self.scenario).write_text(json.dumps(SCENARIO))
        self.start()

    def start(self, *options, **settings):
        self.process = subprocess.Popen(
            [sys.executable, HERE / "server.py", "--scenario", self.scenario, "--log", self.log, *options],
            stdout=subprocess.PIPE, text=True, **settings)
        self.addCleanup(self.stop, self.process)
        self.first_line = self.process.stdout.readline()
        self.port = int(self.first_line.partition("/v1")[0].rpartition(":")[2])

    def stop(self, process):
        process.terminate()
        process.wait()
        process.stdout.close()
        if process.stdin:
            process.stdin.close()

    def call(self, method, path, value=None, headers=None):
        """Returns status, headers and body of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        try:
            body = None if value is None else json.dumps(value)
            connection.request(method, path, body, {"content-type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def complete(self, messages, **rest):
        status, headers, body = self.call(
            "POST", "/v1/chat/completions", {"model": "scripted-analyst", "messages": messages, **rest})
        return status, headers, json.loads(body)

    def control(self, method, path, value=None):
        status, _, body = self.call(method, f"/__scripted/{path}", value)
        self.assertEqual(status, 200, body)
        return json.loads(body)

    def bill(self):
        return self.control("GET", "bill")

    def wait_for_answers(self):
        """Waits until every request is answered, or its client was seen to leave."""
        while self.bill()["unanswered"]:
            pass

    def raw(self, messages, **rest):
        """Sends a request over a bare socket, and returns the socket."""
        body = json.dumps({"model": "scripted-analyst", "messages": messages, "stream": True, **rest}).encode()
        peer = socket.create_connection(("127.0.0.1", self.port))
        self.addCleanup(peer.close)
        peer.sendall(b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
        return peer

    def lines(self, count):
        """Returns the lines of the log, once every request has its answer."""
        self.wait_for_answers()
        lines = [json.loads(line) for line in pathlib.Path(self.log).read_text().splitlines()]
        self.assertEqual(len(lines), count)
        return lines


class Answers(ServerCase):
    def test_says_that_it_is_scripted(self):
        self.assertIn("scripted model", self.first_line)
        self.assertIn("No language model", self.first_line)
        _, headers, body = self.call("GET", "/v1/models")
        self.assertEqual(headers["server"], "chassis-scripted-model")
        self.assertTrue(all("scripted" in model["owned_by"] for model in json.loads(body)["data"]))
        _, _, completion = self.complete(first_messages())
        self.assertEqual(completion["system_fingerprint"], "scripted")

    def test_plays_the_turns_and_inserts_results(self):
        messages = first_messages()
        _, _, first = self.complete(messages)
        self.assertEqual(first["choices"][0]["finish_reason"], "tool_calls")
        calls = first["choices"][0]["message"]["tool_calls"]
        self.assertEqual([call["function"]["name"] for call in calls], ["sql", "segment_stats"])
        messages = after(messages, first, PLANS, STATS)
        _, _, second = self.complete(messages)
        call = second["choices"][0]["message"]["tool_calls"][0]
        self.assertEqual(json.loads(call["function"]["arguments"]), {"top": "basic"})
        _, _, third = self.complete(after(messages, second, "drawn"))
        self.assertEqual(third["choices"][0]["finish_reason"], "stop")
        self.assertEqual(json.loads(third["choices"][0]["message"]["content"]), {
            "summary": "basic loses 12.3 % of 12,345", "rate": 12.34, "drivers": ["a", "b"]})

    def test_results_are_found_by_the_id_of_their_call(self):
        messages = first_messages()
        _, _, first = self.complete(messages)
        messages = after(messages, first, PLANS, STATS)
        messages[-2:] = reversed(messages[-2:])
        status, _, second = self.complete(messages)
        self.assertEqual(status, 200, second)
        self.assertIn("basic", json.dumps(second))

    def test_equal_requests_get_equal_answers(self):
        one, two = (self.call("POST", "/v1/chat/completions", {"model": "scripted", "messages": first_messages()})[2]
                    for _ in range(2))
        self.assertEqual(one, two)

    def test_a_stream_adds_up_to_the_same_answer(self):
        _, _, whole = self.complete(first_messages())
        status, headers, body = self.call("POST", "/openai/v1/chat/completions", {
            "model": "scripted-analyst", "messages": first_messages(), "stream": True,
            "stream_options": {"include_usage": True}})
        self.assertEqual((status, headers["content-type"]), (200, "text/event-stream"))
        events = [line[6:] for line in body.decode().split("\n\n") if line]
        self.assertEqual(events.pop(), "[DONE]")
        chunks = [json.loads(event) for event in events]
        self.assertEqual(chunks[-1]["choices"], [])
        self.assertEqual(chunks[-1]["usage"]["total_tokens"], chunks[-1]["usage"]["prompt_tokens"] + whole["usage"]["completion_tokens"])
        deltas = [chunk["choices"][0]["delta"] for chunk in chunks[:-1]]
        self.assertEqual("".join(delta.get("content", "") for delta in deltas), "Let me look.")
        calls = {}
        for delta in deltas:
            for call in delta.get("tool_calls", []):
                entry = calls.setdefault(call["index"], {"name": "", "arguments": ""})
                entry["name"] += call["function"].get("name", "")
                entry["arguments"] += call["function"]["arguments"]
        self.assertEqual(
            [calls[i] for i in sorted(calls)], [c["function"] for c in whole["choices"][0]["message"]["tool_calls"]])
        self.assertEqual(chunks[-2]["choices"][0]["finish_reason"], "tool_calls")

    def test_a_request_that_cannot_be_answered_is_told_why(self):
        for value, status, words in [
            ({"model": "scripted"}, 400, "messages"),
            ({"messages": first_messages()}, 400, "no model"),
            ({"model": "gpt-4o", "messages": first_messages()}, 404, "no scenario"),
            ({"model": "scripted", "messages": [*first_messages(), *[{"role": "assistant", "content": ""}] * 3]},
             400, "ends with turn 3"),
            ({"model": "scripted", "messages": [*first_messages(), {"role": "assistant", "content": ""}]},
             400, "no tool result plans"),
        ]:
            got, _, body = self.call("POST", "/v1/chat/completions", value)
            self.assertEqual(got, status)
            self.assertIn(words, json.loads(body)["error"]["message"])
        self.assertEqual(self.bill()["billed"], 0)
        peer = socket.create_connection(("127.0.0.1", self.port))
        with peer:
            peer.sendall(b"nonsense\r\n\r\n")
            self.assertTrue(peer.recv(100).startswith(b"HTTP/1.1 400"))

    def test_a_body_may_come_in_chunks(self):
        body = json.dumps({"model": "scripted", "messages": first_messages()}).encode()
        with socket.create_connection(("127.0.0.1", self.port)) as peer:
            peer.sendall(b"POST /v1/chat/completions HTTP/1.1\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n")
            for piece in (body[:10], body[10:]):
                peer.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            peer.sendall(b"0\r\n\r\n")
            answer = b"".join(iter(lambda: peer.recv(65536), b""))
        self.assertTrue(answer.startswith(b"HTTP/1.1 200"), answer[:200])


class TheBill(ServerCase):
    def test_two_lines_for_each_request(self):
        self.call("POST", "/v1/chat/completions", {"model": "scripted", "messages": first_messages("a")}, {
            "idempotency-key": "k1"})
        asked, answered = self.lines(2)
        self.assertEqual((asked["event"], asked["tag"], asked["turn"], asked["key"]), ("request", "a", 1, "k1"))
        self.assertEqual(
            {key: answered[key] for key in ("event", "number", "digest", "status", "billed", "complete")},
            {"event": "answer", "number": asked["number"], "digest": asked["digest"],
             "status": 200, "billed": True, "complete": True})
        self.assertGreater(answered["usage"]["completion_tokens"], 0)

    def test_the_same_step_again_is_repaid_and_another_run_is_not(self):
        for tag in ("a", "a", "b"):
            self.complete(first_messages(tag))
        report = self.bill()
        self.assertEqual(
            (report["needed"], report["billed"], report["billed_steps"], report["repaid"]), (2, 3, 2, 1))
        printed = subprocess.check_output([sys.executable, HERE / "server.py", "bill", self.log], text=True)
        self.assertTrue(printed.startswith("needed=2 billed=3 billed_steps=2 repaid=1 requests=3 unanswered=0"), printed)

    def test_survives_a_kill(self):
        self.complete(first_messages("a"))
        self.control("POST", "hold", {})
        self.raw(first_messages("b"))
        self.assertEqual(len(self.control("GET", "held?count=1&wait=60")["held"]), 1)
        self.process.kill()
        self.process.wait()
        with open(self.log, "a") as file:
            file.write('{"event": "ans')
        self.start()
        report = self.bill()
        self.assertEqual((report["needed"], report["billed"], report["unanswered"], report["torn"]), (2, 1, 1, 1))
        self.complete(first_messages("a"))
        self.assertEqual(self.bill()["repaid"], 1)


class Faults(ServerCase):
    def fault(self, do, **rest):
        self.control("POST", "faults", [{"do": do, "times": 1, **rest}])

    def test_a_status_is_not_billed_and_passes(self):
        self.fault("status", status=429, retry_after=2)
        status, headers, body = self.complete(first_messages())
        self.assertEqual((status, headers["retry-after"], body["error"]["code"]), (429, "2", "scripted_fault"))
        self.assertEqual(self.complete(first_messages())[0], 200)
        report = self.bill()
        self.assertEqual((report["needed"], report["billed"], report["statuses"]), (1, 1, {"200": 1, "429": 1}))

    def test_a_cut_stream_ends_without_its_last_chunk_and_is_billed(self):
        self.fault("cut", after_events=2)
        peer = self.raw(first_messages())
        received = b"".join(iter(lambda: peer.recv(65536), b""))
        self.assertEqual(received.count(b"data: "), 2)
        self.assertFalse(received.endswith(b"0\r\n\r\n"))
        self.assertEqual([line.get("complete") for line in self.lines(2)], [None, False])
        self.complete(first_messages())
        report = self.bill()
        self.assertEqual((report["billed"], report["repaid"]), (2, 0))

    def test_a_cut_answer_in_one_piece_is_half_an_answer(self):
        self.fault("cut")
        with self.assertRaises(http.client.IncompleteRead):
            self.complete(first_messages())

    def test_hang_and_stall_wait_until_the_client_leaves(self):
        self.fault("hang")
        self.raw(first_messages("a")).close()
        self.fault("stall", after_events=3)
        peer = self.raw(first_messages("b"))
        received = b""
        while received.count(b"data: ") < 3:
            received += peer.recv(65536)
        peer.close()
        self.wait_for_answers()
        report = self.bill()
        self.assertEqual((report["billed"], report["billed_steps"]), (2, 2))

    def test_malformed_answers_have_status_200(self):
        for kind in ("truncated", "garbage", "html", "bad_sse"):
            self.fault("malformed", kind=kind)
            status, _, body = self.call("POST", "/v1/chat/completions", {
                "model": "scripted", "messages": first_messages()})
            self.assertEqual(status, 200)
            with self.assertRaises((ValueError, TypeError, KeyError)):
                json.loads(body)["choices"][0]["message"]
        self.assertEqual(self.bill()["billed"], 4)

    def test_a_slow_answer_is_the_right_one(self):
        _, _, whole = self.complete(first_messages())
        self.fault("slow", delay_ms=1, event_ms=1)
        self.assertEqual(self.complete(first_messages())[2], whole)

    def test_rules_choose_by_turn(self):
        self.control("POST", "faults", [{"do": "status", "status": 500, "match": {"turn": [2, 3]}}])
        status, _, first = self.complete(first_messages())
        self.assertEqual(status, 200)
        self.assertEqual(self.complete(after(first_messages(), first, PLANS, STATS))[0], 500)

    def test_unknown_rules_are_refused(self):
        for rule in ({"do": "explode"}, {"do": "cut", "before": 1}, {"do": "hang", "match": {"colour": "red"}}, 7):
            self.assertEqual(self.call("POST", "/__scripted/faults", [rule])[0], 400, rule)


class Holds(ServerCase):
    def test_a_held_answer_goes_on_when_released(self):
        self.control("POST", "hold", {"turn": 1, "phase": "after-first-event"})
        peer = self.raw(first_messages())
        held = self.control("GET", "held?count=1&wait=60")["held"]
        self.assertEqual([(each["turn"], each["phase"]) for each in held], [(1, "after-first-event")])
        self.assertEqual(self.control("POST", "release")["released"], 1)
        received = b""
        while not received.endswith(b"0\r\n\r\n"):
            received += peer.recv(65536)
        self.assertIn(b"[DONE]", received)

    def test_a_client_that_leaves_before_any_work_owes_nothing(self):
        self.control("POST", "hold", {"turn": 1, "times": 1})
        peer = self.raw(first_messages())
        self.control("GET", "held?count=1&wait=60")
        peer.close()
        self.wait_for_answers()
        self.assertEqual(self.complete(first_messages())[0], 200)
        report = self.bill()
        self.assertEqual((report["needed"], report["billed"], report["requests"]), (1, 1, 2))

    def test_a_client_that_leaves_during_the_work_owes_it(self):
        self.control("POST", "hold", {"phase": "after-first-event", "times": 1})
        peer = self.raw(first_messages())
        self.control("GET", "held?count=1&wait=60")
        peer.close()
        self.wait_for_answers()
        self.assertEqual(self.bill()["billed"], 1)

    def test_nothing_held_is_an_empty_list(self):
        self.assertEqual(self.control("GET", "held"), {"held": []})


class OtherFormats(ServerCase):
    """The same conversation in Anthropic's Messages and in OpenAI's Responses."""

    def test_messages_are_played(self):
        history = [{"role": "user", "content": "count [run:m]"}]
        status, first = self.ask("messages", messages=history)
        self.assertEqual((status, first["stop_reason"]), (200, "tool_use"))
        uses = [block for block in first["content"] if block["type"] == "tool_use"]
        results = [
            {"type": "tool_result", "tool_use_id": use["id"], "content": json.dumps(result)}
            for use, result in zip(uses, (PLANS, STATS))
        ]
        history += [{"role": "assistant", "content": first["content"]}, {"role": "user", "content": results}]
        _, second = self.ask("messages", messages=history)
        self.assertEqual(second["content"][0]["input"], {"top": "basic"})
        self.assertEqual(self.events("messages", messages=history)[-1], {"type": "message_stop"})

    def test_responses_are_played(self):
        history = [{"role": "user", "content": "count [run:r]"}]
        _, first = self.ask("responses", input=history)
        calls = [item for item in first["output"] if item["type"] == "function_call"]
        history += first["output"] + [
            {"type": "function_call_output", "call_id": call["call_id"], "output": json.dumps(result)}
            for call, result in zip(calls, (PLANS, STATS))
        ]
        _, second = self.ask("responses", input=history)
        self.assertEqual(json.loads(second["output"][0]["arguments"]), {"top": "basic"})
        last = self.events("responses", input=history)[-1]
        self.assertEqual((last["type"], last["response"]), ("response.completed", second))
        self.assertEqual(self.ask("responses", input=history, previous_response_id="resp_1")[0], 400)

    def ask(self, path, **body):
        status, _, answer = self.call("POST", f"/v1/{path}", {"model": "scripted", **body})
        return status, json.loads(answer)

    def events(self, path, **body):
        _, _, answer = self.call("POST", f"/v1/{path}", {"model": "scripted", "stream": True, **body})
        return [json.loads(line[6:]) for line in answer.decode().splitlines() if line.startswith("data: ")]


class ManyStreams(ServerCase):
    def test_a_thousand_streams_at_once(self):
        self.control("POST", "hold", {"phase": "after-first-event"})
        asyncio.run(self.all_at_once(1000))
        report = self.bill()
        self.assertEqual((report["needed"], report["billed"], report["repaid"]), (1000, 1000, 0))

    async def all_at_once(self, count):
        streams = [asyncio.create_task(self.one(str(i))) for i in range(count)]
        held = await asyncio.to_thread(self.control, "GET", f"held?count={count}&wait=60")
        self.assertEqual(len(held["held"]), count)
        await asyncio.to_thread(self.control, "POST", "release")
        for received in await asyncio.gather(*streams):
            self.assertTrue(received.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n"), received[-100:])

    async def one(self, tag):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        body = json.dumps({"model": "scripted", "messages": first_messages(tag), "stream": True}).encode()
        head = b"POST /v1/chat/completions HTTP/1.1\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
        writer.write(head + body)
        received = await reader.read()
        writer.close()
        return received


class TheEnd(ServerCase):
    def test_ends_on_a_signal(self):
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(), 0)

    def test_ends_with_its_parent(self):
        parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        self.start("--parent-pid", str(parent.pid))
        parent.communicate(b"\n")
        self.assertEqual(self.process.wait(), 0)

    def test_ends_with_its_standard_input(self):
        self.start("--until-stdin-closes", stdin=subprocess.PIPE)
        self.process.stdin.close()
        self.assertEqual(self.process.wait(), 0)

    def test_writes_its_port(self):
        path = os.path.join(self.directory.name, "port")
        self.start("--port-file", path)
        self.call("GET", "/__scripted/health")
        self.assertEqual(int(pathlib.Path(path).read_text()), self.port)

    def test_settings_that_cannot_work_end_it_at_once(self):
        bad = os.path.join(self.directory.name, "bad.json")
        pathlib.Path(bad).write_text('{"scenarios": [{"turn": []}]}')
        for options in (["--scenario", bad], ["--scenario", self.scenario, "--fault", bad],
                        ["--scenario", self.scenario, "--port", str(self.port)]):
            ended = subprocess.run([sys.executable, HERE / "server.py", *options], capture_output=True, text=True)
            self.assertNotEqual(ended.returncode, 0)
            self.assertEqual(len(ended.stderr.splitlines()), 1, ended.stderr)


if __name__ == "__main__":
    unittest.main()
