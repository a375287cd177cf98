#!/usr/bin/env python3
"""An agent of the standard library alone, as its author would write it without us.

  plain_agent.py FORMAT PROMPT [drift] [stream] [hang-up] [server-held] [stored]

FORMAT is chat, responses, messages or gemini. Address and key come from the variables that the providers' own SDKs read.
With "stored" a prompt of the provider's names the model; with "drift" the tool's result holds the time; with "hang-up" the client leaves right after the last event.
"""
import json
import os
import sys
import time
import urllib.error
import urllib.request

format, prompt, options = sys.argv[1], sys.argv[2], set(sys.argv[3:])
stream = "stream" in options


def post(url, headers, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(request, timeout=120) as response:
        if not stream:
            return json.loads(response.read())
        events = []
        for line in response:
            if line.startswith(b"data: "):
                data = line[6:].strip()
                if data == b"[DONE]":
                    break
                events.append(json.loads(data))
                if events[-1].get("type") in ("message_stop", "response.completed") and "hang-up" in options:
                    break
        else:
            if format in ("chat", "responses", "messages") and events[-1].get("type") not in ("message_stop", "response.completed"):
                raise RuntimeError("the stream was cut")
        return events


def note(item):
    time.sleep(0.01)
    return f"noted {item}" + (f" at {time.time()}" if "drift" in options else "")


def chat():
    messages = [{"role": "system", "content": "Be thorough."}, {"role": "user", "content": prompt}]
    while True:
        body = {"model": "fake", "messages": messages, "stream": stream, "tools": [{"type": "function", "function": {"name": "note"}}]}
        if stream:
            body["stream_options"] = {"include_usage": True}
        answer = post(os.environ["OPENAI_BASE_URL"] + "/chat/completions", {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}, body)
        if stream:
            message = {"role": "assistant", "content": ""}
            for event in answer:
                for choice in event["choices"]:
                    message["content"] += choice["delta"].get("content") or ""
                    for call in choice["delta"].get("tool_calls", []):
                        message.setdefault("tool_calls", []).append({k: call[k] for k in ("id", "type", "function")})
        else:
            message = answer["choices"][0]["message"]
        messages.append(message)
        if not message.get("tool_calls"):
            return message["content"]
        for call in message["tool_calls"]:
            item = json.loads(call["function"]["arguments"])["item"]
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": note(item)})


def responses():
    items, previous = [{"role": "user", "content": prompt}], None
    while True:
        body = {"model": "fake", "input": items, "stream": stream}
        if "stored" in options:
            body = {key: value for key, value in body.items() if key != "model"} | {"prompt": {"id": "pmpt_1"}}
        if previous:
            body["previous_response_id"] = previous
        answer = post(os.environ["OPENAI_BASE_URL"] + "/responses", {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}, body)
        answer = answer[-1]["response"] if stream else answer
        calls = [item for item in answer["output"] if item["type"] == "function_call"]
        if not calls:
            return answer["output"][0]["content"][0]["text"]
        results = [
            {"type": "function_call_output", "call_id": call["call_id"], "output": note(json.loads(call["arguments"])["item"])}
            for call in calls
        ]
        if "server-held" in options:
            items, previous = results, answer["id"]
        else:
            items += answer["output"] + results


def messages():
    messages = [{"role": "user", "content": prompt}]
    while True:
        body = {"model": "fake", "max_tokens": 100, "system": "Be thorough.", "messages": messages, "stream": stream}
        headers = {"x-api-key": os.environ["ANTHROPIC_API_KEY"], "anthropic-version": "2023-06-01"}
        answer = post(os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages", headers, body)
        if stream:
            content = []
            for event in answer:
                if event["type"] == "content_block_start":
                    content.append(dict(event["content_block"]))
                elif event["type"] == "content_block_delta":
                    delta = event["delta"]
                    if delta["type"] == "text_delta":
                        content[-1]["text"] += delta["text"]
                    else:
                        content[-1]["input"] = json.loads(delta["partial_json"])
        else:
            content = answer["content"]
        messages.append({"role": "assistant", "content": content})
        calls = [block for block in content if block["type"] == "tool_use"]
        if not calls:
            return content[0]["text"]
        messages.append({"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": call["id"], "content": note(call["input"]["item"])} for call in calls
        ]})


def gemini():
    contents = [{"role": "user", "parts": [{"text": prompt}]}]
    while True:
        url = os.environ["GOOGLE_GEMINI_BASE_URL"] + "/v1beta/models/fake:"
        url += "streamGenerateContent?alt=sse" if stream else "generateContent"
        answer = post(url, {"x-goog-api-key": os.environ["GEMINI_API_KEY"]}, {"contents": contents})
        content = (answer[-1] if stream else answer)["candidates"][0]["content"]
        contents.append(content)
        calls = [part["functionCall"] for part in content["parts"] if "functionCall" in part]
        if not calls:
            return content["parts"][0]["text"]
        contents.append({"role": "user", "parts": [
            {"functionResponse": {"name": call["name"], "response": {"result": note(call["args"]["item"])}}} for call in calls
        ]})


for attempt in range(4):
    try:
        print(json.dumps({"answer": {"chat": chat, "responses": responses, "messages": messages, "gemini": gemini}[format]()}))
        break
    except urllib.error.HTTPError as error:
        body = error.read().decode(errors="replace")
        print(error.code, body, file=sys.stderr)
        if error.code < 500 and error.code != 429:
            sys.exit(3)
else:
    sys.exit(4)
