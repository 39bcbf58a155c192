"""Comparisons in the read API."""

import pytest

from runs.actions import save_comparison
from tests.recordings import NOW
from tests.runs.comparing.recorded import record_cohort


@pytest.fixture
def get(client, read_key):
    def fetch(path, **query):
        headers = {"authorization": f"Bearer {read_key}"}
        return client.get(f"/api/v1/comparisons{path}", query, headers=headers)

    return fetch


def test_sides_are_compared(get, project) -> None:
    record_cohort(project)
    told = get("/of", **{"a.variant": "long", "b.variant": "short", "repo": "shop"}).json()
    assert told["a"] == {"filters": {"variant": "long"}, "runs": 8, "more": False}
    assert (told["id"], told["both"]) == (None, {"repo": "shop"})
    assert told["headline"] == "B is cheaper; not enough runs to tell about success."
    assert told["design"] == {
        "paired": True, "unit": "task", "units": 8, "tasks_on_both_sides": 8, "unpaired_a": 0,
        "unpaired_b": 0, "why": "8 tasks were tried on both sides",
    }  # fmt: skip
    cost = next(each for each in told["measures"] if each["measure"] == "cost")
    assert (cost["says"], cost["effect"]["is"], round(cost["effect"]["estimate"], 9)) == (
        "better",
        "ratio",
        -0.5,
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "Tell the sides apart: a.variant=…&b.variant=…, or any other filter."),
        ({"a.colour": "red"}, "There is no filter 'a.colour'."),
        ({"a.status": "purple", "b.agent": "x"}, "a.status cannot be 'purple'."),
    ],
)
def test_sides_that_mean_nothing_are_refused(get, query, said) -> None:
    answer = get("/of", **query)
    assert (answer.status_code, answer.json()) == (400, {"error": said})


def test_saved_ones_are_listed_in_pages(get, project, owner) -> None:
    ids = [
        str(save_comparison(project, f"{n}", "a.agent=x&b.agent=y&repo=z", by=owner, now=NOW).id)
        for n in range(3)
    ]
    first = get("", limit=2).json()
    assert [each["id"] for each in first["results"]] == sorted(ids)[:0:-1]
    assert first["results"][0]["both"] == {"repo": "z"}
    second = get("", limit=2, cursor=first["next"].partition("cursor=")[2].partition("&")[0]).json()
    assert ([each["id"] for each in second["results"]], second["next"]) == ([min(ids)], None)


def test_saved_one_is_compared(get, project, owner) -> None:
    record_cohort(project, tasks=6)
    saved = save_comparison(project, "prompts", "a.variant=long&b.variant=short", by=owner, now=NOW)
    told = get(f"/{saved.id}").json()
    assert (told["id"], told["name"], told["a"]["runs"]) == (str(saved.id), "prompts", 6)
