"""What a result is: JSON, a table, Markdown, a picture, or plain text. Pure; nothing here trusts a name.

Results come as one text. Many are a list of content blocks (MCP, Anthropic, OpenHands), each with its own
shape.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from enum import StrEnum

from runs.ansi import strip_ansi
from runs.limits import IMAGE_BYTES, IMAGES_SHOWN, SHOWN_CHARS, TABLE_COLUMNS, TABLE_ROWS
from runs.words import size


class Form(StrEnum):
    """How a piece of a result is shown."""

    TEXT = "text"
    JSON = "json"
    TABLE = "table"
    MARKDOWN = "markdown"
    IMAGE = "image"
    NOTE = "note"  #: a word on what is not shown


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows of the same fields. `left_rows` and `left_columns` count what is beyond the limits."""

    columns: list[str]
    rows: list[list[str]]
    left_rows: int = 0
    left_columns: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One part of a result. `title` names a resource."""

    form: Form
    text: str = ""
    value: object = None  #: of JSON
    table: Table | None = None
    title: str = ""


@dataclass(slots=True)
class _Room:
    images: int = IMAGES_SHOWN
    pieces: list[Piece] = field(default_factory=list)


def pieces_of(text: str, *, prose: bool = False) -> list[Piece]:
    """Split a result into its parts. `prose` says that plain words are known to be Markdown."""
    value = _parsed(text)
    blocks = _blocks_of(value)
    if blocks is None:
        return [_image_of_uri(text.strip()) or _piece_of_value(text, value, prose=prose)]
    room = _Room()
    for block in blocks[:200]:
        _add_block(room, block, prose=prose)
    if len(blocks) > 200:
        room.pieces.append(Piece(form=Form.NOTE, text=f"{len(blocks) - 200} more blocks are not shown."))
    return room.pieces


def _parsed(text: str) -> object:
    head = text.lstrip()[:1]
    if head not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


_BLOCK_TYPES = frozenset(
    {"text", "image", "audio", "resource", "resource_link", "tool_reference", "document", "image_url"}
    | {"input_text", "output_text", "input_image"}
)


def _blocks_of(value: object) -> list[dict[str, object]] | None:
    """Find content blocks: a list of them, or the `content` of an MCP result."""
    if isinstance(value, dict) and isinstance(value.get("content"), list) and len(value) <= 5:
        value = value["content"]
    elif isinstance(value, dict) and value.get("type") in ("image", "resource") and len(value) <= 4:
        value = [value]
    if not isinstance(value, list) or not value:
        return None
    blocks = [block for block in value if isinstance(block, dict) and block.get("type") in _BLOCK_TYPES]
    return blocks if len(blocks) == len(value) else None


def _add_block(room: _Room, block: dict[str, object], *, prose: bool) -> None:
    kind = str(block["type"])
    inner = block.get("resource")
    resource = inner if isinstance(inner, dict) else block
    title = _word(resource, "uri", "name", "title") if "resource" in kind else ""
    said = next((t for name in ("text", "tool_name") if isinstance(t := resource.get(name), str)), None)
    if kind in ("image", "image_url", "input_image") or _is_picture(resource):
        room.pieces.append(_image(resource, room, title))
    elif said is not None and kind != "tool_reference":
        text = said
        piece = _piece_of_value(text, _parsed(text), prose=prose or "markdown" in _word(resource, "mimeType"))
        room.pieces.append(
            Piece(form=piece.form, text=piece.text, value=piece.value, table=piece.table, title=title)
        )
    else:
        words = [kind.replace("_", " "), title or said or "", _word(resource, "mimeType", "media_type")]
        room.pieces.append(Piece(form=Form.NOTE, text=" · ".join(word for word in words if word)))


def _word(block: dict[str, object], *names: str) -> str:
    return strip_ansi(next((value for name in names if isinstance(value := block.get(name), str)), "")[:500])


def _is_picture(block: dict[str, object]) -> bool:
    return _word(block, "mimeType").startswith("image/") and isinstance(block.get("blob"), str)


def _image(block: dict[str, object], room: _Room, title: str) -> Piece:
    source = block.get("source")
    told = source if isinstance(source, dict) else block
    url = told.get("image_url", told.get("url"))
    url = url.get("url") if isinstance(url, dict) else url
    data = next((d for name in ("data", "blob") if isinstance(d := told.get(name), str)), None)
    if data is None and isinstance(url, str) and url.startswith("data:"):
        data = url.partition(",")[2]
    if data is None:
        address = url if isinstance(url, str) else "its data was not recorded"
        return Piece(form=Form.NOTE, text=f"A picture, not loaded: {strip_ansi(address[:300])}", title=title)
    if room.images <= 0:
        return Piece(form=Form.NOTE, text=f"One more picture, {size(len(data) * 3 // 4)}.", title=title)
    room.images -= 1
    return image_piece(data, title=title)


_DATA_URI = re.compile(r"\Adata:image/[a-z0-9.+-]{1,20};base64,([A-Za-z0-9+/=\s]+)\Z")


def _image_of_uri(text: str) -> Piece | None:
    match = _DATA_URI.match(text) if text.startswith("data:image/") else None
    return image_piece(match[1]) if match else None


def image_piece(data: str, *, title: str = "") -> Piece:
    """Show base64 data as a picture if its first bytes are those of one; its claimed type does not count."""
    if len(data) > IMAGE_BYTES * 4 // 3 + 4:
        return Piece(form=Form.NOTE, text=f"A picture of {size(len(data) * 3 // 4)}: too big to show here.")
    try:
        found = base64.b64decode(data, validate=False)
    except (binascii.Error, ValueError):
        return Piece(form=Form.NOTE, text="A picture whose data cannot be read.", title=title)
    kind = picture_kind(found)
    if kind is None:
        return Piece(
            form=Form.NOTE, text="Called a picture, but it is no PNG, JPEG, GIF or WebP.", title=title
        )
    clean = base64.b64encode(found).decode()
    return Piece(form=Form.IMAGE, text=f"data:image/{kind};base64,{clean}", value=len(found), title=title)


def picture_kind(data: bytes) -> str | None:
    """Tell a picture by its first bytes. SVG is none: it is a document that can run."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    return "webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def _piece_of_value(text: str, value: object, *, prose: bool) -> Piece:
    if isinstance(value, dict | list) and value:
        table = table_of(value)
        if table is not None:
            return Piece(form=Form.TABLE, text=text, table=table, value=value)
        return Piece(form=Form.JSON, text=text, value=value)
    if len(text) <= SHOWN_CHARS and (prose or looks_like_markdown(text)):
        return Piece(form=Form.MARKDOWN, text=text)
    return Piece(form=Form.TEXT, text=text)


def table_of(value: object) -> Table | None:
    """Read a list of at least two objects that share their fields, none of them nested."""
    if isinstance(value, dict):
        lists = [inner for inner in value.values() if isinstance(inner, list)]
        value = lists[0] if len(lists) == 1 and len(value) == 1 else None
    if not isinstance(value, list) or len(value) < 2:
        return None
    columns: dict[str, None] = {}
    for row in value[:TABLE_ROWS]:
        if not isinstance(row, dict) or any(isinstance(cell, dict | list) for cell in row.values()):
            return None
        columns |= dict.fromkeys(row)
    names = list(columns)
    shared = sum(len(row) for row in value[:TABLE_ROWS]) / (len(names) * min(len(value), TABLE_ROWS) or 1)
    if not names or shared < 0.6:
        return None
    shown = names[:TABLE_COLUMNS]
    return Table(
        columns=[strip_ansi(name[:100]) for name in shown],
        rows=[[_cell(row.get(name)) for name in shown] for row in value[:TABLE_ROWS]],
        left_rows=max(0, len(value) - TABLE_ROWS),
        left_columns=max(0, len(names) - TABLE_COLUMNS),
    )


def _cell(value: object) -> str:
    if isinstance(value, str):
        return strip_ansi(value[:300]) + "…" * (len(value) > 300)
    return "" if value is None else json.dumps(value)[:300]


_SIGNS = (
    re.compile(r"^#{1,4} \S", re.MULTILINE),
    re.compile(r"^```", re.MULTILINE),
    re.compile(r"\*\*[^*\n]{1,200}\*\*"),
    re.compile(r"^ {0,3}(?:[-*]|\d{1,3}\.) \S", re.MULTILINE),
    re.compile(r"\[[^\]\n]{1,100}\]\(https?://"),
    re.compile(r"^\|.{1,300}\|$\n^\|[-: |]{3,300}\|$", re.MULTILINE),
)


def looks_like_markdown(text: str) -> bool:
    """Say whether a text reads as Markdown: two different signs of it, and no terminal's colours."""
    head = text[:8_000]
    if "\x1b" in head:
        return False
    return sum(sign.search(head) is not None for sign in _SIGNS) >= 2
