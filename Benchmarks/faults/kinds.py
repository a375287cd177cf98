"""The kinds of runs that are submitted: what they need, and what they come to without faults."""

import re

import load
import shapes

WEIGHTS = {"agent": 3, "once": 1, "fan": 1, "again": 1, "held": 1, "mapped": 1, "parent": 1, "event": 1, "made": 1, "batch": 1, "late": 1, "program": 1, "large": 1, "post": 1}
"""How many of all runs are of a kind."""
STEPS = load.STEPS | shapes.STEPS
CALLS = {"agent": load.CALLS_OF_WORK, "again": load.CALLS_OF_WORK, "held": load.CALLS_OF_WORK, "once": load.CALLS_OF_WORK, "program": load.CALLS_OF_PROGRAM,
         "post": load.CALLS_OF_POST}
"""The calls of a tool, or named steps, that runs of a kind make."""
ONCE = ["once", "program", "post"]
"""The kinds whose calls must not be made twice."""
CALL_OF_PROGRAM = re.compile("gateway/model#([0-9]+)")
UNSAID = {"held": ["ok", "pause"], "event": ["news"], "late": ["ok"], "post": ["post"]}
"""The jobs whose outputs are what people, the time, an event or somebody else has said."""


def expected(kind, tag):
    """The outputs of a run without faults, by job; those of items by their numbers."""
    return (shapes if kind in shapes.STEPS else load).expected(kind, tag)


def turn(position):
    """The position of the turn of a conversation that a step is: the calls of a program are numbered in their order."""
    call = CALL_OF_PROGRAM.fullmatch(position)
    return f"t{int(call[1]):04d}" if call else position


def with_those_below(runs):
    """The kinds and tags of runs and of those that they start."""
    return [each for kind, tag in runs for each in [(kind, tag), *shapes.runs_below(kind, tag)]]
