"""A row of the run list, as HTML."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from runs.flight import Tick
from runs.queries.runs import ListedRun
from runs.shown.listed import run_row

AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
RUN = ListedRun(
    id=UUID(int=7),
    sort_at=AT,
    revision=12,
    status="failed",
    outcome="",
    losses={},
    name="Fix it",
    task="",
    external_id="r0",
    repo="shop",
    branch="main",
    cwd="/work/shop",
    agent="codex",
    model="gpt-5.4",
    variant="",
    prompt=None,
    verdict="bad",
    tags=["flaky", "slow"],
    started_at=AT,
    ended_at=datetime(2026, 1, 2, 3, 6, 9, tzinfo=UTC),
    turns=3,
    llm_calls=4,
    tool_calls=1_234,
    retries=1,
    failures=0,
    files_changed=2,
    lines_added=1_500,
    lines_removed=7,
    input_tokens=1_000,
    cache_read_tokens=2_000,
    cache_write_5m_tokens=300,
    cache_write_1h_tokens=40,
    output_tokens=5,
    cost_usd=Decimal("1.25"),
    unpriced_calls=1,
    lower_bound_calls=0,
)
ROW = """\
<tr id="run-00000000-0000-0000-0000-000000000007" data-run="00000000-0000-0000-0000-000000000007" \
data-at="1767323045678000" data-revision="12">
<td class="c-status"><input type="checkbox" class="pick" name="runs" form="compare" \
value="00000000-0000-0000-0000-000000000007" aria-label="Compare Fix it">\
<span class="status is-fail" title="Failed"><span class="word">Failed</span></span></td>
<td class="c-run"><a class="title" href="/there">Fix it</a><div class="sub">\
<span class="mono">shop@main</span> <span class="badge is-fail">bad</span> \
<span class="badge">flaky</span> <span class="badge">slow</span></div></td>
<td class="c-flight"><svg class="flight" viewBox="0 0 150 18" width="150" height="18" role="img" \
aria-label="Last 2 steps: 1 failed"><path class="k-llm" d="M2 4v12"/>\
<path class="k-fail" d="M7 0v18"/></svg></td>
<td class="opt c-agent"><span class="dim">codex</span><div class="sub">gpt-5.4</div></td>
<td class="num opt dim">2 m 03 s</td>
<td class="num opt">3</td>
<td class="num" data-label="tools">1,234</td>
<td class="num is-warn" data-label="retry">1</td>
<td class="num zero" data-label="fails">0</td>
<td class="num opt mono"><span class="add-ink">+1,500</span> <span class="del-ink">−7</span>\
<div class="sub">2 files</div></td>
<td class="num opt">3.3k</td>
<td class="num c-cost" title="At least: 1 call without a known price.">≥ $1.25</td>
<td class="num dim c-when"><time datetime="2026-01-02T03:04:05.678000+00:00" \
title="2026-01-02 03:04:05 UTC">2 Jan 03:04</time></td>
</tr>
"""


def test_row_says_all_of_a_run():
    ticks = [Tick("llm", "", "ok", 0), Tick("tool", "Bash", "failed", 0)]
    row = run_row(RUN, "/there", ticks)
    assert (row.id, row.html) == ("00000000-0000-0000-0000-000000000007", ROW)


def test_row_of_a_run_that_told_nothing():
    bare = {"name": "", "repo": "", "branch": "", "cwd": "", "agent": "", "model": "", "verdict": ""}
    row = run_row(RUN._replace(tags=[], ended_at=None, files_changed=0, **bare), "/there", [])
    assert '<td class="c-run"><a class="title" href="/there">r0</a></td>' in row.html
    assert '<td class="opt c-agent"><span class="dim">–</span></td>' in row.html
    assert '<td class="num opt dim">–</td>' in row.html
    assert '<td class="num opt mono"><span class="zero">–</span></td>' in row.html


def test_tokens_that_no_call_told_are_not_none():
    nothing = dict.fromkeys(
        (
            "input_tokens",
            "cache_read_tokens",
            "cache_write_5m_tokens",
            "cache_write_1h_tokens",
            "output_tokens",
        ),
        0,
    )
    assert '<td class="num opt">–</td>' in run_row(RUN._replace(**nothing), "/there", []).html
    free = run_row(RUN._replace(unpriced_calls=0, **nothing), "/there", [])
    assert '<td class="num opt">0</td>' in free.html


@pytest.mark.parametrize("field", ["name", "outcome", "repo", "branch", "agent", "model", "verdict", "tags"])
def test_row_writes_no_markup_of_others(field):
    evil = "\"><script>'&"
    row = run_row(RUN._replace(**{field: [evil] if field == "tags" else evil}), "/there", [])
    assert "<script" not in row.html
    assert "&quot;&gt;&lt;script&gt;&#x27;&amp;" in row.html
