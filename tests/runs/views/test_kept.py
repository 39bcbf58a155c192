"""Without JavaScript, links of a run's pages carry what the address holds."""

import re
from html import unescape

import pytest
from django.urls import reverse

from runs.kinds import Kind, Op
from runs.models import Run
from runs.records import Batch, ChangeRecord, StepRecord
from runs.store import save
from tests.recordings import NOW, at, one_of_everything

STATE = "step=6&from=2&to=6&thinking=1&events=all&find=x%26y"
REST = STATE.removeprefix("step=6")


@pytest.fixture
def run(project):
    [saved] = save(project, one_of_everything(), now=NOW)
    return Run.objects.get(id=saved.id)


def url_of(project, run, name="run", *args):
    return reverse(f"runs:{name}", args=[project.team.slug, project.slug, run.id, *args])


def links_of(answer, words):
    """Read where the links with these words lead."""
    links = re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', answer.content.decode(), re.DOTALL)
    return [unescape(href) for href, html in links if re.sub("<[^>]+>", "", html).strip() == words]


def test_pages_of_changes_carry_the_state_to_one_another(visitor, project, run):
    changes, net, file = (url_of(project, run, name) for name in ("changes", "net", "file"))
    page = visitor.get(f"{changes}?{STATE}")
    assert links_of(page, "Net diff") == [f"{net}?{STATE}"]
    assert links_of(page, "History")[0] == f"{file}?path=a.py&{STATE}"
    assert links_of(page, "a.py")[1] == f"{url_of(project, run, 'change', 0)}?{STATE}"
    assert links_of(page, "Side by side") == [f"{changes}?view=split&{STATE}"]
    page = visitor.get(f"{net}?{STATE}")
    assert links_of(page, "All changes, step by step") == [f"{changes}?{STATE}"]
    assert links_of(page, "a.py") == ["#net-0", f"{file}?path=a.py&{STATE}"]
    page = visitor.get(f"{file}?path=a.py&{STATE}")
    assert links_of(page, "All changes") == [f"{changes}?{STATE}"]
    assert links_of(page, "Net change") == [f"{net}?{STATE}"]
    assert links_of(page, "Whole file")[0] == f"{file}?path=a.py&view=whole&{STATE}"
    page = visitor.get(f"{url_of(project, run, 'change', 0)}?{STATE}")
    assert links_of(page, "All of this file") == [f"{changes}?path=a.py&{STATE}"]


def test_the_filter_among_changes_carries_the_state(visitor, project, run):
    html = visitor.get(f"{url_of(project, run, 'changes')}?view=split&{STATE}").content.decode()
    form = html[html.index('class="tree-filter"') : html.index("</form>", html.index('class="tree-filter"'))]
    assert re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form) == [
        ("view", "split"), ("step", "6"), ("from", "2"), ("to", "6"), ("thinking", "1"), ("events", "all"),
        ("find", "x&amp;y"),
    ]  # fmt: skip


def test_links_to_steps_choose_another_step_and_keep_the_rest(visitor, project, run):
    here = url_of(project, run)
    html = visitor.get(f"{url_of(project, run, 'changes')}?step=3{REST}").content.decode()
    assert f'href="{here}?step=6{REST}"'.replace("&", "&amp;") in html
    page = visitor.get(f"{here}?{STATE}")
    [row] = [row for row in page.context["rows"] if row.seq == 3]
    links = page.context["panel"].links
    assert row.href == f"{here}?step=3{REST}"
    assert (links.here, links.run) == (f"{here}?step=6", f"{here}?{REST.removeprefix('&')}")
    assert (links.before, links.after) == (f"{here}?step=5{REST}", f"{here}?step=7{REST}")


def test_closing_what_was_found_drops_the_search_alone(visitor, project, run):
    page = visitor.get(f"{url_of(project, run)}?thinking=1&find=tests")
    assert page.context["run_url"] == f"{url_of(project, run)}?thinking=1"
    assert page.context["found"].hits[0].href == f"{url_of(project, run)}?find=tests&thinking=1&step=0"


def test_a_version_on_a_later_page_is_linked_there(visitor, project):
    steps = [
        StepRecord(run="r", key=f"s{n}", kind=Kind.TOOL, tool="Edit", source="test", started_at=at(n))
        for n in range(25)
    ]
    changes = [
        ChangeRecord(run="r", step=f"s{n}", key=f"c{n}", path="a.py", op=Op.EDIT, source="test",
                     before=f"{n}\n", after=f"{n + 1}\n")
        for n in range(25)
    ]  # fmt: skip
    [saved] = save(project, Batch(steps=steps, changes=changes), now=NOW)
    run = Run.objects.get(id=saved.id)
    first = visitor.get(f"{url_of(project, run, 'file')}?path=a.py")
    assert first.context["listed"][21].here == f"{url_of(project, run, 'file')}?path=a.py&start=20#v21"
    later = visitor.get(first.context["listed"][21].here.split("#")[0]).content.decode()
    assert re.findall(r'class="card change version" id="v(\d+)"', later) == [
        "20",
        "21",
        "22",
        "23",
        "24",
        "25",
    ]
