"""Which runs tried the same thing."""

from runs.comparing.tasks import task_key


def test_same_words_in_the_same_repository_are_one_task() -> None:
    assert task_key("Fix  the\ncart test ", "shop") == task_key("Fix the cart test", " shop")


def test_other_repository_or_other_case_is_another_task() -> None:
    keys = {task_key("Fix it", "shop"), task_key("Fix it", "blog"), task_key("fix it", "shop")}
    assert len(keys) == 3


def test_words_and_repository_are_not_run_together() -> None:
    assert task_key("ab", "c") != task_key("a", "bc")


def test_run_without_words_has_no_task() -> None:
    assert task_key(" \n", "shop") is None


def test_key_stays_what_it_is_in_stored_links() -> None:
    assert task_key("Fix the cart test", "shop") == bytes.fromhex("1f7d42d96eee448ac1f9af25a3a9d41d")
