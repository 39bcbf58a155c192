"""How findings name calls."""

from runs.findings.clues import Clue
from runs.findings.words import named_call
from runs.kinds import Kind


def test_a_patch_is_named_by_its_file_and_not_by_its_text():
    patch = Clue(
        seq=1,
        kind=Kind.TOOL,
        tool="apply_patch",
        family="patch",
        path="src/cart.py",
        command="*** Begin Patch",
    )
    assert named_call(patch) == "Patch cart.py"
    shell = Clue(seq=1, kind=Kind.TOOL, tool="exec_command", family="shell", command="npm test")
    assert named_call(shell) == "`npm test`"
