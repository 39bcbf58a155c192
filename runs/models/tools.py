"""Tool calls of a project in sums: docs/decisions/0004-tool-sums.md says why there are two tables."""

from django.db import models
from django.db.models import Q

from runs.kinds import ToolSpan
from teams.models import Project


class ToolAmounts(models.Model):
    """What is summed of calls."""

    tool = models.TextField()
    bucket = models.SmallIntegerField()  # of the duration, see runs.latencies
    agent = models.TextField()
    model = models.TextField()
    repo = models.TextField()
    calls = models.BigIntegerField()
    failures = models.BigIntegerField()
    ms = models.BigIntegerField()
    bytes = models.BigIntegerField()  # of results
    tokens = models.BigIntegerField()  # by which results made prompts grow
    retries = models.BigIntegerField()

    class Meta:
        abstract = True


class ToolPart(ToolAmounts):
    """One run's calls of one tool in one hour and latency bucket. Its judgement replaces them."""

    pk = models.CompositePrimaryKey("run_id", "hour", "tool", "bucket")
    run_id = models.UUIDField()
    hour = models.DateTimeField()
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        indexes = [
            # The calls behind a cell; the page under two filters or more.
            models.Index(fields=["project", "hour"], name="tool_part_hour"),
            models.Index(fields=["project", "tool", "hour"], name="tool_part_tool"),
            models.Index(fields=["project", "bucket", "hour"], name="tool_part_slow"),  # the slowest calls
            # Failed calls, and those that fail most: a tenth of the parts.
            models.Index(fields=["project", "hour"], name="tool_part_failed", condition=Q(failures__gt=0)),
        ]

    def __str__(self):
        return f"{self.hour} {self.tool} {self.calls}"


class ToolSum(ToolAmounts):
    """A part of a project's sums: what a judgement moved (`ToolSpan.FRESH`), or a folded hour or day."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    span = models.SmallIntegerField(choices=[(span.value, span.name.lower()) for span in ToolSpan])
    at = models.DateTimeField()  # start of the hour or day, in UTC
    # Folded rows: digest of the facet (all, or one agent, model or repository), and of tool and bucket.
    facet = models.BinaryField(null=True)
    key = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "span", "facet", "at", "key"],
                name="tool_sum_of_group",
                condition=Q(span__gte=1),
            ),
        ]
        indexes = [
            models.Index(fields=["project", "id"], name="tool_sum_fresh", condition=Q(span=0)),
        ]

    def __str__(self):
        return f"{self.at} {self.tool} {self.calls}"
