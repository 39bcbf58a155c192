"""One step in one sentence: verb, object, outcome. Pure; what a source did not say is left out."""

import json
from collections.abc import Callable

from runs.facts import Sentence, StepFacts, Tag, number_in, tone_of, trouble, word_in
from runs.kinds import Kind, StepStatus
from runs.tool_sentences import tool_sentence, tool_words, who_and_what
from runs.tools import arguments_of, text_in
from runs.words import duration, one_line, plural, tokens, without_marks


def sentence_of(facts: StepFacts) -> Sentence:
    """Say what a step did."""
    say = _KINDS.get(facts.kind, _event)
    return say(facts)


def _prompt(facts: StepFacts) -> Sentence:
    return Sentence(verb="Asked", object=f"“{one_line(facts.input or facts.name)}”", dot="prompt")


def answer_texts(output: str) -> tuple[str, str, list[str]]:
    """Read (text, thinking, names of tools called) from an answer: JSON of content blocks, or plain text."""
    if not output.lstrip().startswith(("[", "{")):
        return output, "", []
    try:
        blocks = json.loads(output)
    except (ValueError, RecursionError):
        return _texts_of_cut(output)
    blocks = [blocks] if isinstance(blocks, dict) else blocks
    found: dict[str, list[str]] = {"text": [], "thinking": [], "name": []}
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, str):
            found["text"].append(block)
            continue
        for name in found if isinstance(block, dict) else ():
            value = block.get(name)
            if isinstance(value, str) and value:
                found[name].append(value)
    return "\n\n".join(found["text"]), "\n\n".join(found["thinking"]), found["name"]


def _texts_of_cut(output: str) -> tuple[str, str, list[str]]:
    found = arguments_of(output.lstrip("[ \n"))
    name = found.get("name")
    return str(found.get("text", "")), str(found.get("thinking", "")), [name] if isinstance(name, str) else []


def _llm(facts: StepFacts) -> Sentence:
    text, thinking, called = answer_texts(facts.output)
    thinking = thinking or word_in(facts, "thinking_preview")
    said = without_marks(text or thinking)
    if facts.status == StepStatus.RUNNING and not said:
        return Sentence(verb="Thinking", dot="llm", tags=trouble(facts))
    verb = (
        "Answered"
        if text and not called and facts.stop_reason in ("end_turn", "stop", "stop_sequence")
        else "Thought"
    )
    if text and called:
        verb = "Said"
    if not said:
        verb = "Called" if called else "Thought"
        said = ", ".join(dict.fromkeys(map(tool_words, called)))
    out = (Tag(text=f"{tokens(facts.output_tokens)} out"),) if facts.output_tokens else ()
    stopped = {"max_tokens": "cut at the limit", "refusal": "refused", "length": "cut at the limit"}.get(
        facts.stop_reason
    )
    problem = (Tag(text=stopped, tone="warn"),) if stopped else trouble(facts)
    return Sentence(verb=verb, object=one_line(said), tags=problem or out, tone=tone_of(facts), dot="llm")


def _final(facts: StepFacts) -> Sentence:
    text, _, _ = answer_texts(facts.output or facts.input)
    return Sentence(
        verb="Answered", object=one_line(without_marks(text or facts.name)), tone=tone_of(facts), dot="final"
    )


def _agent(facts: StepFacts) -> Sentence:
    who = word_in(facts, "agent_type") or facts.name or facts.agent
    what = word_in(facts, "description") or text_in(arguments_of(facts.input), "description", "prompt")
    plain = "" if facts.input.lstrip().startswith("{") else facts.input
    subject = " · ".join(part for part in (who, one_line(without_marks(what or plain))) if part)
    return Sentence(
        verb="Started",
        object=subject or "a sub-agent",
        tags=trouble(facts),
        tone=tone_of(facts),
        dot="agent",
    )


#: What an HTTP status of a model API means.
_HTTP = {
    401: "not allowed",
    408: "timed out",
    429: "rate limited",
    500: "server error",
    502: "bad gateway",
    503: "unavailable",
    529: "overloaded",
}


def _retry(facts: StepFacts) -> Sentence:
    status, most, waited = (number_in(facts, name) for name in ("http_status", "max_attempts", "wait_ms"))
    cause = word_in(facts, "cause") or (_HTTP.get(status, "") if status else "") or facts.error
    parts = [f"{status or ''} {one_line(cause, limit=80)}".strip()]
    if facts.attempt is not None:
        parts.append(f"attempt {facts.attempt}" + (f" of {most}" if most else ""))
    if waited:
        parts.append(f"waited {duration(waited)}")
    return Sentence(
        verb="Retried", object=" · ".join(part for part in parts if part), tone="warn", dot="retry"
    )


def _compaction(facts: StepFacts) -> Sentence:
    before, after = number_in(facts, "pre_tokens"), number_in(facts, "post_tokens")
    subject = f"{tokens(before)} → {tokens(after)} tokens" if before and after else ""
    subject = subject or (f"a context of {tokens(before)} tokens" if before else "the context")
    trigger = word_in(facts, "trigger")
    return Sentence(
        verb="Compacted",
        object=subject,
        tags=(Tag(text=trigger),) if trigger else (),
        tone="warn",
        dot="compact",
    )


def _permission(facts: StepFacts) -> Sentence:
    waits = facts.status == StepStatus.RUNNING
    tool = tool_words(facts.tool or facts.name)
    given = one_line(facts.input, limit=120)
    return Sentence(
        verb="Waiting for a human" if waits else "Asked a human",
        object=f"to allow {tool}: {given}" if tool and given else f"to allow {tool or given or 'a call'}",
        tags=trouble(facts) or (Tag(text="allowed"),),
        tone=tone_of(facts),
        dot="wait",
    )


def _error(facts: StepFacts) -> Sentence:
    text = facts.error or facts.output or facts.name or facts.input
    return Sentence(verb="Failed:", object=one_line(text), tone="fail", dot="fail")


def _handoff(facts: StepFacts) -> Sentence:
    return Sentence(
        verb="Handed over", object=who_and_what(facts.name, facts.input), dot="agent", tone=tone_of(facts)
    )


def _guardrail(facts: StepFacts) -> Sentence:
    said = "stopped it" if tone_of(facts) else "passed"
    tag = Tag(text=said, tone=tone_of(facts))
    return Sentence(
        verb="Checked", object=facts.name or facts.tool, tags=(tag,), tone=tone_of(facts), dot="wait"
    )


def _event(facts: StepFacts) -> Sentence:
    if facts.name == "workspace" and isinstance(arguments_of(facts.input).get("changed"), int):
        return _workspace(facts)
    told = one_line(facts.input or facts.output or facts.error)
    return Sentence(verb=facts.name or "Noted", object=told, tone=tone_of(facts), dot="event")


def _workspace(facts: StepFacts) -> Sentence:
    """Say what the recorder saw of the whole run on disk."""
    told = arguments_of(facts.input)
    files, commits, number = told.get("files"), told.get("commits"), told["changed"]
    names = [name for name in files if isinstance(name, str)] if isinstance(files, list) else []
    changed = max(number if isinstance(number, int) else 0, len(names))
    more = f" and {plural(changed - 3, 'more file')}" if changed > 3 else ""
    made = (Tag(text=plural(len(commits), "commit")),) if isinstance(commits, list) and commits else ()
    return Sentence(
        verb="Changed in all",
        object=one_line(", ".join(names[:3]) + more) or "no file",
        tags=made,
        dot="event",
    )


_KINDS: dict[str, Callable[[StepFacts], Sentence]] = {
    Kind.TOOL: tool_sentence,
    Kind.PROMPT: _prompt,
    Kind.LLM: _llm,
    Kind.FINAL: _final,
    Kind.AGENT: _agent,
    Kind.RETRY: _retry,
    Kind.COMPACTION: _compaction,
    Kind.PERMISSION: _permission,
    Kind.ERROR: _error,
    Kind.HANDOFF: _handoff,
    Kind.GUARDRAIL: _guardrail,
    Kind.EVENT: _event,
}
