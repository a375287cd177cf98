"""The workflows of the storm that start runs by themselves: schedules, triggers, and one for backfills."""

import datetime

import shapes
from load import RETRY

SCHEDULES = {"all": 2, "line": 3, "latest": 2}
"""How many seconds lie between two due times of each schedule."""
WHOLE = ["all", "line"]
"""The schedules that leave no due time out, whatever is killed."""
PAST_FROM, PAST_TO = "2020-01-01", "2020-12-31"
"""Between them each hour was due."""
BACKFILL_SECONDS = 5
"""How often a part of them is filled afterwards: each time the next one, and now and then one again."""
PAST_DUE_TIMES, BACKFILL_LIMIT = 4, 2
"""How many due times a part has, and how many of its runs there are at once: a backfill has several turns."""
OLD_RUNS = 20
"""How many runs are past their retention, one after the other, while the storm goes on."""
COUNT_OLD_RUNS = """SELECT count(*) FROM chassis.run JOIN chassis.workflow_version USING (version_id)
    JOIN chassis.workflow USING (workflow_id) WHERE workflow.name = 'storm-old'"""
TRIGGERS = {"storm-hears": f"event: {shapes.EVENT}, gather: none", "storm-each": f"asset: {shapes.ASSET}, gather: none",
            "storm-gathered": f"asset: {shapes.ASSET}, max_active: 1"}
"""Workflows that events start: one run for each event, one for each update, one for all updates that came meanwhile."""
ALONE = "(workflow.name = 'storm-gathered' OR params->>'tag' LIKE 'storm-scheduled/line/%')"
"""Which runs never run beside another one that the same schedule or trigger started, in SQL."""
STARTING = ["storm-scheduled", "storm-past", "storm-old", *TRIGGERS]
"""The workflows whose runs nobody submits, and that of the runs that are past their retention."""
EVENTS_OF = {"storm-hears": shapes.EVENT, "storm-each": f"asset:{shapes.ASSET}", "storm-gathered": f"asset:{shapes.ASSET}"}


def scheduled(end):
    """Three schedules that end with the storm; what they have missed by then is made up for, or not."""
    tag = 'params: {tag: "${{ trigger.schedule }}/${{ trigger.timestamp }}"}'
    until = datetime.datetime.fromtimestamp(end, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"""
name: storm-scheduled
params:
  tag: {{type: string}}
triggers:
  - {{name: all, every: {SCHEDULES['all']}s, catchup: all, overlap: allow, end: "{until}", {tag}}}
  - {{name: line, every: {SCHEDULES['line']}s, catchup: all, overlap: queue-all, end: "{until}", {tag}}}
  - {{name: latest, cron: "*/{SCHEDULES['latest']} * * * * *", catchup: latest, overlap: skip, end: "{until}", {tag}}}
jobs:
  say:
    command: [echo, "${{{{ params.tag }}}}"]
    {RETRY}
"""


def past():
    """A schedule of which nothing is due any more, for backfills."""
    return f"""
name: storm-past
params:
  tag: {{type: string}}
triggers:
  - {{name: hourly, every: 1h, start: {PAST_FROM}, end: {PAST_TO}, params: {{tag: "past/${{{{ trigger.timestamp }}}}"}}}}
jobs:
  say:
    command: [echo, "${{{{ params.tag }}}}"]
    {RETRY}
"""


def part(number):
    """The due times of a part of what is filled afterwards, in seconds since 1970."""
    first = int(datetime.datetime.fromisoformat(f"{PAST_FROM}T00:00+00:00").timestamp()) + 3600 * PAST_DUE_TIMES * number
    return range(first, first + 3600 * PAST_DUE_TIMES, 3600)


def triggered(name):
    return f"""
name: {name}
params:
  events: {{type: array}}
triggers:
  - {{name: news, {TRIGGERS[name]}, params: {{events: "${{{{ trigger.events }}}}"}}}}
jobs:
  say:
    command: [echo, "${{{{ length(params.events) }}}}"]
    {RETRY}
"""


def files(end):
    """All that is deployed before the storm.

    end: in seconds since 1970, when nothing is due any more.
    """
    return [*shapes.BELOW, scheduled(end), past(), *map(triggered, TRIGGERS)]
