"""The work of every agent here: three tools of which one crashes once, and a loop by hand around a model."""

import json
import os

PROMPT = "test_calc.py fails. Find the bug in calc.py, fix it and run the tests."
SYSTEM = "You are a careful coding agent. Use the tools."
MODEL = "gpt-5-mini"
SERVER, KEY, MODEL_URL = os.environ["AGENTSCOPE_URL"], os.environ["AGENTSCOPE_KEY"], os.environ["MODEL_URL"]
_state = {"fixed": False}


def read_file(path: str) -> str:
    """Read a file."""
    return "def add(a, b):\n    return a - b\n"


def run_test(target: str) -> str:
    """Run a test."""
    if not _state["fixed"]:
        raise RuntimeError("test runner crashed: exit status 139")
    return "3 passed in 0.01s"


def patch_file(path: str, old: str, new: str) -> str:
    """Replace text in a file."""
    _state["fixed"] = True
    return f"patched {path}"


TOOLS = {tool.__name__: tool for tool in (read_file, run_test, patch_file)}
SCHEMAS = [
    {
        "type": "function",
        "function": {
            "name": name,
            "description": tool.__doc__,
            "parameters": {
                "type": "object",
                "properties": {key: {"type": "string"} for key in tool.__annotations__ if key != "return"},
            },
        },
    }
    for name, tool in TOOLS.items()
]


def loop(client, call_tool):
    """Talk to the model until it has nothing more to ask; `call_tool(name, arguments)` may raise."""
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": PROMPT}]
    while True:
        answer = client.chat.completions.create(model=MODEL, messages=messages, tools=SCHEMAS)
        message = answer.choices[0].message
        messages.append(message.model_dump(exclude_none=True))
        if not message.tool_calls:
            return message.content
        for call in message.tool_calls:
            try:
                result = call_tool(call.function.name, json.loads(call.function.arguments))
            except RuntimeError as error:
                result = f"ERROR: {error}"
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
