#!/usr/bin/env python3
"""The first job: its output is the text files of a folder as one JSON object, {"message_01": text, …}, in the order of
names.

    read.py [FOLDER]        without a folder, or with an empty one: the messages beside this file
"""

import json
import os
import pathlib
import sys

MOST_CHARACTERS = 2000


def main():
    try:
        found = messages_in(sys.argv[1] if len(sys.argv) > 1 else "")
    except OSError as error:
        raise SystemExit(f"cannot read the messages: {error}") from error
    pathlib.Path(os.environ["CHASSIS_OUTPUT"]).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    print(f"{len(found)} messages")


def messages_in(folder):
    """Returns the messages by the names of their jobs; raises `OSError` when there is none."""
    where = pathlib.Path(folder) if folder else pathlib.Path(__file__).resolve().parent / "messages"
    paths = sorted(path for path in where.iterdir() if path.suffix == ".txt")
    if not paths:
        raise FileNotFoundError(f"no .txt file in {where}")
    texts = (" ".join(path.read_text(encoding="utf-8").split())[:MOST_CHARACTERS] for path in paths)
    return {f"message_{number:02}": text for number, text in enumerate(texts, 1)}


if __name__ == "__main__":
    main()
