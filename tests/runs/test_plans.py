"""Plans, and what changed in them."""

from runs.plans import PlanItem, compared, items_of


def plan(**states):
    return items_of({"todos": [{"content": name, "status": state} for name, state in states.items()]}, {})


def test_items_are_read_in_every_spelling():
    told = [
        items_of({"plan": [{"step": "a", "status": "in_progress"}]}, {}),
        items_of({"todos": [{"description": "a", "status": "in-progress", "priority": "medium"}]}, {}),
        items_of({}, {"todos": [{"content": "a", "status": "active"}]}),
    ]
    assert told == [[PlanItem(text="a", state="in_progress")]] * 3


def test_what_changed_since_the_plan_before_is_said():
    before = plan(a="completed", b="in_progress", c="pending", gone="pending")
    now = plan(a="completed", b="completed", c="in_progress", d="pending")
    assert [(item.text, item.change) for item in compared(now, before)] == [
        ("a", ""), ("b", "done"), ("c", "begun"), ("d", "new"), ("gone", "dropped"),
    ]  # fmt: skip


def test_first_plan_has_no_changes_and_odd_ones_no_items():
    assert [item.change for item in compared(plan(a="pending"), [])] == [""]
    assert items_of({"todos": "x", "plan": 3}, {"todos": None}) == []
    assert items_of({"todos": [1, None, {"status": 5}]}, {}) == [PlanItem(text="", state="pending")]
