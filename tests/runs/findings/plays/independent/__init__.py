"""A second part of the labelled set, by somebody who had read what the rules are to find, but not the rules.

Its scores are told apart from those of the first part, which grew together with the rules. Agents speak here
as real ones do: Claude Code, Codex, SWE-agent, Gemini CLI, loops of one's own (`voices.py`).
"""
