"""A whole file, each line with the step that wrote it last."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from runs.highlight import lexer_for, paint, token_lines
from runs.histories import Maker, Version
from runs.limits import BLAME_LINES, COLOURED_CHARS
from runs.queries.histories import FileHistory
from runs.sheets import FileLine
from runs.shown.files import Said, titles_of
from runs.shown.steps import Place
from runs.words import count


@dataclass(frozen=True, kw_only=True, slots=True)
class BlameLine:
    """One line of the whole file, with who wrote it last. `number` 0: a gap of lines nobody saw."""

    number: int
    html: SafeString | str
    by: str = ""
    url: str = ""
    version: int = 0
    says: str = ""
    repeats: bool = False
    tone: str = ""


def blame_lines(
    file: FileHistory, version: Version, place: Place, said: Said, *, start: int
) -> list[BlameLine]:
    """Build one window of a whole file, from line `start` (0, 1, …)."""
    lines = version.sheet.lines if version.sheet else ()
    window = lines[start : start + BLAME_LINES]
    painted = _painted(lines, window, start, version.path)
    titles = titles_of(file)
    tones = {v.number: "start" for v in file.history.versions if v.maker == Maker.START}
    steps = {v.number: v.step for v in file.history.versions if v.step is not None}
    shown: list[BlameLine] = []
    for at, line in enumerate(window):
        before = window[at - 1] if at else None
        if line.text is None:
            if before is None or before.text is not None:
                shown.append(_gap(window[at:], start + at))
            continue
        step = steps.get(line.by)
        shown.append(
            BlameLine(
                number=start + at + 1,
                html=painted[at],
                by=titles.get(line.by, ""),
                url=f"{place.url('run')}?step={step}" if step is not None else "",
                version=line.by,
                says=said.get(step, "") if step is not None else "",
                repeats=before is not None and before.by == line.by and before.text is not None,
                tone=tones.get(line.by, "" if step is not None else "warn"),
            )
        )
    return shown


def _gap(lines: Sequence[FileLine], start: int) -> BlameLine:
    size = next((n for n, line in enumerate(lines) if line.text is not None), len(lines))
    return BlameLine(
        number=0,
        html=f"lines {count(start + 1)}–{count(start + size)} were never seen"
        if size > 1
        else f"line {count(start + 1)} was never seen",
    )


def _painted(
    lines: Sequence[FileLine], window: Sequence[FileLine], start: int, path: str
) -> list[SafeString]:
    """Colour a window: in the light of the whole file where that is short enough."""
    texts = [(line.text or "").rstrip("\r\n") for line in lines]
    lexer = lexer_for(path)
    if sum(map(len, texts)) + len(texts) <= COLOURED_CHARS and texts:
        tokens = token_lines("\n".join(texts), lexer)[start : start + len(window)]
    else:
        tokens = token_lines("\n".join(texts[start : start + len(window)]), lexer) if window else []
    return [paint(line) for line in tokens]
