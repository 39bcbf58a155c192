"""What the tree shows: a page of turns and what is open in it, or the inside of one node."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.safestring import SafeString

from runs.fragments import hidden_among, place_of
from runs.kinds import Kind
from runs.limits import TREE_CHILDREN, TREE_OPEN, TREE_ROWS, TREE_TURNS
from runs.models import Run
from runs.queries.steps import row_of
from runs.queries.trees import (
    TurnPage,
    first_of_each,
    heads_of,
    in_steps,
    in_turns,
    page_of_turns,
    prompts_of_turns,
    read_nesting,
    sums_inside,
)
from runs.queries.windows import Row, Window, after_row, around_number, before_row, first_of
from runs.shown.branches import Branches, rows_among
from runs.shown.steps import Around
from runs.shown.tree_rows import rows_html
from runs.shown.trees import Scale, State, TreeRow, axis_for, query_of, sums_of_row, words_of_axis
from runs.trees import Nesting
from runs.words import duration
from teams.models import Project


@dataclass(frozen=True, kw_only=True)
class Tree:
    """A page of the tree."""

    rows: list[TreeRow]
    turns: int
    time: str  #: in which something ran, in all turns
    axis: str
    cut_prompts: bool
    earlier_url: str
    later_url: str

    @property
    def html(self) -> SafeString:
        return rows_html(self.rows)


@dataclass(frozen=True, kw_only=True)
class Ends:
    """The turns after which a page begins and until which it goes; None at the ends of the run."""

    after: int | None = None
    until: int | None = None


def nodes_in(text: str) -> list[str]:
    """Read the opened nodes of an address: `t3.s34`."""
    names = [name for name in text.split(".") if is_node(name)]
    return list(dict.fromkeys(names))[-TREE_OPEN:]


def is_node(name: str) -> bool:
    """Say whether a word names a turn or a step."""
    number = name[1:]
    return name[:1] in ("t", "s") and number.isascii() and number.isdigit() and len(number) < 10


def read_tree(
    project: Project, run: Run, state: State, *, chosen: int | None, after: int | None, before: int | None
) -> Tree:
    """Read a page of turns, around the chosen step if there is one, and what is open. Raises Http404."""
    nesting, meta = read_nesting(run), is_meta(state)
    step = chosen_row(run, nesting, chosen) if chosen is not None else None
    turn = nesting.root_of(step["parent_key"], step["turn"]) if step else None
    around = turn if after is None and before is None else None
    page = page_of_turns(run, nesting, by=state["by"], meta=meta, after=after, before=before, around=around)
    ends = ends_of(page, after)
    prompts = prompts_of_turns(run, nesting, after=ends.after, until=ends.until, meta=meta)
    heads = heads_of(run, [turn.first_call for turn in page.turns if turn.first_call is not None])
    branches = branches_of(project, run, state, step["seq"] if step else None)
    if step is not None:
        branches.opened = opened_for(step, nesting, branches.opened)
    branches.inner = read_inner(
        run, nesting, branches.opened, {turn.number for turn in page.turns}, meta=meta
    )
    if step is not None:
        branches.inner |= reach(run, nesting, branches.inner, step, meta=meta)
    add_sums(run, nesting, branches, [*prompts, *heads.values()])
    return Tree(
        rows=rows_of_page(branches, page, prompts[:TREE_TURNS], heads),
        turns=page.of,
        time=duration(page.ran or None),
        axis=words_of_axis(axis_for([turn.sums for turn in page.turns]), state["by"]),
        cut_prompts=len(prompts) > TREE_TURNS,
        earlier_url=link(state, before=None if ends.after is None else ends.after + 1),
        later_url=link(state, after=ends.until),
    )


def chosen_row(run: Run, nesting: Nesting, chosen: int) -> Row:
    """Read the chosen step, or the call that tells of it. Raises Http404."""
    step = row_of(run, chosen)
    span = nesting.spans.get(step["parent_key"])
    return row_of(run, nesting.holders[step["parent_key"]].seq) if span and span.seq == chosen else step


def is_meta(state: State) -> bool:
    """Say whether the events of the harness are asked for."""
    return state.get("events") == "all"


def link(state: State, *, before: int | None = None, after: int | None = None) -> str:
    """Link the page before or after a turn; nothing where there is none."""
    if before is None and after is None:
        return ""
    marks = {"before": before, "after": after}
    return query_of(state, step="", **{name: "" if at is None else str(at) for name, at in marks.items()})


def branches_of(project: Project, run: Run, state: State, chosen: int | None) -> Branches:
    """Begin an answer."""
    return Branches(
        state=state,
        origin=run.started_at or run.created_at,
        around=Around(place=place_of(project, run), selected=chosen),
        opened=nodes_in(state.get("open", "")),
    )


def ends_of(page: TurnPage, after: int | None) -> Ends:
    """Say where a page begins and ends."""
    if not page.turns:
        return Ends(after=after)
    first, last = page.turns[0], page.turns[-1]
    return Ends(
        after=first.number - 1 if first.place > 1 else None,
        until=last.number if last.place < page.of else None,
    )


def opened_for(step: Row, nesting: Nesting, opened: Sequence[str]) -> list[str]:
    """Open all nodes in which a step lies; a prompt of a human lies in none."""
    chain = nesting.chain_of(step["parent_key"])
    nodes = [f"s{nesting.holders[key].seq}" for key in chain]
    if step["kind"] != Kind.PROMPT or chain:
        nodes.insert(0, f"t{nesting.root_of(step['parent_key'], step['turn'])}")
    return list(dict.fromkeys([*nodes, *opened]))[:TREE_OPEN]


def read_inner(
    run: Run, nesting: Nesting, opened: Sequence[str], turns: Collection[int], *, meta: bool
) -> dict[str, Window]:
    """Read the rows of the opened nodes of some turns, as many as fit into one answer."""
    held = {key for key, turn in nesting.roots.items() if turn in turns} - nesting.rowless
    holders = {f"s{nesting.holders[key].seq}": key for key in held}
    nodes = {nesting.inside_of(holders[node]): node for node in opened if node in holders}
    open_turns = [int(node[1:]) for node in opened if node[0] == "t" and int(node[1:]) in turns]
    found: dict[str, Window] = {}
    if open_turns:
        of_turns = first_of_each(in_turns(run, nesting, open_turns, meta=meta), "turn")
        found |= {f"t{turn}": window for turn, window in of_turns.items()}
    if nodes:
        of_steps = first_of_each(in_steps(run, [key for key in nodes if key], meta=meta), "parent_key")
        found |= {nodes[key]: window for key, window in of_steps.items()}
    kept: dict[str, Window] = {}
    for node in opened:
        if node in found and len(rows_among(kept.values())) < TREE_ROWS:
            kept[node] = found[node]
    return kept


def reach(
    run: Run, nesting: Nesting, inner: Mapping[str, Window], step: Row, *, meta: bool
) -> dict[str, Window]:
    """Move the window of the node in which the chosen step lies to where it shows it."""
    chain = nesting.chain_of(step["parent_key"])
    node = f"s{nesting.holders[chain[-1]].seq}" if chain else f"t{step['turn']}"
    window = inner.get(node)
    if window is None or not window.later or any(row["seq"] == step["seq"] for row in window.rows):
        return {}
    if chain:
        steps = in_steps(run, [nesting.inside_of(chain[-1])], meta=meta)
    else:
        steps = in_turns(run, nesting, [step["turn"]], meta=meta)
    found = around_number(steps, step["seq"], size=TREE_CHILDREN)
    return {node: found} if found else {}


def add_sums(run: Run, nesting: Nesting, branches: Branches, others: Sequence[Row]) -> None:
    """Sum what lies in the steps that are shown, and find those with hidden changes."""
    rows = [*others, *rows_among(branches.inner.values())]
    branches.sums = sums_inside(run, nesting, {row["key"] for row in rows}, meta=is_meta(branches.state))
    branches.told = {key: span.seq for key, span in nesting.spans.items()}
    branches.around = replace(branches.around, hidden=hidden_among(run, rows))


def rows_of_page(
    branches: Branches, page: TurnPage, prompts: Sequence[Row], heads: Mapping[int, Row]
) -> list[TreeRow]:
    """Put turns and prompts in order: what a human asked in a turn comes after it, unless it began before."""
    begun = {turn.number: (turn.sums.begin, turn.first_step) for turn in page.turns}
    axis = axis_for([turn.sums for turn in page.turns])
    scale = Scale(by=branches.state["by"], axis=axis, most=page.most, whole=page.whole)
    turns = [
        (
            turn.number,
            0,
            branches.turn(turn, heads.get(-1 if turn.first_call is None else turn.first_call), scale),
        )
        for turn in page.turns
    ]
    asked = [
        (
            prompt["turn"],
            -1 if is_before(prompt, begun.get(prompt["turn"]), branches) else 1,
            branches.step(prompt, 1, scale),
        )
        for prompt in prompts
    ]
    return [row for _, _, row in sorted([*turns, *asked], key=lambda placed: placed[:2])]


def is_before(prompt: Row, begun: tuple[float | None, int] | None, branches: Branches) -> bool:
    """Say whether a human asked before the first step of its turn, as where no model call is recorded."""
    at = sums_of_row(prompt, branches.origin).begin
    if begun is None or begun[0] is None or at is None:
        return False
    return (round(at, 3), prompt["seq"]) < (round(begun[0], 3), begun[1])


def read_node(
    project: Project, run: Run, state: State, node: str, *, after: int | None, before: int | None
) -> dict[str, Any]:
    """Read what lies in one node: the first rows, or those after or before a step. Raises Http404."""
    nesting, meta, number = read_nesting(run), is_meta(state), int(node[1:])
    branches = branches_of(project, run, state, None)
    if node[0] == "t":
        steps, level, holder = in_turns(run, nesting, [number], meta=meta), 2, None
    else:
        holder = heads_of(run, [number]).get(number) or row_of(run, number)
        keys = [nesting.inside_of(key) for key in [holder["key"]] if key in nesting.roots]
        steps = in_steps(run, [key for key in keys if key], meta=meta)
        level = len(nesting.chain_of(holder["parent_key"])) + 3
    branches.inner = {node: window_of(run, steps, after=after, before=before)}
    add_sums(run, nesting, branches, [holder] if holder else [])
    if holder:
        above = branches.sums.get(holder["key"]) or sums_of_row(holder, branches.origin)
    else:
        page = page_of_turns(run, nesting, by=state["by"], meta=meta, after=number - 1, before=number + 1)
        above = page.turns[0].sums if page.turns else None
    return branches.inside(node, level, above) if above else {"rows": ()}


def window_of(run: Run, steps, *, after: int | None, before: int | None) -> Window:
    """Read some rows of a node."""
    if after is not None:
        return replace(after_row(steps, row_of(run, after), size=TREE_CHILDREN), earlier=False)
    if before is not None:
        return replace(before_row(steps, row_of(run, before), size=TREE_CHILDREN), later=False)
    return first_of(steps, size=TREE_CHILDREN)
