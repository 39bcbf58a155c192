"""What the run list reads besides the runs: their texts, and sums over them."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q

from runs.kinds import Span
from teams.models import Project


class RunText(models.Model):
    """What the list's search looks into, in small letters: title, task, id and branch of a run.

    Apart from the run, whose row changes with every batch: an index of its trigrams would change with it.
    """

    run_id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    said = models.TextField()

    class Meta:
        indexes = [
            GinIndex(Func(F("said"), function="runs_trigrams"), name="run_text_trigrams"),
        ]

    def __str__(self):
        return self.said


class FreshText(models.Model):
    """What `RunText` will hold: words that came since the worker last moved them there.

    Cutting and indexing took ingest longer than all else in a run; a search looks at these few one by one.
    """

    run_id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    said = models.TextField()

    def __str__(self):
        return self.said


class RunSum(models.Model):
    """A part of the sums over a project's runs that share a status, agent, model and repository.

    What a batch moved comes as a row of its own (`Span.FRESH`, also below zero); `runs.rollups` folds those
    into one row a day, one for ever, and one a day of all agents, models and repositories.
    docs/decisions/0002-sums.md says why.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    span = models.SmallIntegerField(choices=[(span.value, span.name.lower()) for span in Span])
    day = models.DateField()  # of `Run.sort_at`, in UTC; a row for ever has the first day of all
    key = models.BinaryField(null=True)  # digest of the five columns below; fresh rows need none
    status = models.TextField()
    agent = models.TextField()
    model = models.TextField()
    repo = models.TextField()
    failing = models.BooleanField()  # at least one failure
    runs = models.BigIntegerField()
    calls = models.BigIntegerField()
    cost_usd = models.DecimalField(max_digits=22, decimal_places=8)
    unpriced_calls = models.BigIntegerField()
    lower_bound_calls = models.BigIntegerField()
    tokens = models.BigIntegerField(default=0, db_default=0)  # all buckets
    llm_ms = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "span", "day", "key"], name="run_sum_of_group", condition=Q(span__gte=1)
            ),
        ]
        indexes = [
            models.Index(fields=["project", "id"], name="run_sum_fresh", condition=Q(span=0)),
        ]

    def __str__(self):
        return f"{self.day} {self.status} {self.agent} {self.runs}"
