"""Runs that ended badly, or not at all. Pure."""

import re

from runs.findings.case import Case
from runs.findings.clues import Clue
from runs.findings.found import Found, Severity, Signature
from runs.kinds import Kind, RunStatus
from runs.words import one_line, plural, tokens

_CUT_SHORT = frozenset({"max_tokens", "length", "max_output_tokens", "max_completion_tokens"})
_AT_LIMIT = re.compile(
    r"max(?:imum)?[ _-]?(?:number of )?(?:iteration|turn|step|round|agent step)s?"
    r"|(?:iteration|turn|step|recursion|round)s?[ _-]?limit|recursion ?error|limits ?exceeded"
    r"|too many (?:iterations|turns|steps)",
    re.IGNORECASE,
)


def find_never_closed(case: Case) -> list[Found]:
    """Find runs that went silent without an end."""
    if case.run.status != RunStatus.UNFINISHED or not case.clues:
        return []
    open_call = case.last_open_call
    last = open_call or case.clues[-1]
    silent = "The run went silent without an end"
    inside = f"The run died inside `{last.tool}`: no result of that call ever came."
    return [
        Found(
            key="run",
            sentence=inside if open_call else f"{silent}; the last that came was {_named(last)}.",
            steps=[last.seq],
            at=last.seq,
        )
    ]


def _named(clue: Clue) -> str:
    if clue.is_tool:
        return f"a call of {clue.tool}"
    names = {Kind.LLM: "a model call", Kind.PROMPT: "a prompt", Kind.FINAL: "a final answer"}
    return names.get(Kind(clue.kind), f"a step of kind {clue.kind}")


def find_empty_answers(case: Case) -> list[Found]:
    """Find runs whose last answer has not a word. Runs recorded without any answer's text are left out."""
    if case.run.status != RunStatus.DONE:
        return []
    ends = (Kind.LLM, Kind.FINAL)
    last = next((clue for clue in reversed(case.clues) if not clue.lane and clue.kind in ends), None)
    if last is None or not last.is_empty or _is_followed(case, last):
        return []
    if not any(clue.out_size for clue in case.clues if clue.kind in ends):
        return []
    return [
        Found(
            key="run",
            sentence="The run ended with an answer that has not a word.",
            steps=[last.seq],
            at=last.seq,
        )
    ]


def _is_followed(case: Case, answer: Clue) -> bool:
    """Say whether calls came after an answer: then it was no last word."""
    return any(clue.is_tool and not clue.lane for clue in case.clues[case.places[answer.seq] + 1 :])


def find_cut_answers(case: Case) -> list[Found]:
    """Find answers that were cut short at the limit of output tokens; one finding a lane."""
    lanes: dict[str, list[Clue]] = {}
    for call in case.model_calls:
        if call.stop and call.stop.lower() in _CUT_SHORT:
            lanes.setdefault(call.lane, []).append(call)
    return [_cut(calls) for calls in lanes.values()]


def _cut(calls: list[Clue]) -> Found:
    first = calls[0]
    which = "An answer was" if len(calls) == 1 else f"{plural(len(calls), 'answer')} were"
    after = f" after {tokens(first.out)} tokens" if first.out and len(calls) == 1 else ""
    return Found(
        key=f"{first.lane}:{first.seq}",
        sentence=f"{which} cut short{after} at the limit of output tokens.",
        steps=[call.seq for call in calls],
        at=first.seq,
        numbers={"answers": len(calls), "tokens": first.out},
    )


def find_iteration_limits(case: Case) -> list[Found]:
    """Find runs that ended because they were allowed no more turns: by the run's words, or a last error's."""
    if not case.run.is_over or not case.clues:
        return []
    said = next((text for text in (case.run.error, case.run.outcome) if _AT_LIMIT.search(text)), "")
    ends = (Kind.ERROR, Kind.FINAL, Kind.LLM)
    last = next(
        (clue for clue in reversed(case.clues) if not clue.lane and clue.kind in ends), case.clues[-1]
    )
    if not said and last.kind in ends and _AT_LIMIT.search(last.error or last.stop):
        said = last.error or last.stop
    if not said:
        return []
    return [
        Found(
            key="run",
            sentence=f"The run ended at its limit of turns, after "
            f"{plural(len(case.model_calls), 'model call')}: {one_line(said, limit=80)}",
            steps=[last.seq],
            at=last.seq,
            numbers={"calls": len(case.model_calls)},
        )
    ]


SIGNATURES = (
    Signature(
        slug="never-closed",
        name="Never closed",
        severity=Severity.WARNING,
        about="The run went silent, and no end of it was ever told.",
        helps="The agent or its machine died, or the last events were not sent: see its own log.",
        rule=find_never_closed,
        version=2,
    ),
    Signature(
        slug="empty-answer",
        name="Empty answer",
        severity=Severity.WARNING,
        about="The run ended with an answer that has not a word.",
        helps="Often the model stopped after a tool's result. Ask for a closing summary in the prompt.",
        rule=find_empty_answers,
    ),
    Signature(
        slug="output-limit",
        name="Cut at the output limit",
        severity=Severity.WARNING,
        about="An answer stopped because it had reached the limit of output tokens: what follows was lost.",
        helps="Raise the limit, or have long files written in parts.",
        rule=find_cut_answers,
    ),
    Signature(
        slug="max-iterations",
        name="Ended at the turn limit",
        severity=Severity.ERROR,
        about="The run ended because it was allowed no more turns, steps or iterations.",
        helps="Look where the turns went before the limit is raised.",
        rule=find_iteration_limits,
    ),
)
