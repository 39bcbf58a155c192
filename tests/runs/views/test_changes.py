"""The Changes tab: the tree, the diffs, their parts, and one change by itself."""

import re

import pytest
from django.urls import reverse

from runs.kinds import Basis, Kind, Op, Origin, RunStatus, StepStatus
from runs.models import Run
from runs.records import Batch, ChangeRecord, RunRecord, StepRecord
from runs.store import save
from tests.recordings import NOW, one_of_everything

HTMX = {"HX-Request": "true"}


@pytest.fixture
def run(project):
    [saved] = save(project, one_of_everything(), now=NOW)
    return Run.objects.get(id=saved.id)


@pytest.fixture
def record(project):
    """Record changes of one step, given as keyword arguments of each; return the run."""

    def made(*changes):
        step = StepRecord(run="r", key="k", kind=Kind.TOOL, tool="Bash", source="t", status=StepStatus.OK)
        given = [
            ChangeRecord(run="r", step="k", key=f"c{n}",
                         **{"source": "t", "path": f"f{n:04}.py", "op": Op.EDIT, **fields})
            for n, fields in enumerate(changes)
        ]  # fmt: skip
        told = RunRecord(external_id="r", source="t", status=RunStatus.DONE)
        [saved] = save(project, Batch(runs=[told], steps=[step], changes=given), now=NOW)
        return Run.objects.get(id=saved.id)

    return made


def url_of(project, run, name="changes", *args):
    return reverse(f"runs:{name}", args=[project.team.slug, project.slug, run.id, *args])


def lines(*changed, size=100):
    return "".join(f"line {n}{'!' if n in changed else ''}\n" for n in range(1, size + 1))


def rows_in(html):
    """Read the rows of diffs as (class, numbers and text)."""
    found = re.findall(r'<tr class="([a-z]+)">(.*?)</tr>', html, re.DOTALL)
    cells = [(kind, re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)) for kind, row in found]
    return [(kind, *(re.sub(r"<[^>]+>", "", cell) for cell in row)) for kind, row in cells]


def names_in(folder):
    inner = [name for each in folder.folders for name in names_in(each)]
    return [*inner, *(file.path for file in folder.files)]


@pytest.mark.parametrize("number", [1, 3])
def test_page_takes_the_same_queries_for_any_number_of_changes(
    visitor, project, record, number, django_assert_num_queries
):
    run = record(*({"before": "a\n", "after": "b\n"} for _ in range(number)))
    # session, user, project, run, changes, steps, what they hide, sizes, texts, strip, files
    with django_assert_num_queries(12):
        assert visitor.get(url_of(project, run)).status_code == 200


def test_page_of_a_run_that_changed_nothing(visitor, project, record):
    html = visitor.get(url_of(project, record())).content.decode()
    assert "This run changed no file</h2>" in html


def test_page_lists_files_and_ties_diffs_to_steps(visitor, project, run):
    answer = visitor.get(url_of(project, run))
    assert names_in(answer.context["tree"]) == ["a.py", "b.py", "hidden.py", "new.py", "old.py"]
    assert answer.context["sums_words"] == "5 files, +4 −3, 1 hidden"
    assert {change.step_seq for change in answer.context["changes"]} == {6}
    assert 'href="#change-4"' in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ("?path=new.py", ["new.py"]),
        ("?q=O*.py", ["old.py"]),
        ("?q=c.py", ["b.py"]),
        ("?only=hidden", ["hidden.py"]),
        ("?order=file", ["a.py", "b.py", "hidden.py", "new.py", "old.py"]),
        ("?q=nothing-like-it", []),
        ("?q=%00(&path=&view=%00&ws=x&after=-1", []),
    ],
)
def test_page_filters_and_orders(visitor, project, run, query, paths):
    answer = visitor.get(url_of(project, run) + query)
    assert [change.path for change in answer.context["changes"]] == paths
    assert sorted(names_in(answer.context["tree"])) == paths


@pytest.mark.parametrize("order", ["?", "?order=file"])
def test_pages_hold_every_change_once(visitor, project, record, order):
    run = record(*({"path": f"f{59 - n:02}.py", "before": "a", "after": "b"} for n in range(60)))
    numbers, answer = [], visitor.get(url_of(project, run) + order)
    while True:
        numbers += [change.number for change in answer.context["changes"]]
        if "later_url" not in answer.context:
            break
        answer = visitor.get(answer.context["later_url"])
    assert numbers == (list(range(60)) if order == "?" else list(range(59, -1, -1)))


def test_what_was_declared_counts_once_though_it_was_also_seen(visitor, project, record):
    told = {"path": "a.py", "before": "a\n", "after": "b\n"}
    run = record(told, {**told, "origin": Origin.OBSERVED}, {**told, "origin": Origin.NET})
    answer = visitor.get(url_of(project, run))
    assert answer.context["sums_words"] == "1 file, +1 −1"
    assert [change.hidden for change in answer.context["changes"]] == [False, False, False]
    (file,) = visitor.get(url_of(project, run, "run")).context["overview"].files
    assert (file["path"], file["edits"], file["added"], file["removed"]) == ("a.py", 1, 1, 1)


def test_unchanged_lines_are_loaded_bit_by_bit(visitor, project, record):
    run = record({"before": lines(), "after": lines(50)})
    html = visitor.get(url_of(project, run)).content.decode()
    url = url_of(project, run, "change_lines", 0)
    assert f'hx-get="{url}?gap=1-46&amp;show=27-46"' in html
    shown = visitor.get(f"{url}?gap=1-46&show=27-46", headers=HTMX).content.decode()
    assert rows_in(shown) == [
        ("hunk", "↑", "26 unchanged lines"),
        *(("same", str(n), str(n), "", f"line {n}") for n in range(27, 47)),
    ]
    rest = visitor.get(f"{url}?gap=1-26&show=1-26", headers=HTMX).content.decode()
    assert rows_in(rest) == [("same", str(n), str(n), "", f"line {n}") for n in range(1, 27)]


@pytest.mark.parametrize(
    "query", ["gap=47-53&show=47-53", "gap=5000-6000&show=1-9", "rest=R0", "rest=R101", ""]
)
def test_lines_that_are_not_there_are_not_made_up(visitor, project, record, query):
    run = record({"before": lines(), "after": lines(50)})
    url = f"{url_of(project, run, 'change_lines', 0)}?{query}"
    assert visitor.get(url, headers=HTMX).status_code == 404
    assert visitor.get(url)["Location"] == url_of(project, run, "change", 0)


def test_unchanged_lines_of_a_patch_are_not_known(visitor, project, record):
    run = record({"patch": "@@ -50 +50 @@ def f\n-a\n+b\n@@ -60 +60 @@\n-c\n+d\n", "basis": Basis.PATCH})
    html = visitor.get(url_of(project, run)).content.decode()
    assert rows_in(html) == [
        ("hunk", "⋯", "def f"),
        ("del", "50", "", "removed", "a"),
        ("add", "", "50", "added", "b"),
        ("hunk", "⋯", ""),
        ("del", "60", "", "removed", "c"),
        ("add", "", "60", "added", "d"),
    ]
    url = url_of(project, run, "change_lines", 0)
    assert visitor.get(f"{url}?gap=51-59&show=51-59", headers=HTMX).status_code == 404


def test_side_by_side_and_without_spaces(visitor, project, record):
    run = record({"before": "a\nif x:\ny = 1\n", "after": "a\nif x:\n  y = 2\n"})
    split = visitor.get(url_of(project, run) + "?view=split").content.decode()
    assert rows_in(split)[-1] == (
        "pair",
        "3",
        "removedy = 1",
        "3",
        "addedy&nbsp;= 2".replace("y&nbsp;", "  y "),
    )
    other = record({"before": "a\nb\n", "after": "a\n  b\n"})
    same = visitor.get(url_of(project, other) + "?ws=ignore").context["changes"][0]
    assert (same.notes, bool(same.hunks)) == (["Only whitespace differs."], False)


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"after": "a\n"}, "Reported without original: this is the text after; which of its lines are new "
                           "is not known."),
        ({"before": "a\n"}, "Reported without result: this is the text before; what became of it is not "
                            "known."),
        ({"op": Op.CREATE, "after": ""}, "An empty file."),
        ({"before": "a\n", "after": "a\n"}, "No line differs."),
        ({"before": "a\nb\n", "after": "a\r\nb\r\n"}, "Only line endings differ."),
        ({"op": Op.RENAME, "old_path": "o.py", "before": lines(), "after": lines(1)},
         "99 % of its lines stayed the same."),
        ({"op": Op.RENAME, "old_path": "o.py", "before": "a", "after": "a"}, "Not changed otherwise."),
        ({"patch": "old mode 100644\nnew mode 100755\n", "basis": Basis.PATCH},
         "Its mode was changed: 100644 → 100755."),
        ({"patch": "diff --git a/x.png b/x.png\nGIT binary patch\nliteral 5120\nzcmV\n\nliteral 4100\nzcmV\n",
          "basis": Basis.PATCH},
         "A binary file: nothing to compare line by line. 4.1 kB before, 5.1 kB after."),
        ({"binary": True}, "A binary file: nothing to compare line by line."),
        ({"basis": Basis.FRAGMENT, "before": "a", "after": "b"},
         "Only the replaced piece was reported: its place in the file is not known."),
        ({"basis": Basis.NAME}, "Only the name was reported, not what changed."),
        ({"source": "events:guessed", "before": "a", "after": "b"},
         "Guessed from its arguments: the tool is none we know, and the file itself was not seen."),
    ],
)  # fmt: skip
def test_what_is_not_known_is_said(visitor, project, record, fields, note):
    [change] = visitor.get(url_of(project, record(fields))).context["changes"]
    assert note in change.notes


def test_text_without_its_original_shows_no_line_as_added(visitor, project, record):
    html = visitor.get(url_of(project, record({"after": "a\nb\n"}))).content.decode()
    assert rows_in(html) == [("same", "", "1", "", "a"), ("same", "", "2", "", "b")]
    assert "2 lines</span>" in html


def test_long_diffs_wait_for_a_click_and_come_in_parts(visitor, project, record):
    run = record({"op": Op.CREATE, "after": lines(size=5_000)})
    [change] = visitor.get(url_of(project, run)).context["changes"]
    assert (change.load_words, change.load_in_view, change.hunks) == ("Load diff (5,000 lines)", False, None)
    first = rows_in(visitor.get(change.load_url, headers=HTMX).content.decode())
    assert (len(first), first[-1]) == (301, ("hunk", "⋯", "Show more of this diff: 4,700 lines are left"))
    last = visitor.get(url_of(project, run, "change_lines", 0) + "?part=16", headers=HTMX).content.decode()
    assert [row[2] for row in rows_in(last)] == [str(n) for n in range(4_801, 5_001)]


def test_many_diffs_are_open_as_far_as_an_answer_goes(visitor, project, record):
    run = record(*({"op": Op.CREATE, "after": lines(size=150)} for _ in range(5)))
    changes = visitor.get(url_of(project, run)).context["changes"]
    assert [(bool(change.hunks), change.load_in_view) for change in changes] == [
        (True, False), (True, False), (False, True), (False, True), (False, True),
    ]  # fmt: skip


def test_rest_of_a_long_line_is_a_click_away(visitor, project, record):
    run = record({"before": "a\n", "after": f"a\n{'x' * 1_500}<b>\n"})
    html = visitor.get(url_of(project, run)).content.decode()
    assert "… 503 more characters" in html
    rest = visitor.get(url_of(project, run, "change_lines", 0) + "?rest=R2", headers=HTMX).content.decode()
    assert rest == f"{'x' * 500}&lt;b&gt;"


def test_hostile_names_and_texts_are_shown_for_what_they_are(visitor, project, record):
    evil = "<script>alert(1)</script>\u202egpj.exe\0\u2066"
    run = record({"path": f"{evil}/a.py", "before": f"a\n{evil}\n", "after": f"b\r\n{evil}\rc"})
    for query in ("", "?view=split", "?ws=ignore"):
        html = visitor.get(url_of(project, run) + query).content.decode()
        assert "<script>alert" not in html
        assert '<span class="odd" title="right-to-left override (U+202E)">U+202E</span>' in html


def test_one_change_has_a_page_of_its_own(visitor, project, run):
    answer = visitor.get(url_of(project, run, "change", 4) + "?context=all&view=split")
    html = answer.content.decode()
    assert answer.context["change"].path == "hidden.py"
    assert 'id="change-4-R1"' in html
    assert visitor.get(url_of(project, run, "change", 99)).status_code == 404
    assert visitor.get(url_of(project, run, "change", 4) + "?part=7").status_code == 404


def test_whole_file_shows_every_line(visitor, project, record):
    run = record({"before": lines(), "after": lines(50)})
    html = visitor.get(url_of(project, run, "change", 0) + "?context=all").content.decode()
    assert [row[2] for row in rows_in(html) if row[0] != "del"] == [str(n) for n in range(1, 101)]


@pytest.mark.parametrize(
    ("line", "first", "last"),
    [("R50", "47", "53"), ("R9", "1", "100"), ("R4200", "3901", "4200"), ("R9999", "47", "53")],
)
def test_page_of_a_change_shows_the_line_asked_for(visitor, project, record, line, first, last):
    texts = (
        {"before": lines(), "after": lines(50)}
        if len(line) < 4 or line == "R9999"
        else {"op": Op.CREATE, "after": lines(size=5_000)}
    )
    html = visitor.get(url_of(project, record(texts), "change", 0) + f"?line={line}").content.decode()
    numbers = [row[2] for row in rows_in(html) if row[0] in ("same", "add")]
    assert (numbers[0], numbers[-1]) == (first, last)


@pytest.mark.parametrize(
    ("query", "first"), [("?step=40", 40), ("?step=7", 0), ("?step=40&begin=1", 0), ("?step=99", 0)]
)
def test_page_begins_at_the_changes_of_the_chosen_step(visitor, project, query, first):
    steps = [StepRecord(run="r", key=f"k{n}", kind=Kind.TOOL, tool="Edit", source="t") for n in range(60)]
    changes = [
        ChangeRecord(run="r", step=f"k{n}", key=f"c{n}", source="t", path=f"f{n}.py", op=Op.EDIT, after="b")
        for n in range(60)
    ]
    [saved] = save(project, Batch(steps=steps, changes=changes), now=NOW)
    run = Run.objects.get(id=saved.id)
    assert visitor.get(url_of(project, run) + query).context["changes"][0].number == first
