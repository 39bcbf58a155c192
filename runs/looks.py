"""How the changes of a run are looked at: what the URL says, and the links that say otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from runs.difflines import How
from runs.limits import CHANGE_PATH_CHARS, COMPARED_BYTES, FILTER_CHARS
from runs.states import Kept, kept_in, query_of

#: Field -> the name and the value in the URL that choose it.
_CHOICES = {
    "split": ("view", "split"),
    "ignore_space": ("ws", "ignore"),
    "by_file": ("order", "file"),
    "only_hidden": ("only", "hidden"),
    "whole": ("context", "all"),
}
_WORDS = {"words": ("q", FILTER_CHARS), "path": ("path", CHANGE_PATH_CHARS)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What a reader chose. The defaults are what a bare URL shows."""

    split: bool = False
    ignore_space: bool = False
    by_file: bool = False
    only_hidden: bool = False
    whole: bool = False  #: unchanged lines are shown, too
    words: str = ""  #: filter by path: a piece of it, or a pattern with `*`
    path: str = ""  #: one file
    kept: Kept = ()  #: what the address holds of the run besides

    @property
    def is_filtered(self) -> bool:
        return bool(self.words or self.path or self.only_hidden)

    @property
    def how(self) -> How:
        context = {"context": COMPARED_BYTES} if self.whole else {}
        return How(ignore_space=self.ignore_space, **context)

    def query(self, *more: tuple[str, object]) -> str:
        """Write it as a query string with its question mark; empty for what a bare URL shows."""
        pairs = [(name, word) for field, (name, word) in _CHOICES.items() if getattr(self, field)]
        pairs += [(name, getattr(self, field)) for field, (name, _) in _WORDS.items() if getattr(self, field)]
        return query_of([*pairs, *more, *self.kept])

    def but(self, **changed: bool | str) -> str:
        """Write the query string of another look."""
        return replace(self, **changed).query()

    @property
    def fields_beside_words(self) -> list[tuple[str, str]]:
        """List names and values that a form which asks for words must carry along."""
        chosen = [(name, word) for field, (name, word) in _CHOICES.items() if getattr(self, field)]
        return [*(pair for pair in chosen if pair[0] != "context"), *self.kept]

    @property
    def of_one(self) -> "Look":
        """Keep only what matters to one diff."""
        return Look(split=self.split, ignore_space=self.ignore_space, whole=self.whole, kept=self.kept)


def look_of(given: Mapping[str, str]) -> Look:
    """Read a query string; what it does not know stays as it is by default."""
    chosen = {field: given.get(name) == word for field, (name, word) in _CHOICES.items()}
    written = {field: given.get(name, "").replace("\0", "")[:most] for field, (name, most) in _WORDS.items()}
    return Look(**chosen, **{**written, "words": written["words"].strip()}, kept=kept_in(given))
