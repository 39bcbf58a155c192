"""One file of a run: its versions, two of them compared, the whole file, what became of an edit."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from runs.kinds import Kind, Op, Origin
from runs.records import Batch, ChangeRecord, StepRecord
from runs.store import save
from tests.recordings import NOW, at

pytestmark = pytest.mark.django_db

TEXTS = ("a = 1\n", "a = 1\nb = '<i>'\n", "a = 2\nb = '<i>'\n")


def record(project, texts=TEXTS, *, path="src/a.py"):
    """Record a run whose steps change one file, each from one text to the next."""
    steps, changes = [], []
    for n in range(len(texts) - 1):
        steps.append(
            StepRecord(
                run="r", key=f"s{n}", kind=Kind.TOOL, tool="Edit", source="test", started_at=at(n),
                input=f'{{"file_path": "{path}"}}',
            )
        )  # fmt: skip
        changes.append(
            ChangeRecord(
                run="r", step=f"s{n}", key=f"c{n}", path=path, op=Op.EDIT, source="test",
                before=texts[n], after=texts[n + 1],
            )
        )  # fmt: skip
    [saved] = save(project, Batch(steps=steps, changes=changes), now=NOW)
    return saved.id


def page(visitor, project, run_id, name="file", *, seq=None, **query):
    arguments = [project.team.slug, project.slug, run_id, *([] if seq is None else [seq])]
    return visitor.get(reverse(f"runs:{name}", args=arguments), query)


def blamed(answer):
    """Read (number, text, author) of the lines of a whole file."""
    rows = re.findall(r'<tr id="L(\d+)".*?<td class="code">(.*?)</td><td class="by[^"]*">(.*?)</td>', answer)
    return [(int(n), *(unescape(re.sub("<.*?>", "", html)) for html in cells)) for n, *cells in rows]


def test_versions_name_their_steps_and_lines_are_escaped(visitor, project):
    run_id = record(project)
    answer = page(visitor, project, run_id, path="src/a.py").content.decode()
    assert re.findall(r'<section class="card change version" id="v(\d)"', answer) == ["0", "1", "2"]
    assert answer.count("Edited src/a.py") >= 2
    assert "<i>" not in answer


def test_versions_take_the_same_queries_for_one_and_three(visitor, project):
    for texts in (TEXTS[:2], (*TEXTS, "end\n")):
        run_id = record(project, texts)
        with CaptureQueriesContext(connection) as queries:
            page(visitor, project, run_id, path="src/a.py")
        assert len(queries) == 12


def test_any_two_versions_are_compared(visitor, project):
    run_id = record(project)
    answer = page(visitor, project, run_id, path="src/a.py", a=0, b=2).content.decode()
    assert "version 0 against version 2" in answer
    assert len(re.findall(r'<tr class="add"', answer)) == 2
    assert page(visitor, project, run_id, path="src/a.py", a=0, b=99).status_code == 200


def test_each_line_of_the_whole_file_names_its_step(visitor, project):
    run_id = record(project)
    answer = page(visitor, project, run_id, path="src/a.py", view="whole").content.decode()
    assert blamed(answer) == [(1, "a = 2", "step 1"), (2, "b = '<i>'", "step 0")]
    answer = page(visitor, project, run_id, path="src/a.py", view="whole", b=0).content.decode()
    assert blamed(answer) == [(1, "a = 1", "start")]


def test_a_file_of_ten_thousand_lines_comes_in_windows(visitor, project):
    text = "".join(f"line {n}\n" for n in range(10_000))
    run_id = record(project, (text, text.replace("line 9000\n", "changed\n")), path="big.txt")
    first = page(visitor, project, run_id, path="big.txt", view="whole")
    assert [n for n, _, _ in blamed(first.content.decode())] == list(range(1, 501))
    assert len(first.content) < 200_000
    url = reverse("runs:file", args=[project.team.slug, project.slug, run_id])
    asked = {"path": "big.txt", "view": "whole", "start": 9001}
    later = visitor.get(url, asked, headers={"hx-request": "true"}).content.decode()
    assert later.startswith("<tbody>")
    assert blamed(later)[0] == (9001, "changed", "step 0")
    assert blamed(later)[-1][0] == 9500


def test_a_file_that_the_run_did_not_change_is_not_there(visitor, project):
    assert page(visitor, project, record(project), path="other.py").status_code == 404


def test_a_steps_panel_loads_what_became_of_its_edit(visitor, project):
    run_id = record(project, (*TEXTS, TEXTS[1]))
    url = reverse("runs:fates", args=[project.team.slug, project.slug, run_id, 1])
    assert url in page(visitor, project, run_id, "step", seq=1).content.decode()
    with CaptureQueriesContext(connection) as queries:
        answer = visitor.get(url, headers={"hx-request": "true"}).content.decode()
    assert len(queries) == 10
    words = " ".join(re.sub("<.*?>", " ", answer).split())
    assert words == "What became of it src/a.py reverted by step 2 · none of it is there now"


def test_observed_beside_declared_is_shown_with_both(visitor, project):
    run_id = record(project, TEXTS[:2])
    seen = ChangeRecord(
        run="r", step="s0", key="seen", path="src/a.py", op=Op.EDIT, source="test", origin=Origin.OBSERVED,
        before=TEXTS[0], after="formatted = 1\n",
    )  # fmt: skip
    save(project, Batch(changes=[seen]), now=NOW)
    answer = page(visitor, project, run_id, path="src/a.py").content.decode()
    assert "What the call itself declared" in answer
    assert "formatted" in answer


def test_a_version_that_a_later_read_contradicts_is_marked(visitor, project):
    run_id = record(project)
    read = StepRecord(
        run="r", key="read", kind=Kind.TOOL, tool="Read", source="test", started_at=at(5),
        input='{"file_path": "src/a.py"}', output="     1→a = 2\n     2→something else\n",
    )  # fmt: skip
    save(project, Batch(steps=[read]), now=NOW)
    answer = page(visitor, project, run_id, path="src/a.py").content.decode()
    words = "Step 2 read something else: the file changed outside the recorded steps after this."
    assert re.findall(r'<p class="cut">(.*?)</p>', answer) == [words]


def test_names_that_hide_something_show_it(visitor, project):
    path = "src/\u202egnp.py"
    run_id = record(project, path=path)
    for answer in (page(visitor, project, run_id, path=path), page(visitor, project, run_id, "net")):
        shown = re.findall(r"<code>(.*?)</code>", answer.content.decode())
        assert shown
        assert not any("\u202e" in html for html in shown)
    fates = page(visitor, project, run_id, "fates", seq=0).content.decode()
    assert "U+202E" in fates
