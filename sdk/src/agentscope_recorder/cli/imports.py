"""`import FILE…`: sends files of any format that the server reads, together as one import."""

from __future__ import annotations

import argparse
from pathlib import Path

from agentscope_recorder.cli.targets import target_of
from agentscope_recorder.cli.troubles import Trouble
from agentscope_recorder.posting import Verdict
from agentscope_recorder.uploading import upload


def describe(parser: argparse.ArgumentParser) -> None:
    """Name the arguments."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="files, or folders of them")


def run(options: argparse.Namespace) -> int:
    """Send the files; what they became is printed."""
    target = target_of(options)
    files = [pair for path in options.paths for pair in files_at(path)]
    if not files:
        raise Trouble("There are no files in " + ", ".join(map(str, options.paths)) + ".")
    answer, made = upload(target, files)
    if answer.verdict is not Verdict.STORED:
        raise Trouble(answer.sentence)
    print(
        "\n".join(made.runs) or "No run was found in these files; docs/reference/import.md names the formats."
    )
    if made.problems:
        several = "parts" if made.problems > 1 else "part"
        print(f"{made.problems} {several} could not be read; look under Problems of the project.")
    return 0 if made.runs else 1


def files_at(path: Path) -> list[tuple[str, Path]]:
    """List files with their paths in the import. Raises Trouble."""
    if path.is_dir():
        return [
            (f"{path.name}/{one.relative_to(path)}", one) for one in sorted(path.rglob("*")) if one.is_file()
        ]
    if not path.is_file():
        raise Trouble(f"{path} does not exist.")
    return [(path.name, path)]
