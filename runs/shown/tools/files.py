"""Files that were read, and what was asked to be done to files."""

from dataclasses import dataclass

from runs.ansi import strip_ansi
from runs.intents import Ask, Intent, diff_of_intent, intents_of
from runs.limits import SHOWN_CHARS
from runs.patches import files_of_patch, outcomes_of_patch
from runs.shapes import Form
from runs.shown.diffs import DiffTable, hunks_shown
from runs.shown.results import ResultShown, result_shown
from runs.shown.texts import TextShown, code, listed_file
from runs.shown.tools.arguments import Argument, arguments_shown
from runs.shown.tools.calls import Call, whole_number
from runs.tools import Family, text_in
from runs.words import count, plural, short_path


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadShown:
    """A file, or the part of it that was read. `result` is set where it was no text."""

    path: str
    facts: list[str]
    text: TextShown | None
    result: ResultShown | None


def read_shown(call: Call) -> ReadShown:
    """Show a file with its line numbers; pictures as pictures."""
    told = {"whole": call.whole, "more_url": call.output_url, "absent": call.absent}
    shown = result_shown(call.output, **told) if call.output[:1] in ("[", "{", "d") else None
    is_media = shown is not None and any(piece.form == Form.IMAGE for piece in shown.pieces)
    as_code = call.status == "ok" and call.output and not is_media and call.number("lines") != 0
    is_cut = len(call.output) > SHOWN_CHARS
    listed = listed_file(call.output[:SHOWN_CHARS])
    start, bare, _ = listed or (call.number("start_line") or 1, "", "")
    return ReadShown(
        path=call.path,
        facts=_read_facts(call, start, bare.count("\n") + 1 if bare and not is_cut else None),
        text=code(call.output, path=call.path, start=start, whole=call.whole, more_url=call.output_url)
        if as_code
        else None,
        result=None if as_code else shown or result_shown(call.output, **told),
    )


def _read_facts(call: Call, start: int, listed: int | None) -> list[str]:
    """Say which part of the file it was: as the source told, else by the numbers of the listing."""
    lines, total = call.number("lines") or listed, call.number("total_lines")
    first = call.number("start_line") or start
    asked = call.arguments.get("view_range")
    words = []
    if lines and ((total is not None and total > lines) or first > 1):
        words.append(
            f"lines {count(first)}–{count(first + lines - 1)}" + (f" of {count(total)}" if total else "")
        )
    elif lines:
        words.append(plural(lines, "line"))
    if not lines and isinstance(asked, list) and len(asked) == 2:
        words.append(f"lines {'–'.join(str(whole_number(n) or '?') for n in asked)} asked for")
    elif not lines:
        offset, limit = (whole_number(call.arguments.get(name)) for name in ("offset", "limit"))
        words += [f"from line {offset}"] if offset else []
        words += [f"at most {plural(limit, 'line')}"] if limit else []
    pages = text_in(call.arguments, "pages")
    words += [f"pages {pages}"] if pages else []
    words += ["unchanged since it was read before"] if call.detail.get("unchanged") is True else []
    words += ["a picture"] if call.detail.get("image") is True else []
    return words


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedShown:
    """One thing asked of one file: a diff, or a text to write."""

    path: str
    old_path: str
    title: str
    hunks: DiffTable | None
    text: TextShown | None
    outcome: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EditShown:
    """What an edit answered. What it asked stands beside its effect; arguments where that is not known."""

    arguments: list[Argument]
    result: ResultShown


def edit_shown(call: Call) -> EditShown:
    """Show the answer to an edit."""
    known = intents_of(call.family, call.arguments)
    return EditShown(
        arguments=[] if known else arguments_shown(call.arguments),
        result=result_shown(call.output, whole=call.whole, more_url=call.output_url, absent=call.absent),
    )


def outcomes_of(family: Family, arguments: dict[str, object], output: str, *, status: str) -> list[str]:
    """Say what became of each file of a patch, in the patch's order; empty for other calls."""
    if family is not Family.PATCH or status in ("running", "unanswered"):
        return []
    failed = status in ("failed", "denied", "cancelled")
    return outcomes_of_patch(files_of_patch(arguments), output, failed=failed)


def asked_shown(intent: Intent, *, cwd: str, outcome: str = "") -> AskedShown:
    """Paint one thing that was asked."""
    diff = diff_of_intent(intent)
    path = short_path(strip_ansi(intent.path), cwd)
    return AskedShown(
        path=path,
        old_path=short_path(strip_ansi(intent.old_path), cwd) if intent.old_path else "",
        title=intent.title,
        hunks=hunks_shown(diff) if diff else None,
        text=code(intent.new, path=_name_of(intent, path)) if diff is None and intent.new else None,
        outcome=outcome,
        note=_note(intent, len(diff.hunks) if diff else None),
    )


def _name_of(intent: Intent, path: str) -> str:
    """A cell's text is code, or Markdown, but never the JSON of its notebook."""
    if intent.ask is not Ask.CELL:
        return path
    return "cell.md" if "markdown" in intent.title else "cell.py"


def _note(intent: Intent, hunks: int | None) -> str:
    if intent.ask in (Ask.DELETE, Ask.UNDO) or intent.title.startswith("Delete"):
        return ""
    if intent.ask is Ask.REPLACE and intent.old == intent.new:
        return "Old and new text are the same."
    if hunks == 0 and intent.ask is Ask.PATCH:
        return "No hunk of it can be read."
    return "" if hunks or intent.new else "Nothing was given to write."
