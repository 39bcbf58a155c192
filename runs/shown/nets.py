"""The net change of a run as people read it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from runs.diffs import diff_of_patch
from runs.kinds import Op
from runs.limits import NET_LISTED
from runs.netting import Net, NetFile
from runs.queries.nets import NetChange
from runs.shown.diffs import DiffTable, hunks_shown
from runs.shown.steps import Place
from runs.words import count, plural

_BADGE = {Op.CREATE: "new", Op.DELETE: "deleted", Op.RENAME: "renamed"}


@dataclass(frozen=True, kw_only=True, slots=True)
class NetFileShown:
    """One file of the net diff."""

    anchor: str
    path: str
    folder: str
    name: str
    old_path: str
    badge: str
    added: str
    removed: str
    by: str  #: how many steps it took
    url: str  #: its history
    here: str  #: where its diff stands on this page or another
    why: str = ""
    hunks: DiffTable | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NetShown:
    """The page: the files in the patch, those on this page with their lines, and those that are not in it."""

    summary: str
    added: str
    removed: str
    files: list[NetFileShown]
    page: list[NetFileShown]
    reverted: list[NetFileShown]
    left_out: list[NetFileShown]
    cut: str
    later_url: str = ""  #: more of this list's files with their lines
    listed: str = ""  #: which of the run's files are listed, where there are too many for one list
    next_list: str = ""
    last_list: str = ""


def file_url(place: Place, path: str, **more: object) -> str:
    """Link a file's history."""
    return place.url("file") + "?" + urlencode({"path": path, **more})


def net_shown(net: NetChange, place: Place, *, start: int, size: int) -> NetShown:
    """Build one page of the net diff."""
    base = f"{place.url('net')}?" + (f"list={net.first}&" if net.first else "")
    changed = [file for file in net.files if file.net == Net.CHANGED]
    page = changed[start : start + size]
    later = start + size < len(changed)
    return NetShown(
        summary=plural(len(changed), "file"),
        added=f"+{count(sum(file.additions for file in changed))}",
        removed=f"−{count(sum(file.deletions for file in changed))}",
        files=[_file(file, place, n, f"{base}from={n - n % size}") for n, file in enumerate(changed)],
        page=[_file(file, place, n, base, lines=True) for n, file in enumerate(page, start)],
        reverted=_listed(net, place, Net.REVERTED),
        left_out=_listed(net, place, Net.PARTLY, Net.BINARY),
        cut="The run has more changes than are looked at: this is the net of the newest ones."
        if net.cut
        else "",
        later_url=f"{base}from={start + size}" if later else "",
        **_lists(net, place),
    )


def _lists(net: NetChange, place: Place) -> dict[str, str]:
    """Link the lists before and after, where the files are too many for one."""
    last = net.first + len(net.files)
    if len(net.files) == net.total:
        return {}
    listed = (
        f"Files {count(net.first + 1)} to {count(last)} of the {count(net.total)} that it touched, by path."
    )
    url = place.url("net")
    return {
        "listed": listed,
        "next_list": f"{url}?list={last}" if last < net.total else "",
        "last_list": f"{url}?list={max(0, net.first - NET_LISTED)}" if net.first else "",
    }


def _listed(net: NetChange, place: Place, *kinds: Net) -> list[NetFileShown]:
    return [_file(file, place, n, "") for n, file in enumerate(net.files) if file.net in kinds]


def _file(file: NetFile, place: Place, number: int, base: str, *, lines: bool = False) -> NetFileShown:
    folder, _, name = file.path.rpartition("/")
    diff = diff_of_patch(file.body, file.path) if lines and file.body else None
    cut = f"{count(diff.cut)} more lines: the downloaded patch has all." if diff and diff.cut else ""
    return NetFileShown(
        anchor=f"net-{number}",
        path=file.path,
        folder=f"{folder}/" if folder else "",
        name=name,
        old_path=file.old_path,
        badge=_BADGE.get(file.op, ""),
        added=f"+{count(file.additions)}",
        removed=f"−{count(file.deletions)}",
        by=_by(file),
        url=file_url(place, file.path),
        here=f"{base}#net-{number}",
        why=file.why,
        hunks=hunks_shown(diff) if diff else None,
        note="Too big to show here: the downloaded patch has all." if diff and diff.huge else cut,
    )


def _by(file: NetFile) -> str:
    if len(file.steps) == 1:
        return f"by step {file.steps[0]}"
    return f"by {plural(len(file.steps), 'step')}" if file.steps else "by the run as a whole"
