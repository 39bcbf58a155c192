"""The rows of the tree as HTML: what they say, and that no text gets out of its place."""

from dataclasses import replace

from runs.facts import Sentence, Tag
from runs.shown.steps import StepRow
from runs.shown.tree_rows import inside_html, rows_html
from runs.shown.trees import Bar, Figures, TreeRow

FIGURES = Figures(time="2.0 s", tokens="1.2k", cost="", cost_note="", share="9 %", shade=2, bar=None)
WICKED = """<b>"'&"""
SAFE = "&lt;b&gt;&quot;&#x27;&amp;"


def line(sentence):
    return StepRow(seq=7, at=0, href="", sentence=sentence, duration="", bar=0, classes="", is_meta=False)


def row(**fields):
    return TreeRow(**{"node": "s7", "level": 2, "href": "?step=7", "figures": FIGURES, **fields})


def test_a_step_is_one_line():
    tags = (Tag(text="exit 1", tone="fail"),)
    step = replace(line(Sentence(verb="Ran", object="ls", is_code=True, tags=tags)), classes="is-fail")
    assert rows_html([row(step=step, selected=True)]) == (
        '<li role="none" data-node="s7" data-seq="7"><a class="step branch is-fail" role="treeitem"'
        ' aria-level="2" href="?step=7" aria-current="true"><span class="n">7</span>'
        '<span class="dot k-tool"></span><span class="what"><span class="verb">Ran</span> <code>ls</code>'
        '</span><span class="tag"><span class="t-fail">exit 1</span> </span><span class="fall"></span>'
        '<span class="f f-time">2.0 s</span><span class="f f-tokens">1.2k</span>'
        '<span class="f f-cost"></span><span class="f f-share s-2">9 %</span></a></li>'
    )


def test_a_closed_turn_says_where_its_rows_are():
    turn = row(node="t3", level=1, title="Turn 3", step=line(Sentence(verb="Said", object="Hi")), holds=True,
               toggle_url="?by=cost&open=t3#t3", rows_url="?by=cost&node=t3",
               figures=replace(FIGURES, bar=Bar(x=1.5, width=20.0)))  # fmt: skip
    assert rows_html([turn]) == (
        '<li role="none" data-node="t3"><a class="twisty" href="?by=cost&amp;open=t3#t3" hx-boost="false"'
        ' data-twisty>Open</a><a class="step branch is-turn" role="treeitem" aria-level="1"'
        ' aria-expanded="false" href="?step=7"><span class="what"><b>Turn 3</b>'
        ' <span class="verb">Hi</span></span><span class="tag"></span><span class="fall">'
        '<svg viewBox="0 0 100 8" preserveAspectRatio="none"'
        ' aria-hidden="true"><rect class="shade-2" x="1.5" width="20.0" height="8"/></svg></span>'
        '<span class="f f-time">2.0 s</span><span class="f f-tokens">1.2k</span>'
        '<span class="f f-cost"></span><span class="f f-share s-2">9 %</span></a>'
        '<ol class="twigs" role="group" hidden data-load="?by=cost&amp;node=t3"></ol></li>'
    )


def test_an_open_row_holds_its_rows_and_the_ways_to_more():
    inner = row(level=3, step=line(Sentence(verb="Read")))
    outer = row(node="t3", title="Turn 3", holds=True, rows=(inner,), earlier_url="?before=7&node=t3",
                earlier_page="?step=7")  # fmt: skip
    html = rows_html([outer])
    assert 'aria-expanded="true"' in html
    assert '<ol class="twigs" role="group"><li role="none" class="more"><a href="?step=7"' in html
    assert 'hx-get="?before=7&amp;node=t3"' in html
    assert html.endswith(f"{rows_html([inner])}</ol></li>")
    assert "Nothing inside but events of the harness." in inside_html(rows=())


def test_long_words_of_a_turn_end_with_an_ellipsis():
    turn = row(title="Turn 3", step=line(Sentence(verb="Said", object="x" * 161)))
    assert f'<span class="verb">{"x" * 159}…</span>' in rows_html([turn])


def test_no_text_gets_out_of_its_place():
    said = Sentence(verb=WICKED, object=WICKED, tags=(Tag(text=WICKED),))
    figures = replace(FIGURES, cost=WICKED, cost_note=WICKED)
    for step in (line(said), line(replace(said, is_code=True))):
        html = rows_html([row(step=step, tags=(Tag(text=WICKED),), figures=figures, href=f"?{WICKED}")])
        assert (html.count(SAFE), "<b>" in html) == (7, False)
    assert SAFE in rows_html([row(title="Turn 3", step=line(said))])
