"""Tables of a recording. The store (`runs.store`) is their only writer."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Left

from runs.kinds import FAILED_STATES, Basis, Kind, Op, Origin, Result, RunStatus, StepStatus, Verdict
from teams.models import Project

#: Of the run that another one says it replays: `meta` may hold anything, an entry of an index not.
REPLAY_OF_CHARS = 200


def choices(words):
    return [(word.value, word.value) for word in words]


class Run(models.Model):
    """One agent session or benchmark attempt. Counters are kept by the store, never summed at read time."""

    id = models.UUIDField(primary_key=True, editable=False)  # UUIDv7: sorts by creation
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="runs")
    external_id = models.TextField()
    session = models.TextField(default="")
    parent_external_id = models.TextField(default="")
    name = models.TextField(default="")
    task = models.TextField(default="")
    agent = models.TextField(default="")
    agent_version = models.TextField(default="")
    model = models.TextField(default="")
    repo = models.TextField(default="")
    branch = models.TextField(default="")
    commit = models.TextField(default="")
    cwd = models.TextField(default="")
    variant = models.TextField(default="")
    status = models.TextField(choices=choices(RunStatus), default=RunStatus.RUNNING)
    outcome = models.TextField(default="")
    error = models.TextField(default="")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)  # the newest time a run record spoke of: newer words win
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    sort_at = models.DateTimeField()  # started_at, or created_at while that is unknown
    meta = models.JSONField(default=dict)
    losses = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField())
    )  # see runs.losses
    sources = ArrayField(models.TextField(), default=list)
    revision = models.BigIntegerField(default=0)
    due = models.BooleanField(default=False)  # has changed since findings and alert rules last saw it

    # What people say of it (runs.actions). The store never writes these.
    verdict = models.TextField(choices=choices(Verdict), default="", db_default="", blank=True)
    verdict_reason = models.TextField(default="", db_default="", blank=True)
    verdict_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    verdict_at = models.DateTimeField(null=True)
    tags = ArrayField(models.TextField(), default=list, db_default=[])

    # What a judgement says of it (`runs.judging.settle`). The store never writes these either.
    prompt = models.BigIntegerField(null=True)  # version of its main agent's system prompt
    task_key = models.BinaryField(null=True)  # see runs.comparing.tasks
    result = models.TextField(choices=choices(Result), default="", db_default="", blank=True)

    prompts = models.IntegerField(default=0)
    turns = models.IntegerField(default=0)
    steps = models.IntegerField(default=0)
    llm_calls = models.IntegerField(default=0)
    tool_calls = models.IntegerField(default=0)
    agents = models.IntegerField(default=0)
    retries = models.IntegerField(default=0)
    failures = models.IntegerField(default=0)
    compactions = models.IntegerField(default=0)
    changes = models.IntegerField(default=0)
    files_changed = models.IntegerField(default=0)
    lines_added = models.IntegerField(default=0)
    lines_removed = models.IntegerField(default=0)
    input_tokens = models.BigIntegerField(default=0)
    cache_read_tokens = models.BigIntegerField(default=0)
    cache_write_5m_tokens = models.BigIntegerField(default=0)
    cache_write_1h_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    reasoning_tokens = models.BigIntegerField(default=0)
    cost_usd = models.DecimalField(max_digits=16, decimal_places=8, default=0)  # of the priced calls
    unpriced_calls = models.IntegerField(
        default=0
    )  # calls whose price is unknown: the cost is then a lower bound
    lower_bound_calls = models.IntegerField(default=0)  # calls whose output tokens are known to be too low
    llm_ms = models.BigIntegerField(default=0)
    tool_ms = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "external_id"], name="run_project_external_id"),
            # Citus co-location and the foreign key's own index are served by the unique constraint.
        ]
        indexes = [
            models.Index(fields=["project", "-sort_at", "-id"], name="run_list"),
            models.Index(
                fields=["project", "status", "-sort_at", "-id"],
                name="run_list_by_status",
            ),
            models.Index(fields=["project", "agent", "-sort_at", "-id"], name="run_list_by_agent"),
            models.Index(fields=["project", "model", "-sort_at", "-id"], name="run_list_by_model"),
            models.Index(fields=["project", "repo", "-sort_at", "-id"], name="run_list_by_repo"),
            models.Index(
                fields=["project", "-sort_at", "-id"],
                name="run_list_with_failures",
                condition=Q(failures__gt=0),
            ),
            models.Index(
                fields=["project", "verdict", "-sort_at", "-id"],
                name="run_list_by_verdict",
                condition=~Q(verdict=""),
            ),
            models.Index(
                fields=["project", "-sort_at", "-id"],
                name="run_list_with_person",
                condition=Q(meta__has_key="user"),
            ),
            # Variants and prompts of experiments; the runs of one task under each.
            models.Index(
                fields=["project", "variant", "-sort_at", "-id"],
                name="run_list_by_variant",
                condition=~Q(variant=""),
            ),
            models.Index(
                fields=["project", "prompt", "-sort_at", "-id"],
                name="run_list_by_prompt",
                condition=Q(prompt__isnull=False),
            ),
            models.Index(
                fields=["project", "task_key", "-sort_at", "-id"],
                name="run_list_by_task",
                condition=Q(task_key__isnull=False),
            ),
            models.Index(
                fields=["project", "branch", "-sort_at", "-id"],
                name="run_list_by_branch",
                condition=~Q(branch=""),
            ),
            models.Index(
                fields=["project", "commit", "-sort_at", "-id"],
                name="run_list_by_commit",
                condition=~Q(commit=""),
            ),
            models.Index(
                fields=["project", "agent_version", "-sort_at", "-id"],
                name="run_list_by_version",
                condition=~Q(agent_version=""),
            ),
            # Without tags a run has no entry: ingest rewrites its row with every batch.
            GinIndex(fields=["tags"], name="run_list_by_tag", condition=~Q(tags=[])),
            # The relatives of a run: what it started, its session, its replays.
            models.Index(
                fields=["project", "parent_external_id"],
                name="run_children",
                condition=~Q(parent_external_id=""),
            ),
            models.Index(fields=["project", "session"], name="run_session", condition=~Q(session="")),
            models.Index(
                F("project"),
                Left(KeyTextTransform("replay_of", "meta"), REPLAY_OF_CHARS),
                name="run_replays",
                condition=Q(meta__has_key="replay_of"),
            ),
            models.Index(fields=["id"], name="run_due", condition=Q(due=True)),  # alerts polls these
            # The silent-run sweep. Not by `updated_at`: an index on what every batch writes would cost each
            # batch an entry in all indexes.
            models.Index(fields=["id"], name="run_open", condition=Q(status="running")),
        ]

    def __str__(self):
        return self.name or self.external_id


class Step(models.Model):
    """One item on the timeline. `seq` is arrival and identity; `started_at` is the order shown."""

    pk = models.CompositePrimaryKey("run_id", "seq")
    run_id = models.UUIDField()
    seq = models.IntegerField()
    revision = models.BigIntegerField()
    key = models.TextField()
    kind = models.TextField(choices=choices(Kind))
    name = models.TextField(default="")
    tool = models.TextField(default="")
    model = models.TextField(default="")
    status = models.TextField(choices=choices(StepStatus), default=StepStatus.OK)
    error = models.TextField(default="")
    error_kind = models.TextField(default="")
    parent_key = models.TextField(default="")
    agent = models.TextField(default="")
    turn = models.IntegerField(default=0)
    attempt = models.IntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    duration_ms = models.BigIntegerField(null=True)
    exit_code = models.IntegerField(null=True)
    input_preview = models.TextField(default="")
    output_preview = models.TextField(default="")
    input_digest = models.BinaryField(null=True)  # null: the preview is the whole
    output_digest = models.BinaryField(null=True)
    input_size = models.BigIntegerField(default=0)
    output_size = models.BigIntegerField(default=0)
    stop_reason = models.TextField(default="")
    input_tokens = models.BigIntegerField(null=True)
    cache_read_tokens = models.BigIntegerField(null=True)
    cache_write_5m_tokens = models.BigIntegerField(null=True)
    cache_write_1h_tokens = models.BigIntegerField(null=True)
    output_tokens = models.BigIntegerField(null=True)
    reasoning_tokens = models.BigIntegerField(null=True)
    lower_bound = models.BooleanField(default=False)
    usage = models.JSONField(null=True)
    cost_usd = models.DecimalField(max_digits=16, decimal_places=8, null=True)
    price = models.JSONField(null=True)  # rates and their source, to explain the cost line by line
    call_id = models.TextField(default="")
    copied = models.BooleanField(default=False)  # billed to another run, which made this very call
    context_digest = models.BinaryField(null=True)  # head of the message list sent
    context_size = models.IntegerField(default=0)  # messages in it
    changes = models.IntegerField(default=0)
    lines_added = models.IntegerField(default=0)
    lines_removed = models.IntegerField(default=0)
    rank = models.SmallIntegerField(default=1)
    sources = ArrayField(models.TextField(), default=list)
    raw = ArrayField(models.BinaryField(), default=list)  # blobs of the records as they came
    detail = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run_id", "key"], name="step_run_key"),
        ]
        indexes = [
            models.Index(fields=["run_id", "started_at", "seq"], name="step_timeline"),
            models.Index(fields=["run_id", "revision"], name="step_live"),  # what a live client has not seen
            models.Index(
                fields=["run_id"], name="step_open", condition=Q(status="running")
            ),  # left open at the end
            models.Index(  # the steps of a sub-agent; how many there are is counted in the index alone
                fields=["run_id", "parent_key", "started_at", "seq"],
                include=["status", "kind"],
                name="step_lane",
                condition=~Q(agent="") & ~Q(detail__contains={"meta": True}),
            ),
            models.Index(  # the agents that a call started
                fields=["run_id", "parent_key"], name="step_span", condition=Q(kind="agent")
            ),
            models.Index(  # where a run broke
                fields=["run_id", "started_at", "seq"],
                name="step_failed",
                condition=Q(status__in=sorted(FAILED_STATES)) | Q(kind="error"),
            ),
            models.Index(  # whether there are events that the timeline leaves out
                fields=["run_id"], name="step_meta", condition=Q(detail__contains={"meta": True})
            ),
        ]

    def __str__(self):
        return f"{self.seq} {self.kind} {self.tool or self.name}"


class Blob(models.Model):
    """Content addressed by its bytes, once a run, zstd where that helps."""

    pk = models.CompositePrimaryKey("run_id", "digest")
    run_id = models.UUIDField()
    digest = models.BinaryField()
    size = models.BigIntegerField()  # bytes before compression
    zstd = models.BooleanField(default=False)
    data = models.BinaryField()

    def __str__(self):
        return f"{self.run_id} {bytes(self.digest).hex()}"


class ContextNode(models.Model):
    """One link of a message list: the list `parent` plus one message. A head names a whole list."""

    pk = models.CompositePrimaryKey("run_id", "digest")
    run_id = models.UUIDField()
    digest = models.BinaryField()
    parent = models.BinaryField(null=True)  # null: the first message
    message = models.BinaryField()  # the blob
    depth = models.IntegerField()  # messages up to here

    def __str__(self):
        return f"{self.run_id} {self.depth}"


class StepName(models.Model):
    """A name that sources know a step by beside its key: see `runs.names`."""

    # Rule: a step has a name once; serves finding the steps of a name.
    pk = models.CompositePrimaryKey("run_id", "name", "key")
    run_id = models.UUIDField()
    name = models.TextField()
    key = models.TextField()  # of the step
    at = models.DateTimeField(null=True)  # of the step, as who gave the name told it

    class Meta:
        indexes = [
            models.Index(fields=["run_id", "key"], name="step_name_key"),  # all names of a step
        ]

    def __str__(self) -> str:
        return f"{self.name} = {self.key}"


class FileChange(models.Model):
    """One file changed by one step."""

    pk = models.CompositePrimaryKey("run_id", "n")
    run_id = models.UUIDField()
    n = models.IntegerField()
    key = models.TextField()
    step_key = models.TextField()
    path = models.TextField()
    raw_path = models.TextField(default="")
    old_path = models.TextField(default="")
    op = models.TextField(choices=choices(Op))
    origin = models.TextField(choices=choices(Origin))
    basis = models.TextField(choices=choices(Basis))
    outside = models.BooleanField(default=False)
    binary = models.BooleanField(default=False)
    user_modified = models.BooleanField(default=False)
    additions = models.IntegerField(default=0)
    deletions = models.IntegerField(default=0)
    before_digest = models.BinaryField(null=True)
    after_digest = models.BinaryField(null=True)
    patch_digest = models.BinaryField(null=True)
    sources = ArrayField(models.TextField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run_id", "key"], name="file_change_run_key"),
        ]
        indexes = [
            models.Index(fields=["run_id", "path", "n"], name="file_change_path"),
            models.Index(fields=["run_id", "step_key", "n"], name="file_change_step"),
        ]

    def __str__(self):
        return f"{self.op} {self.path}"


class BilledCall(models.Model):
    """Which run a model call is billed to. Forks and resumed sessions repeat calls under the same id."""

    pk = models.CompositePrimaryKey("project", "call_id")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    call_id = models.TextField()
    run_id = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["run_id"], name="billed_call_run")]  # retention drops a run's rows

    def __str__(self):
        return self.call_id


class MovedRun(models.Model):
    """The number of a run that turned out to be a part of another one."""

    run_id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    part_of = models.UUIDField()  # of the run that its steps belong to

    class Meta:
        indexes = [models.Index(fields=["part_of"], name="moved_run_part_of")]  # it goes with that run

    def __str__(self):
        return f"{self.run_id} → {self.part_of}"
