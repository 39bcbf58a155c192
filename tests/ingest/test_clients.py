"""The lines of each client are whole, can be read by what reads them, and stand in the docs as they are."""

import json
import shutil
import subprocess
import tomllib

import pytest
from django.urls import resolve

from docs.write_clients import PAGE, page
from ingest.clients import CLIENTS, ENV, SHELLS, check_line, filled, for_shell
from ingest.clients.shells import pairs_in

URL, RAW_KEY = "https://scope.example.com", "as_" + "k" * 40
LINES = [
    (client.slug, filled(lines, url=URL, key=RAW_KEY))
    for client in CLIENTS.values()
    for lines in (*client.lines, *client.contents)
]
WANTED = [
    *("claude-code", "codex", "gemini-cli", "opencode", "swe-agent", "mini-swe-agent", "openhands"),
    *("qwen-code", "copilot-cli", "cline", "aider"),
    *("openai-agents", "langchain", "langsmith", "langfuse", "opik", "otel", "openinference", "openllmetry"),
    *("pydantic-ai", "strands", "adk", "ai-sdk", "crewai", "smolagents", "litellm", "braintrust"),
    *("recorder", "own-loop", "files"),
]


def of(language):
    return [pytest.param(lines.text, id=slug) for slug, lines in LINES if lines.language == language]


def test_clients_are_there():
    assert list(CLIENTS) == WANTED


def test_docs_say_the_same():
    assert PAGE.read_text() == page(), "run `python -m docs.write_clients`"


@pytest.mark.parametrize("slug", WANTED)
def test_address_and_key_are_filled_in(slug):
    client = CLIENTS[slug]
    text = "\n".join(lines.text for name, lines in LINES if name == slug)
    assert URL in text
    assert RAW_KEY in text
    assert "__" not in text.replace("__init__", "")
    assert client.says.endswith(".")


@pytest.mark.django_db
@pytest.mark.parametrize("slug", WANTED)
def test_check_is_answered(slug, client, ingest_key):
    path = check_line(CLIENTS[slug], url="", key=ingest_key).split()[1]
    assert resolve(path)
    answer = client.get(path, headers={"x-api-key": ingest_key})
    assert (answer.status_code, answer.json()["key"]) == (200, "ok")
    assert client.get(path, headers={"x-api-key": RAW_KEY}).status_code == 401


@pytest.mark.parametrize("text", of("json"))
def test_json_is_read(text):
    hooks = json.loads(text)["hooks"]
    assert {hook["url"] for each in hooks.values() for hook in each[0]["hooks"]} == {
        f"{URL}/api/v1/hooks/claude-code"
    }


@pytest.mark.parametrize("text", of("toml"))
def test_toml_is_read(text):
    exporter = tomllib.loads(text)["otel"]["exporter"]["otlp-http"]
    assert exporter == {"endpoint": f"{URL}/v1/logs", "protocol": "binary", "headers": {"x-api-key": RAW_KEY}}


@pytest.mark.parametrize("text", of("python"))
def test_python_is_compiled(text):
    compile(text, "lines", "exec")


@pytest.mark.parametrize("text", of("shell"))
def test_shell_is_read(text):
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)


@pytest.mark.parametrize("text", of(ENV))
def test_bash_sets_the_variables_as_they_are(text):
    names = [name for name, _ in pairs_in(text)]
    script = for_shell("bash, zsh", text) + "\n" + "\n".join(f'printf "%s\\n" "${name}"' for name in names)
    told = subprocess.run(["bash"], input=script, text=True, check=True, capture_output=True).stdout
    assert told.splitlines() == [value for _, value in pairs_in(text)]


@pytest.mark.parametrize(
    ("shell", "written"),
    [
        ("bash, zsh", "export A='x y'\nexport B='{\"k\":\"it'\"'\"'s\"}'"),
        ("fish", "set -gx A 'x y'\nset -gx B '{\"k\":\"it'\"'\"'s\"}'"),
        ("PowerShell", "$env:A = 'x y'\n$env:B = '{\"k\":\"it''s\"}'"),
        (".env", "A='x y'\nB='{\"k\":\"it'\"'\"'s\"}'"),
    ],
)
def test_each_shell_has_its_way(shell, written):
    assert for_shell(shell, 'A=x y\nB={"k":"it\'s"}') == written
    assert shell in SHELLS


@pytest.mark.skipif(not shutil.which("node"), reason="no node")
@pytest.mark.parametrize("text", of("typescript"))
def test_typescript_is_read(text):
    subprocess.run(["node", "--check", "--input-type=module", "-"], input=text, text=True, check=True)
