"""What rules think of runs. `runs.judging` is the only writer; all of it can be made anew."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from runs.kinds import SignatureSpan
from teams.models import Project, User


class Judgement(models.Model):
    """What rules say of one run as a whole, and how far they have read."""

    run_id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    revision = models.BigIntegerField(default=-1)  # of the run, up to which steps have clues
    clue_version = models.IntegerField(default=0)
    rules = models.TextField(default="")  # version of the rules, thresholds and mutes it was judged by
    at = models.DateTimeField()  # when the findings last changed
    findings = models.IntegerField(default=0)
    severity = models.SmallIntegerField(default=0)  # of the worst finding; 0: none
    worst = models.TextField(default="")  # signature of that finding
    signatures = models.IntegerField(default=0)  # different ones among the findings
    moment = models.IntegerField(null=True)  # step at which the run went sideways
    story = models.JSONField(default=dict)  # account, chapters and the moment, see runs.findings.stories
    habits = models.JSONField(default=dict)  # of the project's tools as told, see runs.keeping_habits
    # As what the run's findings are in the sums; no day: they are not.
    day = models.DateField(null=True)
    agent = models.TextField(default="", db_default="")
    model = models.TextField(default="", db_default="")
    repo = models.TextField(default="", db_default="")
    prompted = models.BinaryField(null=True)  # what its prompts were recognised by, see runs.recognising

    def __str__(self):
        return f"{self.run_id} {self.findings}"


class SignatureState(models.Model):
    """A signature that people of a project call resolved, until it comes true at a later step."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    signature = models.TextField()
    resolved_at = models.DateTimeField()
    resolved_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "signature"], name="one_state_of_signature"),
        ]

    def __str__(self):
        return f"{self.signature} {self.resolved_at}"


class SignatureSum(models.Model):
    """A part of a project's sums of findings: what a judgement moved, or folded (`SignatureSpan`)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    span = models.SmallIntegerField(choices=[(span.value, span.name.lower()) for span in SignatureSpan])
    day = models.DateField()  # in UTC
    found_on = models.DateField(null=True)  # fresh rows: the day of the findings
    facet = models.BinaryField(null=True)  # folded rows: digest of the facet, as in ToolSum
    signature = models.TextField()
    severity = models.SmallIntegerField()  # of the worst finding of the signature in the run
    agent = models.TextField()
    model = models.TextField()
    repo = models.TextField()
    runs = models.BigIntegerField()
    times = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "span", "facet", "day", "signature", "severity"],
                name="signature_sum_of_group",
                condition=Q(span__gte=1),
            ),
        ]
        indexes = [
            models.Index(fields=["project", "id"], name="signature_sum_fresh", condition=Q(span=0)),
        ]

    def __str__(self):
        return f"{self.day} {self.signature} {self.times}"


class CluePage(models.Model):
    """Clues of up to CLUES_PAGE steps of a run: those whose number, divided by that, is `page`."""

    pk = models.CompositePrimaryKey("run_id", "page")
    run_id = models.UUIDField()
    page = models.IntegerField()
    stamp = models.BigIntegerField(default=0)  # another one each time it is written, see findings.clue_cache
    clues = models.BinaryField()  # see runs.findings.clues
    mentions = models.BinaryField()  # paths that the steps name, see runs.findings.mentions

    def __str__(self):
        return f"{self.run_id} {self.page}"


class Finding(models.Model):
    """One detected failure signature in one run."""

    pk = models.CompositePrimaryKey("run_id", "signature", "key")
    run_id = models.UUIDField()
    signature = models.TextField()
    key = models.TextField()
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    severity = models.SmallIntegerField()
    sentence = models.TextField()
    steps = ArrayField(models.IntegerField())
    step = models.IntegerField()  # with which it came true
    changes = ArrayField(models.IntegerField(), default=list)  # file changes that belong to it
    numbers = models.JSONField(default=dict)
    used = models.JSONField(default=dict)  # thresholds that it rests on
    place = models.IntegerField(default=0)  # in the order of the run's findings
    at = models.DateTimeField()  # when that step started, else when it was found
    found_at = models.DateTimeField()

    class Meta:
        indexes = [
            # The cards of a project: occurrences of a signature by time.
            models.Index(fields=["project", "signature", "-at"], name="finding_of_signature"),
        ]

    def __str__(self):
        return f"{self.signature} {self.sentence}"
