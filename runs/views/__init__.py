"""Pages: gate, read, render."""
