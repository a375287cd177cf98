"""What a program does with addresses and tokens, its own and those of others; cases of rude_client.py."""
import json
import os
import socket
import sys
import time

from asking import ask, base, call, host, port, root, token
from rude_wire import bare


def variables():
    """Where the variables lead that SDKs read."""
    told = {}
    for name, value in os.environ.items():
        if name.startswith(("OPENAI_", "ANTHROPIC_", "GOOGLE_", "GEMINI_", "CHASSIS_GATEWAY", "CHASSIS_STEP")):
            told[name] = "token" if value == token else value.removeprefix(root)
    return told


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


def secrets():
    """What of the worker the program can see."""
    with open("/proc/self/environ", "rb") as environment:
        return {"key": b"real-key" in environment.read(), "postgres": "PGHOST" in os.environ}
