"""Files at a step: applied with git, or taken out of the zip, they are what lay on disk then."""

import io
import random
import subprocess
import zipfile
from pathlib import Path

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from runs.kinds import Basis, Kind, Op, Origin
from runs.records import Batch, ChangeRecord, RunRecord, StepRecord
from runs.replay.files import FileAt, Holds, stays_inside
from runs.replay.scripts import script_of
from runs.replay.zips import Head, zip_of
from runs.store import save
from runs.told import Told, up_to
from tests.recordings import NOW, at
from tests.runs.repositories import ACTS, PARTLY, Play, git, read_tree, write_tree

HEAD = Head(title="a run", step=3)


def repository(folder: Path, tree: dict[str, str]) -> str:
    """Make a repository that holds `tree`; return its commit."""
    folder.mkdir()
    git(folder, "init", "-q")
    write_tree(folder, tree)
    git(folder, "add", "-A")
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    git(folder, *who, "commit", "-q", "--allow-empty", "-m", "start")
    return git(folder, "rev-parse", "HEAD").strip()


def run_script(folder: Path, script: bytes) -> str:
    """Run a script in a folder; return what it said on stderr."""
    done = subprocess.run(["sh", "-s"], cwd=folder, input=script, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stderr.decode()


def play_with_snapshots(seed: int, acts: tuple) -> tuple[dict, Play, dict[int, dict]]:
    """Play a run, and keep the tree behind each of its acts, by the number of the last step."""
    rng = random.Random(seed)
    play = Play(rng=rng, run=f"run-{seed}", tree={})
    play.tree = {f"f{n}.txt": play.text() for n in range(4)} | {"src/a b.txt": play.text()}
    start, trees = dict(play.tree), {}
    for _ in range(12):
        rng.choice(acts)(play)
        if play.steps:
            trees[len(play.steps) - 1] = dict(play.tree)
    return start, play, trees


@pytest.fixture
def get(client, member, project):
    client.force_login(member)

    def fetch(name, run_id, seq):
        return client.get(reverse(f"runs:{name}", args=[project.team.slug, project.slug, run_id, seq]))

    return fetch


@pytest.mark.django_db
@pytest.mark.parametrize("acts", [ACTS, PARTLY], ids=["told", "partly"])
def test_script_and_zip_are_the_tree_at_a_step(tmp_path, client, get, project, read_key, acts):
    whole = 0
    for seed in range(12):
        start, play, trees = play_with_snapshots(seed, acts)
        [saved] = save(project, play.batch(), now=NOW)
        for seq in random.Random(seed).sample(sorted(trees), 3):
            folder = tmp_path / f"{seed}-{seq}"
            repository(folder, start)
            run_script(folder, get("files_script", saved.id, seq).content)
            listed = client.get(
                f"/api/v1/runs/{saved.id}/files", {"at": seq}, headers={"authorization": f"Bearer {read_key}"}
            ).json()["files"]
            expected = dict(trees[seq])
            for file in listed:
                if file["note"]:
                    expected.pop(file["path"], None)
                    stays = file["old_path"] or file["path"]
                    expected |= {stays: start[stays]} if stays in start else {}
            assert read_tree(folder) == expected, (seed, seq)
            packed = zipfile.ZipFile(io.BytesIO(get("files_zip", saved.id, seq).content))
            for name in packed.namelist():
                if name.startswith("files/"):
                    whole += 1
                    assert packed.read(name).decode() == trees[seq][name.removeprefix("files/")], (seed, seq)
            assert {file["path"] for file in listed if file["state"] == "whole"} == {
                name.removeprefix("files/") for name in packed.namelist() if name.startswith("files/")
            }
    assert whole > 20


def changed(path, **fields):
    given = {"op": Op.CREATE, "after": "x\n", "step": "s", "source": "test", **fields}
    return ChangeRecord(run="r", key=f"s:{path}:{fields.get('origin', '')}", path=path, **given)


def record(project, *changes, commit=""):
    step = StepRecord(run="r", key="s", kind=Kind.TOOL, tool="Bash", source="test", started_at=at(0))
    told = RunRecord(external_id="r", source="test", commit=commit)
    [saved] = save(project, Batch(runs=[told], steps=[step], changes=changes), now=NOW)
    return saved.id


@pytest.mark.django_db
def test_script_warns_where_the_checkout_is_another_commit(tmp_path, get, project):
    run_id = record(project, changed("a.txt"), commit="0123456789abcdef")
    head = repository(tmp_path / "r", {})
    said = run_script(tmp_path / "r", get("files_script", run_id, 0).content)
    assert said == f"Warning: this checkout is at {head}, and the run began at 0123456789abcdef.\n"
    assert read_tree(tmp_path / "r") == {"a.txt": "x\n"}


@pytest.mark.django_db
def test_script_says_that_no_commit_was_recorded(tmp_path, get, project):
    run_id = record(project, changed("a.txt"), commit="main'; touch pwned #")
    repository(tmp_path / "r", {})
    (tmp_path / "r" / "deep").mkdir()
    said = run_script(tmp_path / "r" / "deep", get("files_script", run_id, 0).content)
    assert said == "Warning: the run did not record the commit that it began at.\n"
    assert read_tree(tmp_path / "r") == {"a.txt": "x\n"}


HOSTILE = (
    *("../evil", "a/../../evil", "/etc/evil", "C:/evil", "C:\\evil", "..\\evil", "a/..\\..\\evil", "x/.. /y"),
    *(".git/hooks/post-checkout", "a/.GIT/config", "git~1/config", ".git /config", "a/.../b", "a\0b"),
    *("..", ".", "", "a//b", "a/", "n" * 5_000),
)
USUAL = ("a", "a/b c", ".gitignore", "src/.github/x", "a..b/..c", "日本.txt", "-rf", "a\tb")


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_name_does_not_stay_inside(path):
    assert not stays_inside(path)


@pytest.mark.parametrize(
    "path", ["a", "a/b c", ".gitignore", "src/.github/x", "a..b/..c", "日本.txt", "-rf", "a\tb"]
)
def test_usual_name_stays_inside(path):
    assert stays_inside(path)


@given(
    paths=st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12), st.sampled_from(["a", "a/b"])))
)
def test_no_zip_leaves_its_folder(paths, tmp_path_factory):
    folder = tmp_path_factory.mktemp("zip")
    files = [FileAt(path=path, holds=Holds.WHOLE, text="x") for path in dict.fromkeys(paths)]
    with zipfile.ZipFile(io.BytesIO(zip_of(files, HEAD, most=100))) as packed:
        for entry in packed.infolist():
            assert entry.external_attr >> 16 == 0o100644
            landed = (folder / "in" / entry.filename).resolve()
            assert landed.is_relative_to(folder / "in"), entry.filename
        packed.extractall(folder / "in")
    assert [path.name for path in folder.iterdir()] == ["in"]
    assert {path.name for path in (folder / "in").iterdir()} <= {"LIST.txt", "files"}


@pytest.mark.django_db
def test_hostile_files_are_listed_and_not_packed(tmp_path, get, project):
    names = ("../evil", ".git/hooks/pre-commit", "ok.txt", "/abs")
    run_id = record(project, *map(changed, names), changed("/home/me/notes", outside=True))
    packed = zipfile.ZipFile(io.BytesIO(get("files_zip", run_id, 0).content))
    assert packed.namelist() == ["LIST.txt", "files/ok.txt"]
    listed = packed.read("LIST.txt").decode()
    assert all(name in listed for name in (*names, "/home/me/notes"))
    repository(tmp_path / "r", {})
    run_script(tmp_path / "r", get("files_script", run_id, 0).content)
    assert read_tree(tmp_path / "r") == {"ok.txt": "x\n"}
    assert not (tmp_path / "evil").exists()
    page = get("files_at", run_id, 0).content.decode()
    assert page.count("its name would leave the folder, or reach into .git") == 3
    assert "1 outside" in page


def test_zip_names_what_is_beyond_its_size():
    files = [FileAt(path=name, holds=Holds.WHOLE, text="12345") for name in ("a", "b")]
    packed = zipfile.ZipFile(io.BytesIO(zip_of(files, HEAD, most=7)))
    assert packed.namelist() == ["LIST.txt", "files/a"]
    assert "Known, and not packed:\n  b\n" in packed.read("LIST.txt").decode()


def test_script_without_a_change_applies_nothing(tmp_path):
    repository(tmp_path / "r", {"a": "1\n"})
    run_script(tmp_path / "r", script_of([], HEAD).encode())
    assert read_tree(tmp_path / "r") == {"a": "1\n"}


@pytest.mark.django_db
def test_files_of_the_whole_run_are_of_no_step(get, project):
    run_id = record(project, changed("a.txt"), changed("net.txt", origin=Origin.NET))
    assert zipfile.ZipFile(io.BytesIO(get("files_zip", run_id, 0).content)).namelist() == [
        "LIST.txt",
        "files/a.txt",
    ]


@pytest.mark.django_db
def test_page_without_a_change_says_so(get, project):
    assert "The run had changed no file up to here." in get("files_at", record(project), 0).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("format", "kind"), [("zip", "application/zip"), ("patch", "text/x-shellscript; charset=utf-8")]
)
def test_api_gives_files(client, project, read_key, format, kind):
    run_id = record(project, changed("a.txt"))
    headers = {"authorization": f"Bearer {read_key}"}
    answer = client.get(f"/api/v1/runs/{run_id}/files", {"at": 0, "format": format}, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    wrong = client.get(f"/api/v1/runs/{run_id}/files", {"at": 0, "format": "tar"}, headers=headers)
    assert wrong.json() == {"error": "format is one of json, zip, patch."}


def told_at(n, step, at_micros):
    return Told(
        n=n, step_key=f"s{step}", path=f"{n}", op=Op.EDIT, origin=Origin.DECLARED, basis=Basis.CONTENT,
        step=step, at=at_micros,
    )  # fmt: skip


def test_up_to_a_step_counts_what_was_through_by_then():
    """Step 1 ran longer than step 2, which began after it; step 3 has no time and stays behind step 2."""
    changes = [told_at(0, 1, 50), told_at(1, 2, 20), told_at(2, 3, None), told_at(3, 4, 60)]
    assert [told.n for told in up_to(changes, at=20, step=2)] == [1]
    assert [told.n for told in up_to(changes, at=None, step=3)] == [1, 2, 0]
    assert [told.n for told in up_to(changes, at=50, step=1)] == [1, 2, 0]
    assert [told.n for told in up_to(changes, at=60, step=4)] == [1, 2, 0, 3]
    assert up_to(changes, at=10, step=0) == []
