"""The only writer of prompts: a judgement recognises which system prompts its run was given.

What a run says of it seldom changes while it grows, so a judgement asks for little: the first contexts of its
lanes. Only when those, or the names that prompts go by, are others than the last time, are texts read.
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.db import connection

from runs.blobs import indexable, storable
from runs.comparing.limits import PROMPT_CALLS, PROMPT_LANES, PROMPT_VERSIONS
from runs.comparing.prompts import family_of, template_of, version_key
from runs.findings.clues import Clue
from runs.kinds import Kind
from runs.models import PromptFamily, PromptUse, PromptVersion, Run
from runs.queries.prompting import Head, Told, heads_of, root_of, text_in_message, told_of
from runs.records import digest_of

#: Raise it when prompts are recognised otherwise: runs are then judged anew.
VERSION = 1

_LLM = str(Kind.LLM)
_NOBODY = Told("", "", "", "")

#: Give the numbers that a family has to its versions in the order of their first runs.
RENUMBER = """
    WITH ranked AS (
        SELECT id, row_number() OVER (ORDER BY first_at, id) AS place FROM runs_promptversion
        WHERE family_id = %(family)s
    ), numbers AS (
        SELECT number, row_number() OVER (ORDER BY number) AS place FROM runs_promptversion
        WHERE family_id = %(family)s
    )
    UPDATE runs_promptversion AS version SET number = numbers.number
    FROM ranked JOIN numbers USING (place)
    WHERE version.id = ranked.id AND version.number <> numbers.number
"""

#: Versions that no run uses any more go, and their families with them.
DROP_UNUSED = """
    DELETE FROM runs_promptversion AS version WHERE id = ANY(%(versions)s)
        AND NOT EXISTS (SELECT 1 FROM runs_promptuse AS use
            WHERE use.project_id = version.project_id AND use.version = version.id)
"""


class Given(NamedTuple):
    """A prompt that a lane was given."""

    family: str
    told: str
    template: str
    text: str
    message: bytes | None
    lane: str


def recognise(run: Run, clues: Iterable[Clue], *, known: bytes | None) -> tuple[bytes, int | None]:
    """Keep which prompts a run was given: what they were recognised by, and the version of the main one.

    `known`: what they were recognised by last time; when it is still the same, nothing is written.
    """
    heads = heads_of(run.id, first_calls(clues))
    told = told_of(run.id, [lane for lane in heads if lane])
    basis = basis_of(run, heads.values(), told)
    if known is not None and basis == bytes(known):
        return basis, run.prompt if run.prompt else _main_of(run.id)
    given = [one for lane in dict.fromkeys(["", *heads]) if (one := _given(run, lane, heads, told))]
    return basis, _keep(run, given)


def first_calls(clues: Iterable[Clue]) -> list[int]:
    """List the first model calls of the first lanes."""
    lanes: dict[str, list[int]] = {"": []}
    for clue in sorted([clue for clue in clues if clue.kind == _LLM], key=attrgetter("seq")):
        if clue.lane in lanes or len(lanes) < PROMPT_LANES:
            calls = lanes.setdefault(clue.lane, [])
            if len(calls) < PROMPT_CALLS:
                calls.append(clue.seq)
    return [seq for calls in lanes.values() for seq in calls]


def basis_of(run: Run, heads: Iterable[Head], told: dict[str, Told]) -> bytes:
    """Digest all that the prompts of a run hang on."""
    parts = [VERSION, run.agent, run.cwd, sorted(heads), sorted(told.items()), run.sort_at.isoformat()]
    return digest_of(msgspec.json.encode(parts))


def _given(run: Run, lane: str, heads: dict[str, Head], told: dict[str, Told]) -> Given | None:
    head, beside = heads.get(lane), told.get(lane, _NOBODY)
    message = root_of(run.id, head.digest) if head else None
    text = text_in_message(run.id, message) if message else None
    if text is None:
        message, text = None, beside.text
    if not text and not beside.template:
        return None
    named = beside.name or family_of(run.agent, head.kind or "sub-agent" if head and lane else "")
    template = template_of(beside.template or text, cwd=run.cwd)
    return Given(indexable(named), storable(beside.version), storable(template), text, message, lane)


def _main_of(run_id: UUID) -> int | None:
    return PromptUse.objects.filter(run_id=run_id, is_main=True).values_list("version", flat=True).first()


def _keep(run: Run, given: Sequence[Given]) -> int | None:
    uses: dict[int, PromptUse] = {}
    for one in sorted(given, key=lambda one: (one.family, one.lane)):  # two workers wait, never crosswise
        version = _version(run, one)
        if version is not None and (version not in uses or not one.lane):
            uses[version] = PromptUse(
                run_id=run.id, version=version, project_id=run.project_id, is_main=not one.lane,
                digest=digest_of(one.text.encode("utf-8", "replace")), message=one.message, lane=one.lane,
                at=run.sort_at,
            )  # fmt: skip
    old = set(PromptUse.objects.filter(run_id=run.id).values_list("version", flat=True))
    PromptUse.objects.filter(run_id=run.id).delete()
    PromptUse.objects.bulk_create(uses.values())
    if gone := sorted(old - uses.keys()):
        with connection.cursor() as cursor:
            cursor.execute(DROP_UNUSED, {"versions": gone})
    return next((version for version, use in uses.items() if use.is_main), None)


def _version(run: Run, one: Given) -> int | None:
    """Find or make the version of a prompt; None when its family has too many."""
    family = _family(run.project_id, one.family)
    versions = PromptVersion.objects.filter(project_id=run.project_id, family=family)
    key = version_key(one.template, one.told)
    known = versions.filter(key=key).values_list("id", "first_at").first()
    if known is not None and known[1] <= run.sort_at:
        return int(known[0])
    locked = PromptFamily.objects.select_for_update().get(pk=family)
    known = versions.filter(key=key).values_list("id", "first_at").first()
    if known is None:
        if versions.count() >= PROMPT_VERSIONS:
            return None
        locked.versions += 1
        locked.save(update_fields=["versions"])
        made = PromptVersion.objects.create(
            project_id=run.project_id, family=locked, key=key, number=locked.versions, told=one.told,
            template=one.template, first_at=run.sort_at,
        )  # fmt: skip
        known = (made.pk, run.sort_at)
    versions.filter(pk=known[0], first_at__gt=run.sort_at).update(first_at=run.sort_at)
    with connection.cursor() as cursor:
        cursor.execute(RENUMBER, {"family": family})
    return int(known[0])


def _family(project_id: int, name: str) -> int:
    families = PromptFamily.objects.filter(project_id=project_id, name=name).values_list("id", flat=True)
    found = families.first()
    if found is None:
        new = PromptFamily(project_id=project_id, name=name)
        PromptFamily.objects.bulk_create([new], ignore_conflicts=True)
        found = families.first()
    assert found is not None
    return int(found)
