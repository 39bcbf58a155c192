"""One step in one sentence."""

import json

import pytest

from runs.facts import StepFacts
from runs.sentences import sentence_of


def said(**facts):
    facts.setdefault("kind", "tool")
    if isinstance(facts.get("input"), dict):
        facts["input"] = json.dumps(facts["input"])
    return sentence_of(StepFacts(**facts))


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"tool": "Read", "cwd": "/w", "input": {"file_path": "/w/auth.ts"}, "detail": {"lines": 212}},
         "Read auth.ts · 212 lines"),
        ({"tool": "Read", "input": {"file_path": "/x/a"}, "detail": {"lines": 40, "start_line": 10,
         "total_lines": 90}},
         "Read /x/a · lines 10–49 of 90"),
        ({"tool": "read_file", "cwd": r"C:\w", "input": {"path": "C:\\w\\src\\a.py"}}, "Read src/a.py"),
        ({"tool": "Bash", "status": "failed", "exit_code": 1, "input": {"command": "npm test"}},
         "Ran npm test · exit 1"),
        ({"tool": "Bash", "exit_code": 0, "input": {"command": "ls\n-l"}}, "Ran ls -l · exit 0"),
        ({"tool": "exec_command", "input": {"cmd": ["git", "status"]}}, "Ran git status"),
        ({"tool": "web_search", "input": {"type": "open_page", "url": "https://a.org/x?y"}},
         "Fetched a.org/x"),
        ({"tool": "web_search", "input": {"type": "search", "query": "why"}}, "Searched the web why"),
        ({"tool": "Bash", "status": "failed", "error_kind": "timeout", "detail": {"timeout_ms": 12_400},
          "input": {"command": "npm run build"}}, "Timed out: npm run build · timed out 12.4 s"),
        ({"tool": "Bash", "changes": 1, "lines_added": 1, "lines_removed": 1, "hidden": True,
          "input": {"command": "sed -i s/a/b/ x"}}, "Ran sed -i s/a/b/ x · hidden +1 −1"),
        ({"tool": "Edit", "changes": 1, "lines_added": 3, "lines_removed": 1,
         "detail": {"path": "auth.test.ts"}},
         "Edited auth.test.ts · +3 −1"),
        ({"tool": "Edit", "status": "failed", "error": "String to replace not found in file.",
          "detail": {"path": "a"}}, "Tried to edit a · no match"),
        ({"tool": "Write", "changes": 1, "lines_added": 9, "input": {"file_path": "n.py"}},
         "Wrote n.py · +9 −0"),
        ({"tool": "Grep", "input": {"pattern": "expireSession"}, "detail": {"matches": 7}},
         "Searched expireSession · 7 hits"),
        ({"tool": "Grep", "input": {"pattern": "x"}, "detail": {"matches": 0}}, "Searched x · no hits"),
        ({"tool": "Glob", "input": {"pattern": "**/*.py"}, "detail": {"matches": 1}},
         "Listed **/*.py · 1 file"),
        ({"tool": "WebFetch", "input": {"url": "https://a.b/c?d=e"}, "detail": {"http_status": 200}},
         "Fetched a.b/c · HTTP 200"),
        ({"tool": "Task", "input": {"subagent_type": "Explore", "description": "find usages"}},
         "Delegated to Explore · find usages"),
        ({"tool": "TodoWrite", "input": {"todos": [{"content": "a", "status": "completed"},
                                                   {"content": "b", "status": "in_progress"}]}},
         "Planned b · 1 of 2 done"),
        ({"tool": "mcp__jira__get", "input": {"id": "X-1"}}, "Called jira · get X-1"),
        ({"tool": "apply_patch", "cwd": "/w", "changes": 2, "lines_added": 3, "input": {"input":
          "*** Begin Patch\n*** Update File: /w/a.py\n@@\n-x\n+y\n*** Add File: b.py\n+z\n*** End Patch"}},
         "Edited a.py and 1 more file · +3 −0"),
        ({"tool": "shell", "input": {"command": ["bash", "-lc",
          "apply_patch <<'EOF'\n*** Begin Patch\n*** Delete File: a.py\n*** End Patch\nEOF"]}},
         "Edited a.py"),
        ({"tool": "str_replace_editor", "input": {"command": "view", "path": "a.py"}}, "Read a.py"),
        ({"tool": "str_replace_editor", "input": {"command": "create", "path": "a.py"}}, "Wrote a.py"),
        ({"tool": "str_replace_editor", "input": {"command": "undo_edit", "path": "a.py"}},
         "Edited a.py, back to before"),
        ({"tool": "NotebookEdit", "input": {"notebook_path": "n.ipynb"}}, "Edited n.ipynb"),
        ({"tool": "BashOutput", "input": {"bash_id": "b1"}, "detail": {"command": "pnpm dev",
          "shell_status": "running"}}, "Looked at pnpm dev · running"),
        ({"tool": "KillShell", "input": {"shell_id": "b1"}}, "Stopped command b1"),
        ({"tool": "write_stdin", "input": {"session_id": 7, "chars": "y\n"}}, "Typed y"),
        ({"tool": "write_stdin", "input": {"session_id": 7, "chars": ""}}, "Looked at command 7"),
        ({"tool": "ExitPlanMode", "input": {"plan": "\n# Move the cache\n1. x"}},
         "Proposed a plan: Move the cache"),
        ({"tool": "update_todo_list", "input": {"todos": "[x] no\n- [x] Look\n- [-] Mend it\n- [ ] Test"}},
         "Planned Mend it · 1 of 3 done"),
        ({"tool": "report_intent", "input": {"intent": "Looking around"}}, "Intends Looking around"),
        ({"tool": "attempt_completion", "input": {"result": "All green."}}, "Finished All green."),
        ({"tool": "ask_followup_question", "input": {"question": "Which?"}}, "Asked the human Which?"),
        ({"tool": "stop_bash", "input": {"shellId": "22"}}, "Stopped command 22"),
        ({"tool": "rg", "input": {"pattern": "tax"}}, "Searched tax"),
        ({"tool": "Bash", "status": "unanswered", "input": {"command": "x"}}, "Started x · no result came"),
        ({"tool": "Bash", "status": "denied", "input": {"command": "rm"}}, "Wanted to run rm · denied"),
        ({"tool": "Bash", "status": "denied", "error_kind": "human", "input": {"command": "rm"}},
         "Wanted to run rm · a human said no"),
        ({"tool": "Read", "status": "denied", "error_kind": "policy", "input": {"file_path": "a"}},
         "Wanted to read a · not permitted"),
        ({"tool": "Bash", "status": "cancelled", "error_kind": "cascade", "input": {"command": "x"}},
         "Wanted to run x · skipped"),
        ({"tool": "Bash", "status": "cancelled", "input": {"command": "x"}}, "Ran x · stopped"),
        ({"tool": "Write", "status": "failed", "input": {"file_path": "a"}}, "Tried to write a · failed"),
        ({"tool": "Bash", "status": "running", "input": {"command": "x"}}, "Running x · running"),
        ({"kind": "permission", "tool": "Bash", "status": "denied", "input": "npm install"},
         "Asked a human to allow Bash: npm install · denied"),
        ({"kind": "permission", "tool": "Bash"}, "Asked a human to allow Bash · allowed"),
        ({"kind": "permission", "status": "running"}, "Waiting for a human to allow a call · running"),
        ({"kind": "prompt", "input": "Fix\nit"}, "Asked “Fix it”"),
        ({"kind": "retry", "attempt": 2,
          "detail": {"http_status": 429, "max_attempts": 10, "wait_ms": 4_100}},
         "Retried 429 rate limited · attempt 2 of 10 · waited 4.1 s"),
        ({"kind": "compaction", "detail": {"pre_tokens": 168_000, "post_tokens": 18_000, "trigger": "auto"}},
         "Compacted 168k → 18.0k tokens · auto"),
        ({"kind": "agent", "name": "Explore", "detail": {"description": "look"}},
         "Started Explore · look"),
        ({"kind": "llm", "output": '[{"type":"thinking","thinking":"hm **x**"}]', "output_tokens": 40},
         "Thought hm x · 40 out"),
        ({"kind": "llm", "output": '[{"type":"text","text":"Done."}]', "stop_reason": "end_turn"},
         "Answered Done."),
        ({"kind": "llm", "output": '[{"type":"text","text":"Look"},{"type":"tool_use","name":"Read"}]'},
         "Said Look"),
        ({"kind": "llm", "output": '[{"type":"tool_use","name":"Read","input":{}}]'}, "Called Read"),
        ({"kind": "llm", "stop_reason": "max_tokens", "output": "cut of"},
         "Thought cut of · cut at the limit"),
        ({"kind": "final", "output": "All green."}, "Answered All green."),
        ({"kind": "error", "error": "API Error: 500"}, "Failed: API Error: 500"),
        ({"kind": "event", "name": "Hook", "input": "ran"}, "Hook ran"),
        ({"kind": "event", "name": "log", "input": "\x1b[31mred\x1b[0m end"}, "log red end"),
        ({"kind": "event", "name": "workspace", "input": {"changed": 2, "files": ["a.py", "b.py"],
                                                          "commits": ["3fa"]}},
         "Changed in all a.py, b.py · 1 commit"),
        ({"kind": "event", "name": "workspace", "input": {"changed": 9, "files": ["a", "b", "c", "d"]}},
         "Changed in all a, b, c and 6 more files"),
        ({"kind": "event", "name": "workspace", "input": {"changed": 0, "files": [], "commits": []}},
         "Changed in all no file"),
        ({"kind": "event", "name": "workspace", "input": "my own words"}, "workspace my own words"),
        ({"tool": "command", "exit_code": 3, "input": {"command": "make it"}}, "Ran make it · exit 3"),
    ],
)  # fmt: skip
def test_sentence(facts, text):
    assert said(**facts).text == text


@pytest.mark.parametrize("kind", ["prompt", "llm", "tool", "agent", "handoff", "guardrail", "retry",
 "compaction",
                                  "permission", "error", "final", "event", "unknown"])  # fmt: skip
@pytest.mark.parametrize(
    "text", ["", "{", '{"a":', "[", "[1,null]", '{"todos":[1]}', "\0", '"x"', "[" * 3000]
)
def test_sentence_of_anything_does_not_fail(kind, text):
    for tool in ("", "Read", "Bash", "TodoWrite", "Task", "WebFetch", "AskUserQuestion", "mcp__", "Edit"):
        assert said(kind=kind, tool=tool, input=text, output=text, detail={"lines": "x", "todos": 3}).verb


def test_arguments_cut_short_still_name_the_file():
    assert said(tool="Write", input='{"file_path":"a.py","content":"def f').object == "a.py"


def test_failures_and_retries_have_a_tone():
    assert said(tool="Bash", status="failed").tone == "fail"
    assert said(kind="retry").tone == "warn"
    assert said(tool="Read").tone == ""
