"""Every read of the ingest app; the project is the first argument."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from ingest.formats.events import ANSWERED, CALLED, EDIT_TOOLS, NAMELESS, KnownCall, KnownEdit, RunFacts
from ingest.formats.events.guesses import WRITING_WORDS
from ingest.lanes import StoredLanes
from ingest.limits import LONGEST_SECONDS, PROBLEMS_PAGE, UPLOAD_RUNS_LISTED
from ingest.models import Problem, TraceSpan, Upload, UploadPart, UploadState
from ingest.sources import SourceFile
from runs.contents import read_blobs
from runs.kinds import Kind, StepStatus
from runs.models import Run, Step
from teams.models import Project

LINES = ("call_line", "result_line", "error_line")
LANE_FIELDS = ("run_id", "agent", "key", "parent_key")
CALL_FIELDS = ("run_id", "key", "tool", "agent", "rank", "input_preview", "input_digest", "detail")


def facts_of_runs(project: Project, names: set[str]) -> dict[str, RunFacts]:
    """Read what is known of runs with calls without ids: those that are open, paired, or a result only."""
    runs = {
        run.id: run
        for run in Run.objects.filter(project=project, external_id__in=names).only("external_id", "cwd")
    }
    facts = {run.external_id: RunFacts(cwd=run.cwd) for run in runs.values()}
    calls = Step.objects.filter(run_id__in=list(runs), kind=Kind.TOOL).order_by("run_id", "seq")
    for run_id, key, tool, agent, rank, preview, digest, detail in calls.values_list(*CALL_FIELDS).iterator():
        lines = [detail[name] for name in LINES if name in detail]
        if "error_line" in detail and "result_line" not in detail:
            rank = CALLED  # it failed, and its result may still come
        if rank < ANSWERED or lines or not preview:  # without arguments: a result whose call never came
            facts[runs[run_id].external_id].calls.append(
                KnownCall(
                    key=key,
                    tool=tool,
                    agent=agent,
                    rank=rank,
                    input=None if digest else preview,
                    lines=tuple(lines),
                )
            )
    return facts


def runs_with_nameless_calls(project: Project, names: set[str]) -> set[str]:
    """List those of the runs that sent calls without ids."""
    calls = Step.objects.filter(run_id=OuterRef("id"), key__startswith=NAMELESS)
    runs = Run.objects.filter(Exists(calls), project=project, external_id__in=names)
    return set(runs.values_list("external_id", flat=True))


def lanes_of_runs(project: Project, names: set[str]) -> dict[str, StoredLanes]:
    """Read what is stored of the sub-agents of these runs."""
    found = Run.objects.filter(project=project, external_id__in=names).values_list("id", "external_id")
    lanes = {run_id: StoredLanes() for run_id, _ in found}
    steps = Step.objects.filter(run_id__in=list(lanes)).order_by("run_id", "seq")
    calls = steps.filter(kind=Kind.AGENT, detail__has_key="agent_id")
    for run_id, key, detail in calls.values_list("run_id", "key", "detail").iterator():
        lanes[run_id].calls.setdefault(str(detail["agent_id"]), key)
    for run_id, agent, key, parent in steps.exclude(agent="").values_list(*LANE_FIELDS).iterator():
        lanes[run_id].known.add(agent)
        if not parent:
            lanes[run_id].loose.setdefault(agent, []).append(key)
    return {name: lanes[run_id] for run_id, name in found}


class StoredRuns:
    """Answers what the reader of events asks about the runs of a project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def cwd_of(self, run: str) -> str:
        """Give the folder a run works in, empty when it is not known."""
        found = Run.objects.filter(project=self._project, external_id=run)
        return found.values_list("cwd", flat=True).first() or ""

    def edits_of(self, run: str, keys: set[str]) -> dict[str, KnownEdit]:
        """Give the stored calls of edit tools, or of tools not known yet, with their whole arguments."""
        found = Run.objects.filter(project=self._project, external_id=run)
        run_id = found.values_list("id", flat=True).first()
        if run_id is None:
            return {}
        named = Q(tool__in=["", *EDIT_TOOLS]) | Q(tool__iregex="|".join(WRITING_WORDS))
        calls = Step.objects.filter(named, run_id=run_id, key__in=keys)
        rows = list(calls.values_list("key", "tool", "status", "input_preview", "input_digest"))
        whole = read_blobs(run_id, [digest for *_, digest in rows if digest])
        return {
            key: KnownEdit(
                tool=tool,
                input=whole[bytes(digest)].decode() if digest else preview,
                worked=status == StepStatus.OK,
            )
            for key, tool, status, preview, digest in rows
        }


def known_runs(project: Project, names: set[str]) -> list[str]:
    """List those of these runs that are stored."""
    found = Run.objects.filter(project=project, external_id__in=names)
    return list(found.values_list("external_id", flat=True))


def sources_of_runs(project: Project, names: set[str]) -> dict[str, set[str]]:
    """Read who told of these runs so far."""
    found = Run.objects.filter(project=project, external_id__in=names)
    return {name: set(sources) for name, sources in found.values_list("external_id", "sources")}


def keys_by_one_source(project: Project, run: str, source: str, *, but_for: str = "") -> list[str]:
    """List the steps of a run that nobody but one source has told of, but for the calls of one tool."""
    runs = Run.objects.filter(project=project, external_id=run)
    steps = Step.objects.filter(run_id__in=runs.values("id"), sources=[source]).exclude(kind=Kind.EVENT)
    return list((steps.exclude(tool=but_for) if but_for else steps).values_list("key", flat=True))


def open_steps(project: Project, steps: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """List those of these steps, by run and key, that are stored and have not ended."""
    runs = Run.objects.filter(project=project, external_id__in={run for run, _ in steps})
    names = dict(runs.values_list("id", "external_id"))
    keys = {key for _, key in steps}
    found = Step.objects.filter(run_id__in=list(names), key__in=keys, status=StepStatus.RUNNING)
    return {(names[run_id], key) for run_id, key in found.values_list("run_id", "key")} & steps


def inputs_of_steps(project: Project, calls: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Read what tool calls were given, by run and key, whole."""
    runs = Run.objects.filter(project=project, external_id__in={run for run, _ in calls})
    names = dict(runs.values_list("id", "external_id"))
    keys = {key for _, key in calls}
    steps = Step.objects.filter(run_id__in=list(names), key__in=keys, input_size__gt=0)
    found: dict[tuple[str, str], str] = {}
    for run_id, key, preview, digest in steps.values_list("run_id", "key", "input_preview", "input_digest"):
        whole = read_blobs(run_id, [digest])[bytes(digest)].decode() if digest else preview
        found[names[run_id], key] = whole
    return found


def traces_of_spans(project: Project, spans: Iterable[str]) -> dict[str, str]:
    """Find the traces of spans whose ids are UUIDs of version 7: those that began up to a day before them."""
    found: dict[str, str] = {}
    for span in sorted(spans):
        began = time_in(span)
        if began is None:
            continue
        earliest = f"{max(began - LONGEST_SECONDS * 1000, 0):012x}"
        near = TraceSpan.objects.filter(
            trace__project=project,
            trace__trace__gte=f"{earliest[:8]}-{earliest[8:]}",
            trace__trace__lte=f"{span[:13]}-g",
            span=span,
        )
        if (trace := near.values_list("trace__trace", flat=True).first()) is not None:
            found[span] = trace
    return found


def time_in(id: str) -> int | None:
    """Read the milliseconds that an id of that version begins with."""
    try:
        known = UUID(id)
    except ValueError:
        return None
    return known.int >> 80 if known.version == 7 else None


def runs_named(project: Project, names: Iterable[str]) -> list[Run]:
    """Read runs by the ids that clients gave them."""
    return list(Run.objects.filter(project=project, external_id__in=list(names)).order_by("external_id"))


def run_in_projects(projects: Iterable[Project], name: str) -> Run | None:
    """Read the run that a client gave this id, in any of some projects."""
    found = Run.objects.filter(project__in=list(projects), external_id=name)
    return found.select_related("project__team").first()


def problems_of(project: Project, *, before: tuple[datetime, int] | None = None) -> QuerySet[Problem]:
    """List the problems of a project, the newest first, one page and one more."""
    problems = Problem.objects.filter(project=project).defer("data").order_by("-seen_at", "-id")
    if before is not None:
        seen, number = before
        problems = problems.filter(Q(seen_at__lt=seen) | Q(seen_at=seen, id__lt=number), seen_at__lte=seen)
    return problems[: PROBLEMS_PAGE + 1]


def problem_of(project: Project, problem_id: int) -> Problem | None:
    """Read one problem with its data."""
    return Problem.objects.filter(project=project, pk=problem_id).first()


def uploads_of(project: Project) -> QuerySet[Upload]:
    """List the newest uploads of a project."""
    return Upload.objects.filter(project=project).order_by("-id")[:20]


def titles_of(project: Project, uploads: Iterable[Upload]) -> dict[str, str]:
    """Read what the listed runs of these uploads are called, by their id."""
    ids = {run["id"] for upload in uploads for run in upload.result.get("runs", [])[:UPLOAD_RUNS_LISTED]}
    named = Run.objects.filter(project=project, id__in=ids).exclude(name="")
    return {str(run_id): name for run_id, name in named.values_list("id", "name")}


def upload_of(project: Project, upload_id: int) -> Upload | None:
    """Read one upload."""
    return Upload.objects.filter(project=project, pk=upload_id).first()


def open_uploads(project: Project) -> int:
    """Count the uploads of a project that are not imported yet."""
    open_states = (UploadState.WAITING, UploadState.RUNNING)
    return Upload.objects.filter(project=project, state__in=open_states).count()


def files_of(upload: Upload) -> list[SourceFile]:
    """Put the files of an upload together again."""
    files: dict[int, tuple[str, list[bytes]]] = {}
    for part in UploadPart.objects.filter(upload=upload).order_by("file", "n").iterator(chunk_size=16):
        files.setdefault(part.file, (part.path, []))[1].append(bytes(part.data))
    return [SourceFile(path, b"".join(parts)) for path, parts in files.values()]


__all__ = [
    "StoredRuns",
    "facts_of_runs",
    "files_of",
    "inputs_of_steps",
    "lanes_of_runs",
    "open_uploads",
    "problem_of",
    "problems_of",
    "runs_named",
    "titles_of",
    "traces_of_spans",
    "upload_of",
    "uploads_of",
]
