"""What a program goes away from, or asks for twice; cases of rude_client.py."""
import contextlib
import http.client
import json
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request

from asking import ask, base, call, host, port, root, token
from rude_wire import bare


def stream(limit=None):
    """Returns the bytes of a streamed answer, the first so many of them, and whether it came to its end."""
    body = json.dumps(call(stream=True)).encode()
    with socket.create_connection((host, int(port))) as peer:
        peer.sendall(
            b"POST /fake/v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
            % (token.encode(), len(body)) + body
        )
        with peer.makefile("rb") as reader:
            length = None
            while (line := reader.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if length is not None:
                return reader.read(length), True
            received = b""
            while True:
                size = int(reader.readline() or b"0", 16) if limit is None or len(received) < limit else None
                if size is None:
                    return received, False
                if size == 0:
                    return received, received.endswith(b"data: [DONE]\n\n")
                received += reader.read(size)
                reader.readline()


def hang_up():
    """Leaves after the first bytes, at the end of every chunk, and asks again."""
    first, _ = stream(int(sys.argv[3]))
    whole, ended = stream()
    again, _ = stream() if len(sys.argv) > 4 else (whole, True)
    return {"begins alike": whole.startswith(first), "ended": ended, "count": len(first)}


def told_again():
    """Is killed when it has a streamed answer, and compares what the next attempt gets."""
    got, ended = stream()
    if not os.path.exists(sys.argv[3]):
        with open(sys.argv[3], "wb") as file:
            file.write(got)
        os.kill(os.getpid(), signal.SIGKILL)
    with open(sys.argv[3], "rb") as file:
        return {"alike": file.read() == got, "ended": ended or got.endswith(b"data: [DONE]\n\n")}


def parallel():
    """Asks the same thing three times at once."""
    answers = []

    def one():
        answers.append(ask(f"{base}/chat/completions", call())[1]["id"])

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"different": len(set(answers))}


def impatient():
    """Gives up in the middle of a stream, asks again, and has the provider, at the address that is given, go on."""
    body = json.dumps(call(stream=True)).encode()
    head = bare("POST", "/fake/v1/chat/completions", body, f"Content-Length: {len(body)}")
    with socket.create_connection((host, int(port))) as peer:
        peer.sendall(head)
        got = b""
        while b"\n\n" not in got.partition(b"\r\n\r\n")[2]:
            got += peer.recv(65536)
    # The gateway hears of those who have gone before it looks whose call this is.
    request = urllib.request.Request(f"{base}/chat/completions", body, {"Content-Type": "application/json", "Authorization": "Bearer " + token})
    with urllib.request.urlopen(request, timeout=60) as response:
        urllib.request.urlopen(sys.argv[3] + "/_hold", json.dumps({"tag": "rude", "from": None}).encode()).read()
        whole = response.read()
        return {"status": response.status, "match": response.headers["x-chassis-match"], "ended": whole.endswith(b"data: [DONE]\n\n")}


def asks_again():
    """Asks for no stream, and asks again while that is under way, as clients do that have lost patience; the first one may "stay" or "leave".

    The address of the provider is given, which goes on when the gateway has said that the call is shared.
    """
    provider, first = sys.argv[3:5]
    said = {}

    def again(name, **headers):
        status, answer, heads = ask(f"{base}/chat/completions", call(), headers)
        said[name] = [status, {key.lower(): value for key, value in heads.items()}["x-chassis-match"], answer]

    body = json.dumps(call()).encode()
    with contextlib.ExitStack() as open_ones:
        if first == "stay":
            threads = [threading.Thread(target=again, args=("first",))]
            threads[0].start()
        else:
            threads = []
            peer = open_ones.enter_context(socket.create_connection((host, int(port))))
            peer.sendall(bare("POST", "/fake/v1/chat/completions", body, f"Content-Length: {len(body)}"))
        urllib.request.urlopen(provider + "/_wait", json.dumps({"tag": "rude", "path": "", "count": 1}).encode()).read()
    threads.append(threading.Thread(target=again, args=("second",), kwargs={"x-stainless-retry-count": "1"}))
    threads[-1].start()
    for thread in threads:
        thread.join()
    same = first == "leave" or said["first"][2] == said["second"][2]
    return {"first": said.get("first", [None, None])[:2], "second": said["second"][:2], "same": same}


def drifts_again():
    """Goes while its call is under way, and asks again with another result of its tool; the address of the provider is given."""
    body = call()
    message = ask(f"{base}/chat/completions", body)[1]["choices"][0]["message"]

    def with_result(text):
        result = {"role": "tool", "tool_call_id": message["tool_calls"][0]["id"], "content": text}
        return body | {"messages": body["messages"] + [message, result]}

    first = json.dumps(with_result("at noon")).encode()
    with socket.create_connection((host, int(port))) as peer:
        peer.sendall(bare("POST", "/fake/v1/chat/completions", first, f"Content-Length: {len(first)}"))
        urllib.request.urlopen(sys.argv[3] + "/_wait", json.dumps({"tag": "rude", "path": "", "count": 2}).encode()).read()
    status, _, heads = ask(f"{base}/chat/completions", with_result("an hour later"))
    return [status, {key.lower(): value for key, value in heads.items()}["x-chassis-match"]]


def gone():
    """Gives up what was done before while it waits for a call of the killed worker, asks again, and has the provider go on.

    The address of the provider, a file that is not there yet, and call or step are given.
    """
    provider, file, what = sys.argv[3:6]
    path = "/_step/charge" if what == "step" else "/fake/v1/chat/completions"
    body = {"effect": "once"} if what == "step" else call()
    held = call()
    held["messages"] += [{"role": "assistant", "content": "so"}, {"role": "user", "content": "and then?"}]
    if not os.path.exists(file):
        answer = ask(root + path, body)[1]
        if what == "step":
            ask(root + path, body | {"position": answer["position"], "result": 1}, method="PUT")
        open(file, "w").close()
        ask(f"{base}/chat/completions", held)
    for is_last in (False, True):
        peer = http.client.HTTPConnection(host, int(port), timeout=50)
        peer.request("POST", path, json.dumps(body), {"Content-Type": "application/json", "Authorization": "Bearer " + token})
        if not is_last:
            peer.close()
    urllib.request.urlopen(provider + "/_hold", json.dumps({"tag": "rude", "from": None}).encode()).read()
    response = peer.getresponse()
    state = json.loads(response.read()).get("state") or response.headers["x-chassis-match"]
    return [state, ask(f"{base}/chat/completions", held)[2]["x-chassis-match"]]


def unanswered():
    """Asks at a path of the gateway to which no answer comes, goes when the first file that is given is there, and ends when the second one is."""
    path, asked, left = sys.argv[3:6]
    peer = http.client.HTTPConnection(host, int(port))
    peer.request("GET", path, headers={"Authorization": "Bearer " + token})
    while not os.path.exists(asked):
        time.sleep(0.01)
    peer.close()
    while not os.path.exists(left):
        time.sleep(0.01)
    return "left"


def unheard():
    """Does a step, goes before it hears that it is recorded, when the file that is given is there, and asks for it again."""
    path, body = "/_step/charge", {"effect": "once"}
    position = ask(root + path, body)[1]["position"]
    peer = http.client.HTTPConnection(host, int(port))
    peer.request("PUT", path, json.dumps(body | {"position": position, "result": 1}), {"Authorization": "Bearer " + token})
    while not os.path.exists(sys.argv[3]):
        time.sleep(0.01)
    peer.close()
    return ask(root + path, body)[1]


def leaves():
    """Asks for a step or a tool that people decide about, and ends well without an answer, when the file that is given is there."""
    file, what = sys.argv[3:5]
    done = []

    def need():
        if what == "step":
            answer = ask(f"{root}/_step/charge", {"effect": "once"})[1]
            if answer["state"] == "run":
                ask(f"{root}/_step/charge", {"effect": "once", "position": answer["position"], "result": 1}, method="PUT")
        else:
            url, params = os.environ["CHASSIS_MCP_URL"], {"name": "charge", "arguments": {}}
            message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
            ask(url, message, key=url.rsplit("/", 1)[1])
        done.append(what)

    thread = threading.Thread(target=need, daemon=True)
    thread.start()
    while thread.is_alive() and not os.path.exists(file):
        thread.join(0.01)
    sys.stdout.write(json.dumps(done) + "\n")
    sys.stdout.flush()
    os._exit(0)


def two_at_once():
    """Asks the same thing twice at once, and is killed when one of them was done and the other one denied.

    A file that is not there yet, and call or step are given; the calls differ in what a tool has returned.
    """
    file, what = sys.argv[3:5]
    states = []
    if what == "call":
        first = ask(f"{base}/chat/completions", call())[1]["choices"][0]["message"]

    def one(number):
        if what == "call":
            result = {"role": "tool", "tool_call_id": first["tool_calls"][0]["id"], "content": str(number)}
            body = call()
            body["messages"] += [first, result]
            states.append("denied" if ask(f"{base}/chat/completions", body)[0] == 403 else "done")
            return
        url, body = f"{root}/_step/charge", {"effect": "once"}
        status, answer, _ = ask(url, body)
        if answer.get("state") == "run":
            with open(file + ".notes", "a", encoding="utf-8") as notes:
                notes.write("charge\n")
            ask(url, body | {"position": answer["position"], "result": 1}, method="PUT")
        states.append("denied" if status == 403 else "done")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if states == ["denied", "denied"]:
        # The one came when the other one had its denial, and took its place.
        sys.exit(1)
    if len(set(states)) == 2 and not os.path.exists(file):
        open(file, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return sorted(states)


def no_room():
    """Asks the same thing twice at once, of which there is room for one, and again, as an SDK does, when there is more room.

    The address of the provider is given, which holds all answers, those of the tag rude in the middle.
    """
    body = json.dumps(call(stream=True, padding=[{}] * 70_000)).encode()

    def tell(what, **more):
        urllib.request.urlopen(sys.argv[3] + what, json.dumps(more).encode()).read()

    def begin(**headers):
        headers |= {"Content-Type": "application/json", "Authorization": "Bearer " + token}
        return urllib.request.urlopen(urllib.request.Request(f"{base}/chat/completions", body, headers), timeout=50)

    large = {"model": "fake", "messages": [{"role": "user", "content": "fill [run:large turns:1]"}], "padding": [{}] * 247_000}
    filling = threading.Thread(target=ask, args=(f"{base}/chat/completions", large), daemon=True)
    filling.start()
    tell("/_wait", tag="large", path="", count=1)
    first = begin()
    try:
        refused = begin().status
    except urllib.error.HTTPError as error:
        refused = error.code
    tell("/_hold", tag="large", **{"from": None})
    filling.join()
    second, count = None, 0
    while second is None and count < 100:
        count += 1
        try:
            second = begin(**{"x-stainless-retry-count": str(count)})
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise
    tell("/_hold", tag="rude", **{"from": None})
    answers = [first.read(), second.read()]
    return {"refused": refused, "match": second.headers["x-chassis-match"], "different": answers[0] != answers[1]}
