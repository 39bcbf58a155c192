"""Plans, and what changed in them."""

from runs.plans import PlanItem, compared, items_of, items_of_list


def plan(**states):
    return items_of({"todos": [{"content": name, "status": state} for name, state in states.items()]}, {})


def test_items_are_read_in_every_spelling():
    told = [
        items_of({"plan": [{"step": "a", "status": "in_progress"}]}, {}),
        items_of({"todos": [{"description": "a", "status": "in-progress", "priority": "medium"}]}, {}),
        items_of({}, {"todos": [{"content": "a", "status": "active"}]}),
        items_of({"todos": "# Plan\n- [-] a\n"}, {}),
    ]
    assert told == [[PlanItem(text="a", state="in_progress")]] * 4


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


def test_tasks_of_a_list_are_items():
    told = "#1 [completed] Look (ann)\n#2 [in_progress] Fix\nno task\n#3 [odd] Rest"
    assert [(item.text, item.state, item.note) for item in items_of_list(told)] == [
        ("Look (ann)", "completed", "task 1"),
        ("Fix", "in_progress", "task 2"),
        ("Rest", "pending", "task 3"),
    ]
