"""What a program does with responses and conversations that the provider keeps; cases of rude_client.py."""
import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request

from asking import ask, base, prompt, token


class Notes:
    """What each attempt was told; the first one is killed behind all of it."""

    def __init__(self):
        self.told = {}

    def ask(self, name, path, body=None, method=None):
        """Notes status, how the answer was found, and the answer, which it returns."""
        status, answer, headers = ask(f"{base}/responses{path}", body, method=method)
        match = {key.lower(): value for key, value in headers.items()}.get("x-chassis-match")
        self.told[name] = [status, match, answer]
        return answer

    def begin(self, name, text, most=None):
        """Has a response of so many tokens at most made in the background; returns its path."""
        more = {"max_output_tokens": most} if most else {}
        return "/" + self.ask(name, "", {"model": "fake", "background": True, "input": text, **more})["id"]

    def end(self, file):
        """Returns what the first attempt was told, and what this one was."""
        if not os.path.exists(file):
            with open(file, "w", encoding="utf-8") as kept:
                json.dump(self.told, kept)
            os.kill(os.getpid(), signal.SIGKILL)
        with open(file, encoding="utf-8") as kept:
            return [json.load(kept), self.told]


def held_retry():
    """Has a model make the same call as often as it may in a conversation that the provider keeps, and asks for the last answer again."""
    conversation = ask(f"{base}/conversations", {"metadata": {"topic": prompt}})[1]["id"]
    items = [{"role": "user", "content": prompt}]
    for _ in range(4):
        body = {"model": "fake", "conversation": conversation, "input": items}
        answer = ask(f"{base}/responses", body)[1]
        items = [{"type": "function_call_output", "call_id": answer["output"][0]["call_id"], "output": "noted"}]
    status, again, headers = ask(f"{base}/responses", body, {"x-stainless-retry-count": "1"})
    return [status, headers.get("x-chassis-match"), again == answer]


def polls():
    """Reads a response while it is made, cancels it and deletes it, and is killed; does all of that again.

    Says what each attempt was told.
    """
    notes = Notes()
    path = notes.begin("begin", prompt)
    notes.ask("early", path)
    notes.ask("later", path)
    if sys.argv[4] == "cancel":
        notes.ask("cancel", path + "/cancel", {})
        notes.ask("cancelled", path)
    notes.ask("delete", path, method="DELETE")
    return notes.end(sys.argv[3])


def responses():
    """What can be done with responses that the provider keeps: read, cancelled, deleted, made shorter, counted.

    It is killed behind all of that, once; says what each attempt was told.
    """
    notes = Notes()
    first = notes.begin("first", f"{prompt} first")
    while notes.ask("read", first)["status"] != "completed":
        pass
    notes.ask("delete", first, method="DELETE")
    second = notes.begin("second", f"{prompt} second")
    notes.ask("cancel", second + "/cancel", {})
    notes.ask("cancelled", second)
    notes.ask("compact", "/compact", {"model": "fake", "input": [{"role": "user", "content": prompt}]})
    notes.ask("count", "/input_tokens", {"model": "fake", "input": prompt})
    return notes.end(sys.argv[3])


def background():
    """Has a response made in the background, waits for the file that is named, and reads the response by each of the names.

    By a name that begins with "follow" it is streamed; "follow missing" is another one, which is not there.
    """
    notes = Notes()
    path = notes.begin("begin", prompt, most=1000)
    print("begun", flush=True)
    while not os.path.exists(sys.argv[3]):
        time.sleep(0.05)
    for name in sys.argv[4:]:
        follow(notes, name, path) if name.startswith("follow") else notes.ask(name, path)
    return notes.told


def unfinished():
    """Has so many responses made, and reads each of them once, while it is made; says what states they had then."""
    notes = Notes()
    paths = [notes.begin(f"begin {number}", f"{prompt} {number}") for number in range(int(sys.argv[3]))]
    return [notes.ask(path, path)["status"] for path in paths]


def follow(notes, name, path):
    """Notes status, how the answer was found, and the kinds of its events; tells when the first one is there."""
    if "missing" in name:
        path += "0"
    request = urllib.request.Request(f"{base}/responses{path}?stream=true", headers={"Authorization": "Bearer " + token})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            kinds = []
            for line in response:
                if line.startswith(b"data: "):
                    kinds.append(json.loads(line[6:])["type"])
                    print("follows", flush=True)
            notes.told[name] = [response.status, response.headers.get("x-chassis-match"), kinds]
    except urllib.error.HTTPError as error:
        notes.told[name] = [error.code, None, json.loads(error.read())]
