"""How the OpenAPI document is written from our docstrings."""

from drf_spectacular.openapi import AutoSchema


class FromDocstrings(AutoSchema):
    """Take the first sentence of a view's docstring as the summary of its operation."""

    def get_summary(self) -> str:
        return str(self.get_description()).partition("\n")[0].rstrip(".").replace("`", "")

    def get_tags(self) -> list[str]:
        """Group by what is read: runs, with all that a run has, or comparisons."""
        return [self.path.removeprefix("/api/v1/").partition("/")[0]]

    def get_operation_id(self) -> str:
        """Name an operation after its view: list_runs."""
        return str(self.view.__class__.__name__)
