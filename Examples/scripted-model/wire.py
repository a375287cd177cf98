"""HTTP/1.1 on asyncio: what a scripted model needs of it, and no more."""

import asyncio
import json

MAXIMUM_HEAD_BYTES = 64 * 1024
MAXIMUM_BODY_BYTES = 64 * 1024 * 1024

REASONS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


class BadRequest(Exception):
    """A request that cannot be answered as asked: `status` and a message that says why."""

    def __init__(self, status, message, code="invalid_request"):
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code


class PeerLeft(Exception):
    """The other side closed the connection before its answer was complete."""


class Request:
    """A request that was read whole. Header names are in lower case."""

    def __init__(self, method, target, headers, body):
        self.method = method
        self.path, _, query = target.partition("?")
        self.query = dict(pair.partition("=")[::2] for pair in query.split("&") if pair)
        self.headers = headers
        self.body = body

    def json(self):
        """Returns the body as JSON, or raises `BadRequest`."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise BadRequest(400, f"the body is not JSON: {error}") from error


class Connection(asyncio.StreamReaderProtocol):
    """One TCP connection. `gone` is set as soon as the peer has closed its side or the connection has broken."""

    def __init__(self, serve):
        self.gone = asyncio.Event()
        self.reader = asyncio.StreamReader(limit=MAXIMUM_HEAD_BYTES)
        super().__init__(self.reader, lambda reader, writer: serve(self, writer))

    def connection_made(self, transport):
        # With no room to buffer, `drain` returns only when the kernel has every byte: that is what "complete" means.
        transport.set_write_buffer_limits(high=0)
        super().connection_made(transport)

    def eof_received(self):
        self.gone.set()
        return super().eof_received()

    def connection_lost(self, error):
        self.gone.set()
        super().connection_lost(error)

    async def unless_gone(self, awaitable):
        """Awaits `awaitable`, or cancels it and raises `PeerLeft` when the peer leaves first."""
        work = asyncio.ensure_future(awaitable)
        left = asyncio.ensure_future(self.gone.wait())
        try:
            await asyncio.wait({work, left}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                raise PeerLeft
            return work.result()
        finally:
            work.cancel()
            left.cancel()


async def read_request(reader, writer):
    """Returns the next request of the connection, or `None` when it ended between two requests."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError as error:
        raise BadRequest(431, f"the header is longer than {MAXIMUM_HEAD_BYTES} bytes") from error
    lines = head.decode("latin-1").split("\r\n")
    try:
        method, target, _ = lines[0].split(" ")
    except ValueError as error:
        raise BadRequest(400, "the request line is not METHOD TARGET VERSION") from error
    headers = {}
    for line in filter(None, lines[1:]):
        name, separator, value = line.partition(":")
        if not separator:
            raise BadRequest(400, "a header line has no colon")
        headers[name.strip().lower()] = value.strip()
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    return Request(method, target, headers, await read_body(reader, headers))


async def read_body(reader, headers):
    """Returns the body, sent with its length or in chunks."""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return await read_chunks(reader)
    try:
        length = int(headers.get("content-length", "0"))
    except ValueError as error:
        raise BadRequest(400, "content-length is not a number") from error
    if not 0 <= length <= MAXIMUM_BODY_BYTES:
        raise BadRequest(413, f"the body has {length} bytes, at most {MAXIMUM_BODY_BYTES} are taken")
    return await reader.readexactly(length)


async def read_chunks(reader):
    body = bytearray()
    while True:
        try:
            size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        except ValueError as error:
            raise BadRequest(400, "a chunk has no size") from error
        if len(body) + size > MAXIMUM_BODY_BYTES:
            raise BadRequest(413, f"the body has more than {MAXIMUM_BODY_BYTES} bytes")
        body += await reader.readexactly(size)
        await reader.readuntil(b"\r\n")
        if size == 0:
            return bytes(body)


def head_bytes(status, headers):
    """Returns the status line and the header fields of an answer; every one says who is speaking."""
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}", "server: chassis-scripted-model"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def json_answer(status, value, headers=None):
    """Returns the bytes of a whole answer with a JSON body."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    fields = {"content-type": "application/json", "content-length": len(body), **(headers or {})}
    return head_bytes(status, fields) + body


def chunk(data):
    """Returns one chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"
