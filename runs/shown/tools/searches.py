"""Searches: in files, for files, on the web; and pages that were fetched."""

from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from runs.ansi import strip_ansi
from runs.highlight import paint
from runs.limits import MATCHES_SHOWN
from runs.links import Link, host_of, links_of, safe_url
from runs.listings import Entry, listing_of
from runs.matches import Match, Matches, matches_of, spans_of_words, words_of_pattern
from runs.shown.results import ResultShown, result_shown
from runs.shown.tools.calls import Call
from runs.tools import text_in
from runs.words import plural, size

_PATTERNS = ("pattern", "query", "regex", "search_term", "glob_pattern")


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchShown:
    """One line, with the words of the pattern marked."""

    number: int | str
    html: SafeString
    hit: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FileShown:
    """The matches of one file."""

    path: str
    count: str
    lines: list[MatchShown]


@dataclass(frozen=True, kw_only=True, slots=True)
class GrepShown:
    """A search in files. `result` is set instead of `files` where the output is none we can read."""

    pattern: str
    facts: list[str]
    files: list[FileShown]
    summary: str
    notes: list[str]
    cut: str
    more_url: str
    result: ResultShown | None = None


def grep_shown(call: Call) -> GrepShown:
    """Group the matches by file, with the pattern marked."""
    given = call.arguments
    pattern = strip_ansi(text_in(given, *_PATTERNS) or call.word("pattern"))
    mode = text_in(given, "output_mode") or ("content" if call.tool != "Grep" else "")
    ok = call.status == "ok" and bool(call.output)
    found = matches_of(call.output, path=call.path, cwd=call.cwd, mode=mode) if ok else Matches()
    words = words_of_pattern(pattern)
    ignore_case = given.get("-i") is True or given.get("case_sensitive") is False or call.tool != "Grep"
    told = {"absent": call.absent, "more_url": call.output_url, "whole": call.whole}
    return GrepShown(
        pattern=pattern,
        facts=_grep_facts(call),
        files=[
            FileShown(
                path=strip_ansi(file.path) or "in the file",
                count=_count_words(file.count, sum(line.hit for line in file.lines)),
                lines=[_match_shown(line, words, ignore_case=ignore_case) for line in file.lines],
            )
            for file in found.files
        ],
        summary=_summary(found),
        notes=[strip_ansi(note) for note in found.notes[:3]],
        cut=f"{plural(found.left, 'more line')}, beyond the first {MATCHES_SHOWN}." if found.left else "",
        more_url=call.output_url,
        result=None if found.files or found.notes else result_shown(call.output, **told),
    )


def _match_shown(line: Match, words: list[str], *, ignore_case: bool) -> MatchShown:
    text = strip_ansi(line.text[:2_000]) + ("…" if len(line.text) > 2_000 else "")
    marks = spans_of_words(text, words, ignore_case=ignore_case) if line.hit else []
    return MatchShown(
        number="" if line.number is None else line.number, html=paint([("", text)], marks), hit=line.hit
    )


def _count_words(told: int | None, hits: int) -> str:
    number = told if told is not None else hits
    return plural(number, "match") if number else ""


def _summary(found: Matches) -> str:
    hits = sum(sum(line.hit for line in file.lines) for file in found.files)
    hits = hits or sum(file.count or 0 for file in found.files)
    files = plural(len(found.files), "file")
    return f"{plural(hits, 'match')} in {files}" if hits else files if found.files else ""


def _grep_facts(call: Call) -> list[str]:
    given = call.arguments
    facts = [("in", "path"), ("files", "glob"), ("files", "include"), ("type", "type")]
    words = [f"{word} {value}" for word, name in facts if (value := text_in(given, name))]
    words += [word for flag, word in (("-i", "any case"), ("multiline", "over lines")) if given.get(flag)]
    limit = given.get("head_limit")
    words += [f"the first {limit}"] if isinstance(limit, int) and limit else []
    return [strip_ansi(word)[:300] for word in words]


@dataclass(frozen=True, kw_only=True, slots=True)
class GlobShown:
    """Files that were found, as a tree; `result` where it is no list."""

    pattern: str
    place: str
    entries: list[Entry]
    summary: str
    notes: list[str]
    cut: str
    more_url: str
    result: ResultShown | None = None


def glob_shown(call: Call) -> GlobShown:
    """Lay found files out as a tree."""
    listing = listing_of(call.output, cwd=call.cwd) if call.status == "ok" and call.output else None
    told = {"absent": call.absent, "more_url": call.output_url, "whole": call.whole}
    given = call.arguments
    is_list = listing is not None and (listing.entries or listing.notes)
    return GlobShown(
        pattern=strip_ansi(text_in(given, *_PATTERNS)[:2_000]),
        place=call.path,
        entries=listing.entries if listing else [],
        summary=plural(listing.files, "file") if listing and listing.files else "",
        notes=[
            *(listing.notes if listing else []),
            *(["There are more."] if call.detail.get("limit_hit") else []),
        ],
        cut=f"{plural(listing.left, 'more entry')}." if listing and listing.left else "",
        more_url=call.output_url,
        result=None if is_list else result_shown(call.output, **told),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchShown:
    """A page that was fetched."""

    address: str
    url: str  #: empty where the address is none of the web
    host: str
    facts: list[str]
    asked: str
    result: ResultShown


def fetch_shown(call: Call) -> FetchShown:
    """Show where from, what was asked of the page, and the answer as Markdown."""
    address = text_in(call.arguments, "url", "uri", "urls") or call.word("url")
    status, weight = call.number("http_status"), call.number("bytes")
    return FetchShown(
        address=strip_ansi(address)[:2_000],
        url=safe_url(address),
        host=host_of(address),
        facts=[word for word in (f"HTTP {status}" if status else "", size(weight) if weight else "") if word],
        asked=strip_ansi(text_in(call.arguments, "prompt", "query")),
        result=result_shown(
            call.output,
            whole=call.whole,
            more_url=call.output_url,
            absent=call.absent,
            prose=call.status == "ok" and not call.output.lstrip().startswith("<"),
        ),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchShown:
    """A search of the web."""

    query: str
    facts: list[str]
    links: list[Link]
    summary: str
    result: ResultShown | None = field(default=None)


def search_shown(call: Call) -> SearchShown:
    """List the results as links."""
    links, rest = links_of(call.output) if call.status == "ok" else ([], call.output)
    given = call.arguments
    action = given.get("action")
    query = text_in(given, "query", "q") or (
        text_in(action, "query", "url") if isinstance(action, dict) else ""
    )
    limits = (("only", "allowed_domains"), ("without", "blocked_domains"))
    told = {"whole": call.whole_of(rest), "more_url": call.output_url, "absent": call.absent}
    return SearchShown(
        query=strip_ansi((query or call.word("query"))[:2_000]),
        facts=[
            strip_ansi(f"{word} {value}"[:300]) for word, name in limits if (value := text_in(given, name))
        ],
        links=links,
        summary=plural(len(links), "result") if links else "",
        result=result_shown(rest, prose=bool(links), **told) if rest.strip() or not links else None,
    )
