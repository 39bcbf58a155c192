"""System prompts of a project: families, their versions, and which run used which (`runs.recognising`).

The texts themselves stay with their runs, as contents; a version keeps its template alone.
"""

from django.db import models

from teams.models import Project


class PromptFamily(models.Model):
    """Prompts of one name: given by the client, else the agent program's, one a kind of sub-agent."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.TextField()
    versions = models.IntegerField(default=0)  # ever numbered: a number is not given twice

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="prompt_family_name"),
        ]

    def __str__(self):
        return self.name


class PromptVersion(models.Model):
    """One template of a family. Numbers follow the time at which runs first used it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    family = models.ForeignKey(PromptFamily, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.BinaryField()  # see runs.comparing.prompts.version_key
    number = models.IntegerField()
    told = models.TextField(default="")  # the client's own name of the version
    template = models.TextField()
    first_at = models.DateTimeField()  # start of the first run that used it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["family", "key"], name="prompt_version_key"),
        ]
        indexes = [
            models.Index(fields=["project", "family", "number"], name="prompt_version_of_project"),
        ]

    def __str__(self):
        return f"{self.family_id} v{self.number}"


class PromptUse(models.Model):
    """A run, and a version that its main agent or one of its sub-agents was given."""

    pk = models.CompositePrimaryKey("run_id", "version")
    run_id = models.UUIDField()
    version = models.BigIntegerField()  # no foreign key: retention drops uses and versions in one statement
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    is_main = models.BooleanField()
    digest = models.BinaryField()  # of the text
    message = models.BinaryField(null=True)  # content of the run that holds it; null: its own step does
    lane = models.TextField(default="")  # the first lane that was given it
    at = models.DateTimeField()  # `Run.sort_at` when it was recognised

    class Meta:
        indexes = [
            # Runs of a version, the newest first; its distinct texts.
            models.Index(fields=["project", "version", "-at"], name="prompt_use_of_version"),
            models.Index(fields=["project", "version", "digest"], name="prompt_use_by_text"),
        ]

    def __str__(self):
        return f"{self.run_id} {self.version}"
