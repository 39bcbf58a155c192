"""File changes of one run, which a project's query found."""

from collections.abc import Iterable, Sequence

from django.db.models import Count, Exists, Max, Min, OuterRef, Sum
from django.http import Http404

from runs.contents import read_blobs
from runs.kinds import Origin
from runs.limits import CHANGES_PAGE, FILES_LISTED
from runs.models import FileChange, Run

Side = str | None


def changes_of_step(run: Run, step_key: str) -> list[FileChange]:
    """List what one step changed."""
    return list(FileChange.objects.filter(run_id=run.id, step_key=step_key).order_by("n")[:CHANGES_PAGE])


def page_of_changes(run: Run, *, after: int = -1, path: str = "") -> list[FileChange]:
    """List changes in the order of arrival, one more than a page shows."""
    changes = FileChange.objects.filter(run_id=run.id, n__gt=after)
    if path:
        changes = changes.filter(path=path)
    return list(changes.order_by("n")[: CHANGES_PAGE + 1])


def change_of(run: Run, number: int) -> FileChange:
    """Read one change. Raises Http404."""
    change = FileChange.objects.filter(run_id=run.id, n=number).first()
    if change is None:
        raise Http404("No such change in this run.")
    return change


def files_of(run: Run) -> list[dict]:
    """List the files of a run with their sums, in the order of their paths."""
    files = FileChange.objects.filter(run_id=run.id).values("path", "outside")
    return list(
        files.annotate(
            edits=Count("n"), added=Sum("additions"), removed=Sum("deletions"), first=Min("n"),
            ops=Min("op"), origins=Min("origin"), last_origin=Max("origin"),
        ).order_by("outside", "path")[:FILES_LISTED]
    )  # fmt: skip


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
    digests = {
        bytes(digest)
        for change in changes
        for digest in (change.before_digest, change.after_digest, change.patch_digest)
        if digest is not None
    }
    return {key: data.decode("utf-8", "replace") for key, data in read_blobs(run.id, list(digests)).items()}
