"""The OpenAI Agents SDK with its own exporter, by the Responses API or by Chat Completions."""

import sys

from agents import (
    Agent,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    RunConfig,
    Runner,
    function_tool,
    set_trace_processors,
)
from agents.tracing.processors import BackendSpanExporter, BatchTraceProcessor
from openai import AsyncOpenAI
from work import KEY, MODEL_URL, PROMPT, SERVER, SYSTEM, TOOLS

exporter = BackendSpanExporter(api_key=KEY, endpoint=f"{SERVER}/v1/traces/ingest")
processor = BatchTraceProcessor(exporter)
set_trace_processors([processor])
client = AsyncOpenAI(base_url=MODEL_URL, api_key="none")
chosen = OpenAIChatCompletionsModel if "chat" in sys.argv else OpenAIResponsesModel
model = chosen(model="gpt-5-mini", openai_client=client)
agent = Agent(
    name="fixer",
    instructions=SYSTEM,
    model=model,
    tools=[function_tool(tool) for tool in TOOLS.values()],
)
Runner.run_sync(agent, PROMPT, run_config=RunConfig(workflow_name="fix-bug", group_id="sdk-test"))
processor.shutdown()
