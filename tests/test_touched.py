"""The files that a session really touched, as its checkpoint tool listed them, against the files we list."""

import json
import subprocess
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from runs.models import FileChange, Run
from runs.netting import Net
from runs.patchfiles import patch_of
from runs.queries.nets import net_change

pytestmark = pytest.mark.django_db

EDITORS = {"Edit", "Write", "MultiEdit", "NotebookEdit"}

#: Of all files listed, the share that we list too: 62 of 77. The others are in no call of their transcripts
#: (docs/guide/changes.md).
RECALL_AT_LEAST = 0.8


def listed(client, key, path: Path) -> set[str]:
    """Import one transcript; return the files of the repository that it changed."""
    Run.objects.all().delete()
    FileChange.objects.all().delete()
    form = {"files": [SimpleUploadedFile(path.name, path.read_bytes())], "paths": [path.name]}
    answer = client.post("/api/v1/import", form, headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.content
    return set(FileChange.objects.filter(outside=False).values_list("path", flat=True))


def edited_in(path: Path) -> set[str]:
    """List the paths that edit tools of a transcript were given, where the call did not fail."""
    asked, failed = {}, set()
    for line in path.read_text().splitlines():
        message = json.loads(line).get("message") or {}
        for block in message.get("content") or [] if isinstance(message.get("content"), list) else []:
            if block.get("type") == "tool_use" and block["name"] in EDITORS:
                asked[block["id"]] = block["input"].get("file_path") or block["input"]["notebook_path"]
            elif block.get("type") == "tool_result" and block.get("is_error"):
                failed.add(block["tool_use_id"])
    return {path for key, path in asked.items() if key not in failed}


def read_by_git(patch: str, folder: Path) -> set[str]:
    """List the files of a patch as git reads it."""
    command = ["git", "apply", "--allow-empty", "--numstat", "-z", "-"]
    done = subprocess.run(command, cwd=folder, input=patch.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return {line.split("\t")[2] for line in done.stdout.decode().split("\0") if line}


def test_changed_files_are_those_that_the_session_touched(shared_data, client, ingest_key, tmp_path):
    found = total = in_patch = 0
    for told in sorted((shared_data / "claude_code").glob("*.entire-metadata.json")):
        transcript = told.with_name(told.name.replace(".entire-metadata.json", ".jsonl"))
        touched = set(json.loads(told.read_text())["files_touched"])
        ours = listed(client, ingest_key, transcript)
        missed = touched - ours
        found, total = found + len(touched & ours), total + len(touched)
        print(f"{transcript.stem}: {len(touched & ours)} of {len(touched)}, missed {sorted(missed)}")
        edited = edited_in(transcript)
        net = net_change(Run.objects.get()).files
        changed = [file for file in net if file.net == Net.CHANGED]
        assert read_by_git("".join(map(patch_of, net)), tmp_path) == {file.path for file in changed}
        in_patch += len(changed)
        assert [path for path in missed if any(name.endswith("/" + path) for name in edited)] == []
    print(f"recall {found}/{total} = {found / total:.3f}; {in_patch} of our files are in their net patches")
    assert found / total >= RECALL_AT_LEAST
