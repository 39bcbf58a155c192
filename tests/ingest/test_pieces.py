"""Transcripts that come in pieces: the end of a file by itself, the files of a session one by one."""

import json
from itertools import permutations

import pytest

from ingest import pipeline
from ingest.sources import SourceFile
from runs.models import Run, Step
from tests.ingest.formats.claude_code.script import LATER, Script

pytestmark = pytest.mark.django_db


def take(project, *records, name="session.jsonl"):
    data = b"\n".join(json.dumps(record).encode() for record in records)
    return pipeline.take_files(project, [SourceFile(name, data)], now=LATER)


def call_and_result():
    script = Script()
    script.user("go")
    script.calls("Bash", "t1", command="ls")
    script.result("t1", "Exit code 2\nno such file", is_error=True)
    return script.records


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1)])
def test_result_by_itself_completes_its_call(project, order):
    records = call_and_result()
    for number in order:
        take(project, records[number])
    step = Step.objects.get(key="t1")
    assert (step.tool, step.input_preview) == ("Bash", '{"command":"ls"}')
    assert (step.status, step.exit_code, step.error) == ("failed", 2, "exit 2: no such file")
    assert step.output_preview == "Exit code 2\nno such file"


def test_texts_beside_a_transcript_are_one_problem_each(project):
    script = Script()
    script.user("go")
    script.says("done", stop="end_turn")
    files = [
        SourceFile("s.jsonl", script.data),
        SourceFile("s/memory/notes.md", b"# Notes\n- one\n- two\n"),
        SourceFile("s/tool-results/t1.txt", b"a line\n" * 5_000),
    ]
    outcome = pipeline.take_files(project, files, now=LATER)
    assert len(outcome.saved) == 1
    assert [one.where for one in outcome.batch.quarantined] == ["s/memory/notes.md", "s/tool-results/t1.txt"]


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_original_pays_for_the_calls_that_a_copy_repeats(project, names):
    first, copy = names
    original, resumed = Script(session=first), Script(session=copy)
    for script in (original, resumed):
        script.user("go")
        script.says("one", id="m1", stop="end_turn", usage={"input_tokens": 10, "output_tokens": 1})
    resumed.user("more")
    resumed.says("two", id="m2", stop="end_turn", usage={"input_tokens": 1_000, "output_tokens": 1})
    files = [SourceFile(f"{script.base['sessionId']}.jsonl", script.data) for script in (original, resumed)]
    pipeline.take_files(project, files, now=LATER)
    assert dict(Run.objects.values_list("external_id", "input_tokens")) == {first: 10, copy: 1_000}


def main_and_agent():
    main, agent = Script(), Script()
    main.user("delegate")
    main.calls("Agent", "task", description="Look around", prompt="Find it")
    main.result("task", "found", {"status": "completed", "agentId": "a1"})
    agent.base |= {"agentId": "a1", "isSidechain": True}
    agent.user("Find it", uuid="agent-1")
    agent.says("found", id="msg_agent", stop="end_turn", uuid="agent-2")
    return {"main": main.records, "agent": agent.records}


@pytest.mark.parametrize("order", [("main", "agent"), ("agent", "main")])
def test_sub_agent_finds_its_call_in_another_import(project, order):
    pieces = main_and_agent()
    for name in order:
        take(project, *pieces[name], name=f"{name}.jsonl")
    parents = dict(Step.objects.exclude(agent="").values_list("key", "parent_key"))
    assert parents == {"agent-1": "task", "msg_agent:req_msg_agent": "task"}
    assert Step.objects.get(key="task").detail["transcript"] == "here"
    revision = Run.objects.get().revision
    for name in order:
        take(project, *pieces[name], name=f"{name}.jsonl")
    assert Run.objects.get().revision == revision


@pytest.mark.parametrize("order", list(permutations(("main", "outer", "inner"))))
def test_sub_agent_of_a_sub_agent_finds_its_call(project, order):
    pieces = {"main": Script(), "outer": Script(), "inner": Script()}
    calls = {"main": ("t1", "outer"), "outer": ("t2", "inner")}
    for name, script in pieces.items():
        if name != "main":
            script.base |= {"agentId": name, "isSidechain": True}
        script.user(f"task of {name}", uuid=f"{name}-1")
        if name in calls:
            key, agent = calls[name]
            script.calls("Agent", key, id=f"msg_{name}", prompt=f"task of {agent}")
            script.result(key, "ok", {"status": "completed", "agentId": agent}, uuid=f"{name}-3")
    for name in order:
        take(project, *pieces[name].records, name=f"{name}.jsonl")
    parents = dict(Step.objects.exclude(agent="").values_list("key", "parent_key"))
    assert parents == {"outer-1": "t1", "msg_outer:req_msg_outer": "t1", "t2": "t1", "inner-1": "t2"}
    assert {call.detail["transcript"] for call in Step.objects.filter(kind="agent")} == {"here"}
