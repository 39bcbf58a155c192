"""pydantic-ai, traced by logfire that sends to us."""

import logfire
from pydantic_ai import Agent, ModelRetry
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider
from work import KEY, MODEL_URL, PROMPT, SERVER, SYSTEM, TOOLS

logfire.configure(
    token=KEY, send_to_logfire=True, console=False, advanced=logfire.AdvancedOptions(base_url=SERVER)
)
logfire.instrument_pydantic_ai()
model = OpenAIChatModel("gpt-5-mini", provider=OpenAIProvider(base_url=MODEL_URL, api_key="none"))
agent = Agent(model, name="fixer", instructions=SYSTEM, retries=3)


@agent.tool_plain
def read_file(path: str) -> str:
    """Read a file."""
    return TOOLS["read_file"](path)


@agent.tool_plain
def run_test(target: str) -> str:
    """Run a test."""
    try:
        return TOOLS["run_test"](target)
    except RuntimeError as error:
        raise ModelRetry(str(error)) from error


@agent.tool_plain
def patch_file(path: str, old: str, new: str) -> str:
    """Replace text in a file."""
    return TOOLS["patch_file"](path, old, new)


agent.run_sync(PROMPT)
logfire.shutdown()
