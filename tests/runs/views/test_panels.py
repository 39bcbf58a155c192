"""The step panel: a renderer for each well-known tool, raw and back, intent beside effect, Markdown."""

import base64
import json
from datetime import timedelta

import pytest
from django.urls import reverse

from runs.kinds import Kind, Origin, StepStatus
from runs.models import Run, Step
from runs.records import Batch, ChangeRecord, Context, Message, RunRecord, StepRecord, Tokens
from runs.store import save
from tests.recordings import NOW

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\x00" * 20).decode()
EVIL = "<script>alert(1)</script>\x00\x1b[31m\"'><img src=x onerror=alert(2)>"


@pytest.fixture
def record(project):
    """Store steps of one run, each a second after the one before; return the run."""

    def store(*steps, changes=()):
        made = [
            StepRecord(**{"run": "r", "source": "t", "kind": Kind.TOOL, "key": f"k{n}",
                          "status": StepStatus.OK, "started_at": NOW + timedelta(seconds=n)} | fields)
            for n, fields in enumerate(steps)
        ]  # fmt: skip
        rows = [ChangeRecord(**{"run": "r", "source": "t", "key": f"c{n}", "op": "edit"} | fields)
                for n, fields in enumerate(changes)]  # fmt: skip
        told = RunRecord(external_id="r", source="t", name="A run", cwd="/w")
        [saved] = save(project, Batch(runs=[told], steps=made, changes=rows), now=NOW)
        return Run.objects.get(id=saved.id)

    return store


@pytest.fixture
def url(project):
    return lambda run, name, *args: reverse(
        f"runs:{name}", args=[project.team.slug, project.slug, run.id, *args]
    )


def call(tool, given, output="", **fields):
    return {"tool": tool, "input": json.dumps(given), "output": output, **fields}


CASES = {
    "read": (call("Read", {"file_path": "/w/a.py"}, "     7→def f():\n     8→    pass",
                  detail={"lines": 2, "start_line": 7, "total_lines": 90}),
             ["<code>a.py</code>", "lines 7–8 of 90", '<span class="h-k">def</span>']),
    "read by line numbers of SWE-agent": (
        call("open", {"path": "a.py"}, "[File: a.py (9 lines total)]\n(3 more lines above)\n4:import re"),
        ['<td class="ln">4</td>', '<span class="h-k">import</span>']),
    "read a picture": (call("Read", {"file_path": "s.png"}, json.dumps(
        [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}])),
        [f'src="data:image/png;base64,{PNG}"']),
    "view": (call("str_replace_editor", {"command": "view", "path": "/w/a.py", "view_range": [3, 9]},
                  "Here's the result of running `cat -n` on /w/a.py:\n     3\timport re"),
             ["lines 3–3", '<td class="ln">3</td>']),
    "bash": (call("Bash", {"command": "for x in a; do echo $x; done", "description": "Say it",
                           "run_in_background": True, "timeout": 60_000}, "\x1b[31mred\x1b[0m\nbad",
                  exit_code=0, detail={"stderr": "bad", "background_id": "b1"}),
             ["Say it", "in the background", "goes on as b1", "limit 1 m 00 s", "exit 0",
              '<span class="a-31">red</span>', "Errors", '<span class="h-k">for</span>']),
    "exec of Codex": (call("exec_command", {"cmd": "ls", "workdir": "/w/sub"},
                           "Chunk ID: a\nWall time: 1.5000 seconds\nProcess exited with code 3\n"
                           "Original token count: 1\nOutput:\nnone\n"),
                      ["<code>sub</code>", "ran 1.5 s", "exit 3", ">none"]),
    "console": (call("BashOutput", {"bash_id": "b1"}, "<status>running</status>\n<stdout>\nup\n</stdout>"),
                ["Running command b1", "running", ">up<"]),
    "grep": (call("Grep", {"pattern": "expire\\(", "path": "src", "output_mode": "content", "-i": True},
                  "src/a.ts:3:  Expire(now)\nsrc/a.ts-4-  x\nsrc/b.ts:9:expire(1)"),
             ["2 matches in 2 files", "<b>Expire(</b>", "any case", 'class="around"', "in src"]),
    "grep count": (call("Grep", {"pattern": "x", "output_mode": "count"}, "a.ts:3\nb.ts:1"),
                   ["4 matches in 2 files", "3 matches"]),
    "glob": (call("Glob", {"pattern": "**/*.py"}, "/w/src/a.py\n/w/src/b.py"),
             ["2 files", "<code>src/</code>", "<code>a.py</code>"]),
    "ls": (call("LS", {"path": "/w"}, "- /w/\n  - src/\n    - a.py"), ["<code>src/</code>"]),
    "todo": (call("TodoWrite", {"todos": [{"content": "Look", "status": "completed"},
                                          {"content": "Fix", "status": "in_progress"}]}, "ok"),
             ["1 of 2 done", "Look", 'class="is-in_progress"']),
    "task update": (call("TaskUpdate", {"taskId": "4", "status": "in_progress"}, "Updated task #4 status"),
                    ["Task 4", "in progress", "Updated task #4 status"]),
    "fetch": (call("WebFetch", {"url": "https://docs.example/a", "prompt": "What is new?"}, "# New\n\nAll.",
                   detail={"http_status": 200, "bytes": 2_048}),
              ['href="https://docs.example/a" rel="noreferrer noopener nofollow"', "HTTP 200", "2.0 kB",
               "What is new?", "<h1>New</h1>"]),
    "search": (call("WebSearch", {"query": "django", "allowed_domains": ["a.example"]},
                    'Links: [{"title":"Docs","url":"https://a.example/d"},{"title":"Bad","url":"data:x"}]\n\nDone.'),
               ["2 results", 'href="https://a.example/d" rel="noreferrer', "no web address",
                "only a.example"]),
    "ask": (call("AskUserQuestion", {"questions": [{"question": "Which?", "header": "Store", "options": [
                {"label": "A", "description": "first"}, {"label": "B"}]}]}, "answered",
                 detail={"answers": {"Which?": "B"}}),
            ["Which?", 'class="is-chosen"', "first"]),
    "skill": (call("Skill", {"skill": "review"}, "Launching skill: review"), ["<b>review</b>"]),
    "plan": (call("ExitPlanMode", {"plan": "# Move\n\n1. Copy"}, "User has approved your plan."),
             ["agreed to", "<h1>Move</h1>"]),
    "mcp": (call("mcp__linear__get_issue", {"id": "X-1", "with": {"a": [{"b": 1}]}},
                 json.dumps([{"type": "text", "text": '{"title":"Bug","labels":["p1"]}'}])),
            ["<b>linear</b>", "<code>get_issue</code>", "MCP", "<code>X-1</code>", '<div class="json">']),
    "unknown, a table": (call("jobs", {}, json.dumps([{"id": 1, "state": "ok"}, {"id": 2, "state": "no"}])),
                         ["No arguments.", '<th scope="col">state</th>', '<td data-label="state">no</td>']),
    "unknown, Markdown": (call("report", {"n": 3}, "## Result\n\n**All** fine"), ["<h2>Result</h2>"]),
    "unknown, running": ({"tool": "x", "input": "{}", "status": StepStatus.RUNNING}, ["No result yet."]),
    "write, refused": (call("Write", {"file_path": "/w/n.py", "content": "x = 1\n"}, status=StepStatus.DENIED,
                            error_kind="human"),
                       ["It was not allowed: nothing was changed.", "Write the file", '<td class="ln">1']),
    "edit, failed": (call("Edit", {"file_path": "a.py", "old_string": "x", "new_string": "y"},
                          "String to replace not found in file.", status=StepStatus.FAILED),
                     ["It failed: nothing was changed.", "What it wanted", 'class="del"']),
    "edits": (call("MultiEdit", {"file_path": "a.py", "edits": [{"old_string": "a", "new_string": "b"},
                                                                {"old_string": "c", "new_string": "d"}]}),
              ["1 of 2 · Replace", "2 of 2 · Replace"]),
    "notebook": (call("NotebookEdit", {"notebook_path": "n.ipynb", "cell_id": "c", "new_source": "del x"}),
                 ["Replace the code cell c", '<span class="h-k">del</span>']),
    "patch": (call("apply_patch", {"input": "*** Begin Patch\n*** Update File: a.py\n@@\n-x\n+y\n"
                                            "*** Add File: b.py\n+z\n*** End Patch"},
                   "Success. Updated the following files:\nM a.py\nA b.py\n"),
              ["<code>a.py</code>", "Update", "Add", "applied"]),
    "patch, failed": (call("shell", {"command": ["apply_patch", "*** Begin Patch\n*** Update File: a.py\n@@\n"
                                                 "-x\n+y\n*** Update File: b.py\n@@\n-x\n+y\n*** End Patch"]},
                           "verification failed: lines not found in b.py", status=StepStatus.FAILED),
                      ["not applied", ">failed<"]),
    "insert": (call("str_replace_editor", {"command": "insert", "path": "", "insert_line": 3, "new_str": ""}),
               ["Insert after line 3"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_tool_has_its_renderer(visitor, record, url, name):
    fields, expected = CASES[name]
    html = visitor.get(url(record(fields), "step", 0)).content.decode()
    assert [words for words in expected if words not in html] == []


SHAPES = [
    None,
    3,
    "x",
    EVIL,
    [EVIL],
    {"a": EVIL},
    [None],
    {"b": {"c": [1, {"d": EVIL}]}},
    True,
    "A" * 200_000,
]
NAMES = (
    "file_path", "path", "command", "pattern", "todos", "plan", "questions", "url", "query", "edits", "input",
    "old_string", "new_string", "content", "prompt", "new_source", "insert_line", "action", "view_range",
    "timeout", "output_mode", "options", "args",
)  # fmt: skip
TOOLS = (
    "Read", "Write", "Edit", "MultiEdit", "NotebookEdit", "Bash", "BashOutput", "Grep", "Glob", "TodoWrite",
    "Agent", "WebFetch", "WebSearch", "apply_patch", "str_replace_editor", "AskUserQuestion", "Skill",
    "ExitPlanMode", "mcp__a__b", "mcp__", EVIL, "",
)  # fmt: skip


def test_hostile_calls_of_every_tool_are_only_text(visitor, record, url):
    """Wrong types, markup, control characters and long texts in every argument and result of every tool."""
    outputs = [EVIL, json.dumps([{"type": "text", "text": EVIL}]), json.dumps({"content": [{"type": "image",
               "data": EVIL}]}), json.dumps([{EVIL: EVIL}, {EVIL: EVIL}]),
               f"# T\n\n**b** {EVIL}", "[" * 9_000,
               f"data:image/png;base64,{EVIL}"]  # fmt: skip
    steps = []
    for n, tool in enumerate(TOOLS):
        for m, shape in enumerate(SHAPES):
            fields = call(tool, dict.fromkeys(NAMES, shape), outputs[(n + m) % len(outputs)])
            steps.append(fields | {"detail": dict.fromkeys((*NAMES, "stats", "answers", "commits"), shape)})
    run = record(*steps)
    for seq in range(0, len(steps), 3):
        html = visitor.get(url(run, "step", seq), headers={"HX-Request": "true"}).content.decode()
        for tag in ("<script", "<img src=x", "onerror=alert(2)>", 'href="javascript', 'href="data'):
            assert tag not in html, steps[seq]["tool"]
        assert "\x00" not in html
        assert len(html) < 1_500_000


def test_raw_shows_both_texts_as_they_came_and_goes_on_to_the_neighbours(visitor, record, url):
    run = record(call("Bash", {"command": "ls"}, "\x1b[31mred"), call("Bash", {"command": "x"}, "é" * 90_000))
    page = visitor.get(url(run, "step", 0) + "?raw=1")
    panel, html = page.context["panel"], page.content.decode()
    assert (panel.raw.input_size, panel.raw.output_size) == ("1 line · 17 B", "1 line · 8 B")
    assert "{&quot;command&quot;: &quot;ls&quot;}" in html
    assert "␛[31mred" in html
    assert panel.links.raw == f"{url(run, 'run')}?step=0"
    assert panel.links.after == f"{url(run, 'run')}?step=1&raw=1"
    long = visitor.get(panel.links.after).context["panel"]
    assert long.raw.output.cut == "The first 120.0 kB of 180.0 kB."
    assert len(visitor.get(long.raw.output.more_url).content.decode()) == 90_000
    assert visitor.get(long.links.raw).context["panel"].raw is None


def test_plan_says_what_changed_since_the_one_before(visitor, record, url):
    def plan(*states):
        items = [{"content": f"item {n}", "status": state} for n, state in enumerate(states)]
        return call("TodoWrite", {"todos": items}, "ok")

    run = record(
        plan("in_progress", "pending"), call("Bash", {"command": "x"}), plan("completed", "in_progress")
    )
    shown = visitor.get(url(run, "step", 2)).context["panel"].call
    assert [(item.text, item.change) for item in shown.items] == [("item 0", "done"), ("item 1", "begun")]
    assert shown.summary == "1 of 2 done · 2 changes since the plan before"


def test_sub_agent_is_linked_with_its_counts(visitor, record, url):
    run = record(
        call(
            "Task",
            {"description": "Look", "subagent_type": "Explore", "prompt": "Find **it**"},
            "# Found\n\n- a",
        ),
        {"kind": Kind.AGENT, "name": "Explore", "parent": "k0"},
        {**call("Read", {"file_path": "a"}), "agent": "x", "parent": "k1"},
        {**call("Bash", {"command": "x"}), "agent": "x", "parent": "k1", "status": StepStatus.FAILED},
    )
    for seq in (0, 1):
        html = visitor.get(url(run, "step", seq)).content.decode()
        assert f'href="{url(run, "run")}?step=2">2 steps of ' in html
        assert "1 failed" in html


def test_effect_stands_beside_intent_and_mismatches_are_flagged(visitor, record, url):
    edit = call("Edit", {"file_path": "/w/a.py", "old_string": "x=1", "new_string": "x=2"}, "done")
    run = record(edit, edit, changes=[
        {"step": "k0", "path": "a.py", "before": "x=1\n", "after": "x=2\n"},
        {"step": "k0", "path": "a.py", "before": "x=1\n", "after": "x = 2\n", "origin": Origin.OBSERVED},
        {"step": "k0", "path": "b.py", "before": "1\n", "after": "2\n", "origin": Origin.OBSERVED},
        {"step": "k1", "path": "a.py", "before": "x=1\n", "after": "x=2\n"},
        {"step": "k1", "path": "b.py", "before": "1\n", "after": "2\n", "origin": Origin.OBSERVED},
    ])  # fmt: skip
    first, second = (visitor.get(url(run, "step", seq)).context["panel"] for seq in (0, 1))
    assert [(e.path, e.verdict, e.is_open, len(e.asked), len(e.changes)) for e in first.effects] == [
        ("a.py", "", True, 1, 2), ("b.py", "", True, 0, 1),
    ]  # fmt: skip
    assert [flag.text.split(":")[0] for effect in first.effects for flag in effect.flags] == [
        "What is on disk is not what the call reported",
        "It changed on disk, and the call did not say so.",
    ]
    assert first.effect_title == "Intent and effect"
    # The snapshots of this run see what calls declare: one that a snapshot does not see is worth a word.
    assert [(e.verdict, [flag.text for flag in e.flags]) for e in second.effects[:1]] == [
        ("as asked", ["The snapshot after the call does not show this change."])
    ]


def test_prompt_that_does_not_go_on_says_what_is_gone_and_why(visitor, record, url):
    said = [Message(json.dumps({"role": "user", "content": words}).encode()) for words in ("a", "b", "sum")]
    before, after = Context.of(said[:2]), Context.of(said[2:])
    call_of = {"kind": Kind.LLM, "model": "claude-opus-4-8"}
    run = record(
        {**call_of, "context": before},
        {"kind": Kind.COMPACTION},
        {**call_of, "context": after, "tokens": Tokens(input=700, cache_write_5m=600, cache_read=9_000),
         "stop_reason": "max_tokens", "detail": {"params": {"temperature": 0.2}, "ttft_ms": 900}},
        {**call_of, "context": before},
    )  # fmt: skip
    panel = visitor.get(url(run, "step", 2)).context["panel"]
    context = panel.context
    assert (context.dropped, [message.gist for message in context.gone]) == (2, ["a", "b"])
    assert (context.cause, context.cause_url) == ("was compacted", f"{url(run, 'run')}?step=1")
    assert context.weight == "34 B · 1.3k tokens not from the cache"
    assert [(fact.name, fact.tone) for fact in panel.model_facts] == [
        ("stopped because", "warn"), ("time to first token", ""), ("temperature", ""),
    ]  # fmt: skip
    assert visitor.get(url(run, "step", 3)).context["panel"].context.cause == "started anew"


def test_step_is_taken_along_as_markdown(visitor, record, url):
    run = record(
        {**call("Bash", {"command": "sed -i s/a/b/ x"}, "```\n"), "exit_code": 1, "status": StepStatus.FAILED,
         "error": "exit code 1", "duration_ms": 1_200},
        changes=[{"step": "k0", "path": "x", "before": "a\n", "after": "b\n", "origin": Origin.OBSERVED}],
    )  # fmt: skip
    answer = visitor.get(url(run, "step_markdown", 0))
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == (
        "**Ran** `sed -i s/a/b/ x` · exit 1 hidden +1 −1\n\nStep 0 · Bash · 1.2 s · A run\n\n"
        "> exit code 1\n\n"
        "Command:\n\n```sh\nsed -i s/a/b/ x\n```\n\nResult:\n\n````\n```\n````\n\n"
        "Changed x (+1 −1):\n\n```diff\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n```\n\n"
        f"<http://testserver{url(run, 'run')}?step=0>\n"
    )


@pytest.mark.parametrize("number", [1, 3])
def test_panel_takes_the_same_queries_for_any_number_of_files(
    visitor, record, url, number, django_assert_num_queries
):
    changes = [{"step": "k0", "path": f"{n}.py", "before": "a", "after": "b"} for n in range(number)]
    run = record(call("Write", {"file_path": "/w/0.py", "content": "b"}), changes=changes)
    assert Step.objects.get(run_id=run.id).changes == number
    # session, user, project, run, step, changes, texts, neighbours (3), findings, story
    with django_assert_num_queries(12):
        visitor.get(url(run, "step", 0), headers={"HX-Request": "true"})


def pictured(*texts, data=PNG):
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    return json.dumps([*({"type": "text", "text": text} for text in texts), picture])


def test_pictures_of_a_prompt_stand_under_its_words(visitor, record, url):
    prompt = {"kind": Kind.PROMPT, "input": pictured("Like **this**"), "input_preview": "Like **this**"}
    run = record(prompt)
    html = visitor.get(url(run, "run") + "?step=0").content.decode()
    assert "<strong>this</strong>" in html
    assert f'<img src="data:image/png;base64,{PNG}" alt="Picture in the prompt" loading="lazy">' in html
    assert "Show all" not in html.partition('id="panel"')[2]
    assert "[Picture, 28 B]" in visitor.get(url(run, "step_markdown", 0)).content.decode()


def test_prompt_whose_picture_is_none_shows_no_image(visitor, record, url):
    svg = base64.b64encode(b"<svg onload='alert(1)'/>").decode()
    run = record({"kind": Kind.PROMPT, "input": pictured(EVIL, data=svg), "input_preview": "look"})
    html = visitor.get(url(run, "run") + "?step=0").content.decode()
    panel = html.partition('id="panel"')[2]
    assert "<img" not in panel
    assert "<script>alert" not in panel


def test_command_that_gave_a_picture_shows_it_below_its_words(visitor, record, url):
    run = record(call("Bash", {"command": "shot"}, pictured("saved"), output_preview="saved"))
    html = visitor.get(url(run, "run") + "?step=0").content.decode()
    assert f'<img src="data:image/png;base64,{PNG}" alt="Picture in the result"' in html
    assert ">saved<" in html
    assert "{&quot;type&quot;" not in html.partition('class="card terminal')[2]
