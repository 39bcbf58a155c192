"""Pictures in a recorded text of content blocks, told apart from its words. Pure."""

import re

from runs.shapes import Form, Piece, pieces_of
from runs.words import size

#: Base64 long enough to be no word that anybody looks for.
_DATA = re.compile(r'("(?:data|blob|url)":\s*")[^"]{0,40}?[A-Za-z0-9+/=]{256,}"')


def has_pictures(text: str) -> bool:
    """Say whether a text may be content blocks with a picture among them; cheap, and sometimes too kind."""
    return text[:2] == "[{" and '"image"' in text


def words_and_pictures(text: str) -> tuple[str, list[Piece]]:
    """Split a prompt or an output; what holds no picture is words as it stands."""
    pieces = pieces_of(text) if has_pictures(text) else []
    if not any(piece.form is Form.IMAGE for piece in pieces):
        return text, []
    words = [piece.text for piece in pieces if piece.form is not Form.IMAGE]
    return "\n\n".join(words), [piece for piece in pieces if piece.form is Form.IMAGE]


def spoken(text: str) -> str:
    """Write a word for each picture of a text."""
    words, pictures = words_and_pictures(text)
    sizes = (piece.value if isinstance(piece.value, int) else 0 for piece in pictures)
    return "\n\n".join(filter(None, [words, *(f"[Picture, {size(bytes_)}]" for bytes_ in sizes)]))


def without_data(text: str) -> str:
    """Leave the bytes of pictures out of a text that is searched or copied."""
    return _DATA.sub(r'\1"', text) if '"image' in text else text
