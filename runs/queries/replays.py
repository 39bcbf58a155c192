"""What was recorded of the messages up to a step of one run, which a project's query found."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

from runs.contents import read_blobs, read_message_digests
from runs.kinds import Kind
from runs.limits import REPLAY_BYTES, REPLAY_STEPS
from runs.models import Blob, Run, Step
from runs.queries.steps import previous_call
from runs.replay.lists import Pictures, Recorded, Source
from runs.replay.rebuilding import SPEAKING, Said

_TOO_LARGE = b'{"role":"user","content":"[A message is left out here: it is too large.]"}'
_COLUMNS = ("seq", "kind", "key", "tool", "status", "error", "started_at", "detail", "context_digest")
_TEXTS = ("input_preview", "input_digest", "input_size", "output_preview", "output_digest", "output_size")


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """A recorded list, and the model call that it was sent to, or would be next to."""

    recorded: Recorded
    call: Step | None  #: the call whose list this is, or begins with
    model: str
    params: dict[str, Any]


def replay_of(run: Run, step: Step) -> Replayed:
    """Find what the model was sent at a step; of a step that is no call, what it would be sent next."""
    lane = Step.objects.filter(run_id=run.id, agent=step.agent)
    if step.kind == Kind.LLM and step.context_digest is not None:
        return _sent(run, step, Source.SENT)
    base = previous_call(run, step)
    if step.kind != Kind.LLM:
        later = _later(lane, step)
        if later is not None and later.kind == Kind.LLM and later.context_digest is not None:
            return _sent(run, later, Source.NEXT)
    return _since(run, step, lane, base)


def _later(lane: QuerySet[Step], step: Step) -> Step | None:
    """Read the next step that speaks."""
    after = lane.filter(kind__in=SPEAKING).exclude(kind=Kind.AGENT, tool="").exclude(kind=Kind.FINAL)
    if step.started_at is None:
        after = after.filter(started_at=None, seq__gt=step.seq)
    else:
        after = after.filter(Q(started_at__gte=step.started_at) | Q(started_at=None))
        after = after.exclude(started_at=step.started_at, seq__lte=step.seq)
    return after.order_by(F("started_at").asc(nulls_last=True), "seq").first()


def _sent(run: Run, call: Step, source: Source) -> Replayed:
    messages, left_out, _ = _messages(run, call.context_digest, REPLAY_BYTES)
    pictures = _pictures(run, messages)
    recorded = Recorded(source=source, messages=messages, too_large=left_out, pictures=pictures)
    return _replayed(run, call, recorded, asks=call)


def _since(run: Run, step: Step, lane: QuerySet[Step], base: Step | None) -> Replayed:
    """Take the newest list before a step, and what was said since."""
    rows = lane.filter(kind__in=SPEAKING)
    rows = rows.filter(_before(step)) if step.started_at is not None else rows.filter(_untimed_before(step))
    if base is not None and base.started_at is not None:
        rows = rows.filter(Q(started_at__gte=base.started_at) | Q(started_at=None))
        rows = rows.exclude(started_at=base.started_at, seq__lt=base.seq)
    elif base is not None:
        rows = rows.filter(started_at=None, seq__gte=base.seq)
    newest = rows.order_by(F("started_at").desc(nulls_first=True), "-seq")
    found = list(newest.only("run_id", *_COLUMNS, *_TEXTS)[: REPLAY_STEPS + 1])
    too_many = max(0, len(found) - REPLAY_STEPS)
    steps = found[:REPLAY_STEPS][::-1]
    messages, left_out, room = _messages(run, base.context_digest if base else None, REPLAY_BYTES)
    recorded = Recorded(
        source=Source.EXTENDED if base is not None else Source.REBUILT,
        messages=messages,
        steps=_said(run, steps, room, asked=step.seq if step.kind == Kind.LLM else None),
        pictures=_pictures(run, messages),
        too_large=left_out,
        too_many=too_many,
    )
    return _replayed(run, base, recorded, asks=step if step.kind == Kind.LLM else base)


def _before(step: Step) -> Q:
    """Everything up to a step, itself included, in the order shown."""
    same = Q(started_at=step.started_at, seq__lte=step.seq)
    return Q(started_at__lt=step.started_at) | same


def _untimed_before(step: Step) -> Q:
    return Q(started_at__isnull=False) | Q(started_at=None, seq__lte=step.seq)


def _replayed(run: Run, call: Step | None, recorded: Recorded, *, asks: Step | None) -> Replayed:
    params = asks.detail.get("params") if asks is not None else None
    return Replayed(
        recorded=recorded,
        call=call,
        model=(asks.model if asks is not None else "") or run.model,
        params=params if isinstance(params, dict) else {},
    )


def _messages(run: Run, head: bytes | None, room: int) -> tuple[list[bytes], int, int]:
    """Read a list: (messages, how many were too large, room left). The largest are left out first."""
    digests = read_message_digests(run.id, bytes(head)) if head is not None else []
    sizes = _sizes(run, digests)
    chosen: set[bytes] = set()
    for digest in sorted(sizes, key=lambda digest: sizes[digest]):
        if sizes[digest] > room:
            break
        room -= sizes[digest]
        chosen.add(digest)
    texts = read_blobs(run.id, list(chosen))
    return [texts.get(digest, _TOO_LARGE) for digest in digests], sum(d not in texts for d in digests), room


def _sizes(run: Run, digests: Iterable[bytes]) -> dict[bytes, int]:
    blobs = Blob.objects.filter(run_id=run.id, digest__in=list(dict.fromkeys(digests)))
    return {bytes(digest): size for digest, size in blobs.values_list("digest", "size")}


def _said(run: Run, steps: Sequence[Step], room: int, *, asked: int | None) -> list[Said]:
    """Read what steps say, whole as far as there is room; of the call that asks, only what it was given."""
    sides = [side for step in steps for side in (step.input_digest, step.output_digest)]
    digests = [bytes(side) for side in sides if side is not None]
    chosen, sizes = [], _sizes(run, digests)
    for digest in dict.fromkeys(digests):
        room -= sizes.get(digest, 0)
        if room >= 0:
            chosen.append(digest)
    texts = read_blobs(run.id, chosen)
    return [_said_by(step, texts, asks=step.seq == asked) for step in steps]


def _said_by(step: Step, texts: dict[bytes, bytes], *, asks: bool) -> Said:
    given, whole_in = _text(step.input_preview, step.input_digest, step.input_size, texts)
    answer, whole_out = _text(step.output_preview, step.output_digest, step.output_size, texts)
    return Said(
        kind=step.kind,
        key=step.key,
        tool=step.tool,
        status=step.status,
        error=step.error,
        input=given if step.kind != Kind.LLM or step.context_digest is None else "",
        output="" if asks else answer,
        is_cut=not whole_in or not (whole_out or asks),
        is_small=bool(step.detail.get("micro")),
    )


def _text(preview: str, digest: bytes | None, size: int, texts: dict[bytes, bytes]) -> tuple[str, bool]:
    """Give (text, whether it is whole)."""
    data = texts.get(bytes(digest)) if digest is not None else preview.encode()
    if data is None:
        return preview, False
    return data.decode("utf-8", "replace"), len(data) >= size


def _pictures(run: Run, messages: Sequence[bytes]) -> Pictures:
    """Read the pictures that messages name the steps of."""
    keys = sorted({key for data in messages if b'"type":"step"' in data for key in _keys_in(data)})
    if not keys:
        return {}
    steps = Step.objects.filter(run_id=run.id, key__in=keys).only("run_id", *_COLUMNS, *_TEXTS)
    return {said.key: _kept(said) for said in _said(run, list(steps), REPLAY_BYTES, asked=None)}


def _keys_in(data: bytes) -> set[str]:
    keys: set[str] = set()

    def note(told: dict[str, Any]) -> dict[str, Any]:
        if told.get("type") == "step" and isinstance(told.get("step"), str):
            keys.add(told["step"])
        return told

    json.loads(data, object_hook=note)
    return keys


def _kept(said: Said) -> list[tuple[str, str]]:
    """List the pictures of a step: those of a prompt, or of a result."""
    for text in (said.output, said.input):
        try:
            blocks = json.loads(text) if text.startswith("[{") else []
        except ValueError:
            blocks = []
        found = [block["source"] for block in blocks if block.get("type") == "image" and "source" in block]
        if found:
            return [(source.get("media_type", ""), source.get("data", "")) for source in found]
    return []
