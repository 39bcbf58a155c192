"""How the OpenAPI document is written from our docstrings."""

from drf_spectacular.openapi import AutoSchema


class FromDocstrings(AutoSchema):
    """Take the first sentence of a view's docstring as the summary of its operation."""

    def get_summary(self) -> str:
        return str(self.get_description()).partition("\n")[0].rstrip(".")

    def get_tags(self) -> list[str]:
        """Group by what an address ends in: runs, steps, changes."""
        return [next(word for word in self.path.split("/")[::-1] if word and "{" not in word)]
