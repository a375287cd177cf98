#!/usr/bin/env python3
"""The last job: writes the sorted messages as triage.md into $CHASSIS_ARTIFACTS; its output says how many are of each
sort.

    table.py '{"message_01": text, …}' '{"subject": …, "category": …, "urgency": …}' …
"""

import collections
import json
import os
import pathlib
import sys

ORDER = ["high", "normal", "low"]


def main():
    messages, *answers = map(json.loads, sys.argv[1:])
    if len(messages) != len(answers):
        raise SystemExit(f"{len(messages)} messages and {len(answers)} answers: the workflow was made for another folder")
    rows = sorted(zip(answers, messages.values()), key=lambda row: (ORDER.index(row[0]["urgency"]), row[0]["category"]))
    table = "| urgency | category | subject | message |\n| --- | --- | --- | --- |\n" + "".join(
        "| {} | {} | {} | {} |\n".format(*map(cell, (a["urgency"], a["category"], a["subject"], message)))
        for a, message in rows)
    (pathlib.Path(os.environ["CHASSIS_ARTIFACTS"]) / "triage.md").write_text(table, encoding="utf-8")
    counts = collections.Counter(answer["category"] for answer in answers)
    output = {"messages": len(messages), "by_category": dict(sorted(counts.items())), "table": table}
    pathlib.Path(os.environ["CHASSIS_OUTPUT"]).write_text(json.dumps(output), encoding="utf-8")
    print(", ".join(f"{count} {category}" for category, count in counts.most_common()))


def cell(text):
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    main()
