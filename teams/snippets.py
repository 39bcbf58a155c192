"""Ready-to-paste snippets for the keys page. Pure data: `__URL__` and `__KEY__` are filled in.

The events are those of docs/reference/events.md; the import accepts what docs/reference lists.
"""

from dataclasses import dataclass

#: Stands where the key goes when it cannot be shown any more.
KEY_PLACEHOLDER = "as_YOUR_KEY"


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """One thing to paste."""

    #: Part of the element's id on the page.
    slug: str
    #: What it is for.
    title: str
    #: What happens, one sentence.
    note: str
    #: Where to paste it: "shell" or "python".
    language: str
    #: The text, with the real address and key.
    text: str


CURL_EVENT = r"""curl __URL__/api/v1/events \
  -H "Authorization: Bearer __KEY__" \
  -H "Content-Type: application/x-ndjson" \
  --data-binary @- <<'EVENTS'
{"v":1,"run":"hello-1","kind":"prompt","text":"Say hello to AgentScope"}
{"v":1,"run":"hello-1","kind":"final","text":"Hello!"}
EVENTS"""

#: curl reads the files, one `form` line each, from its configuration: portable, whatever the names.
CLAUDE_CODE = r"""session=$(ls -t ~/.claude/projects/*/*.jsonl | head -1)
find "$session" "${session%.jsonl}" -name '*.jsonl' 2>/dev/null |
  sed 's/.*/form = "file=@&"/' |
  curl -K - __URL__/api/v1/import -H "Authorization: Bearer __KEY__"
"""

CURL_IMPORT = r"""curl __URL__/api/v1/import \
  -H "Authorization: Bearer __KEY__" \
  -F "file=@transcript.jsonl" """

PYTHON = r'''import json, time, urllib.request, uuid

RUN = uuid.uuid4().hex


def record(kind, **fields):
    """Send one event of this run."""
    event = {"v": 1, "run": RUN, "ts": time.time(), "kind": kind, **fields}
    request = urllib.request.Request(
        "__URL__/api/v1/events",
        data=(json.dumps(event) + "\n").encode(),
        headers={"Authorization": "Bearer __KEY__", "Content-Type": "application/x-ndjson"},
    )
    urllib.request.urlopen(request, timeout=5).close()


record("prompt", text="Fix the failing test")
record("llm_call", turn=1, content="I will run the tests.", usage={"input_tokens": 900, "output_tokens": 12})
record("tool_call", id="call-1", name="bash", args={"command": "pytest -q"})
record("tool_result", id="call-1", output="1 failed", exit_code=1)
record("final", text="The test fails because the clock is not mocked.")'''

#: slug, title, note, language, text
_TEMPLATES = (
    ("curl", "First event", "Two lines make a run. It appears in the list at once.", "shell", CURL_EVENT),
    (
        "claude-code",
        "Claude Code",
        "Imports your newest session with its sub-agents; again adds the rest.",
        "shell",
        CLAUDE_CODE,
    ),
    (
        "import",
        "Any transcript",
        "The format is recognised; several files or a zip will do.",
        "shell",
        CURL_IMPORT,
    ),
    (
        "python",
        "Your own loop",
        "A recorder in standard Python: record() where it happens.",
        "python",
        PYTHON,
    ),
)


def snippets_for(*, url: str, key: str = KEY_PLACEHOLDER) -> list[Snippet]:
    """Fill in the address of this installation (no slash at the end) and a raw key."""
    return [
        Snippet(
            slug=slug,
            title=title,
            note=note,
            language=language,
            text=text.replace("__URL__", url).replace("__KEY__", key).rstrip(),
        )
        for slug, title, note, language, text in _TEMPLATES
    ]
