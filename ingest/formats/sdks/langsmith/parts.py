"""Takes multipart apart. Django's reader stops at 1,000 fields; here the body is at hand already."""

import re
from collections.abc import Iterator

from msgspec import Struct

from ingest.formats.sdks.told import refuse_too_many
from ingest.streams import Refused

BOUNDARY = re.compile(r'boundary="?([^";,\s]{1,200})', re.IGNORECASE)
NAME = re.compile(rb'name="([^"\r\n]{1,600})"', re.IGNORECASE)
NO_FORM = "The body is no multipart form; its Content-Type names no boundary that the body has."


class Part(Struct, frozen=True):
    """One part of a form."""

    name: str
    data: bytes
    is_json: bool
    is_whole: bool  #: false for one that ends with the body instead of a boundary


def parts_of(body: bytes, content_type: str) -> Iterator[Part]:
    """Yield the parts of a form, also of one that was cut off. Raises Refused."""
    found = BOUNDARY.search(content_type)
    delimiter = b"\r\n--" + (found.group(1).encode() if found else b"")
    pieces = (b"\r\n" + body).split(delimiter)
    if found is None or len(pieces) < 2:
        raise Refused(NO_FORM, status=400)
    refuse_too_many(len(pieces))
    for n, piece in enumerate(pieces[1:], 1):
        if piece.startswith(b"--"):
            return
        head, _, data = piece.partition(b"\r\n\r\n")
        name = NAME.search(head)
        yield Part(
            name=name.group(1).decode("utf-8", "replace") if name else "",
            data=data,
            is_json=b"application/json" in head.lower(),
            is_whole=n < len(pieces) - 1,
        )
