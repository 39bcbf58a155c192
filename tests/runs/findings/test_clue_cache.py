"""Clues stay decoded for the runs judged lately, and what is worked out of a page stays with it."""

from uuid import UUID

from runs.findings.clue_cache import ClueCache, Page, new_stamp
from runs.findings.clues import Clue

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def pages(*sizes):
    return {page: Page(1, [Clue(n, "tool") for n in range(size)]) for page, size in enumerate(sizes)}


def test_run_used_longest_ago_goes_first():
    cache = ClueCache(most=10)
    first, second, third = pages(4), pages(3, 1), pages(4)
    cache.keep(ONE, first)
    cache.keep(TWO, second)
    cache.keep(ONE, first)
    cache.keep(THREE, third)
    assert (cache.pages_of(ONE), cache.pages_of(TWO), cache.pages_of(THREE)) == (first, {}, third)
    assert cache.size == 8


def test_run_that_is_too_long_is_not_kept():
    cache = ClueCache(most=10)
    cache.keep(ONE, pages(8, 8))
    assert (cache.pages_of(ONE), cache.size) == ({}, 0)


def test_longer_run_counts_once():
    cache = ClueCache(most=10)
    cache.keep(ONE, pages(4))
    cache.keep(ONE, pages(4, 2))
    assert cache.size == 6


def test_page_works_out_once_what_is_asked_with_the_same():
    looks = []

    def longer_than(clues, least):
        looks.append(least)
        return [clue.seq for clue in clues if clue.out_size > least]

    page = Page(1, [Clue(0, "tool", out_size=5), Clue(1, "tool", out_size=50)])
    asked = [page.once(longer_than, least) for least in (10, 1, 10)]
    assert (asked, looks) == ([[1], [0, 1], [1]], [10, 1])


def test_stamps_are_never_that_of_old_pages():
    assert 0 not in {new_stamp() for _ in range(1_000)}
