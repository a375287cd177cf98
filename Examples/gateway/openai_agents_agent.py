"""The churn agent in the OpenAI Agents SDK, which speaks Responses and streams."""

import asyncio
import sys

from agents import Agent, Runner, function_tool

import customers

agent = Agent(
    name="analyst", model="scripted-analyst", instructions=customers.INSTRUCTIONS,
    tools=[function_tool(customers.churn_by), function_tool(customers.who_left)])


async def main():
    result = Runner.run_streamed(agent, customers.question(sys.argv[1]), max_turns=50)
    async for _ in result.stream_events():
        pass
    print(result.final_output)


asyncio.run(main())
