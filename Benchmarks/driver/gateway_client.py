"""The program whose calls are measured: a command job that knows nothing of the machine.

    gateway_client.py latency|throughput|replay|conversation PORT-OF-THE-PROVIDER COUNT
    gateway_client.py beside PORT-OF-THE-PROVIDER SECOND-OF-THE-CLOCK-AT-WHICH-ALL-BEGIN
"""

import asyncio
import json
import os
import sys
import time
import urllib.parse

CLIENTS = 16
SECONDS = 4
gateway = urllib.parse.urlsplit(os.environ["OPENAI_BASE_URL"])
key = os.environ["OPENAI_API_KEY"]


class Connection:
    """One kept-alive connection."""

    def __init__(self, port, path):
        self._port, self._path = port, path

    async def open(self):
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 24)
        return self

    async def ask(self, path, body=None):
        """Returns the milliseconds to the first byte of the body, and to its last."""
        content = b"" if body is None else json.dumps(body).encode()
        head = (f"{'GET' if body is None else 'POST'} {self._path}{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n").encode()
        began = time.perf_counter()
        self._writer.write(head + content)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        if not answer.startswith(b"http/1.1 200"):
            raise RuntimeError(answer.decode() + (await self._reader.read(500)).decode())
        if b"content-length:" in answer:
            length = int(answer.split(b"content-length:")[1].split(b"\r\n")[0])
            first = await self._reader.readexactly(1)
            at = time.perf_counter()
            self.body = first + await self._reader.readexactly(length - 1)
        else:
            at, self.body = None, b""
            while (count := int(await self._reader.readuntil(b"\r\n"), 16)) > 0:
                at = at or time.perf_counter()
                self.body += (await self._reader.readexactly(count + 2))[:-2]
            await self._reader.readexactly(2)
        return 1000 * (at - began), 1000 * (time.perf_counter() - began)


def question(number, stream=False, more=""):
    return {"model": "m", "stream": stream, "max_tokens": 500, "messages": [
        {"role": "system", "content": "You are a careful analyst. " * 20},
        {"role": "user", "content": f"Question {number}: why do customers leave? {more}"}]}


async def latency(provider, count):
    """The same calls, with and without the gateway, in turns."""
    told = {"first_byte": {"gateway": [], "direct": []}, "whole": {"gateway": [], "direct": []}}
    ways = {"direct": await Connection(provider, "/v1").open(), "gateway": await Connection(gateway.port, gateway.path).open()}
    for number in range(count + 20):
        for name, way in ways.items():
            first, _ = await way.ask("/chat/completions", question(number, stream=True))
            _, whole = await way.ask("/chat/completions", question(number))
            if number >= 20:
                told["first_byte"][name].append(first)
                told["whole"][name].append(whole)
    return told


async def throughput(_, count):
    connections = [await Connection(gateway.port, gateway.path).open() for _ in range(CLIENTS)]

    async def rate(ask):
        numbers = iter(range(count))

        async def one(connection):
            for number in numbers:
                await ask(connection, number)

        began = time.perf_counter()
        await asyncio.gather(*(one(connection) for connection in connections))
        return count / (time.perf_counter() - began)

    # An answer of the same size, by the same server, that is passed on and not kept.
    forwarded = await rate(lambda connection, _: connection.ask("/models"))
    recorded = await rate(lambda connection, number: connection.ask("/chat/completions", question(number)))
    return {"forwarded": forwarded, "recorded": recorded}


async def beside(_, start):
    """What one client of many programs gets through, all of them at the same time."""
    connection = await Connection(gateway.port, gateway.path).open()

    async def calls(begin, seconds, ask):
        await asyncio.sleep(begin - time.time())
        number = 0
        while time.time() < begin + seconds:
            await ask(number)
            number += 1
        return number / seconds

    forwarded = await calls(start, SECONDS, lambda _: connection.ask("/models"))
    recorded = await calls(start + SECONDS + 1, SECONDS, lambda number: connection.ask("/chat/completions", question(number)))
    return {"forwarded": forwarded, "recorded": recorded}


async def replay(_, count):
    """Asks, fails, and asks the same again in the next attempt."""
    connection = await Connection(gateway.port, gateway.path).open()
    messages = question(0)["messages"]
    began = time.perf_counter()
    for number in range(count):
        await connection.ask("/chat/completions", {"model": "m", "messages": messages})
        messages += [json.loads(connection.body)["choices"][0]["message"], {"role": "user", "content": f"And {number}?"}]
    if os.environ["CHASSIS_ATTEMPT"] == "1":
        sys.exit(1)
    return {"seconds": time.perf_counter() - began}


async def conversation(_, count):
    connection = await Connection(gateway.port, gateway.path).open()
    messages = question(0)["messages"]
    for number in range(count):
        await connection.ask("/chat/completions", {"model": "m", "messages": messages})
        messages += [json.loads(connection.body)["choices"][0]["message"],
                     {"role": "user", "content": f"And {number}? " + "These are the customers of that month. " * 20}]
    return {"bytes": len(json.dumps(messages))}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(globals()[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3])))))
