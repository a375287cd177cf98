#!/usr/bin/env python3
"""A program that asks for everything that the gateway serves, and says in whose words it was answered.

  worded_client.py small FOLDER       asks for what is no conversation, is killed, and asks again
  worded_client.py odd PROVIDER       has the provider, at this address, answer with what is no answer
  worded_client.py late               sends requests that never come to their end

Prints JSON.
"""
import concurrent.futures
import hashlib
import http.client
import json
import os
import pathlib
import signal
import socket
import sys
import urllib.request

host = os.environ["CHASSIS_GATEWAY_URL"].split("//")[1]
token = os.environ["OPENAI_API_KEY"]
BEARER = {"Authorization": "Bearer " + token}
CLAUDE = {"x-api-key": token, "anthropic-version": "2023-06-01"}
GEMINI = {"x-goog-api-key": token}


def calls(tag):
    text = f"hello [run:{tag} turns:1]"
    user = [{"role": "user", "content": text}]
    contents = {"contents": [{"parts": [{"text": text}]}]}
    return {
        "embeddings": ("/fake/v1/embeddings", BEARER, {"model": "fake", "input": text}),
        "completions": ("/fake/v1/completions", BEARER, {"model": "fake", "prompt": text}),
        "completions-stream": ("/fake/v1/completions", BEARER, {"model": "fake", "prompt": text, "stream": True}),
        "moderations": ("/fake/v1/moderations", BEARER, {"model": "fake", "input": text}),
        "conversations": ("/fake/v1/conversations", BEARER, {"items": user}),
        "count_tokens": ("/claude/v1/messages/count_tokens", CLAUDE, {"model": "fake", "messages": user}),
        "countTokens": ("/gem/v1beta/models/fake:countTokens", GEMINI, contents),
        "embedContent": ("/gem/v1beta/models/fake:embedContent", GEMINI, {"content": {"parts": [{"text": text}]}}),
        "chat": ("/fake/v1/chat/completions", BEARER, {"model": "fake", "messages": user}),
        "chat-stream": ("/fake/v1/chat/completions", BEARER, {"model": "fake", "messages": user, "stream": True}),
        "responses": ("/fake/v1/responses", BEARER, {"model": "fake", "input": user}),
        "messages": ("/claude/v1/messages", CLAUDE, {"model": "fake", "max_tokens": 9, "messages": user}),
        "generateContent": ("/gem/v1beta/models/fake:generateContent", GEMINI, contents),
        # Whoever signs in otherwise than usual is spoken to in the words of the connection.
        "generate-bearer": ("/gem/v1beta/models/fake:generateContent", BEARER, contents),
    }


SMALL = ["embeddings", "completions", "completions-stream", "moderations", "conversations", "count_tokens", "countTokens", "embedContent"]
MODELS = {"openai": ("/fake/v1/models", BEARER), "anthropic": ("/claude/v1/models", CLAUDE), "gemini": ("/gem/v1beta/models", GEMINI)}
ODDITIES = {"html": "html", "empty": "empty", "object": {}, "error": {"error": {"message": "no"}}, "page": "page-502", "moved": "moved"}


def ask(path, headers, body=None):
    """Status, headers and body of an answer."""
    connection = http.client.HTTPConnection(host, timeout=60)
    data = None if body is None else json.dumps(body).encode()
    connection.request("GET" if body is None else "POST", path, data, headers)
    response = connection.getresponse()
    return response.status, response.headers, response.read()


def words(status, headers, body):
    """Whose words an error is in; what it is, where it is in nobody's."""
    try:
        said = json.loads(body)
        error = said["error"]
        assert error["message"].startswith("chassis: ")
        if error.get("code") == status and error["status"].isupper():
            return "gemini"
        if said.get("type") == "error" and error["type"]:
            return "anthropic"
        return "openai" if error["type"] and error["code"].startswith("chassis_") else "nobody"
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError):
        return f"{status} {headers} {body[:200]!r}"


def small():
    told = {}
    for name in SMALL:
        path, headers, body = calls(name)[name]
        status, head, answer = ask(path, headers, body)
        told[name] = {
            "status": status, "match": head["x-chassis-match"], "answer": hashlib.sha256(answer).hexdigest(),
            "sent": hashlib.sha256(json.dumps(body).encode()).hexdigest()}
    for name, (path, headers) in MODELS.items():
        status, head, answer = ask(path, headers)
        told[name] = {"status": status, "match": head["x-chassis-match"], "models": len(json.loads(answer)["data"])}
    kept = pathlib.Path(sys.argv[2]) / "told"
    if os.environ["CHASSIS_ATTEMPT"] == "1":
        kept.write_text(json.dumps(told), encoding="utf-8")
        os.kill(os.getpid(), signal.SIGKILL)
    return [json.loads(kept.read_text(encoding="utf-8")), told]


def odd():
    told = {}
    for oddity, answer in ODDITIES.items():
        for name in calls(""):
            tag = f"{name}-{oddity}"
            script = json.dumps({"tag": tag, "answers": [answer]}).encode()
            urllib.request.urlopen(sys.argv[2] + "/_script", script).read()
            status, headers, body = ask(*calls(tag)[name])
            told[tag] = [status, headers["x-should-retry"], words(status, headers, body)]
        if isinstance(answer, str):
            for name, (path, headers) in MODELS.items():
                status, headers, body = ask(f"{path}?answer={answer}", headers)
                told[f"models-{name}-{oddity}"] = [status, headers["x-should-retry"], words(status, headers, body)]
    return told


def late():
    names = {"openai": "chat", "anthropic": "messages", "gemini": "generateContent", "head": "messages"}

    def one(family):
        path, headers, _ = calls("late")[names[family]]
        with socket.create_connection(host.split(":"), timeout=60) as peer:
            lines = [f"POST {path} HTTP/1.1", "Host: x", "Content-Length: 9"] + [f"{key}: {value}" for key, value in headers.items()]
            # One that does not even say all of its header.
            peer.sendall("\r\n".join(lines).encode() + (b"\r\nx-half: " if family == "head" else b"\r\n\r\nhalf"))
            response = http.client.HTTPResponse(peer)
            response.begin()
            return [response.status, response.headers["x-should-retry"], words(response.status, response.headers, response.read())]

    with concurrent.futures.ThreadPoolExecutor() as pool:
        return dict(zip(names, pool.map(one, names)))


print(json.dumps(globals()[sys.argv[1]]()))
