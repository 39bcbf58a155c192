"""Langfuse's drop-in for OpenAI's SDK, and its decorator around tools."""

import os

from work import KEY, MODEL_URL, PROMPT, SERVER, TOOLS, loop

os.environ |= {"LANGFUSE_BASE_URL": SERVER, "LANGFUSE_PUBLIC_KEY": "pk-lf-any", "LANGFUSE_SECRET_KEY": KEY}
from langfuse import get_client, observe
from langfuse.openai import OpenAI

traced = {name: observe(name=name, as_type="tool")(tool) for name, tool in TOOLS.items()}


@observe(name="fixer", as_type="agent")
def fix(prompt: str) -> str:
    """Do the work."""
    openai = OpenAI(base_url=MODEL_URL, api_key="none")
    return loop(openai, lambda name, arguments: traced[name](**arguments))


assert get_client().auth_check()
fix(PROMPT)
get_client().shutdown()
