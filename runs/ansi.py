"""Terminal output as safe HTML: colours become classes, all else a terminal would obey is dropped."""

import re
from html import escape

from django.utils.safestring import SafeString, mark_safe

#: Escape sequences: CSI, OSC and the other strings (ended by BEL or ST), and short ones.
_ESCAPE = re.compile(
    r"\x1b\[([0-?]*)[ -/]*([@-~])"
    r"|\x1b[\]PX^_](?:[^\x07\x1b]|\x1b(?!\\))*(?:\x07|\x1b\\|$)"
    r"|\x1b[ -/]*[0-~]?"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_FLAGS = {1: "b", 2: "dim", 3: "i", 4: "u", 7: "inv", 9: "s"}
_OFF = {22: ("b", "dim"), 23: ("i",), 24: ("u",), 27: ("inv",), 29: ("s",)}
_CUBE = (0, 95, 135, 175, 215, 255)
_BASIC = (
    (0, 0, 0), (205, 49, 49), (13, 188, 121), (229, 229, 16), (36, 114, 200), (188, 63, 188), (17, 168, 205),
    (204, 204, 204), (102, 102, 102), (241, 76, 76), (35, 209, 139), (245, 245, 67), (59, 142, 234),
    (214, 112, 214), (41, 184, 219), (255, 255, 255),
)  # fmt: skip


def strip_ansi(text: str) -> str:
    """Take out every escape sequence and control character but tab and newline."""
    return _CONTROL.sub("", _ESCAPE.sub("", text.replace("\r\n", "\n")))


def ansi_html(text: str) -> SafeString:
    """Paint a terminal's text: `<span class="a-31 a-b">…`. What `\\r` overwrote is left out."""
    text = "\n".join(map(_last_written, text.replace("\r\n", "\n").split("\n")))
    parts: list[str] = []
    state: dict[str, str] = {}
    at = 0
    for match in _ESCAPE.finditer(text):
        parts.append(_span(text[at : match.start()], state))
        at = match.end()
        if match[2] == "m":
            _apply(match[1] or "", state)
    parts.append(_span(text[at:], state))
    return mark_safe("".join(parts))


def _last_written(line: str) -> str:
    """Keep of a line what stands after the last carriage return that something follows (progress bars)."""
    return line.rstrip("\r").rpartition("\r")[2]


def _span(text: str, state: dict[str, str]) -> str:
    clean = escape(_CONTROL.sub("", text))
    if not clean or not state:
        return clean
    classes = " ".join(f"a-{name}" for name in state.values())
    return f'<span class="{classes}">{clean}</span>'


def _apply(codes: str, state: dict[str, str]) -> None:
    numbers = [int(code) if code.isdigit() and len(code) < 5 else 0 for code in re.split("[;:]", codes)]
    while numbers:
        code = numbers.pop(0)
        if code in (38, 48):
            colour = _extended(numbers)
            if colour is not None:
                state["fg" if code == 38 else "bg"] = str(colour + (10 if code == 48 else 0))
        else:
            _apply_one(code, state)


def _apply_one(code: int, state: dict[str, str]) -> None:
    if code == 0:
        state.clear()
    elif code in _FLAGS:
        state[_FLAGS[code]] = _FLAGS[code]
    elif code in _OFF:
        for name in _OFF[code]:
            state.pop(name, None)
    elif 30 <= code <= 37 or 90 <= code <= 97:
        state["fg"] = str(code)
    elif 40 <= code <= 47 or 100 <= code <= 107:
        state["bg"] = str(code)
    elif code in (39, 49):
        state.pop("fg" if code == 39 else "bg", None)


def _extended(numbers: list[int]) -> int | None:
    """Read the rest of a 256-colour or RGB code; give the nearest of the 16 foreground codes."""
    mode = numbers.pop(0) if numbers else 0
    if mode == 5 and numbers:
        return _nearest_code(_rgb_of(numbers.pop(0)))
    if mode == 2 and len(numbers) >= 3:
        red, green, blue = numbers[:3]
        del numbers[:3]
        return _nearest_code((red, green, blue))
    return None


def _rgb_of(index: int) -> tuple[int, int, int]:
    if index < 16:
        return _BASIC[index]
    if index < 232:
        index -= 16
        return _CUBE[index // 36 % 6], _CUBE[index // 6 % 6], _CUBE[index % 6]
    grey = 8 + 10 * (min(index, 255) - 232)
    return grey, grey, grey


def _nearest_code(rgb: tuple[int, int, int]) -> int:
    def distance(number: int) -> int:
        return sum((a - b) ** 2 for a, b in zip(rgb, _BASIC[number], strict=True))

    best = min(range(16), key=distance)
    return 30 + best if best < 8 else 82 + best
