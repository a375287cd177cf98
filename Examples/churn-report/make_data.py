#!/usr/bin/env python3
"""Writes the example's customer data as an SQL script: the same bytes every time it is run.

    make_data.py | psql "$WAREHOUSE_URL"

3,200 customers of an invented software company, how they used it in the year before 2026-07-01 and the tickets they
opened. Who left in that year is drawn with a probability that grows with little use of the paid seats, slow answers to
tickets, monthly contracts and price rises; so there is something to find, and it differs from segment to segment.
"""

import datetime
import hashlib
import math
import random
import sys

SEED = 20260701
CUSTOMERS = 3200
TODAY = datetime.date(2026, 7, 1)
YEAR_START = datetime.date(2025, 7, 1)
MONTHS = [datetime.date(2025 + (6 + i) // 12, (6 + i) % 12 + 1, 1) for i in range(12)]

# name, share of customers, seats from and to, logit of leaving before anything else counts
SEGMENTS = [
    ("enterprise", 0.18, 80, 900, -3.7),
    ("mid_market", 0.34, 20, 120, -3.3),
    ("small_business", 0.48, 2, 25, -2.9),
]
# name, price of a seat and month in dollars, share in each segment
PLANS = [
    ("standard", 14.0, {"enterprise": 0.15, "mid_market": 0.40, "small_business": 0.70}),
    ("business", 27.0, {"enterprise": 0.45, "mid_market": 0.45, "small_business": 0.25}),
    ("premium", 49.0, {"enterprise": 0.40, "mid_market": 0.15, "small_business": 0.05}),
]
REGIONS = ["americas", "europe", "asia_pacific"]
FIRST = "Alder Birch Cedar Dune Ember Falcon Granite Harbor Iris Juniper Kestrel Lumen Maple North Onyx Pine Quartz River Slate Tidal".split()
SECOND = "Analytics Bank Clinics Foods Freight Games Hotels Insurance Labs Media Motors Power Press Retail Robotics Schools Studios Telecom Textiles Works".split()

SCHEMA = """\
CREATE SCHEMA IF NOT EXISTS churn_example;
DROP TABLE IF EXISTS churn_example.ticket, churn_example.usage_month, churn_example.customer;
CREATE TABLE churn_example.customer (
    id integer PRIMARY KEY,
    name text NOT NULL,
    segment text NOT NULL,
    plan text NOT NULL,
    contract text NOT NULL,
    region text NOT NULL,
    seats integer NOT NULL,
    mrr_usd numeric(10, 2) NOT NULL,
    signed_up_on date NOT NULL,
    price_rise_on date,
    last_login_on date NOT NULL,
    churned_on date
);
CREATE TABLE churn_example.usage_month (
    customer_id integer NOT NULL REFERENCES churn_example.customer,
    month date NOT NULL,
    active_seats integer NOT NULL,
    PRIMARY KEY (customer_id, month)
);
CREATE TABLE churn_example.ticket (
    id integer PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES churn_example.customer,
    opened_on date NOT NULL,
    severity text NOT NULL,
    hours_to_resolve numeric(6, 1) NOT NULL
);
"""


class Maker:
    """Draws the customers one after the other. Only `random()` is used: its sequence is the same in every Python."""

    def __init__(self, seed=SEED):
        self._random = random.Random(seed).random
        self.customers, self.usage, self.tickets = [], [], []
        for number in range(1, CUSTOMERS + 1):
            self._add(number)

    def _between(self, low, high):
        return low + int(self._random() * (high - low + 1))

    def _choose(self, weighted):
        point = self._random()
        for item, weight in weighted:
            point -= weight
            if point < 0:
                return item
        return weighted[-1][0]

    def _add(self, number):
        segment, _, fewest, most, logit = self._choose([(entry, entry[1]) for entry in SEGMENTS])
        plan, price, _ = self._choose([(entry, entry[2][segment]) for entry in PLANS])
        monthly = self._random() < {"enterprise": 0.2, "mid_market": 0.4, "small_business": 0.65}[segment]
        seats = self._between(fewest, most)
        adoption = min(0.98, 0.12 + 0.95 * math.sqrt(self._random()))
        slowness = self._random() ** 2
        price_rise = YEAR_START + datetime.timedelta(days=self._between(0, 200)) if self._random() < 0.3 else None
        logit += 3.4 * (0.7 - adoption) + 2.6 * slowness + 1.2 * monthly + 0.9 * (price_rise is not None)
        left = self._random() < 1 / (1 + math.exp(-logit))
        churned_on = self._left_on(price_rise) if left else None
        signed_up = YEAR_START - datetime.timedelta(days=self._between(20, 1800))
        idle_days = min(int((1 - adoption) ** 2 * 60 * self._random() * 2), 120)
        last_login = (churned_on or TODAY) - datetime.timedelta(days=1 + idle_days)
        mrr = round(seats * price * (1.12 if price_rise else 1.0), 2)
        self.customers.append((
            number, self._name(number), segment, plan, "monthly" if monthly else "annual",
            REGIONS[self._between(0, 2)], seats, f"{mrr:.2f}", signed_up, price_rise, last_login, churned_on))
        self._use(number, seats, adoption, churned_on)
        self._ask(number, seats, slowness, churned_on)

    def _left_on(self, price_rise):
        first = (price_rise - YEAR_START).days + 20 if price_rise else 0
        return YEAR_START + datetime.timedelta(days=self._between(first, 364))

    def _name(self, number):
        word = SECOND[number * 7 % len(SECOND)]
        return f"{FIRST[self._between(0, len(FIRST) - 1)]} {word} {number}"

    def _use(self, number, seats, adoption, churned_on):
        for month in MONTHS:
            if churned_on is None or month < churned_on:
                share = min(1.0, max(0.0, adoption + 0.1 * (self._random() - 0.5)))
                self.usage.append((number, month, round(seats * share)))

    def _ask(self, number, seats, slowness, churned_on):
        last_day = ((churned_on or TODAY) - YEAR_START).days
        for _ in range(int(self._random() * (2.5 + math.log(seats)))):
            severity = self._choose([("high", 0.2), ("normal", 0.5), ("low", 0.3)])
            hours = (4 + 90 * slowness) * (0.4 + 1.2 * self._random())
            opened = YEAR_START + datetime.timedelta(days=int(self._random() * last_day))
            self.tickets.append((len(self.tickets) + 1, number, opened, severity, f"{hours:.1f}"))


def copy(table, rows):
    """Returns the rows as a `COPY` with its data."""
    lines = ["\t".join("\\N" if value is None else str(value) for value in row) for row in rows]
    return f"COPY churn_example.{table} FROM stdin;\n" + "\n".join(lines) + "\n\\.\n"


def script():
    """Returns the whole script: one transaction, the same whether or not the tables are there."""
    made = Maker()
    data = copy("customer", made.customers) + copy("usage_month", made.usage) + copy("ticket", made.tickets)
    mark = hashlib.sha256((SCHEMA + data).encode()).hexdigest()
    return (
        "SET client_min_messages = warning;\nBEGIN;\n" + SCHEMA + data +
        f"COMMENT ON SCHEMA churn_example IS 'example data of chassis, safe to drop; sha256 {mark}';\nCOMMIT;\n"
        "ANALYZE churn_example.customer, churn_example.usage_month, churn_example.ticket;\n")


if __name__ == "__main__":
    sys.stdout.write(script())
