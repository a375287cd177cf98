"""OpenAI's Responses: read as messages of Chat Completions, answered as JSON or as a stream of events.

The server remembers no conversation: one that a request names by `previous_response_id` is refused.
"""

import chat
from chat import compact, pieces
from wire import BadRequest


class Conversation(chat.Conversation):
    """A request, whose items become messages: all that the model said between two others is one."""

    @staticmethod
    def messages_of(body):
        if body.get("previous_response_id"):
            raise BadRequest(400, "this scripted model keeps no responses; send the whole conversation")
        if isinstance(body.get("input"), str):
            body = {**body, "input": [{"role": "user", "content": body["input"]}]}
        messages = [{"role": "system", "content": body.get("instructions") or ""}]
        for item in chat.listed(body, "input"):
            kind = item.get("type", "message")
            if kind == "function_call_output":
                output = item.get("output")
                messages.append({"role": "tool", "tool_call_id": item.get("call_id"), "content": output})
            elif kind == "function_call" or item.get("role") == "assistant":
                if messages[-1]["role"] != "assistant":
                    messages.append({"role": "assistant", "content": "", "tool_calls": []})
                if kind == "function_call":
                    messages[-1]["tool_calls"].append({"id": item.get("call_id")})
                else:
                    messages[-1]["content"] = item.get("content")
            elif kind == "message":
                messages.append({"role": item.get("role"), "content": item.get("content")})
        return messages


class Completion(chat.Completion):
    """An answer."""

    prefix = "resp"

    def _items(self):
        """Returns the items of the answer."""
        digest = self._conversation.digest[:16]
        items = []
        if self._answer.text:
            part = {"type": "output_text", "text": self._answer.text, "annotations": []}
            items.append({
                "type": "message", "id": f"msg_{digest}", "status": "completed", "role": "assistant", "content": [part]})
        for i, (name, arguments) in enumerate(self._answer.calls):
            items.append({
                "type": "function_call", "id": f"fc_{i}_{digest}", "call_id": self._call_id(i), "name": name,
                "arguments": arguments, "status": "completed"})
        return items

    def _response(self, status, output):
        usage = {
            "input_tokens": self.usage["prompt_tokens"], "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": self.usage["completion_tokens"], "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": self.usage["total_tokens"],
        }
        return {
            "id": self._id, "object": "response", "created_at": 0, "status": status, "error": None,
            "incomplete_details": None, "instructions": None, "metadata": {}, "model": self._conversation.model,
            "output": output, "parallel_tool_calls": True, "temperature": 1.0, "tool_choice": "auto", "tools": [],
            "top_p": 1.0, "usage": usage if status == "completed" else None,
        }

    def json(self):
        return self._response("completed", self._items())

    def events(self):
        events = [{"type": "response.created", "response": self._response("in_progress", [])}]
        for i, item in enumerate(self._items()):
            events += self._text(i, item) if item["type"] == "message" else self._call(i, item)
        events.append({"type": "response.completed", "response": self.json()})
        return [
            f"event: {event['type']}\ndata: {compact({**event, 'sequence_number': number})}"
            for number, event in enumerate(events)
        ]

    @staticmethod
    def _text(index, item):
        part = item["content"][0]
        place = {"item_id": item["id"], "output_index": index, "content_index": 0}
        begun = {**item, "status": "in_progress", "content": []}
        return [
            {"type": "response.output_item.added", "output_index": index, "item": begun},
            {"type": "response.content_part.added", **place, "part": {**part, "text": ""}},
            *({"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []}
              for piece in pieces(part["text"], chat.TEXT_PIECE)),
            {"type": "response.output_text.done", **place, "text": part["text"], "logprobs": []},
            {"type": "response.content_part.done", **place, "part": part},
            {"type": "response.output_item.done", "output_index": index, "item": item},
        ]

    @staticmethod
    def _call(index, item):
        place = {"item_id": item["id"], "output_index": index}
        begun = {**item, "status": "in_progress", "arguments": ""}
        return [
            {"type": "response.output_item.added", "output_index": index, "item": begun},
            *({"type": "response.function_call_arguments.delta", **place, "delta": piece}
              for piece in pieces(item["arguments"], chat.ARGUMENTS_PIECE)),
            {"type": "response.function_call_arguments.done", **place, "arguments": item["arguments"]},
            {"type": "response.output_item.done", "output_index": index, "item": item},
        ]
