"""Effects: each call of a tool was made as often as it may be."""

import collections
import json

import kinds
from checks.findings import Subject
from checks.money import unknown_calls


class Effects(Subject):
    def check(self):
        """Each call was made; with effect once it was made once, if idempotent again only as often as that is listed."""
        unknown = unknown_calls(self)
        made = count_notes(self.world.notes)
        once = count_notes(self.world.once_notes)
        for tag, kind in self.kinds.items():
            job, is_once = "ask" if kind == "program" else "work", kind in kinds.ONCE
            for call, position in kinds.CALLS.get(kind, {}).items():
                item = f"{tag}-{call}"
                count = once.pop(item, 0) if is_once else made.pop(item, 0)
                listed = 0 if is_once else unknown.get((tag, job, position), 0)
                if count == 0:
                    self.found("lost", f"run {tag} never made the call {call}")
                if count > 1 + listed:
                    self.found("repeated", f"run {tag} made the {kind} call {call} {count} times, {listed} are listed as unknown")
        for item in [*made, *once]:
            self.found("repeated", f"the call {item} was made, and is not needed")


def count_notes(path):
    text = path.read_text() if path.exists() else ""
    return collections.Counter(json.loads(line)["item"] for line in text.splitlines() if line.startswith("{") and line.endswith("}"))
