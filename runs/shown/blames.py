"""A whole file, each line with the step that wrote it last."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString

from runs.highlight import lexer_for, paint, token_lines
from runs.histories import Maker, Version
from runs.limits import BLAME_LINES, COLOURED_CHARS
from runs.sheets import NOBODY, FileLine
from runs.shown.versions import FileReading, titles_of
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


def blame_lines(reading: FileReading, version: Version, *, start: int) -> list[BlameLine]:
    """Build one window of a whole file, from line `start` (0, 1, …)."""
    lines = version.sheet.lines if version.sheet else ()
    window = lines[start : start + BLAME_LINES]
    painted = _painted(lines, window, start, version.path)
    writers = _writers(reading)
    shown: list[BlameLine] = []
    for at, line in enumerate(window):
        before = window[at - 1] if at else None
        if line.text is not None:
            repeats = before is not None and before.by == line.by and before.text is not None
            writer = writers[line.by]
            shown.append(replace(writer, number=start + at + 1, html=painted[at], repeats=repeats))
        elif before is None or before.text is not None:
            shown.append(_gap(window[at:], start + at))
    return shown


def _writers(reading: FileReading) -> dict[int, BlameLine]:
    """Say of each version what stands beside the lines that it wrote."""
    titles = titles_of(reading.file)
    found = {NOBODY: BlameLine(number=0, html="", by=titles[NOBODY], version=NOBODY, tone="warn")}
    for version in reading.file.history.versions:
        tones = {Maker.START: "start", Maker.OUTSIDE: "warn"}
        found[version.number] = BlameLine(
            number=0,
            html="",
            by=titles[version.number],
            url=reading.step_url(version.step),
            version=version.number,
            says=reading.said.get(version.step, "") if version.step is not None else "",
            tone=tones.get(version.maker, ""),
        )
    return found


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
