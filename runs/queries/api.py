"""What the read API reads: plain selections in a stable order."""

from collections.abc import Sequence

from django.db.models import QuerySet

from runs.diffs import unified
from runs.kinds import Op
from runs.models import FileChange, Run, Step
from runs.queries.changes import texts_of
from runs.queries.runs import RunFilter, runs_for
from teams.models import Project


def runs_matching(project: Project, chosen: RunFilter, ids: dict[str, str]) -> QuerySet[Run]:
    """Select the runs of a filter whose ids, where given, are these."""
    return runs_for(project, chosen).filter(**ids)


def steps_of(run: Run) -> QuerySet[Step]:
    """Select the steps of a run."""
    return Step.objects.filter(run_id=run.id)


def changes_of(run: Run) -> QuerySet[FileChange]:
    """Select the file changes of a run."""
    return FileChange.objects.filter(run_id=run.id)


def seqs_of_steps(run: Run, changes: Sequence[FileChange]) -> dict[str, int]:
    """Map the keys of the steps that made these changes to their numbers."""
    keys = {change.step_key for change in changes}
    return dict(Step.objects.filter(run_id=run.id, key__in=keys).values_list("key", "seq"))


def patches_of(run: Run, changes: Sequence[FileChange]) -> dict[int, str]:
    """Build the unified diff of each change whose texts are known, by number of the change."""
    texts = texts_of(run, changes)
    patches = {change.n: patch_of(change, texts) for change in changes}
    return {number: patch for number, patch in patches.items() if patch is not None}


def patch_of(change: FileChange, texts: dict[bytes, str]) -> str | None:
    """Give the reported patch, else compare the texts; None where a side is not known."""
    if change.patch_digest is not None:
        return texts.get(bytes(change.patch_digest))
    before = text_of(change.before_digest, texts)
    after = text_of(change.after_digest, texts)
    if (before is None and change.op != Op.CREATE) or (after is None and change.op != Op.DELETE):
        return None
    return unified(before, after, change.path)


def text_of(digest: bytes | None, texts: dict[bytes, str]) -> str | None:
    return None if digest is None else texts.get(bytes(digest))
