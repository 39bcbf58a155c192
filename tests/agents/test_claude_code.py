"""Claude Code with our hooks and telemetry, `watch` beside it, and a tiny model: `make test-agents`."""

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
    pytest.mark.skipif(
        not is_there("claude-code"), reason="Claude Code could not be installed; there may be no npm"
    ),
]
CALC = "@@ -1,2 +1,2 @@\n def add(a, b):\n-    return a - b\n+    return a + b\n"
NOTES = "@@ -1 +1 @@\n-one\n+two\n"
SECOND = "Have a second look"
CALM = {"DISABLE_AUTOUPDATER": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "IS_SANDBOX": "1"}


def script_for(repository: Path, *, background: bool = False) -> Script:
    """Read, edit, change another file by a command, fail, delegate, end."""
    calc, notes = str(repository / "calc.py"), str(repository / "notes.txt")
    edit = {"file_path": calc, "old_string": "return a - b", "new_string": "return a + b"}
    look = {"description": "Look", "prompt": SECOND, "subagent_type": "general-purpose"}
    return {
        PROMPT: (
            Turn("I read.", (Ask("Read", {"file_path": calc}), Ask("Read", {"file_path": notes}))),
            Turn("I edit.", (Ask("Edit", edit),)),
            Turn("I run.", (Ask("Bash", {"command": "sed -i s/one/two/ notes.txt", "description": "Run"}),)),
            Turn("I fail.", (Ask("Bash", {"command": "echo broken >&2; exit 3", "description": "Fail"}),)),
            Turn("I ask.", (Ask("Agent", {**look, "run_in_background": background}),)),
            Turn("Fixed the sign."),
        ),
        SECOND: (
            Turn("I look.", (Ask("Bash", {"command": "cat calc.py", "description": "Look"}),)),
            Turn("It is right."),
        ),
    }


def command() -> list[str]:
    return [str(program_of("claude-code")), "-p", PROMPT, "--dangerously-skip-permissions"]


def variables(model: str) -> dict[str, str]:
    return {**CALM, "ANTHROPIC_BASE_URL": model, "ANTHROPIC_API_KEY": "none"}


def patch_of(path: str, hunk: str) -> str:
    return f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n{hunk}"


def play(stage: Stage, script: Script) -> subprocess.CompletedProcess[str]:
    with served(script) as model:
        return stage.play(*command(), **variables(model.url))


def test_all_channels_of_a_session_are_one_run(product: Product, tmp_path: Path) -> None:
    stage, before = Stage(tmp_path, product), runs_of(product)
    stage.install("claude-code")
    with stage.watched():
        ended = play(stage, script_for(stage.repository))
    assert (ended.returncode, ended.stdout) == (0, "Fixed the sign.\n")
    run = one_new(product, before)
    steps = steps_of(product, run)
    assert said_of(steps) == [
        ("prompt", "", "ok"),
        ("llm", "", "ok"),
        ("tool", "Read", "ok"),
        ("tool", "Read", "ok"),
        ("llm", "", "ok"),
        ("tool", "Edit", "ok"),
        ("llm", "", "ok"),
        ("tool", "Bash", "ok"),
        ("llm", "", "ok"),
        ("tool", "Bash", "failed"),
        ("llm", "", "ok"),
        ("agent", "Agent", "ok"),
        ("llm", "", "ok"),
        ("tool", "Bash", "ok"),
        ("llm", "", "ok"),
        ("llm", "", "ok"),
        ("final", "", "ok"),
    ]
    told = {"claude-code:hooks", "claude-code:transcript", "otel:claude-code-logs"}
    assert {frozenset(step["sources"]) for step in steps if step["kind"] in ("tool", "prompt")} == {
        frozenset(told)
    }
    # The main talk's turns 0 to 5, and 0 and 1 of the other, as `usage_of` says.
    assert tokens_of(product, run) == {
        "input": 816,
        "cache_read": 640,
        "cache_write": 80,
        "output": 176,
        "reasoning": 0,
    }
    facts = product.read(f"/api/v1/runs/{run}")
    assert (facts["status"], facts["agent"]) == ("done", "claude-code")
    assert (facts["prompts"], facts["agents"]) == (1, 1)
    edit, command = (next(step["seq"] for step in steps if step["tool"] == tool) for tool in ("Edit", "Bash"))
    told = [(one["origin"], one["step_seq"], one["patch"]) for one in changes_of(product, run)]
    assert sorted(told) == [
        ("declared", edit, patch_of("calc.py", CALC)),
        ("observed", edit, patch_of("calc.py", CALC)),
        ("observed", command, patch_of("notes.txt", NOTES)),
    ]
    assert (facts["files_changed"], facts["lines_added"], facts["lines_removed"]) == (2, 2, 2)
    found = product.read(f"/api/v1/runs/{run}/findings")["findings"]
    assert [(one["signature"], one["steps"]) for one in found] == [("hidden-change", [command])]


def test_hooks_change_nothing_of_what_the_agent_does(product: Product, tmp_path: Path) -> None:
    plain, hooked = Stage(tmp_path / "plain", product), Stage(tmp_path / "hooked", product)
    hooked.install("claude-code")
    ends = []
    for stage in (plain, hooked):
        ended = play(stage, script_for(stage.repository))
        ends.append((ended.returncode, ended.stdout, ended.stderr, stage.files()))
    assert ends[0] == ends[1] == (0, "Fixed the sign.\n", "", {"calc.py": AFTER, "notes.txt": "two\n"})


def test_agent_in_the_background_reports_once(product: Product, tmp_path: Path) -> None:
    stage, before = Stage(tmp_path, product), runs_of(product)
    stage.install("claude-code")
    with stage.watched():
        ended = play(stage, script_for(stage.repository, background=True))
    assert ended.returncode == 0
    run = one_new(product, before)
    facts = product.read(f"/api/v1/runs/{run}")
    assert (facts["status"], facts["prompts"], facts["agents"]) == ("done", 1, 1)
    steps = product.read(f"/api/v1/runs/{run}/steps?limit=1000")["results"]
    reports = [step["sources"] for step in steps if step["name"] == "Background task"]
    assert [sorted(sources) for sources in reports] == [
        ["claude-code:hooks", "claude-code:transcript", "otel:claude-code-logs"]
    ]


def test_agent_that_is_killed_died_inside_its_call(product: Product, tmp_path: Path) -> None:
    stage, before = Stage(tmp_path, product), runs_of(product)
    stage.install("claude-code")
    waits = {"command": "touch begun; timeout 60 tail -f /dev/null", "description": "Wait"}
    with stage.watched(), served({PROMPT: (Turn("I wait.", (Ask("Bash", waits),)),)}) as model:
        agent = stage.start(*command(), **variables(model.url))
        wait_for((stage.repository / "begun").exists, seconds=60)
        os.killpg(agent.pid, signal.SIGKILL)
        agent.wait()
    wait_for(lambda: not list(stage.home.rglob("hooks/*/*/socket")), seconds=60)  # tells the last it saw
    run = one_new(product, before)
    let_time_pass(product, minutes=16)
    facts = product.read(f"/api/v1/runs/{run}")
    assert (facts["status"], facts["losses"]) == ("unfinished", {"unanswered:Bash": 1})
    assert "Died inside Bash" in product.log_in().open(facts["url"]).read().decode()
    # Its hook and the line of the answer that asks for it have times of two processes.
    assert ("tool", "Bash", "unanswered") in said_of(steps_of(product, run))[-2:]
