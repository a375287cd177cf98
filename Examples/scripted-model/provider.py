"""The provider: takes a connection's requests one after the other, answers them from the script, and keeps the bill."""

import asyncio
import functools
import time

import chat
import messages
import responses
from faults import Faults, Holds
from wire import LAST_CHUNK, BadRequest, PeerLeft, chunk, head_bytes, json_answer, read_request

NOTICE = "This is a scripted model: it plays prepared answers. No language model is at work here."
LONGEST_WAIT_SECONDS = 600
FORMATS = {
    "/chat/completions": (chat.Conversation, chat.Completion),
    "/responses": (responses.Conversation, responses.Completion),
    "/messages": (messages.Conversation, messages.Completion),
}


class Provider:
    """One scripted model server."""

    def __init__(self, scenarios, bill, faults):
        self._scenarios = scenarios
        self._bill = bill
        self._faults = faults
        self._holds = Holds()

    async def serve(self, connection, writer):
        """Answers what comes in over one connection, until it ends."""
        try:
            while await self._serve_one(connection, writer):
                pass
        except (PeerLeft, ConnectionError, asyncio.IncompleteReadError):
            pass  # The client has left; the bill says how far its answer had come.
        except BadRequest as error:
            writer.write(error_answer(error, {"connection": "close"}))
        finally:
            writer.close()

    async def _serve_one(self, connection, writer):
        """Serves one request; says whether the connection goes on."""
        request = await read_request(connection.reader, writer)
        if request is None:
            return False
        goes_on = request.headers.get("connection", "").lower() != "close"
        try:
            if request.method == "POST" and (found := format_of(request.path)):
                return await self._complete(Exchange(connection, writer), request, *found) and goes_on
            answer = json_answer(200, await self._control(request))
        except BadRequest as error:
            answer = error_answer(error)
        writer.write(answer)
        await writer.drain()
        return goes_on

    async def _control(self, request):
        """Answers everything that is no completion."""
        match (request.method, request.path):
            case ("GET", path) if path.endswith("/models"):
                names = dict.fromkeys(["scripted-analyst", *(scenario.name for scenario in self._scenarios)])
                return {"object": "list", "notice": NOTICE, "data": [model(name) for name in names]}
            case ("GET", "/__scripted/health"):
                return {"status": "ok", "notice": NOTICE}
            case ("GET", "/__scripted/bill"):
                return self._bill.totals.report()
            case ("GET", "/__scripted/held"):
                return {"held": await self._holds.held(*waiting_for(request))}
            case ("POST", "/__scripted/faults"):
                rules = request.json()
                self._faults = accepted(lambda: Faults(rules))
                return {"rules": len(rules)}
            case ("POST", "/__scripted/hold"):
                accepted(lambda: self._holds.add(request.json()))
                return {"holding": True}
            case ("POST", "/__scripted/release"):
                return {"released": self._holds.release()}
        raise BadRequest(404, f"there is no {request.method} {request.path} here", "not_found")

    async def _complete(self, exchange, request, conversation_type, completion_type):
        """Answers one completion and notes it in the bill; says whether the connection goes on."""
        conversation = conversation_type(request)
        exchange.begin(self._bill, conversation, request)
        try:
            return await self._play(exchange, conversation, completion_type)
        except BadRequest as error:
            exchange.status = error.status
            return await exchange.send(error_answer(error))
        finally:
            exchange.end()

    async def _play(self, exchange, conversation, completion_type):
        scenario = next((each for each in self._scenarios if each.match(conversation) is not None), None)
        if scenario is None:
            raise BadRequest(
                404, f"no scenario is for model {conversation.model} and this text; {NOTICE}", "model_not_found")
        completion = completion_type(conversation, scenario.answer(conversation))
        fault = self._faults.take(conversation, exchange.number)
        action, settings = (fault.action, fault.settings) if fault else (None, {})
        exchange.fault = action
        if action == "status":
            return await refuse(exchange, settings)
        await exchange.unless_gone(self._holds.pass_through("before", conversation, exchange.number))
        exchange.usage = completion.usage
        exchange.billed = settings.get("billed", True)
        if action == "hang":
            await exchange.unless_gone(asyncio.Event().wait())
        if action == "slow":
            await exchange.unless_gone(asyncio.sleep(settings.get("delay_ms", 0) / 1000))
        if action == "malformed":
            return await spoil(exchange, settings.get("kind", "garbage"), completion)
        delay = settings.get("event_ms", scenario.delay * 1000) / 1000
        last_event = settings.get("after_events", 1) if action in ("cut", "stall") else None
        hold = functools.partial(self._holds.pass_through, "after-first-event", conversation, exchange.number)
        if conversation.streams:
            whole = await stream(exchange, completion, delay, last_event, hold)
        else:
            whole = await send_whole(exchange, completion, last_event, hold)
        if not whole and action == "stall":
            await exchange.unless_gone(asyncio.Event().wait())
        return whole


class Exchange:
    """One request for a completion, and what becomes of it."""

    def __init__(self, connection, writer):
        self._connection = connection
        self._writer = writer
        self._started = time.monotonic()
        self.status = 200
        self.fault = None
        self.billed = False
        self.complete = False
        self.events = 0
        self.usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}

    def begin(self, bill, conversation, request):
        """Notes the request, before anything is done about it."""
        self._bill = bill
        self._identity = bill.request(
            tag=conversation.tag, turn=conversation.turn, digest=conversation.digest, model=conversation.model,
            stream=conversation.streams, key=request.headers.get("idempotency-key", ""))
        self.number = self._identity["number"]

    def end(self):
        """Notes the answer."""
        self._bill.answer(
            self._identity, status=self.status, billed=self.billed, complete=self.complete, fault=self.fault,
            events=self.events, usage=self.usage, duration_ms=round((time.monotonic() - self._started) * 1000, 1))

    async def unless_gone(self, awaitable):
        """Awaits something, unless the client leaves first."""
        return await self._connection.unless_gone(awaitable)

    async def write(self, data):
        """Hands bytes to the kernel, all of them, or raises `PeerLeft`."""
        if self._connection.gone.is_set():
            raise PeerLeft
        self._writer.write(data)
        await self._writer.drain()

    async def send(self, data):
        """Writes the last bytes of an answer."""
        await self.write(data)
        self.complete = True
        return True


async def stream(exchange, completion, delay, last_event, hold):
    """Writes the events of an answer; says whether it wrote them all."""
    await exchange.write(head_bytes(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"}))
    for event in completion.events():
        if exchange.events == 1:
            await exchange.unless_gone(hold())
        if exchange.events == last_event:
            return False
        if delay:
            await exchange.unless_gone(asyncio.sleep(delay))
        await exchange.write(chunk(f"{event}\n\n".encode()))
        exchange.events += 1
    return await exchange.send(LAST_CHUNK)


async def send_whole(exchange, completion, last_event, hold):
    """Writes an answer in one piece, or only half of it; says whether it was all."""
    await exchange.unless_gone(hold())
    answer = json_answer(200, completion.json())
    if last_event is None:
        return await exchange.send(answer)
    await exchange.write(answer[: len(answer) // 2])
    return False


async def refuse(exchange, settings):
    """Answers with an error status, for which nobody pays."""
    exchange.status = settings.get("status", 500)
    headers = {"retry-after": settings["retry_after"]} if "retry_after" in settings else {}
    message = settings.get("message", f"scripted fault: status {exchange.status}")
    return await exchange.send(error_answer(BadRequest(exchange.status, message, "scripted_fault"), headers))


async def spoil(exchange, kind, completion):
    """Answers 200 with a body that is no answer. The connection ends with it."""
    bodies = {
        "truncated": ("application/json", json_answer(200, completion.json()).partition(b"\r\n\r\n")[2][:-20]),
        "garbage": ("application/json", b'{"object": "chat.completion", "choices": "none"}'),
        "html": ("text/html", b"<html><body><h1>Bad gateway</h1></body></html>"),
        "bad_sse": ("text/event-stream", b'data: {"choices": [{"delta": {"content": \n\ndata: [DONE]\n\n'),
    }
    kind_of_content, body = bodies[kind]
    headers = {"content-type": kind_of_content, "content-length": len(body), "connection": "close"}
    await exchange.send(head_bytes(200, headers) + body)
    return False


def format_of(path):
    """Returns how a path's requests are read and answered; `None` where nothing is there."""
    return next((found for suffix, found in FORMATS.items() if path.endswith(suffix)), None)


def accepted(make):
    """Returns what `make` makes, with its complaint about a value turned into an answer."""
    try:
        return make()
    except (ValueError, TypeError, AttributeError) as error:
        raise BadRequest(400, f"not a setting: {error}") from error


def waiting_for(request):
    """Returns the count and the seconds that a question about held answers asks for."""
    try:
        return int(request.query.get("count", "0")), min(float(request.query.get("wait", "0")), LONGEST_WAIT_SECONDS)
    except ValueError as error:
        raise BadRequest(400, f"count and wait are numbers: {error}") from error


def error_answer(error, headers=None):
    kind = "invalid_request_error" if error.status < 500 else "server_error"
    body = {"error": {"message": error.message, "type": kind, "param": None, "code": error.code}}
    return json_answer(error.status, body, headers)


def model(name):
    return {"id": name, "object": "model", "created": 0, "owned_by": "scripted (no language model)", "notice": NOTICE}
