"""All rules over one run. Pure: the same clues give the same findings, however they came."""

from collections.abc import Collection
from hashlib import blake2b

from msgspec import Struct
from msgspec.structs import replace

from runs.findings.case import Case
from runs.findings.found import Found, Signature
from runs.findings.limits import FINDING_KEY_CHARS, FINDINGS_KEPT, SENTENCE_CHARS
from runs.findings.signatures import ALL
from runs.words import one_line


class Judged(Struct, frozen=True, kw_only=True):
    """What one rule found."""

    signature: Signature
    found: Found

    @property
    def severity(self) -> int:
        return int(self.found.severity or self.signature.severity)


def judge(case: Case, *, muted: Collection[str] = ()) -> list[Judged]:
    """Apply all rules but the muted ones; findings come in the order in which they came true."""
    found = [
        Judged(signature=signature, found=_harmless(each))
        for signature in ALL
        if signature.slug not in muted
        for each in _first_ones(case, signature)
    ]
    return sorted(found, key=lambda judged: (_place(case, judged), -judged.severity, judged.signature.slug))


def _harmless(found: Found) -> Found:
    """Keep what a trace brings into a sentence on one line and short; a long key keeps its difference."""
    sentence, key = one_line(found.sentence, limit=SENTENCE_CHARS), found.key
    if len(key) > FINDING_KEY_CHARS:
        digest = blake2b(key.encode("utf-8", "replace"), digest_size=8).hexdigest()
        key = f"{key[: FINDING_KEY_CHARS - len(digest)]}{digest}"
    return replace(found, sentence=sentence, key=key)


def _first_ones(case: Case, signature: Signature) -> list[Found]:
    found = case.once(signature.rule)
    if len(found) <= FINDINGS_KEPT:
        return found
    return sorted(found, key=lambda each: case.places.get(each.at, len(case.clues)))[:FINDINGS_KEPT]


def _place(case: Case, judged: Judged) -> int:
    return case.places.get(judged.found.at, len(case.clues))
