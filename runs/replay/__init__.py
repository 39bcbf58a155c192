"""Replay: messages up to a step in the shape of any API, and the files at that step. Pure."""
