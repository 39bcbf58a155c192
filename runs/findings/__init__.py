"""What went wrong in a run, found by rules: pure functions over the clues of its steps."""
