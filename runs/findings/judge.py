"""All rules over one run. Pure: the same clues give the same findings, however they came."""

from collections.abc import Collection

from msgspec import Struct

from runs.findings.case import Case
from runs.findings.found import Found, Signature
from runs.findings.signatures import ALL
from runs.limits import FINDINGS_KEPT


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
        Judged(signature=signature, found=each)
        for signature in ALL
        if signature.slug not in muted
        for each in _first_ones(case, signature)
    ]
    return sorted(found, key=lambda judged: (_place(case, judged), -judged.severity, judged.signature.slug))


def _first_ones(case: Case, signature: Signature) -> list[Found]:
    found = signature.rule(case)
    if len(found) <= FINDINGS_KEPT:
        return found
    return sorted(found, key=lambda each: case.places.get(each.at, len(case.clues)))[:FINDINGS_KEPT]


def _place(case: Case, judged: Judged) -> int:
    return case.places.get(judged.found.at, len(case.clues))
