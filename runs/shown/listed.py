"""The rows of the run list as HTML. Written here: by a template, 50 of them take five times as long."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from runs.findings.found import Severity
from runs.findings.signatures import SIGNATURES
from runs.flight import Tick, bars_of, words_of
from runs.queries.findings import Ruled
from runs.queries.runs import ListedRun
from runs.shown.runs import cost_words, elapsed, is_measured, status_of, title_of, tokens_total, where_of
from runs.shown.steps import micros
from runs.shown.tones import TONES, WORDS
from runs.words import count, duration, plural, tokens
from teams.models import Project

_TONES = {"bad": " is-fail", "unsure": " is-warn"}
_NOTHING = "–"


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRow:
    """One row of the list. It hangs on the run alone: not on who looks, on filters, or on the time."""

    id: str
    html: SafeString


def run_rows(
    project: Project,
    runs: Sequence[ListedRun],
    flights: Mapping[UUID, list[Tick]],
    rulings: Mapping[UUID, Ruled],
) -> list[RunRow]:
    """Write the rows of a project's runs."""
    nobody = UUID(int=0)
    address = reverse("runs:run", args=[project.team.slug, project.slug, nobody])
    head, _, tail = map(escape, address.rpartition(str(nobody)))  # one look into the URL conf for all rows
    return [run_row(run, f"{head}{run.id}{tail}", flights[run.id], rulings.get(run.id)) for run in runs]


def run_row(run: ListedRun, url: str, ticks: list[Tick], ruled: Ruled | None = None) -> RunRow:
    """Write one row; `url` is escaped already."""
    cells = (
        f'<tr id="run-{run.id}" data-run="{run.id}" data-at="{micros(run.sort_at)}"'
        f' data-revision="{run.revision}">',
        _status_cell(run),
        _run_cell(run, url, ruled),
        _flight_cell(ticks),
        _agent_cell(run),
        f'<td class="num opt dim">{duration(elapsed(run)) or _NOTHING}</td>',
        f'<td class="num opt">{count(run.turns)}</td>',
        _labelled_cell(run.tool_calls, "tool", "tools"),
        _labelled_cell(run.retries, "retry", "retries", tone="is-warn" if run.retries else "zero"),
        _labelled_cell(run.failures, "fail", "fails", tone="is-fail" if run.failures else "zero"),
        _lines_cell(run),
        f'<td class="num opt">{tokens(tokens_total(run)) if is_measured(run) else _NOTHING}</td>',
        _cost_cell(run),
        _when_cell(run),
        "</tr>\n",
    )
    return RunRow(id=str(run.id), html=mark_safe("\n".join(cells)))


def _status_cell(run: ListedRun) -> str:
    status = status_of(run)
    word = escape(status.word)
    return (
        '<td class="c-status"><input type="checkbox" class="pick" name="runs" form="compare"'
        f' value="{run.id}" aria-label="Compare {escape(title_of(run))}">'
        f'<span class="status {status.tone}" title="{word}">'
        f'<span class="word">{word}</span></span></td>'
    )


def _run_cell(run: ListedRun, url: str, ruled: Ruled | None) -> str:
    where, parts = where_of(run), []
    if where:
        parts.append(f'<span class="mono">{escape(where)}</span>')
    if run.variant:
        parts.append(f'<span class="variant" title="Variant">{escape(run.variant)}</span>')
    if run.verdict:
        parts.append(f'<span class="badge{_TONES.get(run.verdict, "")}">{escape(run.verdict)}</span>')
    parts += [f'<span class="badge">{escape(tag)}</span>' for tag in run.tags]
    below = f'<div class="sub">{" ".join(parts)}</div>' if parts else ""
    below += f'<div class="sub">{_ruled(ruled, url)}</div>' if ruled else ""
    return f'<td class="c-run"><a class="title" href="{url}">{escape(title_of(run))}</a>{below}</td>'


def _ruled(ruled: Ruled, url: str) -> str:
    """Write the worst finding with the number of others, and where the run went sideways."""
    signature, severity = SIGNATURES.get(ruled.worst), Severity(ruled.severity)
    name = escape(signature.name if signature else ruled.worst)
    more = f' <span class="dim">+{ruled.signatures - 1}</span>' if ruled.signatures > 1 else ""
    word = f'<span class="sr">{WORDS[severity]}:</span>'
    found = f'<span class="ruled is-{TONES[severity]}">{word}{name}{more}</span>'
    if ruled.moment is None:
        return found
    return f'{found} <a class="sideways" href="{url}?step={ruled.moment}">sideways at {ruled.moment}</a>'


def _flight_cell(ticks: list[Tick]) -> str:
    paths = "".join(f'<path class="k-{bars.colour}" d="{bars.path}"/>' for bars in bars_of(ticks))
    return (
        '<td class="c-flight"><svg class="flight" viewBox="0 0 150 18" width="150" height="18" role="img"'
        f' aria-label="{words_of(ticks)}">{paths}</svg></td>'
    )


def _agent_cell(run: ListedRun) -> str:
    model = f'<div class="sub">{escape(run.model)}</div>' if run.model else ""
    return f'<td class="opt c-agent"><span class="dim">{escape(run.agent) or _NOTHING}</span>{model}</td>'


def _labelled_cell(number: int, one: str, many: str, *, tone: str = "") -> str:
    """Write a number with the word that stands beside it on a phone."""
    classes = f"num {tone}" if tone else "num"
    return f'<td class="{classes}" data-label="{one if number == 1 else many}">{count(number)}</td>'


def _lines_cell(run: ListedRun) -> str:
    if not run.files_changed:
        return f'<td class="num opt mono"><span class="zero">{_NOTHING}</span></td>'
    return (
        f'<td class="num opt mono"><span class="add-ink">+{count(run.lines_added)}</span>'
        f' <span class="del-ink">−{count(run.lines_removed)}</span>'
        f'<div class="sub">{plural(run.files_changed, "file")}</div></td>'
    )


def _cost_cell(run: ListedRun) -> str:
    cost, note = cost_words(
        run.cost_usd, calls=run.llm_calls, unpriced=run.unpriced_calls, lower_bound=run.lower_bound_calls
    )
    title = f' title="{escape(note)}"' if note else ""
    return f'<td class="num c-cost"{title}>{escape(cost)}</td>'


def _when_cell(run: ListedRun) -> str:
    at = run.sort_at
    return (
        f'<td class="num dim c-when"><time datetime="{at.isoformat()}"'
        f' title="{at.isoformat(" ", "seconds")[:19]} UTC">{at.day} {at:%b %H:%M}</time></td>'
    )
