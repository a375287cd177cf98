#!/usr/bin/env python3
"""The customers that the agents look at, and the two tools with which they do.

    customers.py churn_by '{"column": "plan", "segment": "enterprise"}'

With CHURN_CLOCK set, what the tools return holds the time, as that of many real tools does.
"""

import collections
import datetime
import json
import os
import random
import sys

COLUMNS = {
    "plan": ["basic", "team", "business"],
    "region": ["north", "south", "west"],
    "contract": ["monthly", "yearly"],
    "support": ["chat", "phone"],
    "usage": ["daily", "weekly", "rarely"],
}


def customers():
    """Returns the same 600 customers, always."""
    chance = random.Random(7)
    for number in range(600):
        customer = {column: chance.choice(values) for column, values in COLUMNS.items()}
        risk = 0.05 + 0.25 * (customer["contract"] == "monthly") + 0.15 * (customer["usage"] == "rarely")
        yield {"name": f"customer-{number}", "segment": chance.choice(["smb", "enterprise"]), **customer,
               "left": chance.random() < risk}


def churn_by(column: str, segment: str) -> str:
    """Count the customers of a segment, and those who left, by a column.

    Args:
        column: plan, region, contract, support or usage
        segment: smb or enterprise
    """
    counts, left = collections.Counter(), collections.Counter()
    for customer in customers():
        if customer["segment"] == segment:
            counts[customer[column]] += 1
            left[customer[column]] += customer["left"]
    return result({"rows": [
        {column: value, "customers": counts[value], "left": left[value], "rate": round(100 * left[value] / counts[value], 1)}
        for value in COLUMNS[column]]})


def who_left(column: str, value: str, segment: str) -> str:
    """Name some customers of a segment who left, with a value in a column.

    Args:
        column: plan, region, contract, support or usage
        value: a value of that column
        segment: smb or enterprise
    """
    names = [c["name"] for c in customers() if c["segment"] == segment and c["left"] and c[column] == value]
    return result({"names": names[:3], "all": len(names)})


def result(value):
    if os.environ.get("CHURN_CLOCK"):
        value["as_of"] = datetime.datetime.now().isoformat()
    return json.dumps(value)


TOOLS = {"churn_by": churn_by, "who_left": who_left}
_TEXT = {"type": "string"}
PARAMETERS = {
    "churn_by": {"type": "object", "properties": {"column": _TEXT, "segment": _TEXT}, "required": ["column", "segment"]},
    "who_left": {"type": "object", "properties": {"column": _TEXT, "value": _TEXT, "segment": _TEXT},
                 "required": ["column", "value", "segment"]},
}
INSTRUCTIONS = "You are a careful churn analyst. Look at one thing after the other, then say who leaves and why."


def question(segment):
    return f"Why do customers of the segment {segment} leave?"


if __name__ == "__main__":
    print(TOOLS[sys.argv[1]](**json.loads(sys.argv[2])))
