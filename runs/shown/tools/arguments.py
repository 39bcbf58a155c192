"""Arguments of a call as a table: short ones beside their names, long or nested ones below."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString

from runs.ansi import strip_ansi
from runs.json_trees import tree_html
from runs.shown.texts import TextShown, plain

ARGUMENTS_MOST = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Argument:
    """One argument of a call; long ones get a block, nested ones a tree."""

    name: str
    value: str = ""
    block: TextShown | None = None
    tree: SafeString | None = None


def arguments_shown(arguments: Mapping[str, object]) -> list[Argument]:
    """List arguments in the order in which they came."""
    return [
        _shown(strip_ansi(str(name))[:200], value) for name, value in list(arguments.items())[:ARGUMENTS_MOST]
    ]


def _shown(name: str, value: object) -> Argument:
    if isinstance(value, str) and len(value) < 100 and "\n" not in value:
        return Argument(name=name, value=strip_ansi(value))
    if isinstance(value, str):
        return Argument(name=name, block=plain(value))
    if isinstance(value, dict | list) and value:
        tree = tree_html(value)
        if tree is not None and not _is_flat(value):
            return Argument(name=name, tree=tree)
    text = json.dumps(value, ensure_ascii=False)
    return Argument(name=name, value=text) if len(text) < 300 else Argument(name=name, block=plain(text))


def _is_flat(value: dict[str, object] | list[object]) -> bool:
    """Say whether a list is a few words, which read best on one line."""
    return (
        isinstance(value, list)
        and all(not isinstance(one, dict | list) and len(str(one)) < 60 for one in value[:10])
        and len(value) <= 10
    )
