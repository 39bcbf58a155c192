"""A run as a page of Markdown: what an issue or a pull request needs to know of it."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt

from runs.excerpts import code_span, escaped
from runs.findings.accounts import Bit
from runs.findings.found import Severity
from runs.findings.moments import Moment
from runs.findings.signatures import SIGNATURES
from runs.fragments import place_of, show_steps
from runs.limits import FILES_LISTED, SUMMARY_STEPS
from runs.markdown import RENDERED_CHARS
from runs.models import Finding, Run
from runs.queries.changes import files_of
from runs.queries.findings import findings_of, judgement_of
from runs.queries.steps import last_words, notable_rows
from runs.sentences import answer_texts
from runs.shown.runs import RunHead, run_head
from runs.shown.steps import StepRow
from runs.shown.stories import EVIDENCE_LINKS, SURE, told_story
from runs.shown.tones import WORDS
from runs.stories import by_severity
from runs.words import count, plural
from teams.models import Project

_markdown = MarkdownIt("commonmark")
#: A span of code within a line, or what would begin HTML.
_SPAN = re.compile(r"(?<![\\`])(`+)(?!`).+?(?<!`)\1(?!`)|<")


def summary_of_run(project: Project, run: Run, *, base: str) -> str:
    """Write the summary; `base` is the address of this server, for its links."""
    url = base + place_of(project, run).url("run")
    return "\n".join(_parts(project, run, url)).rstrip() + "\n"


def _parts(project: Project, run: Run, url: str) -> Iterator[str]:
    head = run_head(run)
    yield f"# {escaped(head.title)}\n"
    yield " · ".join(_facts(head, run)) + "\n"
    yield f"[Open in AgentScope]({url})\n"
    if run.error:
        yield f"**{escaped(run.error)}**\n"
    if run.verdict:
        yield (
            f"Verdict: **{run.verdict}**"
            + (f" — {escaped(run.verdict_reason)}" if run.verdict_reason else "")
            + "\n"
        )
    if run.tags:
        yield "Tags: " + ", ".join(code_span(tag) for tag in run.tags) + "\n"
    yield "## What was asked\n"
    yield quoted(run.task or "(no prompt was recorded)") + "\n"
    yield from _story(run, url)
    yield "## What it did\n"
    yield from _steps(project, run, url)
    yield from _files(run, url)
    if head.losses:
        yield "## What was not recorded\n"
        yield from (f"- {escaped(loss.sentence)}" for loss in head.losses)
        yield ""
    last = last_words(run)
    if last and (said := answer_texts(last.output_preview)[0]):
        yield "## What it said last\n"
        yield quoted(said) + "\n"


def _facts(head: RunHead, run: Run) -> Iterator[str]:
    yield f"**{escaped(head.status.word)}**"
    yield from (escaped(word) for word in (head.agent, head.model) if word)
    if head.where:
        yield code_span(head.where + (f" {head.commit}" if head.commit else ""))
    if head.duration:
        yield head.duration
    yield f"{plural(head.turns, 'turn')}, {plural(head.tools, 'tool call')}"
    if head.retries:
        yield plural(head.retries, "retry")
    if head.failures:
        yield plural(head.failures, "failure")
    yield f"{head.tokens} tokens, {head.cost}"


def _story(run: Run, url: str) -> Iterator[str]:
    """Tell what rules say: the account, the moment, then each finding with its evidence, the worst first."""
    judgement = judgement_of(run)
    story = told_story(judgement)
    if judgement is None or not story.account:
        return
    yield "## What happened\n"
    yield "".join(_bit(bit, url) for bit in story.account) + "\n"
    if story.moment:
        yield from _moment(story.moment, url)
    if judgement.findings:
        yield from (finding_line(finding, url) for finding in by_severity(findings_of(run)))
        yield ""


def _bit(bit: Bit, url: str) -> str:
    words = code_span(bit.text) if bit.code else _spaced(bit.text)
    return words if bit.step is None else f"[{words}]({url}?step={bit.step})"


def _spaced(text: str) -> str:
    """Escape a piece of a sentence; its spaces at both ends stay."""
    return escaped(f"x{text}x")[1:-1]


def _moment(moment: Moment, url: str) -> Iterator[str]:
    sure = f" ({SURE[moment.sure]})" if SURE[moment.sure] else ""
    yield f"**It went sideways at [step {moment.step}]({url}?step={moment.step})**{sure}.\n"
    for suspect in moment.suspects:
        hidden = " (hidden: no call declared it)" if suspect.hidden else ""
        by = f"[step {suspect.step}]({url}?step={suspect.step})"
        yield f"- suspect: {code_span(suspect.path)} +{suspect.added} −{suspect.removed}{hidden}, {by}"
    yield ""


def finding_line(finding: Finding, url: str) -> str:
    """Write one finding: `- **Tool loop** (warning): `Read` … Steps [3](…), [4](…)`."""
    known = SIGNATURES.get(finding.signature)
    pieces = enumerate(finding.sentence.split("`"))
    said = "".join(code_span(text) if place % 2 else _spaced(text) for place, text in pieces if text)
    steps = finding.steps[:EVIDENCE_LINKS]
    links = ", ".join(f"[{seq}]({url}?step={seq})" for seq in steps)
    name = known.name if known else finding.signature
    word = "Step" if len(steps) == 1 else "Steps"
    return f"- **{escaped(name)}** ({WORDS[Severity(finding.severity)]}): {said} {word} {links}"


def _steps(project: Project, run: Run, url: str) -> Iterator[str]:
    found = notable_rows(run, limit=SUMMARY_STEPS)
    rows = show_steps(project, run, found[:SUMMARY_STEPS])
    yield from (step_line(row, url) for row in rows)
    if run.steps > SUMMARY_STEPS:
        more = " The first of them are here." if len(found) > SUMMARY_STEPS else ""
        told = "what was asked, failed, was retried, changed a file or answered"
        yield f"\nOf {count(run.steps)} steps: {told}.{more}"
    yield ""


def step_line(row: StepRow, url: str) -> str:
    """Write one step: `- [12](…) Ran `npm test` · exit 1`, what failed in bold."""
    said = row.sentence
    subject = code_span(said.object) if said.is_code and said.object else escaped(said.object)
    words = f"{escaped(said.verb)} {subject}".strip()
    tags = "".join(f" · {escaped(tag.text)}" for tag in said.tags)
    words = f"**{words}{tags}**" if said.tone == "fail" else words + tags
    return f"- [{row.seq}]({url}?step={row.seq}) {words}"


def _files(run: Run, url: str) -> Iterator[str]:
    files = files_of(run) if run.changes else []
    if not files:
        return
    yield f"## What it changed\n\n[All diffs]({url}changes/)\n"
    for file in files:
        place = " (outside the repository)" if file["outside"] else ""
        hidden = " (hidden: no call declared it)" if file["hidden"] else ""
        yield f"- {code_span(file['path'])} +{file['added'] or 0} −{file['removed'] or 0}{place}{hidden}"
    if len(files) >= FILES_LISTED:
        yield f"\nThe first {count(FILES_LISTED)} files."
    yield ""


def quoted(text: str) -> str:
    """Write a text as a quotation; its own Markdown stays, HTML in it does not. In code `<` is no HTML."""
    text = "\n".join(text.strip().splitlines())
    kept = _code_kept(text) if len(text) <= RENDERED_CHARS else ""
    safe = kept if kept and not _has_html(kept) else text.replace("<", "&lt;")
    return "\n".join(f"> {line}" for line in safe.split("\n"))


def _code_kept(text: str) -> str:
    """Disarm `<` everywhere but in blocks of code, and in spans of code that end in their line."""
    code: set[int] = set()
    for block in _markdown.parse(text):
        if block.map and block.type in ("fence", "code_block"):
            code.update(range(*block.map))
    lines = enumerate(text.split("\n"))
    return "\n".join(line if n in code else _SPAN.sub(_disarmed, line) for n, line in lines)


def _disarmed(found: re.Match[str]) -> str:
    return "&lt;" if found[0] == "<" else found[0]


def _has_html(text: str) -> bool:
    """Say whether a reader of Markdown would find HTML: a span taken for code was none."""
    tokens = (token for block in _markdown.parse(text) for token in (block, *(block.children or ())))
    return any(token.type in ("html_block", "html_inline") for token in tokens)
