"""Net changes as one patch that `git apply` takes. Pure."""

from collections.abc import Iterable

from runs.kinds import Op
from runs.netting import Net, NetFile
from runs.words import plural

_SHORT = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def quoted(path: str) -> str:
    """Write a path as git does: in quotes with octal bytes where it has any that need it."""
    data = path.encode("utf-8", "surrogateescape")
    if all(32 <= byte < 127 and byte not in (34, 92) for byte in data):
        return path
    inner = "".join(_SHORT.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}") for byte in data)
    return f'"{inner}"'


def patch_of(file: NetFile) -> str:
    """Write one file's part. Empty for a file that is not part of the patch."""
    if file.net != Net.CHANGED or file.body is None:
        return ""
    old, new = f"a/{file.old_path or file.path}", f"b/{file.path}"
    head = f"diff --git {quoted(old)} {quoted(new)}\n" + _mode_of(file)
    if not file.body:
        return head
    left = "/dev/null" if file.op == Op.CREATE else _named(old)
    right = "/dev/null" if file.op == Op.DELETE else _named(new)
    return f"{head}--- {left}\n+++ {right}\n{file.body}"


def _mode_of(file: NetFile) -> str:
    if file.op == Op.CREATE:
        return "new file mode 100644\n"
    if file.op == Op.DELETE:
        return "deleted file mode 100644\n"
    if file.old_path:
        same = "" if file.body else "similarity index 100%\n"
        return f"{same}rename from {quoted(file.old_path)}\nrename to {quoted(file.path)}\n"
    return ""


def _named(path: str) -> str:
    """A tab ends a name with spaces, as git writes it."""
    name = quoted(path)
    return f"{name}\t" if " " in name else name


def preamble(title: str, files: Iterable[NetFile]) -> str:
    """Say above the patch what is in it and what is not; git skips lines before the first file."""
    listed = list(files)
    lines = [title, f"{plural(sum(file.net == Net.CHANGED for file in listed), 'file')} in this patch."]
    for word, kind in (("Left out", (Net.PARTLY, Net.BINARY)), ("Changed and reverted", (Net.REVERTED,))):
        chosen = [file for file in listed if file.net in kind]
        lines += [f"{word}: {quoted(file.path)}{_because(file)}" for file in chosen]
    return "".join(f"# {' '.join(line.split())}\n" for line in lines) + "\n"


def _because(file: NetFile) -> str:
    return f" ({file.why})" if file.why else ""
