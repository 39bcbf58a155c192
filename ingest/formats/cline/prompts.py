"""What a message to the model says beside results: who asks, and where the agent works."""

import re
from typing import Any

from msgspec import Struct, field

from ingest import wild
from ingest.formats.claude_code.blocks import inside_tag

FOLDER = re.compile(r"# Current (?:Working|Workspace) Directory \((.{1,1000}?)\) Files")
COMMIT = re.compile(r"\"latestGitCommitHash\": \"([0-9a-f]{7,64})\"")
REMOTE = re.compile(r"\"origin: ([^\"\s]{1,500})\"")
MODEL = re.compile(r"<model>([^<\n]{1,200})</model>")
SLUG = re.compile(r"<slug>([^<\n]{1,100})</slug>")
NO_TOOL = "[ERROR] You did not use a tool"
RESUMED = "[TASK RESUMPTION]"
#: Tags around the words of a human.
HUMAN_TAGS = ("task", "user_message", "feedback")
INPUT = re.compile(r"\A<user_input[^>\n]{0,200}>(.*?)(?:</user_input>|\Z)", re.DOTALL)


class Place(Struct):
    """Where the agent works, as the program tells the model."""

    cwd: str = ""
    commit: str | None = None
    remote: str = ""
    model: str | None = None
    is_roo: bool = False


class Words(Struct):
    """What one message says."""

    asked: list[str] = field(default_factory=list)  #: by a human
    no_tool: bool = False
    resumed: bool = False


def words_of(content: object, *, plain: bool) -> Words:
    """Read a message; `plain` ones (of the command line program) hold a human's words as they are."""
    words = Words()
    texts = [content] if isinstance(content, str) else [b.get("text") for b in wild.objects(content)]
    for value in texts:
        text = wild.text(value) or ""
        words.no_tool = words.no_tool or text.startswith(NO_TOOL)
        words.resumed = words.resumed or text.startswith(RESUMED)
        said = asked_in(text)
        if said is None and plain and text.strip() and not text.startswith(("<environment_details>", "[")):
            said = text
        if said and said.strip():
            words.asked.append(said.strip())
    return words


def asked_in(text: str) -> str | None:
    """Take a human's words out of what the program wraps around them."""
    head = text[:200_000]
    typed = INPUT.match(head.lstrip())
    if typed:
        return typed[1]
    return next((found for tag in HUMAN_TAGS if (found := inside_tag(head, tag))), None)


def learn_place(place: Place, content: object) -> None:
    """Take what the environment's details say."""
    texts = [content] if isinstance(content, str) else [b.get("text") for b in wild.objects(content)]
    for value in texts:
        text = wild.text(value) or ""
        at = text.rfind("<environment_details>")
        if at < 0:
            continue
        details = text[at : at + 200_000]
        folder, commit, remote = FOLDER.search(details), COMMIT.search(details), REMOTE.search(details)
        model, slug = MODEL.search(details), SLUG.search(details)
        place.cwd = folder[1] if folder else place.cwd
        place.commit = commit[1] if commit and place.commit is None else place.commit
        place.remote = remote[1] if remote else place.remote
        place.model = model[1] if model else place.model
        place.is_roo = place.is_roo or slug is not None


def told_place(place: Place, *records: dict[str, Any]) -> None:
    """Take what files beside the conversation say of the folder and the model."""
    for record in records:
        folder = next(
            (f for n in ("cwd", "workspace_root", "workspace") if (f := wild.text(record.get(n)))), ""
        )
        place.cwd = place.cwd or folder
        place.model = place.model or wild.text(record.get("model"))
