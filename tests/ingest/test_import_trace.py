"""`manage.py import_trace`: files, folders, what it prints and when it fails."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from runs.models import Run
from teams.actions import create_project

pytestmark = pytest.mark.django_db

LINE = json.dumps({"run": "r1", "ts": 1763638000, "id": "a", "kind": "log", "text": "x"})


def run_command(path, project):
    out, err = StringIO(), StringIO()
    name = f"{project.team.slug}/{project.slug}"
    call_command("import_trace", str(path), project=name, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_folder_is_imported(tmp_path, project, settings):
    settings.PUBLIC_URL = "http://127.0.0.1:8123"
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.jsonl").write_text(LINE)
    (tmp_path / "b.bin").write_bytes(b"\x00")
    out, err = run_command(tmp_path, project)
    assert Run.objects.get().external_id == "r1"
    assert f"new       r1  http://127.0.0.1:8123/acme/checkout/runs/{Run.objects.get().id}/\n" in out
    assert "b.bin: The format is not known" in err
    assert "unchanged r1" in run_command(tmp_path, project)[0]


def test_nothing_readable_fails(tmp_path, project):
    (tmp_path / "a.bin").write_bytes(b"\x00")
    with pytest.raises(CommandError, match="Nothing could be read"):
        run_command(tmp_path, project)


def test_unknown_path_and_project_fail(tmp_path, project):
    with pytest.raises(CommandError, match="Nothing could be read"):
        run_command(tmp_path / "absent", project)
    with pytest.raises(CommandError, match="There is no project"):
        call_command("import_trace", str(tmp_path), project="no/where")


def test_project_may_be_left_out_while_there_is_only_one(tmp_path, project, team):
    path = tmp_path / "trace.jsonl"
    path.write_text('{"run":"r","kind":"final","text":"done","ts":1}\n')
    call_command("import_trace", str(path), stdout=StringIO())
    assert Run.objects.get().project == project
    create_project(team, "Another")
    with pytest.raises(CommandError, match="not just one project"):
        call_command("import_trace", str(path))
