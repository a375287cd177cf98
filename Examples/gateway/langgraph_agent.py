"""The churn agent in LangGraph: a graph of a model and its tools."""

import sys

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

import customers

tools = [tool(customers.churn_by), tool(customers.who_left)]
model = ChatOpenAI(model="scripted-analyst").bind_tools(tools)


def analyst(state: MessagesState):
    return {"messages": [model.invoke([SystemMessage(customers.INSTRUCTIONS), *state["messages"]])]}


graph = StateGraph(MessagesState)
graph.add_node("analyst", analyst)
graph.add_node("tools", ToolNode(tools))
graph.add_edge(START, "analyst")
graph.add_conditional_edges("analyst", tools_condition)
graph.add_edge("tools", "analyst")
state = graph.compile().invoke(
    {"messages": [HumanMessage(customers.question(sys.argv[1]))]}, {"recursion_limit": 50})
print(state["messages"][-1].content)
