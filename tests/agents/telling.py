"""What the product says of a run, short enough to be written down whole."""

from typing import Any

from tests.product import Product

BUCKETS = ("input", "cache_read", "cache_write", "output", "reasoning")
KINDS = ("prompt", "llm", "tool", "agent", "retry", "compaction", "permission", "error", "final")


def runs_of(product: Product) -> set[str]:
    """List the runs that there are."""
    return {run["id"] for run in product.read("/api/v1/runs?limit=200")["results"]}


def one_new(product: Product, before: set[str]) -> str:
    """Give the run that came; there is one."""
    [run] = runs_of(product) - before
    return run


def steps_of(product: Product, run: str) -> list[dict[str, Any]]:
    """List the steps that people look for, in the order of time."""
    steps = product.read(f"/api/v1/runs/{run}/steps?limit=1000")["results"]
    steps.sort(key=lambda step: (step["started_at"] or "", step["seq"]))
    return [step for step in steps if step["kind"] in KINDS]


def said_of(steps: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Say of each step what it is: kind, tool, how it ended."""
    return [(step["kind"], step["tool"] or "", step["status"]) for step in steps]


def tokens_of(product: Product, run: str) -> dict[str, int]:
    told = product.read(f"/api/v1/runs/{run}")["tokens"]
    return {name: told[name] for name in BUCKETS}


def changes_of(product: Product, run: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = product.read(f"/api/v1/runs/{run}/changes")["results"]
    return found
