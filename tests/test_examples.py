"""Every call of curl that docs/ shows is made, and the read API answers the fields that its page promises."""

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agentscope.demo.scenarios import ALL
from agentscope.demo.seeding import seed_run
from docs.write_clients import PLACE
from runs.actions import save_comparison
from runs.judging import judge_run
from runs.models import Run
from teams.models import Project, User

DOCS = Path(__file__).resolve().parents[1] / "docs"
EVENTS = b'{"v":1,"run":"r","kind":"prompt","text":"Hi"}\n'
NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


class Example(NamedTuple):
    """One block of a page, and the section that it stands in."""

    page: str
    section: str
    text: str


def examples() -> Iterator[Example]:
    """Yield the blocks of shell that call curl."""
    for page in sorted(DOCS.rglob("*.md")):
        for section in re.split(r"^(?=## )", page.read_text(), flags=re.MULTILINE):
            for block in re.findall(r"^```sh\n(.+?)^```", section, re.MULTILINE | re.DOTALL):
                if block.startswith("curl "):
                    yield Example(str(page.relative_to(DOCS)), section, block)


EXAMPLES = list(examples())
NAMES = [f"{example.page}: {example.section.partition(chr(10))[0].strip('# ')}" for example in EXAMPLES]


@pytest.fixture
def values(project: Project, owner: User, read_key: str, ingest_key: str) -> dict[str, str]:
    """What the variables of the examples stand for: a demo run, and the keys of its project."""
    [script] = [script for script in ALL if script.id == "demo-sideways"]
    seed_run(project, script, now=NOW)
    run = Run.objects.get()
    judge_run(run.id, now=NOW)
    saved = save_comparison(project, "agents", "a.agent=claude-code&b.agent=codex", by=owner, now=NOW)
    keys = {"read": read_key, "ingest": ingest_key, "COMPARISON": str(saved.id)}
    return keys | {"AGENTSCOPE_URL": "", "RUN": str(run.id), "STEP": "20"}


def call(client: Client, example: Example, values: dict[str, str]) -> Any:
    """Do what curl would do."""
    command, _, body = example.text.partition("<<'")
    word, _, body = body.partition("'\n")
    sends = bool(body) or "-F " in command
    key = values["ingest" if sends else "read"]
    filled = Template(command.replace("\\\n", " ")).substitute(values, AGENTSCOPE_KEY=key)
    words = shlex.split(filled.replace(PLACE["key"], key).replace(PLACE["url"], ""))[1:]
    headers, url, file = {}, "", None
    while words:
        match words.pop(0):
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name.lower()] = value
            case "-F":
                file = SimpleUploadedFile(words.pop(0).rpartition("@")[2], EVENTS)
            case "--data-binary" | "-o":
                words.pop(0)
            case told:
                url = told
    if file is not None:
        return client.post(url, {"file": file}, headers=headers)
    if body:
        text = body.rpartition(word)[0]
        return client.post(url, text, content_type="application/x-ndjson", headers=headers)
    return client.get(url, headers=headers)


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_example_is_answered(client: Client, values: dict[str, str], example: Example) -> None:
    answer = call(client, example, values)
    assert answer.status_code == 200, answer.content
    assert answer.content


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.page == "reference/api.md"])
def test_answer_has_the_fields_of_the_page(client: Client, values: dict[str, str], example: Example) -> None:
    """Both ways: all that the table of the section names is there, and nothing else."""
    answer = call(client, example, values)
    if "json" not in answer["Content-Type"] or "| field |" not in example.section:
        return
    told = answer.json()
    shown = told["results"][0] if "results" in told else told
    table = example.section.partition("| field |")[2].partition("\n\n")[0]
    named = [names for row in table.splitlines()[2:] for names in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert set(named) - set(shown) == set()
    assert {name for name in shown if f"`{name}`" not in table} == set()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 5
