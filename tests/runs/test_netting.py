"""The net patch, applied with git to the tree a run began with, gives the tree it ended with."""

from pathlib import Path

import pytest
from django.urls import reverse

from runs.store import save
from tests.recordings import NOW
from tests.runs.repositories import git, random_play, read_tree, write_tree

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
    for seed in range(40):
        start, play = random_play(seed, acts=14)
        [saved] = save(project, play.batch(), now=NOW)
        answer = client.get(reverse("runs:net_patch", args=[project.team.slug, project.slug, saved.id]))
        patch = answer.content.decode()
        assert "Left out" not in patch, seed
        assert applied(tmp_path / str(seed), start, patch) == play.tree, (seed, patch)
