"""Opik's decorator around tools, and its wrapper of OpenAI's SDK."""

import os

from work import KEY, MODEL_URL, PROMPT, SERVER, TOOLS, loop

os.environ |= {
    "OPIK_URL_OVERRIDE": f"{SERVER}/api",
    "OPIK_API_KEY": KEY,
    "OPIK_WORKSPACE": "default",
    "OPIK_PROJECT_NAME": "sdk-test",
}
import opik
from openai import OpenAI
from opik.integrations.openai import track_openai

traced = {name: opik.track(name=name, type="tool")(tool) for name, tool in TOOLS.items()}


@opik.track(name="fixer")
def fix(prompt: str) -> str:
    """Do the work."""
    openai = track_openai(OpenAI(base_url=MODEL_URL, api_key="none"))
    return loop(openai, lambda name, arguments: traced[name](**arguments))


fix(PROMPT)
opik.flush_tracker()
