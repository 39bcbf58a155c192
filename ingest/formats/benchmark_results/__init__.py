"""Results of benchmarks beside trajectories (docs/reference/benchmark-results.md)."""

from ingest.formats.benchmark_results.read import looks_like, with_results

__all__ = ["looks_like", "with_results"]
