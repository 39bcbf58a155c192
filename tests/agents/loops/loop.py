"""A loop by hand around a client of a provider, recorded by three lines: `loop.py WIRE MANNER WAY FILE`.

WIRE is messages, chat or responses; MANNER sync or async; WAY one of
create, stream, helper (the package's own), raw, copy.
"""

import asyncio
import contextvars
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import wires
from agentscope_recorder import Recorder

PROMPT, ASIDE, REFUSED = "Fix the sign in calc.py", "What is beside?", "Refuse this"


def call_tool(name, arguments):
    """Run a tool of the model; one fails."""
    if name == "run_test":
        raise RuntimeError("exit status 1")
    return f"{name} of {arguments['path']}"


async def main(wire, manner, way, path):
    """Play the script, then break, then ask four times at once."""
    with Recorder(path, agent="loop", task=PROMPT) as run:
        talk = wires.WIRES[wire](os.environ["MODEL_URL"], is_async=manner == "async", run=run)
        run.prompt(PROMPT)
        messages = [{"role": "user", "content": PROMPT}]
        while True:
            text, calls, said = await talk.ask(messages, way)
            messages += said
            if not calls:
                break
            results = [(id, *result_of(run, id, name, arguments)) for id, name, arguments in calls]
            messages += talk.results(results)
        run.final(text)
        try:
            await talk.ask([{"role": "user", "content": REFUSED}], way)
        except Exception as error:
            print("refused", getattr(error, "status_code", None))
        print(text, *await at_once(talk, manner, way))


def result_of(run, id, name, arguments):
    """Record a tool as a step of its own."""
    try:
        with run.step("tool", name, args=arguments, id=id) as step:
            output = call_tool(name, arguments)
            step.output(output)
            return output, False
    except RuntimeError as error:
        return f"ERROR: {error}", True


async def at_once(talk, manner, way):
    """Ask four times at once: by tasks, or by threads where the client is not async."""
    asked = [{"role": "user", "content": ASIDE}]
    if manner == "async":
        told = await asyncio.gather(*(talk.ask(asked, way) for _ in range(4)))
    else:
        with ThreadPoolExecutor(4) as threads:
            futures = [
                threads.submit(contextvars.copy_context().run, asyncio.run, talk.ask(asked, way))
                for _ in range(4)
            ]
            told = [future.result() for future in futures]
    return [json.dumps(text) for text, _, _ in told]


asyncio.run(main(*sys.argv[1:]))
