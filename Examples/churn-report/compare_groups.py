#!/usr/bin/env python3
"""A tool for the agent: says whether groups of customers differ in how many left.

Reads {"groups": [{"name", "customers", "churned"}, …]} from standard input and prints for each group the rate with its
95 % interval (Wilson), and for the highest against the lowest rate their ratio and the p-value (two proportions).
"""

import json
import math
import sys

Z_95 = 1.959964
SIGNIFICANT = 0.05


def main():
    try:
        groups = [Group(value) for value in json.load(sys.stdin)["groups"]]
    except (ValueError, KeyError, TypeError) as error:
        raise SystemExit(f"expected groups of name, customers and churned: {error}") from error
    if len(groups) < 2:
        raise SystemExit(f"there is nothing to compare: {len(groups)} group")
    print(json.dumps(compare(groups), ensure_ascii=False))


class Group:
    """Some customers, and how many of them left."""

    def __init__(self, value):
        self.name = str(value["name"])
        self.customers = int(value["customers"])
        self.churned = int(value["churned"])
        if not 0 <= self.churned <= self.customers or self.customers == 0:
            raise ValueError(f"{self.name} has {self.churned} churned of {self.customers} customers")
        self.rate = self.churned / self.customers

    def interval(self):
        """Returns the ends of the 95 % Wilson interval of the rate."""
        n, z = self.customers, Z_95
        middle = self.rate + z * z / (2 * n)
        reach = z * math.sqrt(self.rate * (1 - self.rate) / n + z * z / (4 * n * n))
        return (middle - reach) / (1 + z * z / n), (middle + reach) / (1 + z * z / n)


def compare(groups):
    """Returns the groups, the highest rate first, and how the highest stands to the lowest."""
    ranked = sorted(groups, key=lambda group: -group.rate)
    highest, lowest = ranked[0], ranked[-1]
    chance = p_value(highest, lowest)
    return {
        "groups": [describe(group) for group in ranked],
        "highest": highest.name,
        "lowest": lowest.name,
        "ratio": round(highest.rate / lowest.rate, 2) if lowest.rate else None,
        "p_value": float(f"{chance:.2g}"),
        "significant": chance < SIGNIFICANT,
    }


def describe(group):
    low, high = group.interval()
    percents = {"churn_percent": group.rate, "low_percent": low, "high_percent": high}
    return {
        "name": group.name, "customers": group.customers, "churned": group.churned,
        **{name: round(100 * value, 1) for name, value in percents.items()},
    }


def p_value(one, other):
    """Returns the chance of a difference at least this large between two groups that do not differ."""
    pooled = (one.churned + other.churned) / (one.customers + other.customers)
    error = math.sqrt(pooled * (1 - pooled) * (1 / one.customers + 1 / other.customers))
    return 1.0 if error == 0 else math.erfc(abs(one.rate - other.rate) / error / math.sqrt(2))


if __name__ == "__main__":
    main()
