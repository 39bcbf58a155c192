"""Links that a web search found. Pure. Only http and https come through: a trace is hostile."""

import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from runs.ansi import strip_ansi
from runs.limits import LINKS_SHOWN

_LIST = "Links: ["
_MARKDOWN = re.compile(r"\[([^\]\n]{1,300})\]\((https?://[^\s)]{1,500})\)")
_TITLES, _URLS = ("title", "name"), ("url", "link", "uri", "href")
_SAID = ("snippet", "description", "page_age", "text", "content")


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """One result. `url` is empty where it was no web address."""

    title: str
    url: str
    host: str
    said: str = ""


def safe_url(url: object) -> str:
    """Give a web address that may stand in a page, else nothing."""
    if not isinstance(url, str) or len(url) > 2_000 or any(char <= " " for char in url):
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and host else ""


def host_of(url: str) -> str:
    """Name the host of a web address."""
    return urlsplit(url).netloc.rpartition("@")[2] if safe_url(url) else ""


def links_of(text: str) -> tuple[list[Link], str]:
    """Read (links, what else was said) from a search's result: Claude Code's list, JSON, or Markdown."""
    lines = text.split("\n")
    lists = [line.removeprefix("Links: ") for line in lines if line.startswith(_LIST)]
    if lists:
        links = [link for found in lists[:20] for link in _from_json(found)]
        return _bounded(links), "\n".join(line for line in lines if not line.startswith(_LIST)).strip()
    if text.lstrip()[:1] in ("[", "{"):
        links = _from_json(text)
        if links:
            return _bounded(links), ""
    links = [_link(title, url) for title, url in _MARKDOWN.findall(text[:50_000])]
    return _bounded(links), text


def _bounded(links: list[Link]) -> list[Link]:
    return list({link.url or link.title: link for link in links}.values())[:LINKS_SHOWN]


def _link(title: str, url: object, said: str = "") -> Link:
    safe = safe_url(url)
    named = strip_ansi(title[:300]) or safe or "(no title)"
    return Link(title=named, url=safe, host=host_of(safe), said=strip_ansi(said[:400]))


def _from_json(text: str) -> list[Link]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if isinstance(value, dict):
        value = next(
            (value[name] for name in ("results", "organic", "items", "sources") if name in value), []
        )
    found = []
    for item in value if isinstance(value, list) else []:
        inner = item.get("content") if isinstance(item, dict) else None
        rows = inner if isinstance(inner, list) else [item]
        for row in rows:
            if isinstance(row, dict) and (url := _first(row, _URLS)):
                found.append(_link(_first(row, _TITLES), url, _first(row, _SAID)))
    return found


def _first(row: dict[str, object], names: tuple[str, ...]) -> str:
    return next((value for name in names if isinstance(value := row.get(name), str) and value), "")
