"""All signatures, in the order in which the catalogue shows them. Each module has its own tuple of them."""

from types import MappingProxyType

from runs.findings.found import Registry, Signature
from runs.findings.signatures import (
    drift,
    edits,
    endings,
    failing,
    failures,
    growth,
    guarded,
    hidden,
    inputs,
    loops,
    memory,
    mismatches,
    pace,
    retries,
    slow_tools,
    waits,
)

ALL: tuple[Signature, ...] = (
    *loops.SIGNATURES,
    *retries.SIGNATURES,
    *failing.SIGNATURES,
    *drift.SIGNATURES,
    *inputs.SIGNATURES,
    *mismatches.SIGNATURES,
    *growth.SIGNATURES,
    *memory.SIGNATURES,
    *edits.SIGNATURES,
    *hidden.SIGNATURES,
    *guarded.SIGNATURES,
    *failures.SIGNATURES,
    *pace.SIGNATURES,
    *slow_tools.SIGNATURES,
    *waits.SIGNATURES,
    *endings.SIGNATURES,
)

SIGNATURES: Registry = MappingProxyType({signature.slug: signature for signature in ALL})

#: Changes when any rule does: runs judged by other rules are judged anew when they next change or are opened.
RULES_VERSION = sum(signature.version for signature in ALL) * 1_000 + len(ALL)
