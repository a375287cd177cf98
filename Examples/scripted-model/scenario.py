"""The script: which answer a conversation gets.

A scenario file is one JSON object:

    {"scenarios": [{
        "name": "churn",
        "match": {"model": "^scripted-", "text": "churn analyst", "tag": "^demo"},      all optional, regular expressions
        "delay_ms": 20,                                                               before each event of a stream
        "turns": [
          {"text": "First the shape of it.",
           "calls": [{"as": "plans", "name": "sql", "arguments": {"query": "SELECT …"}},
                     {"as": "chart", "name": "chart_data", "arguments": {"by": "plan"}}]},
          {"json": {"summary": "{{plans.rows.0.plan}} loses {{plans.rows.0.rate|.1f}} %", "rate": "{{plans.rows.0.rate}}"}}
        ]}]}

A call with `arguments_text` instead of `arguments` says just that, which need not be JSON.

The answer is a pure function of the scenario and of the conversation in the request: the turn is the number of
assistant messages that the request already holds, plus one. The server remembers nothing between two requests.

`{{label.path|format}}` stands for a value out of an earlier tool result: `label` is the `as` of a call, the path walks
through objects and lists, and the format is a Python format specification for a number. `match.name` is a named group
of a pattern in `match`. A string that is one placeholder without a format keeps the value's own type. Where a result
is a table with `columns` and rows that are lists, the rows are read as objects; a result that is only a list is read
as `rows`.
"""

import json
import re

from wire import BadRequest

PLACEHOLDER = re.compile(r"\{\{\s*([^{}|]+?)\s*(?:\|([^{}]*))?\}\}")


class Scenario:
    """One script, and the conversations it is for."""

    def __init__(self, value):
        known = {"name", "match", "delay_ms", "turns"}
        if unknown := set(value) - known:
            raise ValueError(f"a scenario has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}")
        self.name = value.get("name", "unnamed")
        self.delay = value.get("delay_ms", 0) / 1000
        self.turns = value["turns"]
        self._match = {key: re.compile(text) for key, text in value.get("match", {}).items()}
        if unknown := set(self._match) - {"model", "text", "tag"}:
            raise ValueError(f"scenario {self.name} matches on {', '.join(sorted(unknown))}: only model, text and tag")

    def match(self, conversation):
        """Returns the named groups of the patterns, or `None` when one is not found in what it is for."""
        groups = {}
        for key, pattern in self._match.items():
            found = pattern.search(getattr(conversation, key))
            if found is None:
                return None
            groups.update(found.groupdict())
        return groups

    def answer(self, conversation):
        """Returns the answer to the conversation's turn, or raises `BadRequest` where the script has none.

        - Precondition: the conversation matches.
        """
        if conversation.turn > len(self.turns):
            raise BadRequest(
                400, f"the script {self.name} ends with turn {len(self.turns)}, this would be turn {conversation.turn}")
        turn = self.turns[conversation.turn - 1]
        results = self._results(conversation)
        if "json" in turn:
            return Answer(text=json.dumps(fill(turn["json"], results), ensure_ascii=False))
        calls = [
            (call["name"], call.get("arguments_text") or json.dumps(fill(call.get("arguments", {}), results), ensure_ascii=False))
            for call in turn.get("calls", [])
        ]
        return Answer(text=fill_text(turn.get("text", ""), results), calls=calls)

    def _results(self, conversation):
        """Returns the earlier tool results by the labels of their calls."""
        results = {"match": self.match(conversation)}
        for turn, answered in zip(self.turns, conversation.results_by_turn):
            for call, result in zip(turn.get("calls", []), answered):
                if "as" in call:
                    results[call["as"]] = result
        return results


class Answer:
    """What the model says: a text, tool calls as (name, arguments as JSON text), or both."""

    def __init__(self, text="", calls=()):
        self.text = text
        self.calls = list(calls)


def load(paths):
    """Returns the scenarios of the files, in their order."""
    scenarios = []
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                scenarios += [Scenario(value) for value in json.load(file)["scenarios"]]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, re.error) as error:
            raise SystemExit(f"{path}: not a scenario file: {error!r}") from error
    return scenarios


def fill(value, results):
    """Returns the value with every placeholder in it replaced."""
    if isinstance(value, dict):
        return {key: fill(item, results) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, results) for item in value]
    if not isinstance(value, str):
        return value
    whole = PLACEHOLDER.fullmatch(value)
    if whole and whole[2] is None:
        return number_if_one(look_up(whole[1], results))
    return fill_text(value, results)


def fill_text(text, results):
    """Returns the text with every placeholder in it replaced."""

    def replace(match):
        value = look_up(match[1], results)
        if match[2] is None:
            return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        try:
            return format(float(value), match[2])
        except (TypeError, ValueError) as error:
            raise BadRequest(400, f"the script cannot write {value!r} ({match[1]}) as {match[2]!r}: {error}") from error

    return PLACEHOLDER.sub(replace, text)


def number_if_one(value):
    """Returns a number that came as text (as databases send exact ones) as a number, anything else unchanged."""
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value) if "." in value else int(value)
    return value


def look_up(path, results):
    """Returns the value at `label.name.0.name`, or raises `BadRequest` that shows what was there instead."""
    label, *rest = path.split(".")
    if label not in results:
        raise BadRequest(400, f"the script looks for {path}, and the conversation holds no tool result {label}")
    value = table(results[label])
    for name in rest:
        try:
            value = value[int(name)] if isinstance(value, list) else value[name]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            shown = json.dumps(results[label], ensure_ascii=False)[:400]
            raise BadRequest(400, f"the script looks for {path}, and the tool result is {shown}") from error
    return value


def table(result):
    """Returns a tool result with its rows as objects, however its tool wrote them."""
    if isinstance(result, list):
        return {"rows": result}
    if isinstance(result, dict) and isinstance(result.get("columns"), list) and isinstance(result.get("rows"), list):
        names = [column["name"] if isinstance(column, dict) else column for column in result["columns"]]
        rows = [dict(zip(names, row)) if isinstance(row, list) else row for row in result["rows"]]
        return {**result, "rows": rows}
    return result
