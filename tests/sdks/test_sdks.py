"""Real SDKs of today against the live product: `make test-sdks`, which installs them first.

Each runs its own loop or framework against a tiny model of ours. Whatever the SDK, one run comes out, with
the calls, the tools, the crash, the tokens and the last words.
"""

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.product import Product, wait_for
from tests.sdks.model import CALLS, FINAL, served
from tests.sdks.prepare import FOLDER, python_of

AGENTS = Path(__file__).parent / "agents"
TOKENS = {"input": 440, "cache_read": 160, "output": 100, "reasoning": 40}
TOOLS = [(name, "failed" if n == 1 else "ok") for n, (name, _) in enumerate(CALLS)]
TRUTH = {"status": "done", "calls": 5, "tools": TOOLS, "tokens": TOKENS, "final": FINAL}
#: (environment, script and its words, what differs)
SDKS = {
    "openinference": ("first", ["openinference_openai.py"], {}),
    "logfire": ("first", ["logfire_pydantic_ai.py"], {}),
    "langsmith": ("first", ["langsmith_traceable.py"], {}),
    "langfuse": ("first", ["langfuse_openai.py"], {}),
    # The exporter sends neither what was sent to the model nor what it said.
    "openai-agents": ("first", ["openai_agents_sdk.py", "responses"], {"final": None}),
    "openai-agents-chat": ("first", ["openai_agents_sdk.py", "chat"], {}),
    "langchain": ("langchain", ["langchain_agent.py"], {}),
    "opik": ("opik", ["opik_track.py"], {}),
    "openllmetry": ("traceloop", ["traceloop_sdk.py"], {}),
}

pytestmark = pytest.mark.skipif(
    not os.environ.get("TEST_SDKS"), reason="`make test-sdks` runs it: it installs packages from the network"
)


def told(product: Product, run: str) -> dict[str, object]:
    """Say of a run what the model's truth says, by the read API."""
    facts = product.read(f"/api/v1/runs/{run}")
    steps = product.read(f"/api/v1/runs/{run}/steps?limit=200")["results"]
    steps.sort(key=lambda step: step["started_at"] or "")
    return {
        "status": facts["status"],
        "calls": sum(step["kind"] == "llm" and step["status"] == "ok" for step in steps),
        "tools": [(step["tool"], step["status"]) for step in steps if step["kind"] == "tool"],
        "tokens": {name: facts["tokens"][name] for name in TOKENS},
        "final": next((step["output_preview"] for step in steps if step["kind"] == "final"), None),
    }


def runs_of(product: Product) -> set[str]:
    return {run["id"] for run in product.read("/api/v1/runs?limit=200")["results"]}


@pytest.mark.parametrize("name", SDKS)
def test_sdk_of_today_makes_one_run(name: str, product: Product) -> None:
    environment, words, differs = SDKS[name]
    if not (FOLDER / environment / ".installed").exists():
        pytest.skip("its packages could not be installed; there may be no network")
    before = runs_of(product)
    with served() as model:
        ended = subprocess.run(
            [python_of(environment), *words],
            cwd=AGENTS,
            env={
                **{key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "TMPDIR")},
                "AGENTSCOPE_URL": product.url,
                "AGENTSCOPE_KEY": product.ingest_key,
                "MODEL_URL": model,
            },
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert ended.returncode == 0, ended.stderr
    wait_for(lambda: runs_of(product) - before)
    time.sleep(1)  # what else may come
    assert [told(product, run) for run in runs_of(product) - before] == [TRUTH | differs]
