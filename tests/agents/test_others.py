"""Gemini CLI, Qwen Code, Copilot CLI and opencode, with `watch` and a tiny model: `make test-agents`."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.agents.model import served
from tests.agents.prepare import is_there, program_of
from tests.agents.script import Ask, Script, Turn
from tests.agents.stage import AFTER, PROMPT, Stage
from tests.agents.telling import changes_of, one_new, runs_of, said_of, steps_of, tokens_of
from tests.product import Product

pytestmark = pytest.mark.skipif(
    not os.environ.get("TEST_AGENTS"), reason="`make test-agents` runs it: it installs programs from npm"
)
OLD, NEW = "return a - b", "return a + b"
RUN, FAIL = "echo two > notes.txt", "echo broken >&2; exit 3"  # Qwen Code takes `sed -i` for an edit


class Played(NamedTuple):
    """How one agent is started, and by which tools it works."""

    words: tuple[str, ...]
    variables: Callable[[Stage, str], dict[str, str]]  #: of the stage and the model's address
    tools: tuple[str, str, str]
    names: tuple[str, str, str]  #: of a path, of old and of new text
    sources: set[str]
    settings: tuple[str, Callable[[str], dict[str, object]]] = ("", lambda model: {})
    changes: tuple[tuple[str, str], ...] = (("calc.py", "declared"),)
    after: Callable[[Stage], None] = lambda stage: None  #: what a person does when it has ended

    def script(self, repository: Path) -> Script:
        """Read, edit, change another file by a command, fail, end."""
        read, edit, shell = self.tools
        path = {self.names[0]: str(repository / "calc.py")}
        runs, fails = (
            Ask(shell, {"command": command, "description": "Do", "is_background": False})
            for command in (RUN, FAIL)
        )
        edits = Ask(edit, {**path, "instruction": "Fix", self.names[1]: OLD, self.names[2]: NEW})
        asks = (Ask(read, path), edits, runs, fails)
        return {PROMPT: (*(Turn("I go on.", (ask,)) for ask in asks), Turn("Fixed the sign."))}


def telemetry(stage: Stage, prefix: str) -> dict[str, str]:
    """Give the variables that Connect shows."""
    return {
        f"{prefix}_TELEMETRY_ENABLED": "true",
        f"{prefix}_TELEMETRY_TARGET": "local",
        f"{prefix}_TELEMETRY_OTLP_PROTOCOL": "http",
        f"{prefix}_TELEMETRY_OTLP_ENDPOINT": stage.product.url,
        "OTEL_EXPORTER_OTLP_HEADERS": f"x-api-key={stage.product.ingest_key}",
    }


def gemini(stage: Stage, model: str) -> dict[str, str]:
    own = {"GEMINI_API_KEY": "none", "GOOGLE_GEMINI_BASE_URL": model, "GEMINI_CLI_TRUST_WORKSPACE": "true"}
    return {**own, **telemetry(stage, "GEMINI")}


def qwen(stage: Stage, model: str) -> dict[str, str]:
    own = {"OPENAI_API_KEY": "none", "OPENAI_BASE_URL": f"{model}/v1", "OPENAI_MODEL": "tiny"}
    node = program_of("qwen-code").with_name("node").resolve().parent  # newer than the machine's, perhaps
    return {**own, **telemetry(stage, "QWEN"), "PATH": f"{node}:{os.environ['PATH']}"}


def copilot(stage: Stage, model: str) -> dict[str, str]:
    own = {"COPILOT_PROVIDER_BASE_URL": f"{model}/v1", "COPILOT_PROVIDER_TYPE": "openai"}
    return {**own, "COPILOT_PROVIDER_API_KEY": "none", "COPILOT_MODEL": "tiny", "COPILOT_OFFLINE": "true"}


def opencode(stage: Stage, model: str) -> dict[str, str]:
    return {"OPENCODE_DISABLE_MODELS_FETCH": "1", "npm_config_fetch_retries": "0"}


def opencode_settings(model: str) -> dict[str, object]:
    options = {"baseURL": f"{model}/v1", "apiKey": "none"}
    known = {"tiny": {"tool_call": True, "limit": {"context": 100_000, "output": 8_000}}}
    provider = {"npm": "@ai-sdk/openai-compatible", "options": options, "models": known}
    named = {"model": "tiny/tiny", "small_model": "tiny/tiny", "provider": {"tiny": provider}}
    return {**named, "autoupdate": False, "share": "disabled", "permission": {"*": "allow"}}


def export(stage: Stage) -> None:
    """Export the session to a file and import that, as Connect says."""
    program, file = program_of("opencode"), stage.home / "session.json"
    [session] = json.loads(stage.play(program, "session", "list", "--format", "json").stdout)
    stage.play("sh", "-c", f"{program} export {session['id']} > {file}")
    stage.send(file)


AGENTS = {
    "gemini-cli": Played(
        ("-m", "gemini-2.5-flash", "-p", PROMPT, "--yolo"),
        gemini,
        ("read_file", "replace", "run_shell_command"),
        ("file_path", "old_string", "new_string"),
        {"gemini-cli:chat", "otel:gemini-cli-logs"},
        (
            ".gemini/settings.json",
            lambda model: {"security": {"auth": {"selectedType": "gemini-api-key"}}},
        ),
    ),
    "qwen-code": Played(
        ("-p", PROMPT, "--yolo", "--auth-type", "openai"),
        qwen,
        ("read_file", "edit", "run_shell_command"),
        ("file_path", "old_string", "new_string"),
        {"qwen-code:chat", "otel:qwen-code-logs"},
    ),
    "copilot": Played(
        ("-p", PROMPT, "--allow-all-tools", "--no-color"),
        copilot,
        ("view", "edit", "bash"),
        ("path", "old_str", "new_str"),
        {"copilot:events"},
    ),
    "opencode": Played(
        ("run", PROMPT),
        opencode,
        ("read", "edit", "bash"),
        ("filePath", "oldString", "newString"),
        {"opencode:session"},
        (".config/opencode/opencode.json", opencode_settings),
        # It looks at the work tree itself.
        (("calc.py", "declared"), ("notes.txt", "observed")),
        export,
    ),
}
#: Turns 0 to 4, as `usage_of` says; what is written to a cache counts as input.
TOKENS = {"input": 560, "cache_read": 400, "cache_write": 0, "output": 110, "reasoning": 40}


@pytest.mark.parametrize("name", AGENTS)
def test_session_is_one_run(name: str, product: Product, tmp_path: Path) -> None:
    if not is_there(name):
        pytest.skip("it could not be installed; there may be no npm")
    agent, stage, before = AGENTS[name], Stage(tmp_path, product), runs_of(product)
    with stage.watched(), served(agent.script(stage.repository)) as model:
        if agent.settings[0]:
            path = stage.home / agent.settings[0]
            path.parent.mkdir(parents=True)
            path.write_text(json.dumps(agent.settings[1](model.url)))
        ended = stage.play(program_of(name), *agent.words, **agent.variables(stage, model.url))
        agent.after(stage)
    assert (ended.returncode, stage.files()) == (0, {"calc.py": AFTER, "notes.txt": "two\n"})
    run = one_new(product, before)
    steps = steps_of(product, run)
    read, edit, shell = agent.tools
    assert said_of(steps) == [
        ("prompt", "", "ok"),
        ("llm", "", "ok"),
        ("tool", read, "ok"),
        ("llm", "", "ok"),
        ("tool", edit, "ok"),
        ("llm", "", "ok"),
        ("tool", shell, "ok"),
        ("llm", "", "ok"),
        ("tool", shell, "failed"),
        ("llm", "", "ok"),
    ]
    assert {frozenset(step["sources"]) for step in steps if step["kind"] == "tool"} == {
        frozenset(agent.sources)
    }
    assert tokens_of(product, run) == TOKENS
    facts = product.read(f"/api/v1/runs/{run}")
    assert (facts["status"], facts["agent"], facts["prompts"]) == ("done", name, 1)
    changes = changes_of(product, run)
    assert tuple((change["path"], change["origin"]) for change in changes) == agent.changes
    assert f"-    {OLD}\n+    {NEW}\n" in changes[0]["patch"]
