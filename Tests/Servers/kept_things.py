"""Responses and conversations that the fake provider keeps, and what is asked of them."""
import threading
import uuid

lock = threading.Lock()
# What conversations hold that the provider keeps, by their ids.
held = {}
# Responses that the provider keeps, by their ids.
kept = {}
# What those become that are made in the background, and the entries of the bill.
background = {}


def hold(conversation, items):
    """Adds items to a conversation, each with an id; returns them as they are held."""
    items = [{"id": "item_" + uuid.uuid4().hex[:12], "type": "message", **item} for item in items]
    held[conversation] += items
    return items


class KeptThings:
    """The part of a handler that reads and changes them."""

    def response(self):
        """The response that a path names."""
        return self.path.split("?")[0].partition("/responses/")[2].split("/")[0]

    def respond(self, change):
        """Answers with a response that is kept, and keeps what becomes of it; nothing means that it is gone."""
        with lock:
            found = kept.get(self.response())
            answer = found and change(found)
            if found and found["status"] in ("queued", "in_progress"):
                if found["status"] == "queued":
                    kept[self.response()] = found | {"status": "in_progress"}
                else:
                    kept[self.response()], entry = background[self.response()]
                    entry["usage"] = kept[self.response()]["usage"]
        if not found:
            return self.reply(404, {"error": {"message": f"no response {self.response()}", "type": "invalid_request_error"}})
        self.reply(200, answer)

    def follow(self):
        """Answers with the events of a response that is made in the background, and is made with the last one."""
        with lock:
            found = kept.get(self.response())
            whole, self.entry = background.get(self.response(), (found, None))
        if not found or not self.entry:
            return self.reply(404, {"error": {"message": f"no response {self.response()} to follow", "type": "invalid_request_error"}})
        self.is_early = False
        events = [{"type": "response.created", "response": found | {"status": "in_progress"}},
                  {"type": "response.output_text.delta", "delta": "all"},
                  {"type": "response.completed", "response": whole}]
        with lock:
            kept[self.response()] = whole
            self.entry["usage"] = whole["usage"]
        self.stream([(event["type"], event | {"sequence_number": number}) for number, event in enumerate(events)], 0, None)

    def change_response(self):
        def change(response):
            if self.command == "DELETE":
                del kept[response["id"]]
                return {"id": response["id"], "object": "response", "deleted": True}
            response["status"] = "cancelled"
            return dict(response)
        self.respond(change)

    def conversation(self):
        """The conversation that a path names, and the parts behind it."""
        parts = self.path.split("?")[0].partition("/conversations/")[2].split("/")
        return parts[0], parts[1:]

    def read_conversation(self):
        name, rest = self.conversation()
        with lock:
            items = list(held[name]) if name in held else None
        if items is None:
            return self.reply(404, {"error": {"message": f"no conversation {name}", "type": "invalid_request_error"}})
        if not rest:
            return self.reply(200, {"id": name, "object": "conversation", "created_at": 1, "metadata": {"items": len(items)}})
        if len(rest) == 1:
            return self.reply(200, {"object": "list", "data": items, "has_more": False})
        found = [item for item in items if item["id"] == rest[1]]
        self.reply(200, found[0]) if found else self.reply(404, {"error": {"message": "no such item", "type": "invalid_request_error"}})

    def change_conversation(self, request):
        name, rest = self.conversation()
        with lock:
            if name not in held:
                return self.reply(404, {"error": {"message": f"no conversation {name}", "type": "invalid_request_error"}})
            if self.command == "DELETE" and not rest:
                del held[name]
                return self.reply(200, {"id": name, "object": "conversation.deleted", "deleted": True})
            if self.command == "DELETE":
                held[name] = [item for item in held[name] if item["id"] != rest[1]]
            if self.command == "DELETE" or not rest:
                return self.reply(200, {"id": name, "object": "conversation", "created_at": 1, "metadata": {}})
            added = hold(name, request["items"])
        self.reply(200, {"object": "list", "data": added, "has_more": False, "first_id": added[0]["id"], "last_id": added[-1]["id"]})
