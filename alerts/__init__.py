"""Alert rules over runs, their delivery and its history."""
