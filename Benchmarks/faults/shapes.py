"""Workflows of other shapes than an agent's: mapped jobs, child runs, waits for events, updates of assets, calls in batches."""

from load import RETRY, is_forked

ITEMS = 6
"""How many items the mapped job that calls a model has."""
PLAIN_ITEMS = 12
ITEMS_AT_ONCE = 3
UNANSWERED = "Does anybody answer"
"""What people do not decide, so that it expires."""
EVENT = "storm.news"
FIRST_WORD, SECOND_WORD = "first", "second"
"""What the events of a key say, one behind the other: jobs that wait take the first."""
ASSET = "storm/made"
BATCHES = "batches"
"""The connection whose calls go in batches."""
BATCH_PERCENT = 50
"""What part of the price a call in a batch costs."""
PLAYS = ["", "", " play:lost", "", " play:late", " play:refuse"]
"""What the provider of batches does with a batch; see Tests/Servers/batch_provider.py."""
LARGE_BYTES = 12_000
"""More than the database keeps of an output itself."""
PAUSED, MAY_BE_PAUSED = 0.3, ["agent", "fan", "mapped"]
"""How many of the runs of some kinds are paused on their way."""
CANCELLED = 0.3
"""How many of the mapped runs and of those with child runs are cancelled on their way, and retried."""


def mapped():
    """A model call for each element of a list, three at once, and a command for each of another; a job that takes all."""
    return f"""
name: storm-mapped
params:
  tag: {{type: string}}
jobs:
  list:
    command: [echo, "{list(range(ITEMS))}"]
    {RETRY}
  each:
    needs: [list]
    map: {{over: "${{{{ jobs.list.output }}}}", at_once: {ITEMS_AT_ONCE}}}
    llm: {{model: model/scripted, max_output_tokens: 100, prompt: "[run:${{{{ params.tag }}}}-each/${{{{ item }}}}] look"}}
    {RETRY}
  plain-list:
    command: [echo, "{list(range(PLAIN_ITEMS))}"]
    {RETRY}
  plain:
    needs: [plain-list]
    map: {{over: "${{{{ jobs.plain-list.output }}}}"}}
    command: [echo, "${{{{ params.tag }}}} ${{{{ index }}}}"]
    {RETRY}
  sum:
    needs: [each, plain]
    command: [echo, "${{{{ join(jobs.each.output, ' ') }}}}", "${{{{ join(jobs.plain.output, '') }}}}"]
    {RETRY}
"""


def parent():
    """A run that has another one as a job, which has another one."""
    return f"""
name: storm-parent
params:
  tag: {{type: string}}
jobs:
  below:
    workflow: {{name: storm-child, params: {{tag: "${{{{ params.tag }}}}c"}}}}
    {RETRY}
  above:
    needs: [below]
    command: [echo, "${{{{ params.tag }}}}", "${{{{ jobs.below.output }}}}"]
    {RETRY}
"""


def child():
    return f"""
name: storm-child
params:
  tag: {{type: string}}
jobs:
  look:
    llm: {{model: model/scripted, max_output_tokens: 100, prompt: "[run:${{{{ params.tag }}}}-look] look first"}}
    {RETRY}
  below:
    workflow: {{name: storm-grandchild, params: {{tag: "${{{{ params.tag }}}}c"}}}}
    {RETRY}
  say:
    needs: [look, below]
    command: [echo, "${{{{ params.tag }}}}", "${{{{ jobs.look.output }}}}", "${{{{ jobs.below.output }}}}"]
    {RETRY}
"""


def grandchild():
    return f"""
name: storm-grandchild
params:
  tag: {{type: string}}
jobs:
  say:
    command: [echo, "${{{{ params.tag }}}}"]
    {RETRY}
"""


def event():
    """A run that waits for what somebody tells of it."""
    return f"""
name: storm-event
params:
  tag: {{type: string}}
jobs:
  news:
    wait: {{event: {EVENT}, key: "${{{{ params.tag }}}}", within: 24h}}
    {RETRY}
  heard:
    needs: [news]
    command: [echo, "${{{{ params.tag }}}}", "${{{{ jobs.news.output.data.word }}}}"]
    {RETRY}
"""


def made():
    """A run whose job brings an asset up to date."""
    return f"""
name: storm-made
params:
  tag: {{type: string}}
jobs:
  make:
    command: [echo, "${{{{ params.tag }}}}"]
    produces: [{{asset: {ASSET}, partition: "${{{{ params.tag }}}}"}}]
    {RETRY}
"""


def late():
    """A run that asks for an approval that nobody gives, and has a job that does not end in time."""
    return f"""
name: storm-late
params:
  tag: {{type: string}}
jobs:
  ok:
    approval: {{message: {UNANSWERED}, within: 1s, otherwise: deny, denied: output}}
    {RETRY}
  slow:
    wait: {{for: 1h}}
    deadline: {{within: 2s, otherwise: fail}}
    may_fail: true
    {RETRY}
  say:
    needs: [ok, slow]
    runs: all_done
    command: [echo, "${{{{ params.tag }}}}", "${{{{ jobs.ok.output.approved }}}}", "${{{{ jobs.slow.state }}}}"]
    {RETRY}
"""


def batch():
    """A call that goes in a batch with those of other runs."""
    return f"""
name: storm-batch
params:
  tag: {{type: string}}
  play: {{type: string}}
jobs:
  call:
    llm: {{model: {BATCHES}/fake, prompt: "say it [run:${{{{ params.tag }}}}-call${{{{ params.play }}}}]", batch: true}}
    {RETRY}
  say:
    needs: [call]
    command: [echo, "${{{{ jobs.call.output }}}}"]
    {RETRY}
"""


def old():
    """A run that leaves a journal, and has ended long ago."""
    return f"""
name: storm-old
params:
  tag: {{type: string}}
jobs:
  look:
    llm: {{model: model/scripted, max_output_tokens: 100, prompt: "[run:${{{{ params.tag }}}}-look] look first"}}
    {RETRY}
  say:
    needs: [look]
    command: [echo, "${{{{ params.tag }}}}", "${{{{ jobs.look.output }}}}"]
    {RETRY}
"""


def large():
    """A job whose output is too large for the database, and one that takes it."""
    return f"""
name: storm-large
params:
  tag: {{type: string}}
jobs:
  print:
    command: [sh, -c, 'printf "%s %0{LARGE_BYTES}d" "$0" 0', "${{{{ params.tag }}}}"]
    {RETRY}
  take:
    needs: [print]
    command: {{run: [wc, -c], input: "${{{{ jobs.print.output }}}}"}}
    {RETRY}
"""


WORKFLOWS = {"mapped": mapped(), "parent": parent(), "event": event(), "made": made(), "batch": batch(), "late": late(), "large": large(),
             "old": old()}
"""What is submitted."""
BELOW = [child(), grandchild()]
"""What must be there before: the workflows of child runs."""

ITEM_STEPS = [(f"each/{number}", "t0001") for number in range(ITEMS)]
STEPS = {"mapped": ITEM_STEPS, "parent": [], "child": [("look", "t0001")], "grandchild": [], "event": [], "made": [], "late": [], "large": [],
         "batch": [("call", "t0001")]}
"""The calls of a model that runs of each kind need: the job, with the number of its item, and the position of the step."""


def params(kind, tag, has_faults=True):
    """What a run starts from; the provider of batches does with a batch what stands in a call of it."""
    if kind in ("agent", "again"):
        return {"tag": tag, "asks": tag}
    if kind != "batch":
        return {"tag": tag}
    return {"tag": tag, "play": PLAYS[int(tag.removeprefix(kind)) % len(PLAYS)] if has_faults else ""}


def fork_of(tag):
    return f"{tag}f"


def runs_below(kind, tag):
    """The kinds and tags of the runs that a run starts, and of those that they start; of one that is forked, of the fork."""
    if is_forked(kind, tag):
        return [("fork", fork_of(tag))]
    return [("child", f"{tag}c"), ("grandchild", f"{tag}cc")] if kind == "parent" else []


def expected(kind, tag):
    """The outputs of a run without faults, by job; those of items by their numbers."""
    if kind == "mapped":
        looked = {f"each/{number}": "looked" for number in range(ITEMS)}
        plain = {f"plain/{number}": f"{tag} {number}\n" for number in range(PLAIN_ITEMS)}
        return {"list": list(range(ITEMS)), "each": list(looked.values()), **looked,
                "plain-list": list(range(PLAIN_ITEMS)), "plain": list(plain.values()), **plain,
                "sum": " ".join(looked.values()) + " " + "".join(plain.values()) + "\n"}
    if kind == "grandchild":
        return {"say": f"{tag}\n"}
    if kind == "child":
        below = expected("grandchild", f"{tag}c")["say"]
        return {"look": "looked", "below": below, "say": f"{tag} looked {below}\n"}
    if kind == "parent":
        below = expected("child", f"{tag}c")["say"]
        return {"below": below, "above": f"{tag} {below}\n"}
    if kind == "event":
        return {"heard": f"{tag} {FIRST_WORD}\n"}
    if kind == "made":
        return {"make": f"{tag}\n"}
    if kind == "late":
        return {"say": f"{tag} false failed\n"}
    if kind == "large":
        output = f"{tag} {'0' * LARGE_BYTES}"
        return {"print": output, "take": len(output)}
    return {"call": f"answer to {tag}-call", "say": f"answer to {tag}-call\n"}
