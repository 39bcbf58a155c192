"""Clients of model providers that record their calls; the providers' packages are not imported here."""

from agentscope_recorder.clients.anthropic import record_anthropic
from agentscope_recorder.clients.openai import record_openai

__all__ = ["record_anthropic", "record_openai"]
