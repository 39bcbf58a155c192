"""Repositories as people have them: links, odd names, filters, hooks, locks, other work trees, or none."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from agentscope_recorder import Recorder, Workspace

from tests.recorder.reading import told
from tests.recorder.test_workspace import changes, digest_of, git


@pytest.fixture
def repo(tmp_path):
    """A repository with a commit and a file."""
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-b", "main")
    (root / "a.py").write_text("1\n")
    git(root, "add", ".")
    git(root, "commit", "-m", "one")
    return root


def recorded(root, trace, deed):
    """Do something in a step of a run: what was observed."""
    with Recorder(trace, workspace=root) as run, run.step("tool", "bash", id="t1"):
        deed()
    return [change[1:] for change in changes(trace)]


def test_net_change_and_begin_are_told(repo, trace):
    (repo / "dirty.py").write_text("d\n")
    with Recorder(trace, workspace=repo) as run:
        for n in (2, 3):
            with run.step("tool", "bash"):
                (repo / "a.py").write_text(f"{n}\n")
        with run.step("tool", "bash"):
            (repo / "gone").write_text("x")
        with run.step("tool", "bash"):
            (repo / "gone").unlink()
            git(repo, "commit", "-am", "two")
    events = told(trace, "origin", "path", "before", "after", "step", "id")
    [(*_, step)] = [event for event in events if event[0] == "event"]
    assert [event[2:6] for event in events if event[1] == "net"] == [("a.py", "1\n", "3\n", step)]
    [(_, data)] = [event for event in told(trace, "data") if event[0] == "event"]
    assert data["changed"] == 1
    assert [commit.partition(" ")[2] for commit in data["commits"]] == ["two"]


def test_names_with_line_breaks_and_bytes_that_are_no_text(repo, trace):
    def deed():
        (repo / "new\nline \u202e.txt").write_text("x\n")
        Path(os.fsdecode(os.fsencode(repo) + b"/\xff\xfe")).write_text("y\n")

    assert sorted(recorded(repo, trace, deed)) == [
        ("new\nline \u202e.txt", "create", None, "x\n", None),
        ("\ufffd\ufffd", "create", None, "y\n", None),
    ]


def test_links_binary_and_large_files(repo, trace):
    (repo / "large").write_bytes(b"1" * 2**21)

    def deed():
        (repo / "link").symlink_to("/nowhere/else")
        (repo / "binary").write_bytes(b"\0\1")
        (repo / "large").write_bytes(b"2" * 2**21)

    assert recorded(repo, trace, deed) == [
        ("binary", "create", None, None, "name"),
        ("link", "create", None, "/nowhere/else", None),
    ]


def test_file_becomes_a_folder(repo, trace):
    def deed():
        (repo / "a.py").unlink()
        (repo / "a.py").mkdir()
        (repo / "a.py" / "b").write_text("2\n")

    assert recorded(repo, trace, deed) == [
        ("a.py", "delete", "1\n", None, None),
        ("a.py/b", "create", None, "2\n", None),
    ]


def test_folder_becomes_a_file(repo, trace):
    (repo / "d").mkdir()
    (repo / "d" / "x").write_text("x\n")

    def deed():
        (repo / "d" / "x").unlink()
        (repo / "d").rmdir()
        (repo / "d").write_text("d\n")

    assert recorded(repo, trace, deed) == [
        ("d", "create", None, "d\n", None),
        ("d/x", "delete", "x\n", None, None),
    ]


def test_submodule_that_is_not_there_is_no_change(repo, trace):
    inner = repo.parent / "inner"
    inner.mkdir()
    git(inner, "init")
    git(inner, "commit", "--allow-empty", "-m", "one")
    git(repo, "submodule", "add", str(inner), "sub")
    git(repo, "commit", "-am", "sub")
    git(repo, "submodule", "deinit", "-f", "sub")
    found = recorded(repo, trace, lambda: (repo / "a.py").write_text("2\n"))
    assert found == [("a.py", "edit", "1\n", "2\n", None)]


def test_nested_repository_is_its_own(repo, trace):
    (repo / "inner").mkdir()
    git(repo / "inner", "init")

    def deed():
        (repo / "inner" / "x").write_text("1")
        (repo / "a.py").write_text("2\n")

    assert recorded(repo, trace, deed) == [("a.py", "edit", "1\n", "2\n", None)]


@pytest.mark.parametrize("how", ["clean", "process"])
def test_filters_hooks_and_monitors_are_not_run(repo, trace, tmp_path, how):
    (repo / ".gitattributes").write_text("*.bin filter=slow\n")
    spy = f"sh -c 'touch {tmp_path}/ran; sleep 30; cat'"
    git(repo, "config", f"filter.slow.{how}", spy)
    git(repo, "config", "filter.slow.required", "true")
    git(repo, "config", "core.fsmonitor", spy)
    hook = repo / ".git" / "hooks" / "post-index-change"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    begin = time.monotonic()
    found = recorded(repo, trace, lambda: (repo / "x.bin").write_text("as it is\n"))
    assert found == [("x.bin", "create", None, "as it is\n", None)]
    assert time.monotonic() - begin < 20
    assert not (tmp_path / "ran").exists()


def test_line_ends_that_git_changes_are_no_change(repo, trace):
    git(repo, "config", "core.autocrlf", "true")
    (repo / "a.py").write_bytes(b"1\r\n")
    found = recorded(repo, trace, lambda: (repo / "a.py").write_bytes(b"1\r\n2\r\n"))
    assert found == [("a.py", "edit", "1\n", "1\n2\n", None)]


def test_variables_of_git_in_the_environment_do_not_lead_elsewhere(repo, trace, tmp_path, monkeypatch):
    git(tmp_path, "init", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / "index"))
    found = recorded(repo, trace, lambda: (repo / "a.py").write_text("2\n"))
    assert found == [("a.py", "edit", "1\n", "2\n", None)]
    assert not (tmp_path / "other" / "index").exists()


def test_lock_of_another_git_is_no_hindrance(repo, trace):
    (repo / ".git" / "index.lock").write_text("")
    before = digest_of(repo / ".git")
    found = recorded(repo, trace, lambda: (repo / "a.py").write_text("2\n"))
    assert found == [("a.py", "edit", "1\n", "2\n", None)]
    assert digest_of(repo / ".git") == before


def test_second_work_tree_and_sparse_checkout(repo, trace, tmp_path):
    (repo / "deep").mkdir()
    (repo / "deep" / "far").write_text("f\n")
    git(repo, "add", ".")
    git(repo, "commit", "-m", "two")
    other = tmp_path / "other"
    git(repo, "worktree", "add", str(other))
    git(other, "sparse-checkout", "set", "--cone", "nothing")
    assert not (other / "deep").exists()
    found = recorded(other, trace, lambda: (other / "a.py").write_text("2\n"))
    assert found == [("a.py", "edit", "1\n", "2\n", None)]


def test_conflict_of_a_merge_is_read_from_the_files(repo, trace):
    git(repo, "switch", "-c", "theirs")
    (repo / "a.py").write_text("theirs\n")
    git(repo, "commit", "-am", "theirs")
    git(repo, "switch", "main")
    (repo / "a.py").write_text("ours\n")
    git(repo, "commit", "-am", "ours")
    with pytest.raises(subprocess.CalledProcessError):
        git(repo, "merge", "theirs")
    found = recorded(repo, trace, lambda: (repo / "a.py").write_text("both\n"))
    assert [(path, op, after) for path, op, _, after, _ in found] == [("a.py", "edit", "both\n")]


def test_repository_of_another_user_is_said(repo, trace, capfd):
    for path in (repo, *repo.rglob("*")):
        os.chown(path, 12345, 12345)
    found = recorded(repo, trace, lambda: (repo / "a.py").write_text("2\n"))
    assert found == [("a.py", "edit", "1\n", "2\n", None)]
    assert "safe.directory" in capfd.readouterr().err


def test_machine_without_git(repo, trace, monkeypatch, capfd):
    monkeypatch.setenv("PATH", "/nowhere")
    found = recorded(repo, trace, lambda: (repo / "a.py").write_text("2\n"))
    assert found == [("a.py", "edit", "1\n", "2\n", None)]
    assert len(capfd.readouterr().err.splitlines()) == 1


def test_snapshots_are_removed_though_the_run_does_not_end(repo, trace, tmp_path):
    code = f"""
from agentscope_recorder import Recorder
run = Recorder({str(trace)!r}, workspace={str(repo)!r})
"""
    (tmp_path / "t").mkdir()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path / "t")}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert list((tmp_path / "t").iterdir()) == []


def test_workspace_of_nothing(tmp_path, trace):
    run = Recorder(trace, workspace=Workspace(tmp_path / "nowhere"))
    run.tool_result(run.tool_call("x"), "y")
    run.end()
    assert [kind for (kind,) in told(trace)] == ["tool_call", "tool_result", "run_end"]


def test_hidden_change_falls_out_on_the_server(repo, trace, product):
    """The tool says that it wrote one file, and a command in it wrote another."""
    (repo / "notes.txt").write_text("not committed")
    with Recorder(trace, url=product.url, key=product.ingest_key, workspace=repo) as run:
        with run.step(
            "tool", "Edit", args={"file_path": "a.py", "old_string": "1", "new_string": "2"}
        ) as step:
            (repo / "a.py").write_text("2\n")
            step.output("The file was edited.")
        with run.step("tool", "Bash", args={"command": "make"}) as step:
            (repo / "made.txt").write_text("m\n")
            step.output("built")
    assert run.flush(20)
    shown = product.run(run.run)
    found = product.read(f"/api/v1/runs/{shown['id']}/changes")["results"]
    told_by = {(change["path"], change["origin"]) for change in found}
    assert told_by == {
        *[("a.py", "declared"), ("a.py", "observed"), ("a.py", "net")],
        *[("made.txt", "observed"), ("made.txt", "net")],
    }
    assert (shown["files_changed"], shown["branch"]) == (2, "main")
    page = product.log_in().open(shown["url"]).read().decode()
    assert f"repo@main · {shown['commit'][:8]} · 1 file not committed" in page
