#!/usr/bin/env python3
"""Prints the workflow for a folder of messages, one llm job for each: make_workflow.py [FOLDER] > workflow.yaml"""

import sys

from read import messages_in

HEAD = """\
# Sorts a folder of support messages: one llm job a message, and a table at the end. Made by make_workflow.py.
#
#   Examples/triage/run
#
# The answers must fit a JSON Schema. The prompt is made for a very small model: examples first, short answers.
name: triage

params:
  model: {type: string, default: model/smollm2-135m}
  folder: {type: string, default: ""}

jobs:
  read:
    command:
      run: [python3, "programs:triage/read.py", "${{ params.folder }}"]
    timeout: 1m
"""

JOB = """
  %(job)s:
    needs: [read]
    llm:
      model: ${{ params.model }}
      instructions: >-
        Sort support messages. access = cannot sign in or password; billing = money, card or invoice;
        idea = wish for something new; bug = error or crash; question = how to do something
      prompt: |
        Message: The search page shows an error.
        Answer: {"subject": "error on the search page", "category": "bug", "urgency": "normal"}
        Message: I paid twice this month.
        Answer: {"subject": "paid twice", "category": "billing", "urgency": "normal"}
        Message: I cannot log in and my boss is waiting!
        Answer: {"subject": "cannot log in", "category": "access", "urgency": "high"}
        Message: How can I change the language?
        Answer: {"subject": "change the language", "category": "question", "urgency": "normal"}
        Message: It would be nice to have a larger font, no hurry.
        Answer: {"subject": "larger font", "category": "idea", "urgency": "low"}
        Message: ${{ jobs.read.output.%(job)s }}
        Answer:
      output:
        type: object
        properties:
          subject: {type: string, maxLength: 40}
          category: {type: string, enum: [access, billing, bug, idea, question]}
          urgency: {type: string, enum: [low, normal, high]}
        required: [subject, category, urgency]
        additionalProperties: false
      max_output_tokens: 64
    timeout: 10m
"""


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        jobs = list(messages_in(folder))
    except OSError as error:
        raise SystemExit(f"cannot read the messages: {error}") from error
    print(HEAD, end="")
    for job in jobs:
        print(JOB % {"job": job}, end="")
    print(f"\n  table:\n    needs: [read, {', '.join(jobs)}]\n    command:\n      run:")
    words = ["python3", "programs:triage/table.py", *(f"${{{{ jobs.{job}.output }}}}" for job in ["read", *jobs])]
    for word in words:
        print(f'        - "{word}"')
    print("    timeout: 1m")


if __name__ == "__main__":
    main()
