"""Command hooks of Claude Code: a small program that tells, and one process for each session that keeps."""
