"""Replay out of the store: real transcripts, every source of a list, the API and the page."""

import json
import random
from pathlib import Path

import pytest
from django.urls import reverse

from runs.contents import read_messages
from runs.kinds import Kind, StepStatus
from runs.models import Run, Step
from runs.records import Batch, Context, Message, RunRecord, StepRecord, Tokens
from runs.store import save
from tests.recordings import NOW, at
from tests.runs.replay.apis import CHECKS
from tests.test_corpus import DATA, named, post_files, transcripts

pytestmark = pytest.mark.django_db


@pytest.fixture
def get(client, read_key):
    def fetch(run, seq, **query):
        path = f"/api/v1/runs/{run.id}/messages"
        return client.get(path, {"at": seq, **query}, headers={"authorization": f"Bearer {read_key}"})

    return fetch


def body_in(answer):
    """Take what would be sent to the API out of an answer."""
    told = answer.json()
    if told["format"] == "responses":
        return {"input": told["messages"]}
    system = {"system": told["system"]} if told["system"] else {}
    return system | {"messages": told["messages"]}


def check_step(get, run, step):
    """Check the list at a step in every format."""
    for format, check in CHECKS.items():
        answer = get(run, step.seq, format=format)
        assert answer.status_code == 200, answer.content
        check(body_in(answer))
        assert answer.json()["size"] == len(answer.json()["messages"])
    native = get(run, step.seq).json()
    assert (native["cut"] or native["made_up"] or native["messages"]) is not None
    if step.kind == Kind.LLM and step.context_digest is not None:
        stored = [json.loads(data) for data in read_messages(run.id, step.context_digest)]
        assert (native["source"], native["messages"], native["made_up"]) == ("sent", stored, [])
        counted = (step.input_tokens or 0) + (step.cache_read_tokens or 0)
        counted += (step.cache_write_5m_tokens or 0) + (step.cache_write_1h_tokens or 0)
        if counted:
            assert native["tokens"] == {"input": counted, "counted_by": "provider"}


def check_runs(get):
    """Check three pseudo-random steps of every run, and of every lane the last call."""
    for run in Run.objects.order_by("external_id"):
        rng = random.Random(run.external_id)
        steps = list(Step.objects.filter(run_id=run.id).order_by("seq"))
        chosen = rng.sample(steps, min(3, len(steps)))
        last_calls = {step.agent: step for step in steps if step.kind == Kind.LLM}
        for step in {step.seq: step for step in [*chosen, *last_calls.values()]}.values():
            check_step(get, run, step)


@pytest.mark.parametrize("path", transcripts(), ids=named)
def test_real_transcript_at_three_steps(path, client, get, project, ingest_key):
    post_files(client, ingest_key, path, root=path.parent)
    check_runs(get)


def test_real_project_folder_at_three_steps(client, get, project, ingest_key, shared_data):
    root = shared_data / "claude_code" / "project_with_nested_subagents"
    paths = [path for path in sorted(root.rglob("*")) if path.is_file()]
    post_files(client, ingest_key, *paths, root=root)
    check_runs(get)


#: Folders of recordings of other agents; what the product cannot read yet brings no run.
OTHERS = sorted(path for path in DATA.glob("*") if path.is_dir() and path.name != "claude_code")


@pytest.mark.parametrize("folder", OTHERS, ids=lambda folder: folder.name)
def test_real_recordings_of_other_agents_at_three_steps(folder, client, get, project, ingest_key):
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        client.post(
            f"/api/v1/import?filename={path.name}",
            path.read_bytes(),
            content_type="application/octet-stream",
            headers={"authorization": f"Bearer {ingest_key}"},
        )
    check_runs(get)


def test_data_is_there():
    """The tests above are none where the data is absent."""
    assert not DATA.is_dir() or len(transcripts()) > 10
    assert Path(__file__).is_file()


def said(seconds, key, kind, **fields):
    given = {"status": StepStatus.OK, "started_at": at(seconds), "ended_at": at(seconds + 0.5), **fields}
    return StepRecord(run="r", key=key, kind=kind, source="test", **given)


def record(project, *steps):
    [saved] = save(project, Batch(runs=[RunRecord(external_id="r", source="test")], steps=steps), now=NOW)
    return Run.objects.get(id=saved.id)


def sent(*messages):
    return Context.of([Message(json.dumps(message).encode()) for message in messages])


RULES = {"role": "system", "content": "Be brief."}
ASKED = {"role": "user", "content": "Fix it."}
CALLS = [
    {"type": "text", "text": "Looking."},
    {"type": "tool_use", "id": "t1", "name": "Read", "input": {"path": "a.py"}},
    {"type": "tool_use", "id": "t2", "name": "Bash", "input": {"command": "ls"}},
]
ANSWER = {"role": "assistant", "content": CALLS}
FIRST = {"type": "tool_result", "tool_use_id": "t1", "content": "x = 1"}
SECOND = {"type": "tool_result", "tool_use_id": "t2", "content": "a.py"}
REMINDER = {"type": "text", "text": "<reminder>Be quick.</reminder>"}
MARK = "[No result of this call was recorded up to here.]"
UNANSWERED = {"type": "tool_result", "tool_use_id": "t2", "content": MARK, "is_error": True}


DONE = '[{"type":"text","text":"Done."}]'


def two_calls(*, recorded=True):
    """A prompt, a call that asks for two tools, their results, and the next call."""
    tokens = Tokens(input=100, cache_read=20, cache_write_5m=3, output=7)
    heard = {"role": "user", "content": [FIRST, SECOND, REMINDER]}
    contexts = (sent(RULES, ASKED), sent(RULES, ASKED, ANSWER, heard)) if recorded else (None, None)
    return (
        said(0, "p", Kind.PROMPT, input="Fix it."),
        said(1, "m1", Kind.LLM, model="claude-opus-4-8", context=contexts[0], output=json.dumps(CALLS)),
        said(2, "t1", Kind.TOOL, tool="Read", input='{"path": "a.py"}', output="x = 1"),
        said(3, "t2", Kind.TOOL, tool="Bash", input='{"command": "ls"}', output="a.py"),
        said(4, "m2", Kind.LLM, model="claude-opus-4-8", context=contexts[1], output=DONE, tokens=tokens),
        said(5, "f", Kind.FINAL, output="Done."),
    )  # fmt: skip


def test_model_call_has_what_it_was_sent(get, project):
    run = record(project, *two_calls())
    told = get(run, 4).json()
    assert (told["source"], told["call"], told["size"]) == ("sent", 4, 4)
    assert told["messages"][-1] == {"role": "user", "content": [FIRST, SECOND, REMINDER]}
    assert told["tokens"] == {"input": 123, "counted_by": "provider"}
    assert (told["cut"], told["made_up"]) == ([], [])


def test_last_step_before_a_call_has_what_that_call_was_sent(get, project):
    run = record(project, *two_calls())
    told = get(run, 3).json()
    assert (told["source"], told["call"], told["messages"]) == ("next", 4, get(run, 4).json()["messages"])
    assert get(run, 0).json()["messages"] == [RULES, ASKED]


def test_step_in_between_has_the_results_so_far(get, project):
    run = record(project, *two_calls())
    told = get(run, 2, format="anthropic").json()
    assert (told["source"], told["call"], told["system"]) == ("extended", 1, "Be brief.")
    assert told["messages"] == [ASKED, ANSWER, {"role": "user", "content": [FIRST, UNANSWERED]}]
    assert told["made_up"] == ["1 call has no result in this list; it is answered with a mark."]
    assert told["tokens"]["counted_by"] == "estimate"
    assert get(run, 2).json()["messages"] == [RULES, *told["messages"]]


def test_without_recorded_lists_it_is_rebuilt_and_says_so(get, project):
    run = record(project, *two_calls(recorded=False))
    told = get(run, 4, format="anthropic").json()
    assert (told["source"], told["call"], told["system"]) == ("rebuilt", None, None)
    assert told["note"] == "Rebuilt from steps: no message list was recorded, and no system prompt."
    assert told["messages"] == [ASKED, ANSWER, {"role": "user", "content": [FIRST, SECOND]}]
    after = get(run, 5, format="anthropic").json()["messages"]
    assert after == [*told["messages"], {"role": "assistant", "content": "Done."}]


def test_list_of_another_shape_goes_on_in_that_shape(get, project):
    call = {"id": "t0", "type": "function", "function": {"name": "ls", "arguments": "{}"}}
    before = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": "Fix it."},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "t0", "content": "a.py"},
    ]
    _, _, first, second, *_ = two_calls()
    asks = said(1, "m1", Kind.LLM, context=sent(*before), output=json.dumps(CALLS))
    run = record(project, asks, first, second)
    answer = [
        {"id": "t1", "type": "function", "function": {"name": "Read", "arguments": '{"path": "a.py"}'}},
        {"id": "t2", "type": "function", "function": {"name": "Bash", "arguments": '{"command": "ls"}'}},
    ]
    assert get(run, 2).json()["messages"] == [
        *before,
        {"role": "assistant", "content": "Looking.", "tool_calls": answer},
        {"role": "tool", "tool_call_id": "t1", "content": "x = 1"},
        {"role": "tool", "tool_call_id": "t2", "content": "a.py"},
    ]


def test_new_messages_of_a_call_are_heard(get, project):
    new = [{"role": "user", "content": "And the docs."}]
    run = record(
        project,
        said(0, "m1", Kind.LLM, input=json.dumps([ASKED]), output='[{"type":"text","text":"Done."}]'),
        said(1, "m2", Kind.LLM, input=json.dumps(new)),
    )
    assert get(run, 1).json()["messages"] == [ASKED, {"role": "assistant", "content": "Done."}, *new]


def test_after_a_compaction_the_list_begins_with_its_summary(get, project):
    steps = (*two_calls()[:4], said(4, "c", Kind.COMPACTION, output="They fixed it."))
    run = record(project, *steps, said(5, "t3", Kind.TOOL, tool="Read", input="{}", output="y"))
    told = get(run, 4).json()
    assert told["messages"] == [RULES, {"role": "user", "content": "They fixed it."}]


def test_sub_agent_has_a_list_of_its_own(get, project):
    task = {"role": "user", "content": "Look around."}
    run = record(
        project,
        *two_calls()[:3],
        said(2.1, "s1", Kind.LLM, agent="a1", parent="t1", context=sent(task), output="[]"),
        said(2.2, "s2", Kind.TOOL, agent="a1", parent="t1", tool="Grep", input="{}", output="b.py"),
    )
    told = get(run, 4, format="openai").json()
    assert told["messages"] == [
        task,
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "s2", "type": "function", "function": {"name": "Grep", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "s2", "content": "b.py"},
    ]


def test_request_is_ready_to_be_sent(get, project):
    params = {
        "temperature": 0.2,
        "max_tokens": 900,
        "tools": [{"name": "Read", "input_schema": {"type": "object"}}],
    }
    steps = list(two_calls())
    call = said(
        6,
        "m3",
        Kind.LLM,
        model="claude-opus-4-8",
        context=sent(RULES, ASKED, ANSWER),
        detail={"params": params},
    )
    run = record(project, *steps, call)
    request = get(run, 6, format="openai", **{"as": "request"}).json()
    assert {name: value for name, value in request.items() if name != "messages"} == {
        "model": "claude-opus-4-8",
        "temperature": 0.2,
        "max_completion_tokens": 900,
        "tools": [
            {"type": "function", "function": {"name": "Read", "parameters": {"type": "object"}}},
            {
                "type": "function",
                "function": {
                    "name": "Bash",
                    "parameters": {"type": "object", "properties": {}, "additionalProperties": True},
                },
            },
        ],
    }


def test_native_answers_with_the_bytes_that_came(get, project):
    odd = b'{"role":"user",  "content":"1.10 \\u00e9", "n": 1.10}'
    run = record(project, said(0, "m", Kind.LLM, context=Context.of([Message(odd), Message(b"no JSON")])))
    answer = get(run, 0)
    assert b'"messages":[' + odd + b',"no JSON"]' in answer.content


def test_messages_too_large_are_left_out_and_counted(get, project, monkeypatch):
    monkeypatch.setattr("runs.queries.replays.REPLAY_BYTES", 200)
    large = {"role": "user", "content": "x" * 300}
    run = record(project, said(0, "m", Kind.LLM, context=sent(RULES, large, ASKED)))
    told = get(run, 0, format="anthropic").json()
    assert told["cut"] == ["1 message is left out: it is too large."]
    assert (told["size"], len(json.dumps(told["messages"])) < 200) == (1, True)


@pytest.mark.parametrize(
    ("query", "status", "error"),
    [
        ({"at": "x"}, 400, "at is the number of a step (its seq)."),
        ({"at": ""}, 400, "at is the number of a step (its seq)."),
        ({"at": 0, "format": "xml"}, 400, "format is one of native, anthropic, openai, responses."),
        ({"at": 0, "as": "request"}, 400, "A request is written for format=anthropic, openai or responses."),
        ({"at": 99}, 404, None),
    ],
)
def test_wrong_question(client, project, read_key, query, status, error):
    run = record(project, *two_calls())
    headers = {"authorization": f"Bearer {read_key}"}
    answer = client.get(f"/api/v1/runs/{run.id}/messages", query, headers=headers)
    assert answer.status_code == status
    assert error is None or answer.json() == {"error": error}


def page(client, name, project, run, seq, **query):
    return client.get(reverse(f"runs:{name}", args=[project.team.slug, project.slug, run.id, seq]), query)


def test_page_switches_formats_and_links_files(client, member, project):
    run = record(project, *two_calls())
    client.force_login(member)
    text = page(client, "messages", project, run, 2, format="anthropic").content.decode()
    assert "What the model call at step 1 was sent, then what the steps since then say." in text
    assert "1 call has no result in this list" in text
    assert "curl https://api.anthropic.com/v1/messages" in text
    assert "Tools were not recorded" in text
    assert "/steps/2/request.json?format=anthropic" in text
    assert (
        'href="'
        + reverse("runs:messages", args=[project.team.slug, project.slug, run.id, 2])
        + '?format=openai"'
        in text
    )
    assert page(client, "messages", project, run, 2, format="xml").status_code == 404


def test_files_hold_the_list_and_the_request(client, member, project):
    run = record(project, *two_calls())
    client.force_login(member)
    answer = page(client, "messages_file", project, run, 4)
    assert answer["Content-Disposition"] == 'attachment; filename="step-4-native.json"'
    assert json.loads(answer.content) == [
        RULES,
        ASKED,
        ANSWER,
        {"role": "user", "content": [FIRST, SECOND, REMINDER]},
    ]
    request = json.loads(page(client, "request_file", project, run, 4).content)
    assert (request["model"], request["max_tokens"], request["system"]) == (
        "claude-opus-4-8",
        4096,
        "Be brief.",
    )
    assert [tool["name"] for tool in request["tools"]] == ["Bash", "Read"]
    assert page(client, "request_file", project, run, 4, format="native").status_code == 404


def test_every_step_leads_to_its_messages(client, member, project):
    run = record(project, *two_calls())
    client.force_login(member)
    for seq in range(6):
        text = page(client, "step", project, run, seq).content.decode()
        assert f"/steps/{seq}/messages/" in text
        assert page(client, "messages", project, run, seq).status_code == 200
