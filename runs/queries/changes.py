"""File changes of one run, which a project's query found."""

from collections.abc import Iterable, Sequence

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import Http404

from runs.contents import read_blobs
from runs.globs import pattern_of
from runs.kinds import Origin
from runs.limits import CHANGES_PAGE, FILES_LISTED
from runs.looks import Look
from runs.models import Blob, FileChange, Run, Step

#: What the call itself declared of the same file.
DECLARED = FileChange.objects.filter(
    run_id=OuterRef("run_id"), step_key=OuterRef("step_key"), path=OuterRef("path"), origin=Origin.DECLARED
)
#: What other changes than that of the whole run say of the same file.
_TOLD = FileChange.objects.filter(run_id=OuterRef("run_id"), path=OuterRef("path")).exclude(origin=Origin.NET)
#: A change counts unless another one tells the same: declared over observed, both over the whole run's.
COUNTS = (
    Q(origin=Origin.DECLARED)
    | (Q(origin=Origin.OBSERVED) & ~Exists(DECLARED))
    | (Q(origin=Origin.NET) & ~Exists(_TOLD))
)
_HIDDEN = Q(origin=Origin.OBSERVED) & ~Exists(DECLARED)


def changes_of_step(run: Run, step_key: str) -> list[FileChange]:
    """List what one step changed."""
    return list(FileChange.objects.filter(run_id=run.id, step_key=step_key).order_by("n")[:CHANGES_PAGE])


def page_of_changes(run: Run, look: Look, *, after: int | None = None) -> list[FileChange]:
    """List changes in the order of arrival, or file by file; one more than a page shows."""
    changes = changes_matching(run, look)
    last = FileChange.objects.filter(run_id=run.id, n=after).first() if after is not None else None
    if look.by_file:
        if last is not None:
            changes = changes.filter(Q(path__gt=last.path) | Q(path=last.path, n__gt=last.n))
        return list(changes.order_by("path", "n")[: CHANGES_PAGE + 1])
    if after is not None:
        changes = changes.filter(n__gt=after)
    return list(changes.order_by("n")[: CHANGES_PAGE + 1])


def change_before_step(run: Run, seq: int) -> int | None:
    """Find the change before a step's first one; None where the first page shows that, or there is none."""
    key = Step.objects.filter(run_id=run.id, seq=seq).values("key")[:1]
    changes = FileChange.objects.filter(run_id=run.id, step_key=Subquery(key))
    first = changes.order_by("n").values_list("n", flat=True).first()
    return first - 1 if first is not None and first >= CHANGES_PAGE else None


def changes_matching(run: Run, look: Look) -> QuerySet[FileChange]:
    """Find the changes that a reader filters for; each says whether it is hidden."""
    changes = FileChange.objects.filter(run_id=run.id).annotate(hidden=_HIDDEN)
    if look.path:
        changes = changes.filter(path=look.path)
    if look.words:
        pattern = pattern_of(look.words)
        changes = changes.filter(Q(path__iregex=pattern) | Q(old_path__iregex=pattern))
    return changes.filter(hidden=True) if look.only_hidden else changes


def change_of(run: Run, number: int) -> FileChange:
    """Read one change. Raises Http404."""
    change = changes_matching(run, Look()).filter(n=number).first()
    if change is None:
        raise Http404("No such change in this run.")
    return change


def files_of(run: Run) -> list[dict]:
    """List the files of a run with their sums, in the order of their paths."""
    files = FileChange.objects.filter(run_id=run.id).annotate(counts=COUNTS).values("path", "outside")
    return list(
        files.annotate(
            edits=Count("n", filter=Q(counts=True)), first=Min("n"),
            added=Sum("additions", filter=Q(counts=True), default=0),
            removed=Sum("deletions", filter=Q(counts=True), default=0),
            hidden=Count("n", filter=_HIDDEN),
        ).order_by("outside", "path")[:FILES_LISTED]
    )  # fmt: skip


def first_hidden(run: Run, *, limit: int) -> list[str]:
    """List the keys of the first steps that changed a file and did not say so."""
    hidden = changes_matching(run, Look(only_hidden=True)).order_by("n")
    return list(dict.fromkeys(hidden.values_list("step_key", flat=True)[:limit]))


def hidden_steps(run: Run, keys: Sequence[str]) -> set[str]:
    """Find which of these steps changed a file on disk that their call did not declare."""
    if not keys:
        return set()
    rows = FileChange.objects.filter(run_id=run.id, step_key__in=list(keys)).exclude(origin=Origin.NET)
    told = list(rows.values_list("step_key", "path", "origin"))
    declared = {(key, path) for key, path, origin in told if origin == Origin.DECLARED}
    return {key for key, path, _ in told if (key, path) not in declared}


def snapshots_see_declared(run: Run) -> bool:
    """Say whether this run's snapshots see what calls declare: some change was told by both."""
    declared = FileChange.objects.filter(
        run_id=run.id, step_key=OuterRef("step_key"), path=OuterRef("path"), origin=Origin.DECLARED
    )
    seen = FileChange.objects.filter(run_id=run.id, origin=Origin.OBSERVED)
    return seen.filter(Exists(declared)).exists()


def texts_of(run: Run, changes: Iterable[FileChange]) -> dict[bytes, str]:
    """Read the texts of some changes, by digest."""
    return {
        key: data.decode("utf-8", "replace") for key, data in read_blobs(run.id, digests_of(changes)).items()
    }


def sizes_of(run: Run, changes: Iterable[FileChange]) -> dict[bytes, int]:
    """Read how long the texts of some changes are, in bytes, by digest."""
    blobs = Blob.objects.filter(run_id=run.id, digest__in=digests_of(changes))
    return {bytes(digest): size for digest, size in blobs.values_list("digest", "size")}


def digests_of(changes: Iterable[FileChange]) -> list[bytes]:
    """List the digests of the texts of some changes, each once."""
    sides = ((change.before_digest, change.after_digest, change.patch_digest) for change in changes)
    return list({bytes(digest) for side in sides for digest in side if digest is not None})
