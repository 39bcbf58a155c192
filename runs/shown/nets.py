"""The net change of a run as people read it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.utils.safestring import SafeString

from runs.changed_trees import ChangedFile, Folder, tree_of
from runs.diffs import diff_of_patch
from runs.kinds import Op
from runs.limits import NET_LISTED
from runs.looks import Look
from runs.netting import Net, NetFile
from runs.queries.nets import NetChange
from runs.shown.changed_files import Badge, FileShown, FolderShown, Switch, reading_switches
from runs.shown.diffrows import DiffTable, Wiring, table_of
from runs.shown.steps import Place
from runs.states import query_of
from runs.visible import visible_html
from runs.words import count, plural

_BADGE = {Op.CREATE: "new", Op.DELETE: "deleted", Op.RENAME: "renamed"}


@dataclass(frozen=True, kw_only=True, slots=True)
class NetFileShown:
    """One file of the net diff."""

    anchor: str
    path: str
    path_html: SafeString
    old_path_html: SafeString
    badge: str
    added: str
    removed: str
    by: str  #: how many steps it took
    url: str  #: its history
    why: str = ""
    hunks: DiffTable | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NetShown:
    """The page: the files in the patch, those on this page with their lines, and those that are not in it."""

    summary: str
    added: str
    removed: str
    tree: FolderShown
    page: list[NetFileShown]
    reverted: list[NetFileShown]
    left_out: list[NetFileShown]
    cut: str
    switches: list[Switch]
    later_url: str = ""  #: more of this list's files with their lines
    listed: str = ""  #: which of the run's files are listed, where there are too many for one list
    next_list: str = ""
    last_list: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NetPage:
    """Where a page of the net diff stands, and how it is looked at."""

    place: Place
    look: Look
    first: int = 0  #: number of the first file of the list
    start: int = 0  #: number in the list of the first file with its lines
    size: int = 1

    def url(self, **more: int) -> str:
        """Link another page that is looked at alike; zeros are left out."""
        pairs = [(name, number) for name, number in more.items() if number]
        return self.place.url("net") + self.look.of_one.query(*pairs)


def file_url(place: Place, path: str, **more: object) -> str:
    """Link a file's history."""
    return place.url("file") + query_of([("path", path), *more.items(), *place.kept])


def switches_with(look: Look, url: str, **more: object) -> list[Switch]:
    """Offer to read the diffs otherwise, on the page that `more` says."""
    rest = urlencode({name: value for name, value in more.items() if value not in (None, 0)})

    def grown(address: str) -> str:
        return f"{address}{'&' if '?' in address else '?'}{rest}" if rest else address

    return [
        replace(switch, options=tuple(replace(each, url=grown(each.url)) for each in switch.options))
        for switch in reading_switches(look, url)
    ]


def net_shown(net: NetChange, page: NetPage) -> NetShown:
    """Build one page of the net diff."""
    changed = [file for file in net.files if file.net == Net.CHANGED]
    stop = page.start + page.size
    added, removed = sum(file.additions for file in changed), sum(file.deletions for file in changed)
    return NetShown(
        summary=plural(len(changed), "file"),
        added=f"+{count(added)}",
        removed=f"−{count(removed)}",
        tree=_tree(changed, page),
        page=[
            _file(file, page, n, lines=True) for n, file in enumerate(changed[page.start : stop], page.start)
        ],
        reverted=_listed(net, page, Net.REVERTED),
        left_out=_listed(net, page, Net.PARTLY, Net.BINARY),
        cut="This is the net of the newest changes: the run has more than are looked at." if net.cut else "",
        switches=switches_with(page.look.of_one, page.place.url("net"), list=page.first, start=page.start),
        later_url=page.url(list=page.first, start=stop) if stop < len(changed) else "",
        **_lists(net, page),
    )


def _lists(net: NetChange, page: NetPage) -> dict[str, str]:
    """Link the lists before and after, where the files are too many for one."""
    last = net.first + len(net.files)
    if len(net.files) == net.total:
        return {}
    listed = (
        f"Files {count(net.first + 1)} to {count(last)} of the {count(net.total)} that it touched, by path."
    )
    return {
        "listed": listed,
        "next_list": page.url(list=last) if last < net.total else "",
        "last_list": page.url(list=max(0, net.first - NET_LISTED)) if net.first else "",
    }


def _listed(net: NetChange, page: NetPage, *kinds: Net) -> list[NetFileShown]:
    return [_file(file, page, n) for n, file in enumerate(net.files) if file.net in kinds]


def _file(file: NetFile, page: NetPage, number: int, *, lines: bool = False) -> NetFileShown:
    diff = diff_of_patch(file.body, file.path, page.look.how) if lines and file.body else None
    cut = f"{plural(diff.cut, 'more line')}: the downloaded patch has all." if diff and diff.cut else ""
    return NetFileShown(
        anchor=f"net-{number}",
        path=file.path,
        path_html=visible_html(file.path),
        old_path_html=visible_html(file.old_path),
        badge=_BADGE.get(file.op, ""),
        added=f"+{count(file.additions)}",
        removed=f"−{count(file.deletions)}",
        by=_by(file),
        url=file_url(page.place, file.path),
        why=file.why,
        hunks=table_of(diff, Wiring(split=page.look.split)) if diff else None,
        note="Too big to show here: the downloaded patch has all." if diff and diff.huge else cut,
    )


def _by(file: NetFile) -> str:
    if len(file.steps) == 1:
        return f"by step {file.steps[0]}"
    return f"by {plural(len(file.steps), 'step')}" if file.steps else "by the run as a whole"


def _tree(changed: list[NetFile], page: NetPage) -> FolderShown:
    """Build the tree of the files in the patch; each leads to its lines, on this page or another."""
    urls = {}
    for n, file in enumerate(changed):
        start = n - n % page.size
        here = "" if start == page.start else page.url(list=page.first, start=start)
        urls[file.path] = f"{here}#net-{n}"
    files = [
        ChangedFile(
            path=file.path,
            edits=file.touched,
            first=n,
            added=file.additions,
            removed=file.deletions,
            state=_BADGE.get(file.op, ""),
            hidden=file.hidden,
        )
        for n, file in enumerate(changed)
    ]
    return _folder(tree_of(files), urls)


def _folder(folder: Folder, urls: Mapping[str, str]) -> FolderShown:
    return FolderShown(
        name_html=visible_html(folder.name or "/"),
        size=count(folder.size),
        hidden=folder.hidden,
        is_open=folder.is_open,
        folders=[_folder(inner, urls) for inner in folder.folders],
        files=[
            FileShown(
                name_html=visible_html(file.name),
                path=file.path,
                url=urls[file.path],
                added=f"+{count(file.added)}",
                removed=f"−{count(file.removed)}",
                badges=_badges(file),
            )
            for file in folder.files
        ],
        left_out=plural(folder.left_out, "more file") if folder.left_out else "",
        url="",
    )


def _badges(file: ChangedFile) -> list[Badge]:
    badges = [Badge(text=file.state)] if file.state else []
    return [*badges, Badge(text="hidden", tone="fail")] if file.hidden else badges
