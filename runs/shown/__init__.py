"""What pages show, as frozen records: built from rows by pure functions, so that templates only print."""
