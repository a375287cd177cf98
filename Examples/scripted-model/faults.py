"""What goes wrong on purpose, and what waits until it is told to go on.

A rule is one JSON object; the first that matches a request is taken:

    {"match": {"turn": 3, "request": [1, 2], "model": "re", "tag": "re", "text": "re", "stream": true},
     "times": 2, "do": "status", "status": 429, "retry_after": 1}

| do        | settings                                | what happens                                   | billed  |
| --------- | --------------------------------------- | ---------------------------------------------- | ------- |
| status    | status, retry_after, message            | an error instead of an answer                  | no      |
| hang      | billed                                  | silence, until the client leaves               | setting, true |
| cut       | after_events                            | the connection is closed in mid-answer         | yes     |
| stall     | after_events                            | silence in mid-answer, until the client leaves | yes     |
| malformed | kind: truncated, garbage, html, bad_sse | status 200 and a body that is no answer        | yes     |
| slow      | delay_ms, event_ms                      | the right answer, late                         | yes     |
"""

import asyncio
import re

ACTIONS = {
    "status": {"status", "retry_after", "message"},
    "hang": {"billed"},
    "cut": {"after_events"},
    "stall": {"after_events"},
    "malformed": {"kind"},
    "slow": {"delay_ms", "event_ms"},
}
MALFORMED_KINDS = {"truncated", "garbage", "html", "bad_sse"}
PHASES = {"before", "after-first-event"}


class Match:
    """Which requests a rule or a hold is for."""

    def __init__(self, value):
        known = {"turn", "request", "model", "tag", "text", "stream"}
        if unknown := set(value) - known:
            raise ValueError(f"match has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}")
        self._numbers = {
            key: set(value[key] if isinstance(value[key], list) else [value[key]])
            for key in ("turn", "request")
            if key in value
        }
        self._patterns = {key: re.compile(value[key]) for key in ("model", "tag", "text") if key in value}
        self._stream = value.get("stream")

    def __call__(self, conversation, number):
        found = {"turn": conversation.turn, "request": number}
        return (
            all(found[key] in numbers for key, numbers in self._numbers.items())
            and all(pattern.search(getattr(conversation, key)) for key, pattern in self._patterns.items())
            and self._stream in (None, conversation.streams)
        )


class Fault:
    """One rule."""

    def __init__(self, value):
        self.action = value.get("do")
        if self.action not in ACTIONS:
            raise ValueError(f"do is {self.action!r}; it is one of {', '.join(ACTIONS)}")
        if unknown := set(value) - {"match", "times", "do"} - ACTIONS[self.action]:
            raise ValueError(f"{self.action} has no {', '.join(sorted(unknown))}")
        self.settings = {key: value[key] for key in ACTIONS[self.action] if key in value}
        if self.settings.get("kind", "garbage") not in MALFORMED_KINDS:
            raise ValueError(f"kind is {self.settings['kind']!r}; it is one of {', '.join(sorted(MALFORMED_KINDS))}")
        self._left = value.get("times")
        self._match = Match(value.get("match", {}))

    def take(self, conversation, number):
        """Says whether the rule is for this request, and uses up one of its times."""
        if self._left == 0 or not self._match(conversation, number):
            return False
        if self._left is not None:
            self._left -= 1
        return True


class Faults:
    """The rules in force."""

    def __init__(self, values=()):
        self._rules = [Fault(value) for value in values]

    def take(self, conversation, number):
        """Returns the first rule that is for this request, if one is."""
        return next((rule for rule in self._rules if rule.take(conversation, number)), None)


class Holds:
    """Answers that wait, so that a test knows exactly where a client stands."""

    def __init__(self):
        self._waiting = []
        self._holds = []
        self._changed = asyncio.Condition()

    def add(self, value):
        """Holds matching answers from now on: `{"turn": 8, "phase": "before", "times": 1}`."""
        rest = {key: item for key, item in value.items() if key not in ("phase", "times")}
        phase = value.get("phase", "before")
        if phase not in PHASES:
            raise ValueError(f"phase is {phase!r}; it is one of {', '.join(sorted(PHASES))}")
        self._holds.append({"match": Match(rest), "phase": phase, "left": value.get("times")})

    async def pass_through(self, phase, conversation, number):
        """Returns at once, or when a hold that is for this answer is released."""
        for hold in self._holds:
            if hold["phase"] == phase and hold["left"] != 0 and hold["match"](conversation, number):
                if hold["left"] is not None:
                    hold["left"] -= 1
                return await self._wait({"request": number, "turn": conversation.turn, "phase": phase})

    async def _wait(self, entry):
        released = asyncio.Event()
        waiting = (entry, released)
        self._waiting.append(waiting)
        await self._notify()
        try:
            await released.wait()
        finally:
            self._waiting.remove(waiting)

    async def held(self, count, seconds):
        """Returns what is held, as soon as it is at least `count` answers, or after `seconds`."""
        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait_for(lambda: len(self._waiting) >= count), seconds)
            except asyncio.TimeoutError:
                pass  # What is held by then is the answer.
        return [entry for entry, _ in self._waiting]

    def release(self):
        """Ends all holds, and returns how many answers had waited."""
        self._holds = []
        for _, released in self._waiting:
            released.set()
        return len(self._waiting)

    async def _notify(self):
        async with self._changed:
            self._changed.notify_all()
