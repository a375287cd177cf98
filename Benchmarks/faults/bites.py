"""Whether faults bite: a kind of fault that was made again and again, and did nothing to anybody, has tried nothing."""

FEWEST = 5
"""So often a kind must have been made; of fewer, that none bit may be by chance."""
FEWEST_OF = {"close-store": 20}
"""Whoever may write nothing for a moment had often nothing to write: schedulers hardly ever do."""


def bites(world, faults):
    """How often each kind of fault did something that could be counted.

    faults: the counts of those that count by themselves.
    """
    ways, fronts = [*sum(world.ways.to_postgres, [])], world.ways.fronts
    to_providers = [*world.ways.to_model, *world.ways.to_batches]

    def of(proxies, how):
        return sum(proxy.bites[how] for proxy in proxies)

    def on(hosts, name):
        return sum(host.get(name) for called, host in world.shim.hosts.items() if called.startswith(hosts))

    reached = world.programs.reached_by_kind()
    found = {
        "cut-connections": of(ways, "cut"), "swallow": of(ways, "swallow"), "delay": of(ways, "delay"),
        "provider-fault": sum(b'"fault":{' in line or b'"fault":"' in line for line in open(world.providers.bill, "rb")),
        "lose-answers": of(fronts, "lose_answers"), "fail-over": len(world.cluster.handovers),
        "end-backend": faults["end-backend"], "crash-backend": faults["crash-backend"],
        **{f"{what}-{kind}-at-a-place": reached[kind] for kind in ("worker", "scheduler") for what in ("kill", "stop")},
        **{f"postgres-way-{how.replace('_', '-')}": of(ways, how) for how in ("reset", "refuse", "swallow_answers", "lose_answers")},
        **{f"provider-way-{how}": of(to_providers, how) for how in ("cut", "reset", "refuse", "swallow", "delay")},
    }
    if world.shim:
        found |= {
            "close-store": world.shim.count("refusals"), "fail-syncs": on("worker", "failed_syncs"),
            "fail-syncs-of-postgres": on("postgres", "failed_syncs"), "fill-disk-of-postgres": world.shim.count("refused_growth"),
            "lose-power": world.disk.forgotten_bytes + world.disk.forgotten_names}
    return found


def toothless(made, bit):
    """The kinds of faults of which none bit, although there were enough of them.

    made: how many of each kind were made; bit: how often each kind did something, where that is counted.
    """
    return sorted(name for name, count in made.items() if count >= FEWEST_OF.get(name, FEWEST) and bit.get(name) == 0)
