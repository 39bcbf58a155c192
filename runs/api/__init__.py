"""The read API: runs, steps and file changes of one project, by key."""
