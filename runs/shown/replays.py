"""What is said of a message list: where it comes from, how long it is, what it has less and more."""

from dataclasses import dataclass

from runs.models import Run, Step
from runs.queries.replays import Replayed, replay_of
from runs.replay.lists import Format, Listed, Source, listed
from runs.words import count

CHARACTERS_A_TOKEN = 4

#: A format's name on pages.
TITLES = {
    Format.NATIVE: "As recorded",
    Format.ANTHROPIC: "Anthropic",
    Format.OPENAI: "OpenAI chat",
    Format.RESPONSES: "OpenAI responses",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """Tokens of a list, and who counted them: `provider`, or `estimate` from its characters."""

    tokens: int
    by: str

    @property
    def words(self) -> str:
        """Say it: `12,345 tokens as the provider counted them`."""
        if self.by == "provider":
            return f"{count(self.tokens)} tokens, as the provider counted them"
        return f"about {count(self.tokens)} tokens: an estimate, {CHARACTERS_A_TOKEN} characters each"


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """The messages up to a step in one format."""

    seq: int
    replayed: Replayed
    made: Listed
    counted: Counted
    source: str  #: one sentence


def read_replay(run: Run, step: Step, format: Format) -> Replay:
    """Read the messages up to a step."""
    replayed = replay_of(run, step)
    made = listed(replayed.recorded, format)
    return Replay(
        seq=step.seq,
        replayed=replayed,
        made=made,
        counted=_counted(replayed, made),
        source=_source_words(replayed),
    )


def _counted(replayed: Replayed, made: Listed) -> Counted:
    call = replayed.call
    if call is not None and made.source in (Source.SENT, Source.NEXT):
        buckets = (call.input_tokens, call.cache_read_tokens, call.cache_write_5m_tokens)
        known = [tokens for tokens in (*buckets, call.cache_write_1h_tokens) if tokens is not None]
        if sum(known):
            return Counted(tokens=sum(known), by="provider")
    return Counted(tokens=made.characters // CHARACTERS_A_TOKEN, by="estimate")


def _source_words(replayed: Replayed) -> str:
    seq = replayed.call.seq if replayed.call is not None else None
    return {
        Source.SENT: "What this model call was sent, as it was recorded.",
        Source.NEXT: f"What the next model call, step {seq}, was sent: nothing else came in between.",
        Source.EXTENDED: f"What the model call at step {seq} was sent, then what the steps since then say.",
        Source.REBUILT: "Rebuilt from steps: no message list was recorded, and no system prompt.",
    }[replayed.recorded.source]
