"""The page over a project's tools, and the calls behind its numbers."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from runs.findings.limits import CALLS_PAGE
from runs.judging import judge_run
from runs.kinds import Kind, StepStatus
from runs.models import Run
from runs.records import Batch, RunRecord, StepRecord
from runs.store import save
from runs.toolsums import fold_tool_sums_all_projects
from tests.recordings import NOW

DAY = "2026-01-02"
CUSTOM = f"?when=custom&from={DAY}&to=2026-01-03"


@pytest.fixture
def url(project):
    return reverse("runs:tools", args=[project.team.slug, project.slug])


@pytest.fixture
def calls_url(project):
    return reverse("runs:calls", args=[project.team.slug, project.slug])


def record(project, run="r", calls=1, *, tool="Bash", start=NOW, ms=40, failed=0, **fields):
    """Record and judge a run with calls a minute apart, the first of them failed."""
    steps = [
        StepRecord(
            run=run, key=f"{tool}{n}", kind=Kind.TOOL, source="t", tool=tool, input=f'{{"command":"n {n}"}}',
            output="x" * 100, started_at=start + timedelta(minutes=n),
            ended_at=start + timedelta(minutes=n, milliseconds=ms),
            status=StepStatus.FAILED if n < failed else StepStatus.OK,
        )
        for n in range(calls)
    ]  # fmt: skip
    save(project, Batch(runs=[RunRecord(external_id=run, source="t", **fields)], steps=steps), now=NOW)
    judge_run(Run.objects.get(project=project, external_id=run).id, now=NOW)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def rows_of(response, heading):
    """The body of the table under a heading, a list of texts a row."""
    return rows_in(response.content.decode().split(f"<h2>{heading}</h2>")[1])


def rows_in(html):
    """The body of the first table, a list of texts a row."""
    part = html.split("<tbody>")[1].split("</tbody>")[0]
    cells = [
        re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        for row in re.findall(r"<tr>.*?</tr>", part, re.DOTALL)
    ]
    return [[re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip() for cell in row] for row in cells]


def listed(response):
    return re.findall(r'faint">n (\d+)</span>', response.content.decode())


@pytest.mark.parametrize("number", [1, 3])
def test_page_takes_the_same_queries_for_any_number_of_tools(
    visitor, url, project, number, django_assert_num_queries
):
    for n in range(number):
        record(project, f"r{n}", tool=f"Tool{n}")
    # session, user, project, sums, three menus, slowest calls
    with django_assert_num_queries(8):
        response = visitor.get(url + CUSTOM)
    assert len(rows_of(response, "Tools")) == number
    record(project, "failing", 2, failed=1)
    with django_assert_num_queries(9):  # and failed calls
        visitor.get(url + CUSTOM)


@pytest.mark.parametrize("number", [1, 3])
def test_calls_take_the_same_queries_for_any_number(
    visitor, calls_url, project, number, django_assert_num_queries
):
    record(project, calls=number)
    with django_assert_num_queries(4):  # session, user, project, calls
        response = visitor.get(calls_url + CUSTOM)
    assert len(listed(response)) == number


@pytest.mark.parametrize("is_folded", [False, True])
def test_table_tells_calls_failures_percentiles_and_trend(visitor, url, project, is_folded):
    record(project, "old", 2, start=NOW - timedelta(days=2))
    record(project, "new", 4, failed=1, ms=1050)
    record(project, "mcp", 1, tool="mcp__github__get_issue")
    if is_folded:
        fold_tool_sums_all_projects()
    response = visitor.get(url + CUSTOM)
    assert rows_of(response, "Tools") == [
        ["Bash", "4", "+100 %", "25 % was 0 %", "1.1 s", "1.1 s was 42 ms", "1.1 s", "400 B", "0", "0"],
        ["mcp__github__get_issue", "1", "new", "0 %", "42 ms", "42 ms", "42 ms", "100 B", "0", "0"],
    ]
    assert [row[:2] for row in rows_of(response, "MCP servers")] == [["github", "1"]]
    by_time = rows_of(response, "Calls by time")
    assert by_time[0] == ["Bash", "", "", "", "4", *[""] * 44]
    by_latency = rows_of(response, "Calls by how long they took")
    assert by_latency[0] == ["Bash", "", "", "", "", "", "", "4", "", "", "", ""]


@pytest.mark.parametrize("is_folded", [False, True])
def test_filters_show_the_calls_of_their_runs_alone(visitor, url, project, is_folded):
    record(project, "a", 2, agent="codex", repo="shop")
    record(project, "b", 3, agent="claude", repo="shop")
    if is_folded:
        fold_tool_sums_all_projects()

    def calls(query):
        page = visitor.get(f"{url}{CUSTOM}{query}")
        return [row[1] for row in rows_of(page, "Tools")] if b"<h2>Tools" in page.content else []

    assert calls("") == calls("&repo=shop") == ["5"]
    assert calls("&agent=codex") == calls("&agent=codex&repo=shop") == ["2"]
    assert calls("&agent=codex&repo=other") == calls("&server=github") == []


@pytest.mark.parametrize("is_folded", [False, True])
@pytest.mark.parametrize(
    "when", [CUSTOM, "?when=custom&from=2025-12-30&to=2026-01-03"]
)  # by the hour, the day
def test_table_has_a_line_for_each_agent_or_repository(visitor, url, project, is_folded, when):
    record(project, "before", 2, agent="codex", repo="shop", start=NOW - timedelta(days=6), ms=5_000)
    record(project, "a", 2, agent="codex", repo="shop", failed=1)
    record(project, "b", 3, agent="claude", repo="shop", tool="mcp__github__get")
    record(project, "c", 4, agent="claude", repo="till")
    record(project, "d", 1)  # of nobody that is known
    if is_folded:
        fold_tool_sums_all_projects()

    def lines(query, heading):
        rows = rows_of(visitor.get(url + when + query), heading)
        return [(row[0], row[1], row[3].split(" was")[0]) for row in rows]

    codex, claude = ("codex", "2", "50 %"), ("claude", "7", "0 %")
    assert lines("&by=agent", "Agents") == [claude, codex]
    assert lines("&by=agent&sort=failures", "Agents") == [codex, claude]
    assert lines("&by=agent&agent=codex", "Agents") == [codex]
    assert lines("&by=repo", "Repositories") == [("shop", "5", "20 %"), ("till", "4", "0 %")]
    assert lines("&by=agent&repo=shop", "Agents") == [("claude", "3", "0 %"), codex]
    assert lines("&by=agent&server=github", "Agents") == [("claude", "3", "0 %")]
    assert lines("&by=nothing", "Tools")[0][:2] == ("Bash", "7")
    before = rows_of(visitor.get(url + when + "&by=agent"), "Agents")[1][5]
    assert before == ("42 ms was 5.1 s" if "12-30" in when else "42 ms")


def test_names_lead_to_the_page_of_them_alone(visitor, url, project):
    record(project, "a", 2, agent="codex", tool="mcp__github__get")
    html = visitor.get(f"{url}{CUSTOM}&by=agent").content.decode()
    period = CUSTOM.removeprefix("?").replace("&", "&amp;")
    assert f'<a class="link" href="?{period}&amp;agent=codex">codex</a>' in html
    assert f'<a class="link" href="?{period}&amp;server=github">github</a>' in html
    assert f'<a class="link" href="../calls/?{period}&amp;agent=codex">2</a>' in html


@pytest.mark.parametrize("hour", ["24", "0" * 5000, "x", "٣"])
def test_an_hour_that_is_none_is_left_out(visitor, url, calls_url, hour):
    for address in (url, calls_url):
        assert "last 7 days" in text_of(visitor.get(address, {"at": f"2026-01-02T{hour}"}))


def test_cell_leads_to_its_calls(visitor, url, calls_url, project):
    record(project, "r", 3)
    record(project, "later", 2, start=NOW + timedelta(hours=5))
    page = visitor.get(url + CUSTOM).content.decode()
    links = re.findall(r'<td class="heat-\d"><a href="([^"]+)"', page)
    assert links[:2] == [
        "../calls/?tool=Bash&amp;at=2026-01-02T03",
        "../calls/?tool=Bash&amp;at=2026-01-02T08",
    ]
    assert listed(visitor.get(calls_url + links[0].removeprefix("../calls/").replace("&amp;", "&"))) == [
        "2",
        "1",
        "0",
    ]
    assert "p95 42 ms, 0 failed" in page


def test_table_is_sorted_as_the_url_says(visitor, url, project):
    record(project, "a", 5, tool="Read", ms=5)
    record(project, "b", 2, tool="Bash", ms=900, failed=1)
    assert [row[0] for row in rows_of(visitor.get(url + CUSTOM), "Tools")] == ["Read", "Bash"]
    assert [row[0] for row in rows_of(visitor.get(f"{url}{CUSTOM}&sort=p95"), "Tools")] == ["Bash", "Read"]
    assert 'aria-sort="descending"' in visitor.get(f"{url}{CUSTOM}&sort=p95").content.decode()


def test_colour_by_failures_warms_what_fails(visitor, url, project):
    record(project, "a", 2, failed=1)
    assert '<td class="heat-6"' in visitor.get(f"{url}{CUSTOM}&colour=failures").content.decode()
    assert '<td class="heat-0"' in visitor.get(url + CUSTOM).content.decode()


def test_calls_are_paged_newest_first_without_gap_or_repeat(visitor, calls_url, project):
    record(project, "r", CALLS_PAGE + 30)  # over two hours
    record(project, "s", 40, start=NOW + timedelta(minutes=30, seconds=30))
    first = visitor.get(calls_url + CUSTOM)
    seen = list(zip(*[iter(re.findall(r'datetime="([^"]+)"', first.content.decode()))], strict=True))
    older = re.search(r'rel="next" href="([^"]+)"', first.content.decode())
    while older:
        page = visitor.get(calls_url + older[1].replace("&amp;", "&")).content.decode()
        seen += [(time,) for time in re.findall(r'<time datetime="([^"]+)"', page)]
        older = re.search(r'rel="next" href="([^"]+)"', page)
    assert len(seen) == CALLS_PAGE + 30 + 40
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == len(seen)


def test_calls_are_filtered_by_tool_failure_and_duration(visitor, calls_url, project):
    record(project, "a", 3, failed=1)
    record(project, "b", 2, tool="Read", ms=5_000)

    def number(query):
        return len(listed(visitor.get(f"{calls_url}{CUSTOM}{query}")))

    assert [number(""), number("&tool=Read"), number("&failed=1"), number("&took=3"), number("&took=6")] == [
        5, 2, 1, 3, 0,
    ]  # fmt: skip
    assert number("&took=7") == 2
    assert number("&took=nonsense&before=nonsense") == 5


def test_empty_page_says_what_to_do(visitor, url):
    assert "No tool was called in this time." in text_of(visitor.get(url))


def test_tools_are_not_there_for_an_outsider(client, outsider, url, calls_url, project):
    record(project)
    client.force_login(outsider)
    assert [client.get(each).status_code for each in (url, calls_url)] == [404, 404]


def test_tools_of_other_projects_stay_theirs(visitor, url, project, team):
    from teams.actions import create_project

    record(create_project(team, "Other"))
    assert "No tool was called" in text_of(visitor.get(url + CUSTOM))


def ask(project, run, *commands, status=StepStatus.FAILED, start=NOW):
    """Record and judge a run of commands a minute apart; each time another word of what they are for."""
    steps = [
        StepRecord(
            run=run, key=f"c{n}", kind=Kind.TOOL, source="t", tool="Bash", output="no", error=f"exit {n}",
            input=f'{{"command":"{command}","description":"try {n}"}}', status=status,
            started_at=start + timedelta(minutes=n), ended_at=start + timedelta(minutes=n, seconds=1),
        )
        for n, command in enumerate(commands)
    ]  # fmt: skip
    save(project, Batch(runs=[RunRecord(external_id=run, source="t")], steps=steps), now=NOW)
    judge_run(Run.objects.get(project=project, external_id=run).id, now=NOW)


def test_calls_that_fail_most_are_those_that_asked_the_same(visitor, url, calls_url, project):
    ask(project, "a", "npm test", "ls", "npm test")
    ask(project, "b", "npm test", "make", start=NOW + timedelta(seconds=30))
    ask(project, "fine", *["make"] * 5, status=StepStatus.OK)
    ask(project, "old", *["make"] * 5, start=NOW - timedelta(days=3))
    page = visitor.get(url + CUSTOM)
    assert "The 5 failed calls, by tool" in text_of(page)
    rows = rows_of(page, "Calls that fail most")
    assert [row[:4] for row in rows] == [
        ["3", "Bash npm test", "2 runs", "exit 2"],
        ["1", "Bash make", "1 run", "exit 1"],
        ["1", "Bash ls", "1 run", "exit 1"],
    ]
    links = re.findall(r'<a class="link use-failed" href="([^"]+asked[^"]+)"', page.content.decode())
    behind = visitor.get(calls_url + links[0].removeprefix("../calls/").replace("&amp;", "&"))
    assert [row[0] for row in rows_in(behind.content.decode())] == ["Bash npm test"] * 3


def test_failed_calls_that_asked_the_same_are_paged(visitor, calls_url, project):
    ask(project, "a", *["npm test", "ls"] * (CALLS_PAGE + 5))
    seen, query = [], f"{CUSTOM}&tool=Bash&failed=1&asked=npm+test"
    while query:
        page = visitor.get(calls_url + query)
        seen += re.findall(r'<time datetime="([^"]+)"', page.content.decode())
        older = re.search(r'rel="next" href="([^"]+)"', page.content.decode())
        query = older[1].replace("&amp;", "&") if older else ""
    assert len(seen) == len(set(seen)) == CALLS_PAGE + 5
    assert seen == sorted(seen, reverse=True)


def test_only_the_last_failed_calls_are_gathered(visitor, url, project, monkeypatch):
    monkeypatch.setattr("runs.queries.tools.FAILED_READ", 3)
    monkeypatch.setattr("runs.views.tools.FAILED_READ", 3)
    ask(project, "a", "ls", "ls", "make", "make", "make")
    page = visitor.get(url + CUSTOM)
    assert "The last 3 failed calls, by tool" in text_of(page)
    assert [row[:2] for row in rows_of(page, "Calls that fail most")] == [["3", "Bash make"]]
