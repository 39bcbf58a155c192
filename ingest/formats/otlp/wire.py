"""Protobuf by hand: where fields begin and end, without decoding what is in them."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from ingest.formats.otlp.raw import Unreadable

NOT_OTLP = "The body is no OTLP in protobuf; send it as the exporter made it."
#: Messages in each other; the decoder refuses more than 100.
DEEPEST = 100


def parts_of(data: bytes, number: int) -> Iterator[bytes]:
    """Yield the sub-messages of one field. Raises Unreadable."""
    return (data[begin:end] for field, _, begin, end in fields_of(data) if field == number)


def without(data: bytes, number: int) -> bytes:
    """Leave one field out of a message. Raises Unreadable."""
    return b"".join(data[at:end] for field, at, _, end in fields_of(data) if field != number)


def fields_of(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield (field, where its tag begins, where its value begins, where it ends). Raises Unreadable."""
    at = 0
    while at < len(data):
        start = at
        tag, at = varint(data, at)
        kind = tag & 7
        if kind == 2:
            size, at = varint(data, at)
            end = at + size
        elif kind == 0:
            _, end = varint(data, at)
        elif kind in (1, 5):
            end = at + (8 if kind == 1 else 4)
        else:
            raise Unreadable(NOT_OTLP)
        if end > len(data):
            raise Unreadable(NOT_OTLP)
        yield tag >> 3, start, at, end
        at = end


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of protobuf's own length: (number, where the next byte is). Raises Unreadable."""
    value = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7
    raise Unreadable(NOT_OTLP)


def count_messages(data: bytes, message: Any, *, most: int) -> int:
    """Count the messages in a message of that descriptor, at whatever depth; stop above `most`."""
    try:
        return most - _left(data, 0, len(data), inner_messages(message), most, DEEPEST)
    except (Unreadable, IndexError):
        return 0  # the decoder will say so


def _left(data: bytes, at: int, end: int, inner: dict[int, Any], left: int, depth: int) -> int:
    """Take the messages of data[at:end] from `left`. It runs for each, so without `fields_of`."""
    while at < end and left >= 0:
        tag = data[at]
        tag, at = (tag, at + 1) if tag < 0x80 else varint(data, at)
        kind = tag & 7
        if kind == 2:
            size = data[at]
            size, at = (size, at + 1) if size < 0x80 else varint(data, at)
            of = inner.get(tag >> 3)
            if of is not None:
                left -= 1
                if size and depth:
                    left = _left(data, at, min(at + size, end), inner_messages(of), left, depth - 1)
            at += size
        elif kind == 0:
            _, at = varint(data, at)
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        else:
            return left
    return left


@cache
def inner_messages(message: Any) -> dict[int, Any]:
    """List the fields of a message that are messages: number -> descriptor."""
    return {field.number: field.message_type for field in message.fields if field.message_type is not None}
