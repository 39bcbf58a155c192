"""A package, so that one Chromium serves all files of this folder."""
