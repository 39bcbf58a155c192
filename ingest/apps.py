from django.apps import AppConfig


class IngestConfig(AppConfig):
    """Takes recordings in: events, files, uploads, and what could not be read."""

    name = "ingest"
