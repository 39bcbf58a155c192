"""The demo: made-up recordings, written as scripts, played through the real ingest."""
