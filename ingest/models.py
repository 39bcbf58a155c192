"""What could not be read, and the files that wait to be imported."""

from __future__ import annotations

import zstandard
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from teams.models import Project, User


class Problem(models.Model):
    """A record that could not be read, kept as it came. The same one again only counts."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="problems", db_index=False)
    digest = models.BinaryField(max_length=16)  # of reason and data
    source = models.TextField()  # "events", "import", a file's name
    where = models.TextField()  # file and line, or the number of the event in the request
    why = models.TextField()  # one sentence
    run = models.TextField(default="")  # the client's id of the run, when it is known
    data = models.BinaryField(default=b"")  # zstd, at most PROBLEM_BYTES before
    size = models.BigIntegerField(default=0)  # bytes as they came
    count = models.IntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            # Rule: a problem that comes again is counted, not kept again.
            models.UniqueConstraint(fields=["project", "digest"], name="problem_project_digest"),
        ]
        indexes = [
            # Serves the list of problems, the newest first, and the trimming of the oldest.
            models.Index(F("project"), F("seen_at").desc(), F("id").desc(), name="problem_list"),
        ]

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"

    @property
    def content(self) -> bytes:
        """The record as it came, up to PROBLEM_BYTES."""
        return zstandard.ZstdDecompressor().decompress(self.data) if self.data else b""


class UploadState(models.TextChoices):
    """How an upload stands."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Reading"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Upload(models.Model):
    """Files somebody dropped on the page. The bytes lie in parts until they are imported."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="uploads", db_index=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    name = models.TextField()  # of the first file
    files = models.IntegerField()
    size = models.BigIntegerField()  # bytes
    state = models.CharField(max_length=10, choices=UploadState.choices, default=UploadState.WAITING)
    progress = models.IntegerField(default=0)  # percent
    result = models.JSONField(default=dict)  # what the import API answers
    error = models.TextField(default="")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Rule: no state that the page does not know.
            models.CheckConstraint(condition=Q(state__in=UploadState.values), name="upload_state_known"),
        ]
        indexes = [
            # Serves the list on the import page, newest first, and the count of open uploads.
            models.Index(F("project"), F("id").desc(), name="upload_project_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"

    @property
    def is_open(self) -> bool:
        """Say whether the worker still has to do with it."""
        return self.state in (UploadState.WAITING, UploadState.RUNNING)


class UploadPart(models.Model):
    """A piece of one file of an upload."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="parts", db_index=False)
    file = models.IntegerField()  # number of the file in the upload
    n = models.IntegerField()  # number of the piece in the file
    path = models.TextField()
    data = models.BinaryField()

    class Meta:
        constraints = [
            # Rule: a piece is there once; serves reading the files in order.
            models.UniqueConstraint(fields=["upload", "file", "n"], name="upload_part_place"),
        ]

    def __str__(self) -> str:
        return f"{self.path} #{self.n}"


class Trace(models.Model):
    """A trace that spans have told of, and the run it belongs to. No contents but the few words of a run."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="traces", db_index=False)
    trace = models.TextField()  # the client's id
    run = models.TextField()  # external id of the run (ingest.spans.grouping)
    told = models.JSONField(default=dict)  # name -> [nanoseconds, value]
    session = models.TextField(default="")
    instance = models.TextField(default="")  # of the process: service.instance.id
    shape = models.TextField(default="")  # ingest.spans.known.Shape
    why = models.TextField(default="")  # it belongs to its run (ingest.spans.known.Why)
    begun = models.BigIntegerField(default=0)  # nanoseconds
    after = models.TextField(default="")  # digest of the answer that its first model call goes on from
    answer = models.TextField(default="")  # digest of its last words, once it has ended
    root = models.TextField(default="")  # id of the span without a parent
    ended = models.BooleanField(default=False)  # the root has ended
    last_at = models.BigIntegerField(default=0)  # nanoseconds
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            # Rule: a trace is remembered once; serves finding it when spans come.
            models.UniqueConstraint(fields=["project", "trace"], name="trace_project_trace"),
        ]
        indexes = [
            # Serves the calls of all traces of a run.
            models.Index("project", "run", name="trace_run"),
            # Serves finding the loose calls of one session and process that are near in time.
            models.Index(
                *("project", "session", "instance", "begun"), name="trace_loose", condition=Q(shape="loose")
            ),
            # Serves finding the traces of a session, and of a process, that a loose call may lie in.
            models.Index("project", "session", "begun", name="trace_session", condition=~Q(session="")),
            models.Index("project", "instance", "begun", name="trace_instance", condition=~Q(instance="")),
            # Serves forgetting old traces.
            models.Index("seen_at", name="trace_seen"),
        ]

    def __str__(self) -> str:
        return self.trace


class TraceSpan(models.Model):
    """A span by its id, with the key of its step: what makes sending it again change nothing."""

    trace = models.ForeignKey(
        Trace, models.CASCADE, related_name="spans", db_index=False, db_constraint=False
    )
    span = models.TextField()
    parent = models.TextField(null=True)  # noqa: DJ001 - "" is a root, NULL is not known yet
    kind = models.TextField(default="")
    key = models.TextField(default="")  # of its step
    lane = models.TextField(default="")  # of a sub-agent: its own
    agent = models.TextField(default="")  # of an agent: its name
    call = models.TextField(default="")  # a tool call's id, or that of a model's answer
    mark = models.BinaryField(null=True)  # what a tool or a model is called with, as a digest
    failed = models.BooleanField(default=False)  # of a model call: it has no answer
    at = models.BigIntegerField(default=0)  # nanoseconds
    until = models.BigIntegerField(default=0)
    source = models.TextField(default="")
    mate = models.TextField(default="")  # of a told call: the span that carried it out
    keys = models.JSONField(default=list)  # of further steps that the span brought

    class Meta:
        constraints = [
            # Rule: a span is remembered once; serves finding spans and walking up.
            models.UniqueConstraint(fields=["trace", "span"], name="tracespan_place"),
        ]
        indexes = [
            # Serves walking down, and the children of a tool.
            models.Index("trace", "parent", name="tracespan_parent"),
            # Serves joining model calls by the id of their answer, and tool calls by theirs.
            models.Index("trace", "call", name="tracespan_call", condition=~Q(call="")),
            # Serves finding the trace that tells of the same model call, whichever run it is of.
            models.Index("call", "at", name="tracespan_answer", condition=Q(kind="llm") & ~Q(call="")),
            # Serves joining tool calls by what they are called with.
            models.Index("trace", "mark", name="tracespan_mark", condition=Q(mark__isnull=False)),
            # Serves finding agents whose lane is not known yet.
            models.Index("trace", name="tracespan_agents", condition=Q(kind="agent", lane="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.span}"


class Meter(models.Model):
    """One series of what an agent counts of its session: see `ingest.meters`."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="meters", db_index=False)
    run = models.TextField()  # external id: the session
    series = models.BinaryField(max_length=16)  # digest of all that tells it from others
    agent = models.TextField()
    name = models.TextField()  # "cost_usd", "lines.added"
    told = models.JSONField(default=dict)
    total = models.FloatField(default=0)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            # Rule: a series is there once; serves finding it, and the totals of a session.
            models.UniqueConstraint(fields=["project", "run", "series"], name="meter_series"),
        ]
        indexes = [
            # Serves forgetting the meters of sessions of long ago.
            models.Index("seen_at", name="meter_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.total}"
