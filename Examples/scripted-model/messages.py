"""Anthropic's Messages: read as messages of Chat Completions, answered as JSON or as a stream of events."""

import chat
from chat import compact, pieces, plain_text
from wire import BadRequest


class Conversation(chat.Conversation):
    """A request, whose system prompt, tool uses and tool results become messages of their own."""

    @staticmethod
    def messages_of(body):
        messages = [{"role": "system", "content": plain_text(body.get("system"))}]
        for message in chat.listed(body, "messages"):
            content = message.get("content")
            blocks = content if isinstance(content, list) else [{"type": "text", "text": content or ""}]
            if not all(isinstance(block, dict) for block in blocks):
                raise BadRequest(400, "the content of a message is neither text nor a list of blocks")
            calls = [{"id": block.get("id")} for block in blocks if block.get("type") == "tool_use"]
            messages += [
                {"role": "tool", "tool_call_id": block.get("tool_use_id"), "content": block.get("content")}
                for block in blocks
                if block.get("type") == "tool_result"
            ]
            text = plain_text([block for block in blocks if block.get("type") == "text"])
            if text or message.get("role") == "assistant":
                messages.append({"role": message.get("role"), "content": text, "tool_calls": calls})
        return messages


class Completion(chat.Completion):
    """An answer."""

    prefix = "msg"

    def _call_id(self, index):
        return f"toolu_{self._conversation.turn}_{index}_{self._conversation.digest[:12]}"

    @property
    def _stop_reason(self):
        return "tool_use" if self._answer.calls else "end_turn"

    def _blocks(self):
        """Returns each block as it begins, and what is added to it as (type of the delta, key, pieces)."""
        blocks = []
        if self._answer.text:
            blocks.append(({"type": "text", "text": ""}, ("text_delta", "text", pieces(self._answer.text, chat.TEXT_PIECE))))
        for i, (name, arguments) in enumerate(self._answer.calls):
            block = {"type": "tool_use", "id": self._call_id(i), "name": name, "input": {}}
            blocks.append((block, ("input_json_delta", "partial_json", pieces(arguments, chat.ARGUMENTS_PIECE))))
        return blocks

    def _message(self, content, stop_reason, output_tokens):
        usage = {"input_tokens": self.usage["prompt_tokens"], "output_tokens": output_tokens}
        return {
            "id": self._id, "type": "message", "role": "assistant", "model": self._conversation.model,
            "content": content, "stop_reason": stop_reason, "stop_sequence": None, "usage": usage,
        }

    def json(self):
        content = []
        for block, (_, key, added) in self._blocks():
            text = "".join(added)
            content.append({**block, **({"text": text} if key == "text" else {"input": chat.json_or_text(text)})})
        return self._message(content, self._stop_reason, self.usage["completion_tokens"])

    def events(self):
        events = [{"type": "message_start", "message": self._message([], None, 1)}]
        for i, (block, (kind, key, added)) in enumerate(self._blocks()):
            events.append({"type": "content_block_start", "index": i, "content_block": block})
            events += [
                {"type": "content_block_delta", "index": i, "delta": {"type": kind, key: piece}} for piece in added]
            events.append({"type": "content_block_stop", "index": i})
        delta = {"stop_reason": self._stop_reason, "stop_sequence": None}
        usage = {"output_tokens": self.usage["completion_tokens"]}
        events += [{"type": "message_delta", "delta": delta, "usage": usage}, {"type": "message_stop"}]
        return [f"event: {event['type']}\ndata: {compact(event)}" for event in events]
