"""One neutral span for every source that traces, and how spans become a run."""
