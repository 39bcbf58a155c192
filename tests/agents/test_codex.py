"""Codex with our telemetry, `notify` and `watch` beside it, and a tiny model: `make test-agents`."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.agents.model import served
from tests.agents.prepare import is_there, program_of
from tests.agents.script import Ask, Script, Turn
from tests.agents.stage import AFTER, PROMPT, Stage, let_time_pass
from tests.agents.telling import changes_of, one_new, runs_of, said_of, steps_of, tokens_of
from tests.product import Product, wait_for

pytestmark = [
    pytest.mark.skipif(
        not os.environ.get("TEST_AGENTS"), reason="`make test-agents` runs it: it installs programs from npm"
    ),
    pytest.mark.skipif(not is_there("codex"), reason="Codex could not be installed; there may be no npm"),
]
PATCH = """\
*** Begin Patch
*** Update File: calc.py
@@
-    return a - b
+    return a + b
*** End Patch
"""
SCRIPT: Script = {
    PROMPT: (
        Turn("I read.", (Ask("exec_command", {"cmd": "cat calc.py"}),)),
        Turn("I edit.", (Ask("apply_patch", {"input": PATCH}),)),
        Turn("I run.", (Ask("exec_command", {"cmd": "sed -i s/one/two/ notes.txt"}),)),
        Turn("I fail.", (Ask("exec_command", {"cmd": "echo broken >&2; exit 3"}),)),
        Turn("Fixed the sign."),
    )
}
#: A model that Codex gives its own tool for patches to.
SETTINGS = """\
model = "gpt-5.5"
model_provider = "tiny"

[model_providers.tiny]
name = "tiny"
base_url = "{url}/v1"
wire_api = "responses"
env_key = "TINY_KEY"
"""
STEPS = [
    ("prompt", "", "ok"),
    ("llm", "", "ok"),
    ("tool", "exec_command", "ok"),
    ("llm", "", "ok"),
    ("tool", "apply_patch", "ok"),
    ("llm", "", "ok"),
    ("tool", "exec_command", "ok"),
    ("llm", "", "ok"),
    ("tool", "exec_command", "failed"),
    ("llm", "", "ok"),
    ("final", "", "ok"),  # by `notify`
]


def command(*words: str) -> list[str]:
    return [str(program_of("codex")), "exec", "--dangerously-bypass-approvals-and-sandbox", *words, PROMPT]


def settle(stage: Stage, model: str) -> None:
    """Write the settings that the user has before we come."""
    path = stage.home / ".codex" / "config.toml"
    path.parent.mkdir()
    path.write_text(SETTINGS.format(url=model))


def play(stage: Stage, *words: str, hooked: bool) -> subprocess.CompletedProcess[str]:
    with served(SCRIPT) as model:
        settle(stage, model.url)
        if hooked:
            stage.install("codex")
        return stage.play(*command(*words), TINY_KEY="none")


def test_telemetry_session_and_output_are_one_run(product: Product, tmp_path: Path) -> None:
    stage, before = Stage(tmp_path, product), runs_of(product)
    with stage.watched():
        ended = play(stage, "--json", hooked=True)
    assert ended.returncode == 0
    printed = tmp_path / "printed.jsonl"
    printed.write_text(ended.stdout)
    stage.send(printed)
    run = one_new(product, before)
    wait_for(lambda: len(steps_of(product, run)) == len(STEPS))
    steps = steps_of(product, run)
    assert said_of(steps) == STEPS
    # What was printed is less than the session's file, which is known: it adds nothing, and doubles nothing.
    told = {"codex:rollout", "otel:codex-logs"}
    assert {frozenset(step["sources"]) for step in steps if step["kind"] == "tool"} == {frozenset(told)}
    # Turns 0 to 4, as `usage_of` says; Codex counts what is written to a cache as input.
    assert tokens_of(product, run) == {
        "input": 560,
        "cache_read": 400,
        "cache_write": 0,
        "output": 110,
        "reasoning": 40,
    }
    facts = product.read(f"/api/v1/runs/{run}")
    assert (facts["status"], facts["agent"], facts["prompts"]) == ("done", "codex", 1)
    [edit] = [change for change in changes_of(product, run) if change["path"] == "calc.py"]
    assert edit["origin"] == "declared"
    assert edit["patch"].endswith(
        "--- a/calc.py\n+++ b/calc.py\n"
        "@@ -1,2 +1,2 @@\n def add(a, b):\n-    return a - b\n+    return a + b\n"
    )


def test_telemetry_changes_nothing_of_what_the_agent_does(product: Product, tmp_path: Path) -> None:
    ends = []
    for name in ("plain", "hooked"):
        stage = Stage(tmp_path / name, product)
        ended = play(stage, hooked=name == "hooked")
        ends.append((ended.returncode, ended.stdout, stage.files()))
    assert ends[0] == ends[1] == (0, "Fixed the sign.\n", {"calc.py": AFTER, "notes.txt": "two\n"})


def test_agent_that_is_killed_died_inside_its_call(product: Product, tmp_path: Path) -> None:
    stage, before = Stage(tmp_path, product), runs_of(product)
    waits = {"cmd": "touch begun; timeout 60 tail -f /dev/null", "yield_time_ms": 60_000}
    with stage.watched(), served({PROMPT: (Turn("I wait.", (Ask("exec_command", waits),)),)}) as model:
        settle(stage, model.url)
        stage.install("codex")
        agent = stage.start(*command(), TINY_KEY="none")
        wait_for((stage.repository / "begun").exists, seconds=60)
        os.killpg(agent.pid, signal.SIGKILL)
        agent.wait()
    run = one_new(product, before)
    let_time_pass(product, minutes=16)
    facts = product.read(f"/api/v1/runs/{run}")
    assert (facts["status"], facts["losses"]) == ("unfinished", {"unanswered:exec_command": 1})
    assert "Died inside exec_command" in product.log_in().open(facts["url"]).read().decode()
    assert said_of(steps_of(product, run))[-1] == ("tool", "exec_command", "unanswered")
