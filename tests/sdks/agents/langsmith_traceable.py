"""LangSmith's `@traceable` and its wrapper of OpenAI's SDK."""

import os

from work import KEY, MODEL_URL, PROMPT, SERVER, TOOLS, loop

os.environ |= {
    "LANGSMITH_TRACING": "true",
    "LANGSMITH_ENDPOINT": SERVER,
    "LANGSMITH_API_KEY": KEY,
    "LANGSMITH_PROJECT": "sdk-test",
}
from langsmith import Client, traceable
from langsmith.wrappers import wrap_openai
from openai import OpenAI

client = Client()
traced = {name: traceable(run_type="tool", name=name, client=client)(tool) for name, tool in TOOLS.items()}


@traceable(name="fixer", client=client)
def fix(prompt: str) -> str:
    """Do the work."""
    openai = wrap_openai(OpenAI(base_url=MODEL_URL, api_key="none"), tracing_extra={"client": client})
    return loop(openai, lambda name, arguments: traced[name](**arguments))


fix(PROMPT)
client.flush()
