"""What an address of a run holds from page to page."""

from runs.states import kept_but, kept_in, query_of


def test_kept_are_known_names_that_are_set_in_one_order():
    given = {"find": "a&b", "before": "3", "events": "", "step": "6", "to": "9" * 300}
    assert kept_in(given) == (("step", "6"), ("to", "9" * 200), ("find", "a&b"))


def test_names_are_left_out():
    assert kept_but((("step", "6"), ("from", "1"), ("find", "x")), "from", "find") == (("step", "6"),)


def test_query_has_its_mark_only_where_there_is_one():
    assert query_of([]) == ""
    assert query_of([("find", "a&b"), ("step", 6)]) == "?find=a%26b&step=6"
