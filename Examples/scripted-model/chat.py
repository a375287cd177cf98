"""OpenAI's Chat Completions: a request read as a conversation, an answer written as JSON or as a stream of events."""

import json
import re

from bill import canonical, digest
from wire import BadRequest

CHARACTERS_PER_TOKEN = 4
DELIVERY = {"stream", "stream_options"}
TEXT_PIECE = 32
ARGUMENTS_PIECE = 48
TAG = re.compile(r"\[run:([^\]\s]{1,100})\]")


class Conversation:
    """What a request says: whose turn it is, and what the tools answered so far.

    Other formats read their requests as messages of this one.
    """

    def __init__(self, request):
        body = request.json()
        if not isinstance(body, dict) or not isinstance(body.get("model"), str):
            raise BadRequest(400, "the body names no model")
        messages = self.messages_of(body)
        self.model = body["model"]
        self.streams = body.get("stream") is True
        self.wants_usage = (body.get("stream_options") or {}).get("include_usage") is True
        self.digest = digest({key: value for key, value in body.items() if key not in DELIVERY})
        self.turn = 1 + sum(message.get("role") == "assistant" for message in messages)
        self.text = "\n".join(plain_text(m.get("content")) for m in messages if m.get("role") != "tool")
        self.tag = request.headers.get("x-run-id") or next(iter(TAG.findall(self.text)), "")
        self.results_by_turn = results_by_turn(messages)
        self.prompt_tokens = tokens(canonical(messages) + canonical(body.get("tools", [])))

    @staticmethod
    def messages_of(body):
        """Returns the messages of a request, or raises `BadRequest`."""
        return listed(body, "messages")


class Completion:
    """An answer in the provider's format. Its ids follow from the request, so that equal requests get equal answers."""

    prefix = "chatcmpl"

    def __init__(self, conversation, answer):
        self._conversation = conversation
        self._answer = answer
        self._id = f"{self.prefix}-scripted-{conversation.digest[:20]}"
        written = answer.text + "".join(name + arguments for name, arguments in answer.calls)
        completion_tokens = tokens(written)
        self.usage = {
            "prompt_tokens": conversation.prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": conversation.prompt_tokens + completion_tokens,
        }

    @property
    def _finish_reason(self):
        return "tool_calls" if self._answer.calls else "stop"

    def _call_id(self, index):
        return f"call_{self._conversation.turn}_{index}_{self._conversation.digest[:12]}"

    def _envelope(self, kind, **rest):
        return {
            "id": self._id,
            "object": kind,
            "created": 0,
            "model": self._conversation.model,
            "system_fingerprint": "scripted",
            **rest,
        }

    def json(self):
        """Returns the whole answer."""
        message = {"role": "assistant", "content": self._answer.text or None}
        if self._answer.calls:
            message["tool_calls"] = [
                {"id": self._call_id(i), "type": "function", "function": {"name": name, "arguments": arguments}}
                for i, (name, arguments) in enumerate(self._answer.calls)
            ]
        choice = {"index": 0, "message": message, "finish_reason": self._finish_reason}
        return self._envelope("chat.completion", choices=[choice], usage=self.usage)

    def events(self):
        """Returns the lines of each event of the stream, the closing `[DONE]` included."""
        deltas = [{"role": "assistant", "content": ""}]
        deltas += [{"content": piece} for piece in pieces(self._answer.text, TEXT_PIECE)]
        for i, (name, arguments) in enumerate(self._answer.calls):
            function = {"name": name, "arguments": ""}
            deltas.append({"tool_calls": [{"index": i, "id": self._call_id(i), "type": "function", "function": function}]})
            deltas += [
                {"tool_calls": [{"index": i, "function": {"arguments": piece}}]}
                for piece in pieces(arguments, ARGUMENTS_PIECE)
            ]
        chunks = [self._chunk(delta, None) for delta in deltas] + [self._chunk({}, self._finish_reason)]
        if self._conversation.wants_usage:
            chunks.append(self._envelope("chat.completion.chunk", choices=[], usage=self.usage))
        return [f"data: {compact(value)}" for value in chunks] + ["data: [DONE]"]

    def _chunk(self, delta, finish_reason):
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return self._envelope("chat.completion.chunk", choices=[choice])


def listed(body, key):
    """Returns a list of objects out of a body, or raises `BadRequest`."""
    items = body.get(key)
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise BadRequest(400, f"{key} is not a list of objects")
    return items


def results_by_turn(messages):
    """Returns, for each assistant message, the results of its tool calls in the order of the calls."""
    answers = {m.get("tool_call_id"): plain_text(m.get("content")) for m in messages if m.get("role") == "tool"}
    turns = []
    for message in messages:
        if message.get("role") == "assistant":
            calls = message.get("tool_calls") or []
            turns.append([json_or_text(answers.get(call.get("id"), "")) for call in calls])
    return turns


def plain_text(content):
    """Returns the text of a message, whichever way its content is written."""
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def json_or_text(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def tokens(text):
    """Returns the tokens that a text is counted as: one for each four characters, rounded up."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def pieces(text, length):
    return [text[i : i + length] for i in range(0, len(text), length)]
