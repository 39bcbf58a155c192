"""Pages of the ingest app."""
