"""OpenLLMetry by Traceloop's SDK."""

import os

from work import KEY, MODEL_URL, PROMPT, SERVER, TOOLS, loop

os.environ |= {"TRACELOOP_BASE_URL": SERVER, "TRACELOOP_API_KEY": KEY, "TRACELOOP_TELEMETRY": "false"}
from openai import OpenAI
from traceloop.sdk import Traceloop
from traceloop.sdk.decorators import tool, workflow

Traceloop.init(app_name="fixer", disable_batch=True)
traced = {name: tool(name=name)(function) for name, function in TOOLS.items()}


@workflow(name="fixer")
def fix(prompt: str) -> str:
    """Do the work."""
    openai = OpenAI(base_url=MODEL_URL, api_key="none")
    return loop(openai, lambda name, arguments: traced[name](**arguments))


fix(PROMPT)
