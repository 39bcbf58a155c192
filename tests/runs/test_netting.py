"""The net patch, applied with git to the tree a run began with, gives the tree it ended with."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from msgspec.structs import replace

from runs.kinds import Basis, Op, Origin
from runs.models import FileChange
from runs.patchfiles import patch_of
from runs.queries.nets import net_change
from runs.queries.runs import run_of
from runs.records import Batch, ChangeRecord
from runs.store import save
from tests.recordings import NOW
from tests.runs.repositories import git, partly_told_play, random_play, read_tree, write_tree

pytestmark = pytest.mark.django_db


def applied(folder: Path, start: dict[str, str], patch: str) -> dict[str, str]:
    """Apply a patch to a fresh repository that holds `start`."""
    folder.mkdir()
    git(folder, "init", "-q")
    write_tree(folder, start)
    if "diff --git" in patch:
        git(folder, "apply", "--whitespace=nowarn", "-", given=patch.encode())
    return read_tree(folder)


def test_net_patch_turns_the_start_into_the_end(tmp_path, client, member, project):
    client.force_login(member)
    for seed in range(30):
        start, play = random_play(seed, acts=14)
        [saved] = save(project, play.batch(), now=NOW)
        answer = client.get(reverse("runs:net_patch", args=[project.team.slug, project.slug, saved.id]))
        patch = answer.content.decode()
        assert "Left out" not in patch, seed
        assert applied(tmp_path / str(seed), start, patch) == play.tree, (seed, patch)


def test_what_is_in_the_patch_is_sure_where_files_are_known_in_part(tmp_path, project):
    left_out = 0
    for seed in range(30):
        start, play = partly_told_play(seed, acts=8)
        [saved] = save(project, play.batch(), now=NOW)
        files = net_change(run_of(project, saved.id)).files
        end = dict(play.tree)
        for file in files:
            if file.why:
                left_out += 1
                end.pop(file.path, None)
                stays = file.old_path or file.path
                end |= {stays: start[stays]} if stays in start else {}
        patch = "".join(map(patch_of, files))
        assert applied(tmp_path / str(seed), start, patch) == end, (seed, patch)
    assert left_out


def told(op, path, **fields):
    return ChangeRecord(run="r", step=f"s-{path}", key=f"k-{path}", path=path, op=op, source="test", **fields)


def patch_of_run(client, project, *changes):
    """Record changes as one run; return its net patch."""
    [saved] = save(project, Batch(changes=list(changes)), now=NOW)
    answer = client.get(reverse("runs:net_patch", args=[project.team.slug, project.slug, saved.id]))
    assert answer["Content-Type"] == "text/x-patch; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment")
    return answer.content.decode()


def test_patch_says_what_it_leaves_out(tmp_path, client, member, project):
    client.force_login(member)
    patch = patch_of_run(
        client,
        project,
        told(Op.EDIT, "kept.py", before="a\n", after="b\n"),
        told(Op.EDIT, "hostile.py", basis=Basis.PATCH, patch=f"@@ -{'9' * 5000} +1 @@\n\\ No\n"),
        told(Op.CREATE, "new.py", before="", after="n\n"),
        told(Op.EDIT, "logo.png", binary=True),
        told(Op.EDIT, "named.py", basis=Basis.NAME),
        told(Op.EDIT, "lib/.git/config", before="a\n", after="b\n"),
        told(Op.EDIT, "piece.py", basis=Basis.FRAGMENT, before="x", after="y"),
        told(Op.EDIT, "odd.txt", before="a\ufffd\n", after="b\ufffd\n"),
        told(Op.EDIT, "/tmp/scratch.py", before="a\n", after="b\n", outside=True),
        told(Op.EDIT, "same\n# name.py", before="a\n", after="a\n"),
    )
    assert patch.split("\n", 1)[1] == (
        "# 2 files in this patch.\n"
        "# Left out: hostile.py (what it holds at the end does not follow from what was reported)\n"
        "# Left out: lib/.git/config (git takes no such path)\n"
        "# Left out: logo.png (a binary file: its bytes were not recorded)\n"
        "# Left out: named.py (what it holds at the end does not follow from what was reported)\n"
        "# Left out: odd.txt (it holds characters that were not recorded as they are)\n"
        "# Left out: piece.py (what it holds at the end does not follow from what was reported)\n"
        '# Changed and reverted: "same\\n# name.py"\n'
        "\n"
        "diff --git a/kept.py b/kept.py\n--- a/kept.py\n+++ b/kept.py\n@@ -1 +1 @@\n-a\n+b\n"
        "diff --git a/new.py b/new.py\nnew file mode 100644\n--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+n\n"
    )
    assert applied(tmp_path / "tree", {"kept.py": "a\n"}, patch) == {"kept.py": "b\n", "new.py": "n\n"}


def test_patches_alone_add_up(tmp_path, client, member, project):
    """Two patches of a file that was never seen whole, the second one by the numbers after the first."""
    client.force_login(member)
    start = "".join(f"{n}\n" for n in range(1, 31))
    first = "@@ -3,4 +3,5 @@\n 3\n-4\n+four\n+and a half\n 5\n 6\n"
    second = "@@ -20,5 +20,4 @@\n 19\n-20\n 21\n 22\n 23\n"
    changes = [told(Op.EDIT, "n.txt", basis=Basis.PATCH, patch=patch) for patch in (first, second)]
    patch = patch_of_run(client, project, changes[0], replace(changes[1], step="later", key="later"))
    end = start.replace("4\n5", "four\nand a half\n5", 1).replace("20\n", "", 1)
    assert applied(tmp_path / "tree", {"n.txt": start}, patch) == {"n.txt": end}


def test_word_of_the_whole_run_wins(client, member, project):
    client.force_login(member)
    patch = patch_of_run(
        client,
        project,
        told(Op.EDIT, "a.py", before="a\n", after="b\n"),
        replace(told(Op.EDIT, "a.py", before="a\n", after="z\n"), key="net", step="net", origin=Origin.NET),
    )
    assert patch.endswith("@@ -1 +1 @@\n-a\n+z\n")


def test_net_page_takes_the_same_queries_for_one_and_three_files(client, member, project):
    client.force_login(member)
    for files in (1, 3):
        changes = [told(Op.EDIT, f"f{n}.py", before="a\n", after="<b>\n") for n in range(files)]
        [saved] = save(project, Batch(changes=changes), now=NOW)
        url = reverse("runs:net", args=[project.team.slug, project.slug, saved.id])
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url)
        assert len(queries) == 10
        assert f"{files} file" in answer.content.decode()
        assert "<b>\n" not in answer.content.decode()


def test_hidden_changes_are_marked_in_the_tree_of_the_net_page(client, member, project):
    client.force_login(member)
    hidden = told(Op.EDIT, "src/b.py", before="a\n", after="b\n", origin=Origin.OBSERVED)
    [saved] = save(
        project, Batch(changes=[told(Op.EDIT, "src/a.py", before="a\n", after="b\n"), hidden]), now=NOW
    )
    answer = client.get(reverse("runs:net", args=[project.team.slug, project.slug, saved.id]))
    [folder] = answer.context["net"].tree.folders
    assert folder.hidden == 1
    assert [(file.path, [badge.text for badge in file.badges]) for file in folder.files] == [
        ("src/a.py", []), ("src/b.py", ["hidden"]),
    ]  # fmt: skip


def test_a_window_of_files_is_a_part_of_the_whole(project):
    plain = 0
    for seed in range(20):
        _, play = random_play(seed, acts=7)
        [saved] = save(project, play.batch(), now=NOW)
        run = run_of(project, saved.id)
        plain += not FileChange.objects.filter(run_id=run.id, op=Op.RENAME).exists()
        whole = net_change(run)
        windows = [net_change(run, first=first, most=2) for first in range(0, whole.total, 2)]
        assert [file for window in windows for file in window.files] == whole.files, seed
        assert {window.total for window in windows} <= {whole.total}, seed
    assert plain  # runs without a rename, of which only a part is read


def test_a_window_reads_the_changes_of_its_files_alone(project, django_assert_num_queries):
    changes = [told(Op.EDIT, f"f{n:02}.py", before=f"{n}\n", after=f"{n + 1}\n") for n in range(30)]
    outside = replace(changes[0], key="out", path="/etc/x", outside=True)
    [saved] = save(project, Batch(changes=[*changes, outside]), now=NOW)
    run = run_of(project, saved.id)
    with django_assert_num_queries(4):  # the paths, their changes, sizes and texts
        net = net_change(run, first=10, most=3)
    assert [file.path for file in net.files] == ["f10.py", "f11.py", "f12.py"]
    assert (net.first, net.total, net.cut) == (10, 30, False)


def test_more_files_of_the_net_page_come_as_they_are_reached(client, member, project):
    client.force_login(member)
    changes = [told(Op.EDIT, f"f{n:02}.py", before="a\n", after="b\n") for n in range(13)]
    [saved] = save(project, Batch(changes=changes), now=NOW)
    url = reverse("runs:net", args=[project.team.slug, project.slug, saved.id])
    first = client.get(url).context["net"]
    assert (len(first.page), first.later_url) == (10, f"{url}?start=10")
    answer = client.get(first.later_url, headers={"HX-Request": "true"})
    assert [file.anchor for file in answer.context["net"].page] == ["net-10", "net-11", "net-12"]
    assert "<html" not in answer.content.decode()
    assert "<html" in client.get(first.later_url).content.decode()
