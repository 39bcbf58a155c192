"""Pictures in prompts and results: kept once, in their step; the messages only name that step."""

import base64
import binascii
from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import as_json, readable
from ingest.limits import PICTURE_BYTES, PICTURES_BYTES
from runs.shapes import picture_kind

#: Enough base64 to tell a picture by its first bytes.
_HEAD = 64


def with_pictures(content: object) -> str | None:
    """Write content as blocks, with the pictures a step keeps and words for the rest; None without any."""
    kept = kept_places(content)
    if not kept:
        return None
    blocks = [
        picture_block(block) if place in kept else {"type": "text", "text": readable(block)}
        for place, block in enumerate(wild.items(content))
    ]
    return as_json([block for block in blocks if block.get("text") != ""])


def without_pictures(content: object, step: str) -> object:
    """Name the step instead of the pictures that it keeps."""
    kept = kept_places(content)
    return [named(block, step) if place in kept else block for place, block in enumerate(wild.items(content))]


def kept_places(content: object) -> set[int]:
    """Find the blocks that are pictures a step keeps: those within the limits, the first ones first."""
    room, places = PICTURES_BYTES, set()
    for place, block in enumerate(wild.items(content)):
        size = picture_size(block)
        if size is not None and size <= min(room, PICTURE_BYTES):
            places.add(place)
            room -= size
    return places


def picture_size(block: object) -> int | None:
    """Give the bytes of a block that is a picture by its first bytes; what it is called does not count."""
    return size_of(data_of(block)) if kind_of_picture(block) else None


def kind_of_picture(block: object) -> str | None:
    head = "".join(data_of(block)[: 2 * _HEAD].split())[:_HEAD]
    try:
        return picture_kind(base64.b64decode(head[: len(head) // 4 * 4]))
    except (binascii.Error, ValueError):
        return None


def data_of(block: object) -> str:
    block = wild.mapping(block)
    data = wild.mapping(block.get("source")).get("data") if block.get("type") == "image" else None
    return data if isinstance(data, str) else ""


def size_of(data: str) -> int:
    return len(data) * 3 // 4


def picture_block(block: object) -> dict[str, Any]:
    source = {"type": "base64", "media_type": f"image/{kind_of_picture(block)}", "data": data_of(block)}
    return {"type": "image", "source": source}


def named(block: object, step: str) -> dict[str, Any]:
    source = {
        "type": "step",
        "step": step,
        "media_type": f"image/{kind_of_picture(block)}",
        "bytes": size_of(data_of(block)),
    }
    return {**wild.mapping(block), "source": source}
