"""Comparisons that people saved: two sides as filters, never their numbers, which runs may still change."""

from django.db import models

from teams.models import Project, User


class Comparison(models.Model):
    """Two sides of runs under a name."""

    id = models.UUIDField(primary_key=True, editable=False)  # UUIDv7
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.TextField()
    query = models.TextField()  # as it stands in the URL, see runs.views.sides
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            # The list of a project, newest first.
            models.Index(fields=["project", "-created_at", "-id"], name="comparison_list"),
        ]

    def __str__(self):
        return self.name
