"""The churn agent in pydantic-ai."""

import sys

from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel

import customers

agent = Agent(
    OpenAIChatModel("scripted-analyst"), system_prompt=customers.INSTRUCTIONS,
    tools=[customers.churn_by, customers.who_left])

print(agent.run_sync(customers.question(sys.argv[1])).output)
