"""Results of tools as their parts are read best: folding JSON, tables, Markdown, pictures, text."""

from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from runs.highlight import json_html
from runs.json_trees import tree_html
from runs.limits import COMPARED_BYTES, SHOWN_CHARS
from runs.markdown import markdown_html
from runs.shapes import Form, Piece, Table, pieces_of
from runs.shown.texts import TextShown, cut_words, terminal
from runs.words import plural, size


@dataclass(frozen=True, kw_only=True, slots=True)
class PieceShown:
    """One part, painted. Only the field of its form is set."""

    form: str
    title: str = ""
    html: SafeString | str = ""
    text: TextShown | None = None
    table: Table | None = None
    rows: list[list[tuple[str, str]]] = field(default_factory=list)  #: of the table: (column, cell)
    image: str = ""  #: a data: address whose bytes were checked
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultShown:
    """A result. `cut` says what is missing, `absent` why there is none."""

    pieces: list[PieceShown] = field(default_factory=list)
    absent: str = ""
    cut: str = ""
    more_url: str = ""


def result_shown(
    text: str, *, whole: int = 0, more_url: str = "", absent: str = "", prose: bool = False
) -> ResultShown:
    """Paint a result by what it is. `prose` says that its words are known to be Markdown."""
    if not text:
        return ResultShown(absent=absent or "No output.")
    if len(text) > COMPARED_BYTES:
        shown = terminal(text, whole=whole)
        piece = PieceShown(form=Form.TEXT, text=TextShown(html=shown.html))
        return ResultShown(pieces=[piece], cut=shown.cut, more_url=more_url)
    pieces = pieces_of(text, prose=prose)
    cuts = [cut_of(piece) for piece in pieces]
    held = len(text.encode())
    recorded = cut_words(held, held, whole)
    return ResultShown(
        pieces=[piece_shown(piece) for piece in pieces],
        cut=" ".join(filter(None, [*cuts, recorded])),
        more_url=more_url,
    )


def cut_of(piece: Piece) -> str:
    """Say what of a part is not shown."""
    if piece.form is Form.TABLE and piece.table:
        rows = f"{plural(piece.table.left_rows, 'more row')}. " if piece.table.left_rows else ""
        columns = f"{plural(piece.table.left_columns, 'more column')}." if piece.table.left_columns else ""
        return (rows + columns).strip()
    if piece.form in (Form.TEXT, Form.JSON) and len(piece.text) > SHOWN_CHARS:
        if piece.form is Form.JSON and tree_html(piece.value) is not None:
            return ""
        held = len(piece.text.encode())
        return cut_words(len(piece.text[:SHOWN_CHARS].encode()), held, held)
    return ""


def piece_shown(piece: Piece) -> PieceShown:
    """Paint one part."""
    title = piece.title
    if piece.form is Form.IMAGE:
        bytes_ = piece.value if isinstance(piece.value, int) else 0
        return PieceShown(form=Form.IMAGE, title=title, image=piece.text, note=f"Picture, {size(bytes_)}")
    if piece.form is Form.TABLE:
        columns = piece.table.columns if piece.table else []
        rows = [list(zip(columns, row, strict=True)) for row in piece.table.rows] if piece.table else []
        return PieceShown(form=Form.TABLE, title=title, table=piece.table, rows=rows)
    if piece.form is Form.MARKDOWN:
        return PieceShown(form=Form.MARKDOWN, title=title, html=markdown_html(piece.text))
    if piece.form is Form.JSON:
        return _json_shown(piece)
    if piece.form is Form.NOTE:
        return PieceShown(form=Form.NOTE, title=title, note=piece.text)
    return PieceShown(form=Form.TEXT, title=title, text=terminal(piece.text[:SHOWN_CHARS]))


def _json_shown(piece: Piece) -> PieceShown:
    tree = tree_html(piece.value)
    if tree is not None:
        return PieceShown(form=Form.JSON, title=piece.title, html=tree)
    pretty = json_html(piece.text) if len(piece.text) <= SHOWN_CHARS else None
    text = TextShown(html=pretty) if pretty is not None else terminal(piece.text[:SHOWN_CHARS])
    return PieceShown(form=Form.TEXT, title=piece.title, text=text)
