"""The churn agent on the Anthropic SDK alone, streamed."""

import sys

import anthropic

import customers

client = anthropic.Anthropic()
tools = [
    {"name": name, "description": function.__doc__, "input_schema": customers.PARAMETERS[name]}
    for name, function in customers.TOOLS.items()
]
messages = [{"role": "user", "content": customers.question(sys.argv[1])}]
while True:
    with client.messages.stream(
        model="scripted-analyst", max_tokens=1024, system=customers.INSTRUCTIONS, tools=tools, messages=messages
    ) as stream:
        answer = stream.get_final_message()
    calls = [block for block in answer.content if block.type == "tool_use"]
    if not calls:
        break
    messages.append({"role": "assistant", "content": answer.content})
    messages.append({"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": call.id, "content": customers.TOOLS[call.name](**call.input)}
        for call in calls
    ]})
print(answer.content[0].text)
