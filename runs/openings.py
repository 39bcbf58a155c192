"""Whether a line lies inside a comment or a docstring that began above it. Pure, and a good guess.

Lines of a hunk are coloured by themselves: without this, the prose of a long comment looks like code.
"""

from collections.abc import Sequence

#: Lines looked back: longer comments are rare, and a wrong guess must not reach far.
LOOKED_BACK = 200

_STARRED = "c cc cpp cs css go h hpp java js jsx kt php rs scala scss swift ts tsx"
_STARS = tuple(f".{ending}" for ending in _STARRED.split())


def opened_before(lines: Sequence[str], number: int, path: str) -> str:
    """Give what opened the comment or docstring that line `number` (from 1) lies in; empty when none did."""
    above = lines[max(0, number - 1 - LOOKED_BACK) : number - 1]
    if path.endswith(_STARS):
        return _comment(above)
    return _docstring(above) if path.endswith((".py", ".pyi")) else ""


def _comment(above: Sequence[str]) -> str:
    for line in reversed(above):
        if "*/" in line:
            return ""
        if line.lstrip().startswith("/*"):
            return "/*"
    return ""


def _docstring(above: Sequence[str]) -> str:
    for at in range(len(above) - 1, -1, -1):
        text = above[at].strip()
        quotes = text.count('"""')
        if quotes == 0:
            continue
        opens = text.startswith('"""') and quotes == 1
        if text == '"""':  # opens below a `def …:`, closes elsewhere
            opens = at > 0 and above[at - 1].rstrip().endswith(":")
        return '"""' if opens else ""
    return ""
