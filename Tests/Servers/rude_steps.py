"""What a program does to named steps that it should not; cases of rude_client.py."""
import json
import os
import sys

from asking import ask, base, call, filled, root


def begin_step():
    """Begins a named step, and never says what became of it."""
    return {"state": ask(f"{root}/_step/charge", {"effect": "idempotent"})[1]["state"]}


def full_step():
    """Does a step for whose result the store, whose place is given, has no room, and asks for it, another one and a call."""
    url, body = f"{root}/_step/charge", {"effect": "once", "unknown": "fail"}
    position = ask(url, body)[1]["position"]
    with filled(sys.argv[3]):
        recorded = ask(url, body | {"position": position, "result": "x" * 20000}, method="PUT")
        again, other, model = ask(url, body), ask(f"{root}/_step/other", {}), ask(f"{base}/chat/completions", call())
    return [recorded[0], again[0], again[1].get("state"), other[0], model[0]]


def large_step():
    """Does a step with a result that is too large to be kept, unless it is known what became of it, and says how that was told."""
    url, body = f"{root}/_step/charge", {"effect": "once"}
    answer = ask(url, body)[1]
    if answer["state"] == "done":
        return answer["result"]
    refused = ask(url, body | {"position": answer["position"], "result": "x" * (33 << 20)}, method="PUT")
    print(json.dumps(refused[:2]), flush=True)
    os._exit(1)


def large_and_small():
    """Does a step with a result that is too large to be kept, and says then what is known of it, a "result" or an "error"."""
    url, body = f"{root}/_step/charge", {"effect": "once", "unknown": "fail"}
    body["position"] = ask(url, body)[1]["position"]
    refused = ask(url, body | {"result": "x" * (33 << 20)}, method="PUT")[0]
    return [refused, ask(url, body | {sys.argv[3]: "small"}, method="PUT")[0]]


def two_large_steps():
    """Has two steps of one name under way, and a result refused of one of them; the other one is recorded, and both are asked for again."""
    url, one, other = f"{root}/_step/charge", {"effect": "once", "unknown": "fail", "input": 1}, {"effect": "once", "unknown": "fail", "input": 2}
    first, second = ask(url, one)[1], ask(url, other)[1]
    refused = ask(url, one | {"position": first["position"], "result": "x" * (33 << 20)}, method="PUT")[0]
    recorded = ask(url, other | {"position": second["position"], "result": 1}, method="PUT")[0]
    # What was recorded is another one when it is asked for again.
    again = ask(url, other)[1]
    status, answer, _ = ask(url, one)
    return [refused, again["state"], recorded, [status, answer["state"], "33554432" in answer.get("error", "")]]


def long_reason():
    """Does a step with a large input, and does not know what became of it, for a reason without end; asks again."""
    url, body = f"{root}/_step/charge", {"effect": "once", "input": "x" * (2 << 20)}
    answer = ask(url, body)[1]
    if answer["state"] == "done":
        return answer["result"]
    ask(url, body | {"position": answer["position"], "unknown_because": "reasons " * 10000}, method="PUT")
    ask(url, body)
    return answer


def large_input():
    """Asks for a step with an input that is too large for people."""
    return ask(f"{root}/_step/charge", {"effect": "once", "input": "x" * (2 << 20)})[:2]
