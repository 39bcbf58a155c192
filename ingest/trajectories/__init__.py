"""What the readers of trajectory files share: agents of benchmarks, and lists of messages."""
