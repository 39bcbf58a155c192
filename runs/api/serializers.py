"""The shapes of the read API. Stable: fields are added, never renamed or removed."""

from decimal import Decimal
from typing import Any

from django.urls import reverse
from rest_framework import serializers

from runs.comparing.outcomes import success_of
from runs.findings.found import Severity
from runs.models import FileChange, Finding, Judgement, Run, Step

BUCKETS = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output", "reasoning")


class TokensSerializer(serializers.Serializer[Any]):
    """Disjoint buckets; `reasoning` is a part of `output`, `cache_write` the sum of both lifetimes."""

    input = serializers.IntegerField()
    cache_read = serializers.IntegerField()
    cache_write = serializers.IntegerField()
    cache_write_5m = serializers.IntegerField()
    cache_write_1h = serializers.IntegerField()
    output = serializers.IntegerField()
    reasoning = serializers.IntegerField()

    def to_representation(self, row: Run | Step) -> dict[str, int]:
        tokens = {bucket: getattr(row, f"{bucket}_tokens") or 0 for bucket in BUCKETS}
        return {**tokens, "cache_write": tokens["cache_write_5m"] + tokens["cache_write_1h"]}


class RunSerializer(serializers.ModelSerializer[Run]):
    """One run with its counters."""

    tokens = TokensSerializer(source="*")
    losses = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    cost_usd = serializers.SerializerMethodField()
    cost_is_lower_bound = serializers.SerializerMethodField()
    duration_ms = serializers.SerializerMethodField()
    task_key = serializers.SerializerMethodField()
    result = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = Run
        fields = (
            "id",
            "external_id",
            "session",
            "name",
            "agent",
            "agent_version",
            "model",
            "repo",
            "branch",
            "commit",
            "variant",
            "prompt",
            "task_key",
            "status",
            "outcome",
            "losses",
            "result",
            "error",
            "verdict",
            "verdict_reason",
            "tags",
            "prompts",
            "turns",
            "steps",
            "llm_calls",
            "tool_calls",
            "agents",
            "retries",
            "failures",
            "compactions",
            "files_changed",
            "lines_added",
            "lines_removed",
            "tokens",
            "cost_usd",
            "cost_is_lower_bound",
            "started_at",
            "ended_at",
            "duration_ms",
            "revision",
            "sources",
            "url",
        )

    def get_cost_usd(self, run: Run) -> float | None:
        """US dollars; null when no call of the run could be priced."""
        known = run.unpriced_calls < run.llm_calls or not run.llm_calls
        return float(run.cost_usd) if known else None

    def get_cost_is_lower_bound(self, run: Run) -> bool:
        """True when some call has no known price, or reported too few output tokens."""
        return bool(run.unpriced_calls or run.lower_bound_calls)

    def get_task_key(self, run: Run) -> str:
        """Hex digits that runs of one task share; empty when none is known."""
        return bytes(run.task_key).hex() if run.task_key else ""

    def get_result(self, run: Run) -> str:
        """`passed`, `failed`, or empty while nobody knows; a person's verdict counts first."""
        return success_of(run.verdict, run.result).value

    def get_duration_ms(self, run: Run) -> int | None:
        if run.started_at is None or run.ended_at is None:
            return None
        return round((run.ended_at - run.started_at).total_seconds() * 1000)

    def get_url(self, run: Run) -> str:
        """The page of the run."""
        project = self.context["project"]
        path = reverse("runs:run", args=[project.team.slug, project.slug, run.id])
        return str(self.context["request"].build_absolute_uri(path))


class StepSerializer(serializers.ModelSerializer[Step]):
    """One step. `key` is the client's own id of it, `parent` the key of the step it lies in."""

    parent = serializers.SerializerMethodField()
    tool = serializers.SerializerMethodField()
    model = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    tokens = serializers.SerializerMethodField()
    cost_usd = serializers.SerializerMethodField()

    class Meta:
        model = Step
        fields = (
            "seq",
            "key",
            "kind",
            "name",
            "status",
            "parent",
            "agent",
            "turn",
            "started_at",
            "ended_at",
            "duration_ms",
            "attempt",
            "tool",
            "model",
            "stop_reason",
            "exit_code",
            "tokens",
            "cost_usd",
            "error",
            "error_kind",
            "input_preview",
            "input_size",
            "output_preview",
            "output_size",
            "context_size",
            "changes",
            "lines_added",
            "lines_removed",
            "detail",
            "revision",
            "sources",
        )

    def get_parent(self, step: Step) -> str | None:
        return step.parent_key or None

    def get_tool(self, step: Step) -> str | None:
        return step.tool or None

    def get_model(self, step: Step) -> str | None:
        return step.model or None

    def get_error(self, step: Step) -> str | None:
        return step.error or None

    def get_tokens(self, step: Step) -> dict[str, int] | None:
        """Null when the source reported no usage."""
        known = any(getattr(step, f"{bucket}_tokens") is not None for bucket in BUCKETS)
        return TokensSerializer(step).data if known else None

    def get_cost_usd(self, step: Step) -> float | None:
        """US dollars; null when unknown."""
        return None if step.cost_usd is None else float(Decimal(step.cost_usd))


class ChangeSerializer(serializers.ModelSerializer[FileChange]):
    """One changed file. `step` is the key of its step; `patch` a unified diff, null when unknown."""

    step = serializers.CharField(source="step_key")
    step_seq = serializers.SerializerMethodField()
    patch = serializers.SerializerMethodField()

    class Meta:
        model = FileChange
        fields = (
            "n",
            "step",
            "step_seq",
            "path",
            "old_path",
            "op",
            "origin",
            "basis",
            "outside",
            "binary",
            "user_modified",
            "additions",
            "deletions",
            "patch",
        )

    def get_step_seq(self, change: FileChange) -> int | None:
        """Number of that step in its run; null while only the change has arrived."""
        return self.context["seqs"].get(change.step_key)

    def get_patch(self, change: FileChange) -> str | None:
        return self.context["patches"].get(change.n)


class FindingSerializer(serializers.ModelSerializer[Finding]):
    """One finding. `steps` are the numbers of its evidence, `step` the one with which it came true."""

    severity = serializers.SerializerMethodField()

    class Meta:
        model = Finding
        fields = (
            "signature",
            "key",
            "severity",
            "sentence",
            "steps",
            "step",
            "changes",
            "numbers",
            "used",
            "at",
            "found_at",
        )

    def get_severity(self, finding: Finding) -> str:
        """`error`, `warning` or `hint`."""
        return Severity(finding.severity).name.lower()


class JudgementSerializer(serializers.Serializer[Any]):
    """What rules say of a run. `judged_revision` is null until they have looked at it."""

    judged_revision = serializers.SerializerMethodField()
    account = serializers.SerializerMethodField()
    moment = serializers.SerializerMethodField()
    findings = FindingSerializer(many=True)

    def get_judged_revision(self, told: dict[str, Any]) -> int | None:
        """Revision of the run that the findings are of."""
        judgement: Judgement | None = told["judgement"]
        return judgement.revision if judgement else None

    def get_account(self, told: dict[str, Any]) -> str:
        """The run in a paragraph of plain text; empty where there is nothing to tell."""
        judgement: Judgement | None = told["judgement"]
        return "".join(bit["text"] for bit in judgement.story.get("account", [])) if judgement else ""

    def get_moment(self, told: dict[str, Any]) -> int | None:
        """Number of the step at which the run went sideways; null where it did not."""
        judgement: Judgement | None = told["judgement"]
        return judgement.moment if judgement else None
