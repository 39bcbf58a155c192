"""LangChain's own agent, a graph of LangGraph, traced to us by three environment variables."""

import os

from work import KEY, MODEL_URL, PROMPT, SERVER, SYSTEM, TOOLS

os.environ |= {"LANGSMITH_TRACING": "true", "LANGSMITH_ENDPOINT": SERVER, "LANGSMITH_API_KEY": KEY}
from langchain.agents import create_agent
from langchain.agents.middleware import wrap_tool_call
from langchain_core.messages import ToolMessage
from langchain_core.tracers.langchain import wait_for_all_tracers
from langchain_openai import ChatOpenAI


@wrap_tool_call
def tell_errors(request, handler):
    """Let the model hear that a tool crashed."""
    try:
        return handler(request)
    except RuntimeError as error:
        return ToolMessage(f"ERROR: {error}", tool_call_id=request.tool_call["id"], status="error")


model = ChatOpenAI(model="gpt-5-mini", base_url=MODEL_URL, api_key="none")
agent = create_agent(
    model, list(TOOLS.values()), system_prompt=SYSTEM, middleware=[tell_errors], name="fixer"
)
agent.invoke({"messages": [{"role": "user", "content": PROMPT}]})
wait_for_all_tracers()
