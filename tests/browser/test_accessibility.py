"""Axe-core finds no serious fault on the pages people look at all day, light and dark, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.settling import settle

SERIOUS = ("serious", "critical")
#: Paths below the run list, and below the run that goes sideways.
LIST_PAGES = (
    "",
    "?q=nothing-like-it",
    "import/",
    "problems/",
    "connect/",
    "connect/?client=ai-sdk",
    "../../teams/demo/rejected/",
    "findings/",
    "findings/hidden-change/",
    "rules/",
    "reports/",
    "reports/?a.variant=thorough&b.variant=test-first",
)
ALERT_PAGES = ("", "rules/", "rules/new/?kind=fact", "channels/", "channels/new/?kind=email", "deliveries/")
RUN_PAGES = (
    "",
    "?step=0",
    "?step=6",
    "?step=7",
    "?step=10",
    "?step=12",
    "?step=14",
    "?step=19",
    "?thinking=1",
    "?find=ttl",
    "tree/",
    "tree/?open=t5.t10.s24&step=12&by=cost",
    "log/",
    "log/?status=failed&open=14&step=14",
    "log/?kind=retry&tool=Bash",
    "changes/",
    "changes/net/",
    "files/?path=auth/session.ts",
    "files/?path=auth/session.ts&view=whole",
    "steps/7/became/",
    "steps/12/messages/?format=anthropic",
    "steps/12/files/",
)
#: Steps of the run that uses many tools: a table, matches, a page, intent beside effect.
TOOL_PAGES = ("steps/5/", "steps/10/", "?step=15", "steps/36/")


def faults_of(page):
    """List (rule, where) of what is serious."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        (fault["id"], node["target"], node["failureSummary"])
        for fault in found
        if fault["impact"] in SERIOUS
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pages_are_accessible(open_page, places, width, scheme):
    page = open_page(places(), viewport={"width": width, "height": 900}, color_scheme=scheme)
    origin = page.url.removesuffix(places())
    run = places("demo-sideways")
    faults = {}
    tools = [places("demo-tools") + end for end in TOOL_PAGES]
    ids = [
        places(name).split("/")[-2] for name in ("demo-pair-test-first", "demo-pair-straight", "demo-clean")
    ]
    compared = [f"compare/?runs={','.join(ids[:number])}" for number in range(4)]
    lists = [*LIST_PAGES, *compared, *(f"alerts/{end}" for end in ALERT_PAGES)]
    for path in (*(places() + end for end in lists), *(run + end for end in RUN_PAGES), *tools):
        page.goto(origin + path)
        settle(page)
        if found := faults_of(page):
            faults[path] = found
    assert faults == {}
