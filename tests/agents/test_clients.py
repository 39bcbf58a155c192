"""A loop around the real clients of anthropic and openai, recorded by three lines: `make test-clients`."""

import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.agents.model import served
from tests.agents.prepare import is_there, python_of
from tests.agents.script import Ask, Script, Turn
from tests.agents.telling import said_of, steps_of, tokens_of
from tests.product import CHECKOUT, Product, wait_for

pytestmark = pytest.mark.skipif(
    not os.environ.get("TEST_CLIENTS"), reason="`make test-clients` runs it: it installs packages"
)
LOOP = Path(__file__).parent / "loops" / "loop.py"
SCRIPT: Script = {
    "Fix the sign in calc.py": (
        Turn("I read.", tuple(Ask("read_file", {"path": path}) for path in ("calc.py", "notes.txt"))),
        Turn("I test.", (Ask("run_test", {"path": "test_calc.py"}),)),
        Turn("I patch.", (Ask("patch_file", {"path": "calc.py"}),)),
        Turn("Fixed the sign."),
    )
}
ASIDE = json.dumps("Beside the script.")
PRINTED = f"refused 400\nFixed the sign. {' '.join([ASIDE] * 4)}\n"
STEPS = [
    ("prompt", "", "ok"),
    ("llm", "", "ok"),
    ("tool", "read_file", "ok"),
    ("tool", "read_file", "ok"),
    ("llm", "", "ok"),
    ("tool", "run_test", "failed"),
    ("llm", "", "ok"),  # at the second attempt
    ("retry", "", "failed"),
    ("tool", "patch_file", "ok"),
    ("llm", "", "ok"),
    ("final", "", "ok"),
    ("llm", "", "failed"),
    *[("llm", "", "ok")] * 4,
]
#: Turns 0 to 3, and turn 0 four times, as `usage_of` says; OpenAI counts what is written to a cache as input.
TOKENS = {
    "messages": {"input": 806, "cache_read": 240, "cache_write": 80, "output": 166, "reasoning": 0},
    "chat": {"input": 886, "cache_read": 240, "cache_write": 0, "output": 166, "reasoning": 64},
}
TOKENS["responses"] = TOKENS["chat"]
WAYS = ("create", "stream", "helper", "raw", "copy")
CASES = [
    *(("clients", wire, way) for wire in ("messages", "chat", "responses") for way in WAYS),
    *(("old-clients", wire, way) for wire in ("messages", "chat") for way in WAYS[:3]),
]


def play(product: Product, environment: str, *words: str | Path, wire: str) -> Any:
    """Run the loop; the model is busy once, and the client asks again."""
    with served(SCRIPT, busy=(2, 529 if wire == "messages" else 429)) as model:
        return subprocess.run(
            [python_of(environment), LOOP, *words],
            env={
                **{name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ},
                "HOME": str(Path(words[-1]).parent),
                "PYTHONPATH": str(CHECKOUT / "sdk" / "src"),
                "MODEL_URL": model.url,
                "AGENTSCOPE_URL": product.url,
                "AGENTSCOPE_KEY": product.ingest_key,
            },
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )


@pytest.mark.parametrize("manner", ["sync", "async"])
@pytest.mark.parametrize(("environment", "wire", "way"), CASES)
def test_loop_is_recorded_whole(
    product: Product, tmp_path: Path, environment: str, wire: str, way: str, manner: str
) -> None:
    if not is_there(environment):
        pytest.skip("the packages could not be installed; there may be no network")
    trace = tmp_path / "run.jsonl"
    ended = play(product, environment, wire, manner, way, trace, wire=wire)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, PRINTED, "")
    events = [json.loads(line) for line in trace.read_text().splitlines()]
    told = Counter((event["kind"], event.get("phase", "")) for event in events)
    assert told[("llm_call", "start")] == told[("llm_call", "end")] == 9
    assert (told[("tool_call", "")], told[("tool_result", "")], told[("retry", "")]) == (4, 4, 1)
    run = wait_for(lambda: product.run(events[0]["run"]))
    assert run["status"] == "done"
    assert said_of(steps_of(product, run["id"])) == STEPS
    assert tokens_of(product, run["id"]) == TOKENS[wire]
