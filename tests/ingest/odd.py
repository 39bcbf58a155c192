"""Odd values in every field of a real body: which places it has, and copies of it with one place changed."""

import json
from collections.abc import Iterator
from typing import Any

Path = tuple[Any, ...]
Shape = tuple[str, ...]

#: What no sender should write, but some does. NaN is written as the word, which no JSON has.
ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 10**19, 2**70, 10**400, float("nan"), 1e308, -0.5),
    *(
        "",
        "\x00",
        "\ud83d",
        "x" * 70_000,
        "9999-12-31T23:59:59Z",
        "2500-01-01T00:00:00Z",
        "2026-01-01",
        "[1",
        "{}",
    ),
    *([], [None], {}, {"\x00": {"a": [[]]}}, [[["x"]]]),
    json.loads("[" * 90 + "]" * 90),
)


def places(value: Any, path: Path = (), shape: Shape = ()) -> Iterator[tuple[Shape, Path]]:
    """Yield every place of a JSON value with its shape, in which attributes go by their key."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        name = key if isinstance(key, str) else named(inner)
        yield (*shape, name), (*path, key)
        yield from places(inner, (*path, key), (*shape, name))


def named(item: Any) -> str:
    """Say what an item of a list is: an attribute goes by its key, a record by its type."""
    if not isinstance(item, dict):
        return "[]"
    told = item.get("key") or item.get("type") or item.get("kind") or item.get("object")
    return f"[{told}]" if isinstance(told, str) else "[]"


def shapes(value: Any) -> dict[Shape, Path]:
    """List one place of each shape."""
    return dict(reversed(list(places(value))))


def at(value: Any, path: Path) -> Any:
    """Give what lies at a place."""
    for key in path:
        value = value[key]
    return value


def changed(value: Any, path: Path, odd: Any) -> Any:
    """Copy a JSON value with another one at a place; what lies beside the way there is shared."""
    if not path:
        return odd
    copy = value.copy()
    copy[path[0]] = changed(value[path[0]], path[1:], odd)
    return copy


def variants(record: Any) -> Iterator[tuple[Shape, Any]]:
    """Yield copies with an odd value in each place, also inside of texts that are JSON."""
    for shape, path in shapes(record).items():
        yield from ((shape, changed(record, path, odd)) for odd in ODD)
        inner = json_in(at(record, path))
        for deeper, way in shapes(inner).items():
            for odd in ODD:
                yield (*shape, *deeper), changed(record, path, json.dumps(changed(inner, way, odd)))


def json_in(value: Any) -> Any:
    """Decode a text that is JSON of a list or an object."""
    try:
        return json.loads(value) if isinstance(value, str) and value[:1] in ("{", "[") else None
    except ValueError:
        return None


def as_bytes(value: Any) -> bytes:
    """Write JSON as careless programs do: lone surrogates and NaN as they are."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
