"""What is found wrong, and what every subject of the checks has."""

import collections
import json


class Findings:
    def __init__(self):
        self.complaints = []
        self.counts = collections.Counter()
        self.remarks = []
        """How much of something could be looked at."""

    def add(self, name, complaint, count=1):
        self.counts[name] += count
        self.complaints.append(f"{name}: {complaint}")


class Subject:
    """One subject: looks at what the storm has left, and notes what is wrong with it."""

    def __init__(self, world, kinds, findings):
        self.world = world
        self.kinds = kinds
        """The kind of each run, by its tag."""
        self.findings = findings

    def found(self, name, complaint, count=1):
        self.findings.add(name, complaint, count)

    def rows(self, sql):
        text = self.world.calm.ask(f"SELECT json_agg(rows) FROM ({sql}) AS rows")
        return json.loads(text) if text and text != "" else []


NAME_OF_JOB = "job.name || coalesce('/' || job.item_index, '')"
"""A job's name, that of an item with its number, as kinds.STEPS and kinds.expected() have it."""
