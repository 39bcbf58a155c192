"""What an agent itself counted of its session, beside our own sums: never added to them."""

import math
from dataclasses import dataclass

from msgspec import Struct, field

from runs.models import Run
from runs.words import count, money, plural, tokens

AGENTS = {
    "claude-code": "Claude Code",
    "codex": "Codex",
    "copilot": "Copilot CLI",
    "cline": "Cline",
    "roo-code": "Roo Code",
}
#: Shares by which two sums may differ without a word, and the least cost that is worth one.
COST_SHARE, COST_LEAST, TOKEN_SHARE = 0.02, 0.01, 0.01
#: Kinds of tokens that do not overlap: Claude Code's, else those of who counts the cache as input.
CLAUDE_TOKENS = ("input", "output", "cacheRead", "cacheCreation")
OTHER_TOKENS = ("input", "output")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reported:
    """What the agent says, and how it differs from what was recorded."""

    who: str
    words: str
    differs: list[str]


class Counts(Struct, kw_only=True):
    """What an agent counted, tame: meta may hold anything."""

    cost: float | None = None
    tokens: int = 0
    lines: tuple[int, int] | None = None
    others: list[str] = field(default_factory=list)


def reported_of(run: Run) -> Reported | None:
    """Write what the run's agent counted; None when it said nothing."""
    told = counts_of(run)
    words = []
    if told.cost is not None:
        words.append(money(told.cost))
    if told.tokens:
        words.append(f"{tokens(told.tokens)} tokens")
    if told.lines is not None:
        words.append(lines_in_words(*told.lines))
    words += told.others
    if not words:
        return None
    differs = [_other_cost(run, told), _other_tokens(run, told), _other_lines(run, told)]
    return Reported(
        who=AGENTS.get(run.agent, run.agent or "The agent"),
        words=", ".join(words),
        differs=[word for word in differs if word],
    )


def counts_of(run: Run) -> Counts:
    """Read what is told: by metrics, and by the last line of headless output."""
    given = run.meta.get("reported")
    told = given if isinstance(given, dict) else {}
    spent = parts(told.get("tokens"))
    names = CLAUDE_TOKENS if spent.keys() & {"cacheRead", "cacheCreation"} else OTHER_TOKENS
    changed = parts(told.get("lines"))
    cost = number(told.get("cost_usd"))
    return Counts(
        cost=number(run.meta.get("total_cost_usd")) if cost is None else cost,
        tokens=round(sum(spent.get(name, 0) for name in names)),
        lines=(round(changed.get("added", 0)), round(changed.get("removed", 0))) if changed else None,
        others=others_of(told),
    )


def number(value: object) -> float | None:
    """Take a sensible number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and 0 <= value < 1e15 else None


def parts(value: object) -> dict[str, float]:
    """Take the sensible numbers of what is counted by kind."""
    if not isinstance(value, dict):
        return {}
    return {name: found for name, one in value.items() if (found := number(one)) is not None}


def others_of(told: dict[str, object]) -> list[str]:
    """Write what is only a number."""
    words = [
        plural(round(found), word)
        for name, word in (("commits", "commit"), ("pull_requests", "pull request"))
        if (found := number(told.get(name)))
    ]
    if rejected := round(parts(told.get("edits")).get("reject", 0)):
        words.append(f"{plural(rejected, 'edit')} rejected")
    if active := round(sum(parts(told.get("active_seconds")).values())):
        words.append(f"active {active // 60} min {active % 60} s" if active >= 60 else f"active {active} s")
    return words


def lines_in_words(added: int, removed: int) -> str:
    return f"+{count(added)}/−{count(removed)} lines"


def _other_cost(run: Run, told: Counts) -> str:
    theirs, ours = told.cost, float(run.cost_usd)
    if theirs is None or run.unpriced_calls or abs(theirs - ours) <= max(COST_LEAST, COST_SHARE * theirs):
        return ""
    if theirs > ours:
        return f"that is {money(theirs - ours)} more than the recorded calls cost: some were not told of"
    return f"that is {money(ours - theirs)} less than the recorded calls cost"


def _other_tokens(run: Run, told: Counts) -> str:
    ours = run.input_tokens + run.cache_read_tokens + run.output_tokens
    ours += run.cache_write_5m_tokens + run.cache_write_1h_tokens
    if not told.tokens or abs(told.tokens - ours) <= TOKEN_SHARE * told.tokens:
        return ""
    more = "more" if told.tokens > ours else "fewer"
    return f"{tokens(abs(told.tokens - ours))} tokens {more} than were recorded"


def _other_lines(run: Run, told: Counts) -> str:
    if told.lines is None or told.lines == (run.lines_added, run.lines_removed):
        return ""
    return f"{lines_in_words(run.lines_added, run.lines_removed)} were recorded"
