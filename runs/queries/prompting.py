"""What a run's prompts are recognised by: its first contexts, and prompts told beside the messages."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.db import connection

from runs.comparing.prompts import prompt_step_key, system_text
from runs.contents import read_blob
from runs.models import Step

#: The first model calls of lanes that know their messages; a lane's kind is the name of its span.
FIRST_HEADS = """
    SELECT step.agent, step.context_digest, step.context_size, coalesce(span.name, '')
    FROM runs_step AS step
    LEFT JOIN runs_step AS span
        ON span.run_id = %(run)s AND span.key = step.parent_key AND step.agent <> ''
    WHERE step.run_id = %(run)s AND step.seq = ANY(%(seqs)s) AND step.context_digest IS NOT NULL
    ORDER BY step.context_size, step.seq
"""

#: The first message of a list: from its head down its links, each by its key.
ROOT_MESSAGE = """
    WITH RECURSIVE chain AS (
        SELECT parent, message FROM runs_contextnode WHERE run_id = %(run)s AND digest = %(head)s
        UNION ALL
        SELECT node.parent, node.message
        FROM chain JOIN runs_contextnode AS node ON node.run_id = %(run)s AND node.digest = chain.parent
    )
    SELECT message FROM chain WHERE parent IS NULL
"""


class Head(NamedTuple):
    """The shortest known message list of a lane."""

    lane: str
    digest: bytes
    kind: str  #: of the sub-agent; empty for the main agent, and where nobody named one


class Told(NamedTuple):
    """A prompt told beside the messages."""

    text: str
    template: str
    name: str
    version: str


def heads_of(run_id: UUID, seqs: Sequence[int]) -> dict[str, Head]:
    """Read the shortest message list of each lane among some model calls."""
    if not seqs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(FIRST_HEADS, {"run": run_id, "seqs": list(seqs)})
        rows = cursor.fetchall()
    found: dict[str, Head] = {}
    for lane, digest, _, kind in rows:
        found.setdefault(lane, Head(lane, bytes(digest), "" if kind == lane else kind))
    return found


def told_of(run_id: UUID, lanes: Sequence[str]) -> dict[str, Told]:
    """Read what was told of the prompts of lanes beside their messages."""
    keys = {prompt_step_key(lane): lane for lane in ("", *lanes)}
    steps = Step.objects.filter(run_id=run_id, key__in=list(keys))
    names = ("key", "input_preview", "input_digest", "output_preview", "output_digest", "detail")
    return {
        keys[key]: Told(
            _whole(run_id, asked, given), _whole(run_id, answered, template),
            _word(detail, "prompt_name"), _word(detail, "prompt_version"),
        )
        for key, asked, given, answered, template, detail in steps.values_list(*names)
    }  # fmt: skip


def text_in_step(run_id: UUID, lane: str) -> str:
    """Read the prompt that a step of its own holds; empty when it is gone."""
    told = told_of(run_id, [lane]).get(lane)
    return told.text if told else ""


def root_of(run_id: UUID, head: bytes) -> bytes | None:
    """Find the content that is the first message of a list."""
    with connection.cursor() as cursor:
        cursor.execute(ROOT_MESSAGE, {"run": run_id, "head": head})
        row = cursor.fetchone()
    return bytes(row[0]) if row else None


def text_in_message(run_id: UUID, message: bytes) -> str | None:
    """Read the system prompt that a message is; None when it is another message."""
    data = read_blob(run_id, message)
    return system_text(data) if data is not None else None


def _whole(run_id: UUID, preview: str, digest: bytes | None) -> str:
    whole = read_blob(run_id, bytes(digest)) if digest else None
    return preview if whole is None else whole.decode("utf-8", "replace")


def _word(detail: dict[str, object] | str, name: str) -> str:
    found = msgspec.json.decode(detail) if isinstance(detail, str) else detail
    value = found.get(name)
    return value if isinstance(value, str) else ""
