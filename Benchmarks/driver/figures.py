"""The figures of a run: medians with their spread, beside the limit measured in the same run."""

import statistics


def percentile(values, share):
    """The value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Figures:
    def __init__(self):
        self.rows = []

    def add(self, name, unit, values, limits=None, goal=None):
        """Adds a figure.

        values, limits: one a round. goal: ("ratio" | "value", ">=" | "<=", number).
        """
        row = {"name": name, "unit": unit, "value": statistics.median(values), "least": min(values),
               "most": max(values), "rounds": len(values)}
        if limits:
            row["limit"] = statistics.median(limits)
            row["ratio"] = row["value"] / row["limit"]
        if goal:
            of, comparison, number = goal
            reached = row["ratio" if of == "ratio" else "value"]
            row["goal"] = f"{comparison} {number:g}" + ("×" if of == "ratio" else "")
            row["is_met"] = reached >= number if comparison == ">=" else reached <= number
        self.rows.append(row)

    def table(self, description):
        head = ["figure", "median", "least … most", "limit", "ratio", "goal", ""]
        lines = [[row["name"], f"{number(row['value'])} {row['unit']}",
                  f"{number(row['least'])} … {number(row['most'])}" if row["rounds"] > 1 else "",
                  number(row["limit"]) if "limit" in row else "",
                  f"{row['ratio']:.2f}×" if "ratio" in row else "",
                  row.get("goal", ""), {True: "met", False: "MISSED", None: ""}[row.get("is_met")]]
                 for row in self.rows]
        widths = [max(len(line[column]) for line in [head] + lines) for column in range(len(head))]
        return "\n".join(
            [description, ""]
            + ["  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in [head] + lines])

    def json(self, about):
        return {"about": about, "figures": {row["name"]: {k: v for k, v in row.items() if k != "name"} for row in self.rows}}


def number(value):
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
