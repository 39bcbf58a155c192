"""Files at a step as a shell script that applies them to a checkout of the start commit. Pure."""

import re
from collections.abc import Sequence
from hashlib import blake2b

from runs.netting import Net
from runs.patchfiles import patch_of
from runs.replay.files import FileAt
from runs.replay.zips import Head, line_of
from runs.words import plural

_COMMIT = re.compile(r"\A[0-9a-f]{7,64}\Z")

_CHECK = """\
started_at='{commit}'
head=$(git rev-parse HEAD)
case "$head" in
  "$started_at"*) ;;
  *) echo "Warning: this checkout is at $head, and the run began at $started_at." >&2 ;;
esac
"""
_NO_COMMIT = 'echo "Warning: the run did not record the commit that it began at." >&2\n'


def script_of(files: Sequence[FileAt], head: Head) -> str:
    """Write the script: it warns where the checkout is another commit, and then applies one patch."""
    patch = "".join(patch_of(file.net) for file in files if file.net)
    changed = sum(bool(file.net and patch_of(file.net)) for file in files)
    left = [file for file in files if not (file.net and file.net.net in (Net.CHANGED, Net.REVERTED))]
    lines = [
        *head.lines,
        f"{plural(changed, 'file')} in this patch, against the start of the run.",
        *(f"Left out: {line_of(file)}" for file in left),
        "Run it inside the repository: sh FILE [options of git apply, such as --3way or --reject]",
    ]
    comments = "".join(f"# {' '.join(line.split())}\n" for line in lines)
    commit = head.commit.lower()
    check = _CHECK.format(commit=commit) if _COMMIT.match(commit) else _NO_COMMIT
    return f"#!/bin/sh\n{comments}set -eu\n{check}{_apply(patch)}"


def _apply(patch: str) -> str:
    """Hand the patch to git, which takes all of it or nothing, and never writes outside the repository."""
    if not patch:
        return 'echo "There is nothing to apply."\n'
    end = f"END_OF_PATCH_{blake2b(patch.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"
    where = 'cd "$(git rev-parse --show-toplevel)"\n'
    return f"{where}git apply --whitespace=nowarn \"$@\" - <<'{end}'\n{patch}{end}\n"
