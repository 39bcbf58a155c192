"""Where two runs part: what each was asked, what the models saw, what came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from runs.comparing.beside import Differs, Row
from runs.comparing.contexts import Contexts, first_difference, is_system, sign_of, text_of
from runs.comparing.moves import Move
from runs.comparing.reasons import Account, Call, Holds, Parting, Side, account_of, lines_apart
from runs.comparing.steady import steady
from runs.contents import read_blobs, read_message_digests
from runs.keeping import Keeper
from runs.kinds import Kind
from runs.limits import ALIGNMENTS_KEPT, MESSAGES_COMPARED
from runs.models import Run, Step
from runs.queries.sidebyside import call_around, output_previews
from runs.queries.steps import rows_by_seq
from runs.sentences import sentence_of
from runs.shown.steps import facts_of
from runs.sidebyside import Beside, key_of

_Sides = tuple[Run, Run]
_kept: Keeper[tuple[UUID, int, UUID, int], Account] = Keeper(ALIGNMENTS_KEPT)


def read_account(left: Run, right: Run, beside: Beside) -> Account | None:
    """Find out why two runs part, unless that was done for these revisions; None when they do not."""
    first = beside.parts.first
    if first is None:
        return None
    return _kept.get(key_of(left, right), lambda: _found_out(left, right, beside, first))


def _found_out(left: Run, right: Run, beside: Beside, first: int) -> Account:
    runs, row = (left, right), beside.rows[first]
    here = [_here(beside.rows, first, side) for side in ("left", "right")]
    calls = [call_around(run, move.seq) if move else None for run, move in zip(runs, here, strict=True)]
    sides = [
        _side(run, beside.rows, first, side, move, call)
        for run, side, move, call in zip(runs, ("left", "right"), here, calls, strict=True)
    ]
    return account_of(
        Parting(
            differs=row.differs,
            left=sides[0],
            right=sides[1],
            prompt=_prompts(beside.rows),
            contexts=_contexts(runs, calls),
            lines=_lines(runs, row),
            reworded=beside.parts.words is not None,
        )
    )


def _here(rows: Sequence[Row], first: int, side: str) -> Move | None:
    """Find the step of one side where they part: in that row, else the next one of its lane."""
    depth = rows[first].depth
    following = (getattr(row, side) for row in rows[first:] if row.depth == depth and not row.is_aside)
    return next((move for move in following if move is not None), None)


def _side(run: Run, rows: Sequence[Row], first: int, side: str, here: Move | None, call: Step | None) -> Side:
    if here is None:
        return Side()
    told = _asked(rows, first, side, here)
    [row] = rows_by_seq(run, [told.seq])
    said = sentence_of(facts_of(row, cwd=run.cwd))
    act = f"{said.verb[:1].lower()}{said.verb[1:]} {said.object}".strip()
    params = call.detail.get("params") if call else None
    known = Call(model=call.model, params=params if isinstance(params, dict) else {}) if call else None
    return Side(step=here.seq, act=act, call=known)


def _asked(rows: Sequence[Row], first: int, side: str, here: Move) -> Move:
    """Take for a model call the first call that it asked for, which says more."""
    if here.kind != Kind.LLM:
        return here
    mine = [move for row in rows[first:] if (move := getattr(row, side)) is not None]
    after = mine[mine.index(here) + 1 :]
    return after[0] if after and after[0].kind in (Kind.TOOL, Kind.AGENT) else here


def _prompts(rows: Sequence[Row]) -> Holds:
    """Say whether both were first asked the same; not known where one run recorded no prompt."""
    asked = [row for row in rows if row.kind == Kind.PROMPT]
    if not (any(row.left for row in asked) and any(row.right for row in asked)):
        return Holds.UNKNOWN
    return Holds.SAME if asked[0].differs == Differs.NOTHING else Holds.OTHER


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sent:
    """A message list of one run: digests, and the bodies that were read."""

    run: Run
    digests: list[bytes]

    def read(self, start: int, stop: int) -> list[bytes]:
        wanted = self.digests[start:stop]
        found = read_blobs(self.run.id, wanted)
        return [found.get(digest, b"") for digest in wanted]


def _contexts(runs: _Sides, calls: Sequence[Step | None]) -> Contexts:
    """Hold what both models were sent against each other, as far as MESSAGES_COMPARED."""
    heads = [call.context_digest if call else None for call in calls]
    if heads[0] is None or heads[1] is None:
        return Contexts()
    left, right = (
        _Sent(run=run, digests=read_message_digests(run.id, bytes(head)))
        for run, head in zip(runs, heads, strict=True)
    )
    cwds = (left.run.cwd, right.run.cwd)
    begins = [left.read(0, 1), right.read(0, 1)]
    system = _system(begins[0], begins[1], cwds)
    start = max(_same_digests(left, right), int(system is False))
    stop = start + MESSAGES_COMPARED
    found = first_difference(left.read(start, stop), right.read(start, stop), cwds=cwds)
    sizes = len(left.digests), len(right.digests)
    return Contexts(
        left=sizes[0],
        right=sizes[1],
        first=start + found[0] if found else None,
        what=found[1] if found else "",
        unread=found is None and max(sizes) > stop,
        system=system,
        lines=lines_apart(*(text_of(data) for [data] in begins)) if system is False and all(begins) else None,
    )


def _same_digests(left: _Sent, right: _Sent) -> int:
    """Count the messages that both begin with, byte for byte."""
    pairs = zip(left.digests, right.digests, strict=False)
    most = min(len(left.digests), len(right.digests))
    return next((n for n, (mine, theirs) in enumerate(pairs) if mine != theirs), most)


def _system(left: Sequence[bytes], right: Sequence[bytes], cwds: tuple[str, str]) -> bool | None:
    """Say whether both were told the same before all else; None where neither list begins with that."""
    told = [bool(side) and is_system(side[0]) for side in (left, right)]
    if not any(told):
        return None
    return all(told) and sign_of(left[0], cwd=cwds[0]) == sign_of(right[0], cwd=cwds[1])


def _lines(runs: _Sides, row: Row) -> tuple[str, str] | None:
    """Read the first lines in which two prompts or two results differ."""
    if row.differs == Differs.PROMPT and row.left and row.right:
        asked = [
            rows_by_seq(run, [move.seq])[0]["input_text"]
            for run, move in zip(runs, (row.left, row.right), strict=True)
        ]
        return lines_apart(asked[0], asked[1])
    if row.differs not in (Differs.STATUS, Differs.RESULT) or row.left is None or row.right is None:
        return None
    texts = [
        steady(output_previews(run, [move.seq]).get(move.seq, ("", 0))[0], cwd=run.cwd)
        for run, move in zip(runs, (row.left, row.right), strict=True)
    ]
    return lines_apart(texts[0], texts[1])
