"""How a test's program asks the gateway."""
import contextlib
import json
import os
import sys
import urllib.error
import urllib.request

base, token = os.environ["OPENAI_BASE_URL"], os.environ["OPENAI_API_KEY"]
host, port = base.split("//")[1].split("/")[0].split(":")
root = f"http://{host}:{port}"
prompt = sys.argv[2] if len(sys.argv) > 2 else "hello [run:rude turns:1]"


def ask(url, body=None, headers=None, key=token, method=None):
    """Returns status, parsed body and headers."""
    headers = {"Content-Type": "application/json", "Authorization": "Bearer " + key, **(headers or {})}
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.loads(response.read()), dict(response.headers)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read()), dict(error.headers)


def call(stream=False, **more):
    return {"model": "fake", "stream": stream, "messages": [{"role": "user", "content": prompt}], **more}


@contextlib.contextmanager
def filled(folder):
    """Leaves no room in the store meanwhile."""
    filling = folder + "/filling"
    with open(filling, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 512)
        except OSError:
            pass
    try:
        yield
    finally:
        os.unlink(filling)
