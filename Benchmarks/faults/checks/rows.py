"""Rows and journals as a past storm is written down with them."""

import datetime
import json


def insert(table, schema="chassis", /, **values):
    """The statement that adds a row; no value has a quotation mark."""
    shown = ", ".join(str(value) if isinstance(value, int) else f"'{value}'" for value in values.values())
    return f"INSERT INTO {schema}.{table} ({', '.join(values)}) OVERRIDING SYSTEM VALUE VALUES ({shown})"


def moment(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat()


def text(lines):
    """A journal as it lies in the store."""
    return b"".join(json.dumps({"record": line}).encode() + b"\n" for line in lines)
