#!/usr/bin/env python3
"""The last job: writes report.md and churn.svg into $CHASSIS_ARTIFACTS, and prints what it wrote as one line of JSON.

    MONTHS='[{"month": …}]' ANALYSIS='{"risk": …}' report.py SEGMENT
"""

import json
import os
import pathlib
import sys
from html import escape

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 72, 44
INK, FAINT, BAR, LINE = "#1f2933", "#d9dee3", "#f0a58f", "#a3341a"


def main():
    segment = sys.argv[1]
    months = rows(json.loads(os.environ["MONTHS"]))
    analysis = json.loads(os.environ["ANALYSIS"])
    folder = pathlib.Path(os.environ["CHASSIS_ARTIFACTS"])
    (folder / "churn.svg").write_text(chart(segment, months), encoding="utf-8")
    (folder / "report.md").write_text(report(segment, months, analysis), encoding="utf-8")
    written = {name: (folder / name).stat().st_size for name in ("report.md", "churn.svg")}
    print(json.dumps({"segment": segment, "risk": analysis["risk"], "files": written}))


def rows(output):
    """Returns the rows of an sql job's output as objects."""
    found = output["rows"] if isinstance(output, dict) else output
    return [row if isinstance(row, dict) else dict(zip(output["columns"], row)) for row in found]


def rate(month):
    """Returns the percentage of a month's customers that left in it."""
    return 100 * int(month["churned"]) / int(month["customers"]) if int(month["customers"]) else 0.0


def report(segment, months, analysis):
    """Returns the report as Markdown."""
    drivers = "\n".join(
        f"| {driver['name']} | {driver['ratio']:.1f}× | {driver['evidence']} |" for driver in analysis["drivers"])
    steps = "\n".join(f"{i}. {step}" for i, step in enumerate(analysis["recommendations"], 1))
    lost = sum(float(month["churned_mrr_usd"]) for month in months)
    return f"""# Churn in {title(segment)}

**Risk: {analysis['risk']}.** {analysis['summary']}

| figure | value |
| --- | --- |
| customers who left in the year | {sum(int(month['churned']) for month in months):,} ({analysis['churn_percent']:.1f} %) |
| monthly revenue that left with them | ${lost:,.0f} |
| monthly revenue at risk now | ${analysis['mrr_at_risk_usd']:,.0f} |

![Churn by month](churn.svg)

## Why they leave

| driver | churn against the rest | evidence |
| --- | --- | --- |
{drivers}

## What to do

{steps}
"""


def title(segment):
    return segment.replace("_", " ")


def chart(segment, months):
    """Returns an SVG: a bar a month for the customers that left, a line for their share."""
    step = (WIDTH - LEFT - RIGHT) / len(months)
    highest = max(max(int(month["churned"]) for month in months), 1)
    steepest = max(max(map(rate, months)), 0.1)
    depth = HEIGHT - TOP - BOTTOM
    parts, points = [], []
    for i, month in enumerate(months):
        middle = LEFT + step * (i + 0.5)
        height = depth * 0.78 * int(month["churned"]) / highest
        y = HEIGHT - BOTTOM - depth * 0.95 * rate(month) / steepest
        points.append(f"{middle:.1f},{y:.1f}")
        parts += [
            f'<rect x="{middle - step * 0.32:.1f}" y="{HEIGHT - BOTTOM - height:.1f}" width="{step * 0.64:.1f}" '
            f'height="{height:.1f}" fill="{BAR}"/>',
            text(middle, HEIGHT - BOTTOM - 6, month["churned"]) if int(month["churned"]) else "",
            text(middle, HEIGHT - BOTTOM + 18, month["month"][2:]),
        ]
    for percent in ticks(steepest):
        y = HEIGHT - BOTTOM - depth * 0.95 * percent / steepest
        parts.insert(0, f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{FAINT}"/>')
        parts.append(text(LEFT - 8, y + 4, f"{percent:g} %", "end"))
    parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{LINE}" stroke-width="2"/>')
    parts += [f'<circle cx="{p.split(",")[0]}" cy="{p.split(",")[1]}" r="3" fill="{LINE}"/>' for p in points]
    heading = text(LEFT, 28, f"Churn by month, {title(segment)}", "start", 16)
    legend = text(LEFT, 48, "bars: customers who left; line: their share of the month's customers", "start")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">'
        f'<rect width="100%" height="100%" fill="white"/>{heading}{legend}{"".join(parts)}</svg>\n')


def ticks(most):
    """Returns the percentages that get a line: zero to `most` in round steps, six at most."""
    step = next(step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20) if most / step <= 5 or step == 20)
    return [round(i * step, 1) for i in range(int(most / step) + 1)]


def text(x, y, content, anchor="middle", size=11):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{INK}">'
        f"{escape(str(content))}</text>")


if __name__ == "__main__":
    main()
