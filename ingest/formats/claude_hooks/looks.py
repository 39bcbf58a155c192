"""What our recorder saw in the work tree around a tool call: changes on disk, and what is checked out."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from ingest import wild
from ingest.formats.claude_code.edits import LONGEST_PATH
from ingest.formats.claude_hooks.calls import roots_of
from ingest.formats.claude_hooks.hook import SOURCE, Hook, known_of, step_of
from ingest.limits import LOOKED_FILES
from runs.kinds import Basis, Kind, Op, Origin, StepStatus
from runs.losses import LossKind
from runs.records import Batch, ChangeRecord, RunRecord, digest_of

LOOK = "AgentScopeLook"
OPS = {"create": Op.CREATE, "delete": Op.DELETE}
SHOWN_FILES, DIRTY_FILES, WHY_CHARS = 20, 50, 80


def looked(hook: Hook) -> Batch:
    """Read one look: the changes are of the call that it names, else of a step of nobody's."""
    told = [one for one in wild.objects(hook.ours.get("changes"))[:LOOKED_FILES] if path_in(one)]
    call = wild.identity(hook.given.get("tool_use_id"))
    batch = Batch(runs=[*runs_of(hook)])
    if not told:
        return batch
    if call is None:
        paths = [path_in(one) for one in told]
        call = f"look:{hook.text_of_ours('ts') or ''}:{digest_of(chr(0).join(paths).encode()).hex()[:16]}"
        named = step_of(
            hook,
            Kind.EVENT,
            call,
            name="Changed between calls",
            input="\n".join(paths[:SHOWN_FILES]),
            status=StepStatus.OK,
        )
        batch += Batch(steps=[replace(named, raw=None)])
    return batch + Batch(changes=[change_of(hook, one, call) for one in told])


def path_in(told: dict[str, Any]) -> str:
    """Read which file changed; empty is none."""
    path = wild.text(told.get("path")) or ""
    return path if len(path) <= LONGEST_PATH else ""


def change_of(hook: Hook, told: dict[str, Any], call: str) -> ChangeRecord:
    """Read one file that is not what it was."""
    root, path = hook.text_of_ours("root"), path_in(told)
    place = roots_of(hook).place(f"{root.rstrip('/')}/{path}" if root else path, hook.cwd)
    before, after = wild.text(told.get("before")), wild.text(told.get("after"))
    whole = told.get("basis") != "name" and (before is not None or after is not None)
    return ChangeRecord(
        run=hook.session,
        step=call,
        key=f"{call}:{Origin.OBSERVED}:{place.path}",
        path=place.path,
        outside=place.outside,
        op=OPS.get(str(told.get("op")), Op.EDIT),
        source=SOURCE,
        origin=Origin.OBSERVED,
        basis=Basis.CONTENT if whole else Basis.NAME,
        before=before if whole else None,
        after=after if whole else None,
    )


def runs_of(hook: Hook) -> Iterator[RunRecord]:
    """Read what is checked out, and why nothing could be seen."""
    known, dirty = known_of(hook), wild.integer(hook.ours.get("dirty"))
    files = [path for path in map(wild.text, wild.items(hook.ours.get("dirty_files"))) if path]
    if dirty is not None:
        facts = {"branch": hook.text_of_ours("branch"), "commit": hook.text_of_ours("commit")}
        meta = {**known.meta, "dirty": dirty, "dirty_files": files[:DIRTY_FILES]}
        yield replace(known, meta=meta, **facts)
    if why := hook.text_of_ours("unseen"):
        losses = {f"{LossKind.UNSEEN}:{why[:WHY_CHARS]}": 1}
        yield RunRecord(external_id=hook.session, source=SOURCE, at=hook.at, losses=losses)
