"""Slugs: readable, free, and never an address of the site itself."""

import pytest
from django.urls import get_resolver

from teams.refusals import ReservedName
from teams.roles import ROLES, ROLES_WITH, role_allows, roles_granted_by
from teams.slugs import RESERVED_SLUGS, free_slug, slug_of


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme Inc.", "acme-inc"),
        ("Über Café", "uber-cafe"),
        ("日本", "team"),
        ("--", "team"),
        ("x" * 80, "x" * 50),
        ("checkout_service", "checkout_service"),
    ],
)
def test_slug_of_name(name: str, slug: str) -> None:
    assert slug_of(name, fallback="team") == slug


@pytest.mark.parametrize("name", ["API", "admin", " New ", "Static!", "teams"])
def test_slug_of_reserved_name(name: str) -> None:
    with pytest.raises(ReservedName, match="choose another"):
        slug_of(name, fallback="team")


def test_reserved_slugs_cover_the_urls() -> None:
    first_parts = {str(entry.pattern).split("/")[0].lstrip("^") for entry in get_resolver().url_patterns}
    nested = {
        str(leaf.pattern).lstrip("^").split("/")[0]
        for entry in get_resolver().url_patterns
        for leaf in getattr(entry, "url_patterns", [])
        if str(entry.pattern) == ""
    }
    fixed = {part for part in first_parts | nested if part and "<" not in part}

    assert fixed - RESERVED_SLUGS == set()


def test_free_slug_counts_on() -> None:
    assert free_slug("acme", []) == "acme"
    assert free_slug("acme", ["acme", "acme-2"]) == "acme-3"
    assert free_slug("x" * 50, ["x" * 50]) == "x" * 48 + "-2"


def test_roles_are_nested() -> None:
    assert [needs for needs in ROLES_WITH if role_allows("member", needs)] == ["view", "change"]
    assert [needs for needs in ROLES_WITH if role_allows("viewer", needs)] == ["view"]
    assert [needs for needs in ROLES_WITH if role_allows("admin", needs)] == ["view", "change", "manage"]
    assert [needs for needs in ROLES_WITH if role_allows("owner", needs)] == list(ROLES_WITH)
    assert [needs for needs in ROLES_WITH if role_allows(None, needs)] == []


def test_roles_granted_by_role() -> None:
    assert roles_granted_by("owner") == ROLES
    assert roles_granted_by("admin") == ("admin", "member", "viewer")
    assert roles_granted_by("member") == roles_granted_by("viewer") == roles_granted_by(None) == ()
