"""Trajectories with the results of their benchmark, from files to pages."""

import json

import pytest
from django.urls import reverse

from ingest.pipeline import take_files
from ingest.sources import SourceFile
from runs.models import Run
from tests.ingest.formats.mutations import NOW

PATCH = "diff --git a/app.py b/app.py\n--- a/app.py\n+++ b/app.py\n@@ -1 +1 @@\n-old words\n+new words\n"
pytestmark = pytest.mark.django_db


def trajectory():
    """A run of mini-swe-agent that changed a file without saying so, and handed in a patch."""
    messages = [
        {"role": "user", "content": "Fix it"},
        {"role": "assistant", "content": "```bash\nsed -i s/old/new/ app.py\n```"},
        {"role": "user", "content": "<returncode>0</returncode>\n<output>\n</output>"},
    ]
    info = {"exit_status": "Submitted", "submission": PATCH, "mini_version": "1.0"}
    whole = {"messages": messages, "info": info, "instance_id": "acme__shop-1"}
    return SourceFile("run/x.traj.json", json.dumps(whole).encode())


def test_results_beside_a_trajectory_are_its_outcome_also_later(project):
    take_files(project, [trajectory()], now=NOW)
    run = Run.objects.get()
    assert (run.outcome, run.status, run.repo) == ("", "done", "acme/shop")
    results = SourceFile("run/report.json", json.dumps({"acme__shop-1": {"resolved": True}}).encode())
    take_files(project, [trajectory(), results], now=NOW)
    run = Run.objects.get()
    assert (run.outcome, run.llm_calls, run.tool_calls) == ("resolved", 1, 1)


def test_file_that_only_the_submission_tells_of_has_its_page(client, member, project):
    take_files(project, [trajectory()], now=NOW)
    client.force_login(member)
    run = Run.objects.get()
    address = reverse("runs:file", args=[project.team.slug, project.slug, run.id])
    page = client.get(address, {"path": "app.py"})
    assert page.status_code == 200
    assert "words" in page.content.decode()
