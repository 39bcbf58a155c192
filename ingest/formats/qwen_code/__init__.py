"""Chats of Qwen Code, which is made of Gemini CLI: one record a line, each with its session and folder."""

from ingest.formats.qwen_code.read import looks_like, read

__all__ = ["looks_like", "read"]
