"""Names that several channels of one session know a step by (`runs.names`)."""

from runs.records import Tokens, digest_of


def name_of_text(kind: str, text: str) -> str:
    """Name a step by what was said, for channels that share no id."""
    return f"~{kind}:{digest_of(text.strip().encode('utf-8', 'replace')).hex()}"


def name_of_usage(tokens: Tokens) -> str:
    """Name a call by what it was given: the cache grows, so two calls of a session are seldom the same."""
    written = tokens.cache_write_5m + tokens.cache_write_1h
    return f"~given:{tokens.input}:{tokens.cache_read}:{written}"
