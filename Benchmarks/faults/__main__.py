"""Runs workflows under a storm of faults and checks what is left."""

import argparse
import pathlib
import random
import sys
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Benchmarks/driver"))

import places
from bites import bites, toothless
from checks import Checks
from storm import Storm
from world import World


def main():
    options = parse()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed={seed} minutes={options.minutes:g}", flush=True)
    began = time.monotonic()
    with World(options.keep, options.minutes, has_faults=not options.no_faults) as world:
        if options.all_faults and world.left_out:
            sys.exit("not all faults can be made here, and --all-faults says that they must be")
        storm = Storm(world, seed, say=print if options.verbose else None)
        # A storm that breaks off, whatever the reason, leaves as much behind as one that found something.
        reason = None
        try:
            storm.blow(options.minutes * 60)
            world.calm.come(storm.runs, storm.follow)
        except Exception as error:
            traceback.print_exc()
            reason = f"the storm broke off: {type(error).__name__}: {error}"
        checks = Checks(world, storm.runs)
        try:
            checks.all() if reason is None else checks.break_off(reason)
        except Exception as error:
            traceback.print_exc()
            checks.break_off(f"the checks broke off: {type(error).__name__}: {error}")
        for name in toothless(storm.counts, bites(world, storm.faults.bites)):
            checks.tell_toothless(name, storm.counts[name])
        broken = checks.is_broken
        for line in checks.complaints:
            print(line)
        print(f"{storm.count} faults in {time.monotonic() - began:.0f} s: "
              + ", ".join(f"{name} {count}" for name, count in sorted(storm.counts.items())))
        if world.has_faults:
            print(places.told(world.programs.reached_places()))
        if world.has_faults and world.shim:
            refused = [world.shim.count(name) for name in ("refusals", "failed_syncs", "refused_growth")]
            print("a read-only store refused {} writes, {} syncs failed, a full disk of Postgres refused {}".format(*refused))
            print(f"disks without power forgot {world.disk.forgotten_bytes} bytes and {world.disk.forgotten_names} names")
        for line in checks.remarks:
            print(line)
        if broken:
            world.keep()
            what = "broke an invariant" if reason is None else "broke off"
            print(f"seed {seed} {what}; what is left lies in {world.directory}")
        print(checks.line(), flush=True)
    sys.exit(1 if broken else 0)


def parse():
    parser = argparse.ArgumentParser(prog="Benchmarks/storm", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2, help="how long faults are made (2)")
    parser.add_argument("--seed", type=int, help="what decides the faults; a random one by default, which is printed")
    parser.add_argument("--keep", type=pathlib.Path, help="a directory for everything, which is kept")
    parser.add_argument("--all-faults", action="store_true", help="end with 1 when some faults cannot be made here")
    parser.add_argument("--no-faults", action="store_true", help="the same load without any fault: then nothing may be unknown either")
    parser.add_argument("--verbose", action="store_true", help="print each fault")
    return parser.parse_args()


main()
