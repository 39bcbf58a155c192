"""Runs held against each other: pure, no database and no clock. scipy is imported here and nowhere else."""
