"""What changed on disk is told as the deed of the tool, and nothing of the user's repository is touched."""

import hashlib
import subprocess
from pathlib import Path

import pytest
from agentscope_recorder import Recorder, Workspace

from tests.recorder.reading import told


def git(root, *words):
    settings = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *settings, *words], cwd=root, check=True, capture_output=True)


@pytest.fixture
def repo(tmp_path):
    """A repository with a commit, a staged, a changed and a stashed file."""
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-b", "main")
    for name in ("a.py", "b.py", "c.py"):
        (root / name).write_text(f"# {name}\n")
    (root / ".gitignore").write_text("*.log\n")
    git(root, "add", ".")
    git(root, "commit", "-m", "one")
    (root / "c.py").write_text("stashed\n")
    git(root, "stash")
    (root / "a.py").write_text("staged\n")
    git(root, "add", "a.py")
    (root / "b.py").write_text("changed\n")
    return root


def changes(trace):
    """List the changes that were observed."""
    found = told(trace, "origin", "step", "path", "op", "before", "after", "basis")
    return [change[2:] for change in found if change[:2] == ("file_change", "observed")]


def digest_of(folder: Path) -> str:
    """Digest all that git keeps."""
    parts = (f"{path}:{path.read_bytes()!r}" for path in sorted(folder.rglob("*")) if path.is_file())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def test_changes_of_a_shell_command_are_its_own(repo, trace):
    with Recorder(trace, workspace=repo) as run, run.step("tool", "bash", id="t1"):
        (repo / "a.py").write_text("by sed\n")
        (repo / "new.txt").write_text("n\n")
        (repo / "b.py").unlink()
        (repo / "run.log").write_text("left out")
    assert changes(trace) == [
        ("t1", "a.py", "edit", "staged\n", "by sed\n", None),
        ("t1", "b.py", "delete", "changed\n", None, None),
        ("t1", "new.txt", "create", None, "n\n", None),
    ]


def test_changes_between_tools_are_nobodys(repo, trace):
    with Recorder(trace, workspace=repo) as run:
        (repo / "a.py").write_text("by hand\n")
        run.tool_call("ls", id="t1")
        run.tool_result("t1", "a.py")
        (repo / "a.py").write_text("by hand again\n")
    assert changes(trace) == [
        (None, "a.py", "edit", "staged\n", "by hand\n", None),
        (None, "a.py", "edit", "by hand\n", "by hand again\n", None),
    ]


def test_repository_of_the_user_is_not_touched(repo, trace):
    before = digest_of(repo / ".git")
    with Recorder(trace, workspace=repo) as run, run.step("tool", "bash"):
        (repo / "a.py").write_text("by sed\n")
    assert digest_of(repo / ".git") == before
    assert len(changes(trace)) == 1


def test_begin_says_what_is_checked_out_and_the_end_what_was_committed(repo, trace):
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=repo, capture_output=True, text=True, check=True
    )
    with Recorder(trace, workspace=repo) as run, run.step("tool", "bash"):
        git(repo, "add", ".")
        git(repo, "commit", "-m", "two")
    [begin] = [line for line in trace.read_text().splitlines() if '"run_start"' in line]
    assert f'"repo":"repo","commit":"{commit.stdout.strip()}","branch":"main"' in begin
    assert '"meta":{"dirty":2,"dirty_files":["a.py","b.py"]}' in begin
    [(_, data)] = [event for event in told(trace, "data") if event[0] == "event"]
    assert isinstance(data, dict)
    assert (data["changed"], [commit.split()[1] for commit in data["commits"]]) == (0, ["two"])


def test_links_binaries_large_and_odd_names(repo, trace):
    with Recorder(trace, workspace=repo) as run, run.step("tool", "bash", id="t1"):
        (repo / "link").symlink_to("a.py")
        (repo / "bin").write_bytes(b"\0\1")
        (repo / "large").write_bytes(b"x" * (1024 * 1024 + 1))
        (repo / 'ö "\n.txt').write_text("odd\n")
        (repo / "latin").write_bytes(b"\xe9t\xe9")
    assert sorted(changes(trace), key=str) == [
        ("t1", "bin", "create", None, None, "name"),
        ("t1", "latin", "create", None, "été", None),
        ("t1", "link", "create", None, "a.py", None),
        ("t1", 'ö "\n.txt', "create", None, "odd\n", None),
    ]


def test_ignored_files_when_asked(repo, trace):
    space = Workspace(repo, ignored=True)
    with Recorder(trace, workspace=space) as run, run.step("tool", "bash", id="t1"):
        (repo / "run.log").write_text("line\n")
    assert changes(trace) == [("t1", "run.log", "create", None, "line\n", None)]


def test_index_with_conflicts(repo, trace):
    git(repo, "reset", "--hard")
    git(repo, "checkout", "-b", "other")
    (repo / "a.py").write_text("theirs\n")
    git(repo, "commit", "-am", "theirs")
    git(repo, "checkout", "main")
    (repo / "a.py").write_text("ours\n")
    git(repo, "commit", "-am", "ours")
    with pytest.raises(subprocess.CalledProcessError):
        git(repo, "merge", "other")
    with Recorder(trace, workspace=repo) as run, run.step("tool", "bash", id="t1"):
        (repo / "a.py").write_text("both\n")
    [change] = changes(trace)
    assert (change[0], change[1], change[4]) == ("t1", "a.py", "both\n")


def test_submodule_is_named(repo, trace, tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    git(inner, "init")
    git(inner, "commit", "--allow-empty", "-m", "one")
    git(repo, "submodule", "add", str(inner), "sub")
    with Recorder(trace, workspace=repo) as run, run.step("tool", "bash", id="t1"):
        git(repo / "sub", "commit", "--allow-empty", "-m", "two")
    assert changes(trace) == [("t1", "sub", "edit", None, None, "name")]


def test_new_repository_without_a_commit(tmp_path, trace):
    git(tmp_path, "init")
    (tmp_path / "first").write_text("1\n")
    with Recorder(trace, workspace=tmp_path) as run, run.step("tool", "bash", id="t1"):
        (tmp_path / "first").write_text("2\n")
    assert ("t1", "first", "edit", "1\n", "2\n", None) in changes(trace)


def test_folder_without_git_is_compared_by_its_files_and_says_so(tmp_path, trace, capfd):
    root = tmp_path / "plain"
    (root / "node_modules").mkdir(parents=True)
    (root / "a").write_text("1\n")
    with Recorder(trace, workspace=root) as run, run.step("tool", "bash", id="t1"):
        (root / "a").write_text("22\n")
        (root / "sub").mkdir()
        (root / "sub" / "b").write_text("new\n")
        (root / "node_modules" / "x").write_text("left out")
    assert changes(trace) == [
        ("t1", "a", "edit", "1\n", "22\n", None),
        ("t1", "sub/b", "create", None, "new\n", None),
    ]
    assert "no repository of git" in capfd.readouterr().err


def test_repository_that_goes_away_ends_the_looking_not_the_run(repo, trace, capfd):
    with Recorder(trace, workspace=repo) as run:
        with run.step("tool", "bash"):
            repo.rename(repo.with_name("moved"))
        with run.step("tool", "bash"):
            pass
        run.final("Done.")
    assert told(trace, "text")[-2] == ("final", "Done.")
    assert "looked at no more" in capfd.readouterr().err


def test_denied_file_is_told_without_contents(repo, trace):
    with Recorder(trace, workspace=repo) as run, run.step("tool", "bash", id="t1"):
        (repo / ".env").write_text("KEY=1\n")
    assert changes(trace) == [("t1", ".env", "create", None, "[withheld]", None)]


@pytest.mark.parametrize("has_git", [True, False])
def test_trace_in_the_work_tree_is_no_change(tmp_path, has_git):
    root = tmp_path / "shop"
    root.mkdir()
    if has_git:
        git(root, "init")
    trace = root / "traces" / "run.jsonl"
    for _ in range(2):  # the second finds what the first left
        with Recorder(trace, workspace=root) as run, run.step("tool", "write", id="t1") as step:
            run.blob("t1", "whole")
            (root / "traces" / "notes.txt").write_text(f"of {run.run}")
            (root / "traces" / "run.jsonl.sent").write_text("{}")
            step.output("ok")
    assert {change[1:3] for change in changes(trace)} == {
        ("traces/notes.txt", "create"),
        ("traces/notes.txt", "edit"),
    }
    begins = [meta for kind, meta in told(trace, "meta") if kind == "run_start"]
    assert begins == ([{"dirty": 1, "dirty_files": ["traces/notes.txt"]}] if has_git else [None])
