"""Versions of one file: what is known of each, who wrote which line, what became of an edit."""

from runs.fates import Became, fate_of
from runs.histories import History, history_of
from runs.kinds import Basis, Op, Origin
from runs.records import digest_of
from runs.sheets import NOBODY
from runs.sightings import Sighting, disagreements
from runs.told import Told, acts_of

TEXT = "one\ntwo\nthree\nfour\nfive\n"


class Teller:
    """Tells changes of one file, step by step."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.texts: dict[bytes, str] = {}

    def keep(self, text: str | None) -> bytes | None:
        if text is None:
            return None
        self.texts[digest_of(text.encode())] = text
        return digest_of(text.encode())

    def tell(self, step: int, op: Op = Op.EDIT, path: str = "a.py", **fields) -> "Teller":
        sides = {name: self.keep(fields.pop(name, None)) for name in ("before", "after", "patch")}
        given = {"origin": Origin.DECLARED, "basis": Basis.CONTENT, **sides, **fields}
        at = step * 1_000_000
        self.told.append(
            Told(n=len(self.told), step_key=f"s{step}", step=step, at=at, path=path, op=op, **given)
        )
        return self

    def history(self) -> History:
        return history_of(acts_of(self.told), self.texts)


def states(history: History) -> list[tuple]:
    return [(v.maker.value, v.known.value, v.step, v.same_as, v.text) for v in history.versions]


def authors(history: History) -> list[int]:
    sheet = history.end.sheet
    return [line.by for line in sheet.lines] if sheet else []


def test_edits_in_a_row_name_the_writer_of_each_line():
    two = TEXT.replace("two\n", "TWO\n2.5\n")
    history = Teller().tell(3, before=TEXT, after=two).tell(7, before=two, after=two.replace("five\n", ""))
    versions = history.history()
    assert states(versions) == [
        ("start", "whole", None, None, TEXT),
        ("step", "whole", 3, None, two),
        ("step", "whole", 7, None, two.replace("five\n", "")),
    ]
    assert authors(versions) == [0, 1, 1, 0, 0]
    assert [(v.wrote, v.lost) for v in versions.versions[1:]] == [(2, {0: 1}), (0, {0: 1})]


def test_a_change_between_the_steps_is_a_version_of_nobody():
    found = TEXT.replace("four", "FOUR")
    teller = Teller().tell(7, before=TEXT, after=TEXT + "six\n").tell(12, before=found, after=found + "end\n")
    history = teller.history()
    assert states(history)[2] == ("outside", "whole", None, None, found)
    assert history.versions[2].between == (7, 12)
    assert authors(history) == [0, 0, 0, 2, 0, 3]


def test_edit_revert_edit_is_said():
    other = TEXT.replace("one", "ONE")
    teller = Teller().tell(1, before=TEXT, after=other).tell(2, before=other, after=TEXT)
    history = teller.tell(3, before=TEXT, after=other).history()
    assert [v.same_as for v in history.versions] == [None, None, 0, 1]
    assert [fate_of(history, v).became for v in history.versions[1:]] == [
        Became.KEPT, Became.REVERTED, Became.KEPT,
    ]  # fmt: skip


def test_what_was_seen_on_disk_counts_over_what_was_declared():
    declared, formatted = TEXT + "x=1\n", TEXT + "x = 1\n"
    teller = Teller().tell(4, before=TEXT, after=declared)
    teller.tell(4, origin=Origin.OBSERVED, before=TEXT, after=formatted)
    history = teller.history()
    assert states(history)[1:] == [("step", "whole", 4, None, formatted)]
    assert history.end.act
    assert [told.origin for told in history.end.act.told] == ["declared", "observed"]


def test_an_observation_that_spans_inner_steps_is_no_change_from_outside():
    two = TEXT + "six\n"
    teller = Teller().tell(5, before=TEXT, after=two)
    teller.tell(6, origin=Origin.OBSERVED, before=TEXT, after=two)
    history = teller.history()
    assert [(v.maker.value, v.step, v.again) for v in history.versions] == [
        ("start", None, False), ("step", 5, False), ("step", 6, True),
    ]  # fmt: skip


def test_a_piece_is_put_in_its_place_only_where_it_stands_once():
    teller = Teller().tell(1, before=TEXT, after=TEXT + "one\n")
    teller.tell(2, basis=Basis.FRAGMENT, before="three\n", after="3\n")
    teller.tell(3, basis=Basis.FRAGMENT, before="one\n", after="1\n")
    history = teller.history()
    assert states(history)[2] == ("step", "rebuilt", 2, None, TEXT.replace("three", "3") + "one\n")
    assert states(history)[3] == ("step", "unknown", 3, None, None)


def test_a_piece_before_the_first_whole_text_is_taken_back():
    after = TEXT.replace("two", "zwei")
    teller = Teller().tell(1, basis=Basis.FRAGMENT, before="two", after="zwei")
    history = teller.tell(2, before=after, after=after + "six\n").history()
    assert states(history)[:2] == [
        ("start", "rebuilt", None, None, TEXT),
        ("step", "rebuilt", 1, None, after),
    ]
    assert authors(history) == [0, 1, 0, 0, 0, 2]


def test_patches_alone_place_the_lines_they_show():
    patch = "@@ -3,3 +3,3 @@\n three\n-four\n+4\n five\n"
    history = Teller().tell(1, basis=Basis.PATCH, patch=patch).history()
    assert history.end.known == "partly"
    assert history.end.sheet is not None
    assert [(line.text, line.by) for line in history.end.sheet.lines] == [
        (None, 0), (None, 0), ("three\n", 0), ("4\n", 1), ("five\n", 0),
    ]  # fmt: skip


def test_a_patch_that_does_not_fit_is_not_applied():
    patch = "@@ -1,2 +1,2 @@\n something\n-else\n+here\n"
    history = Teller().tell(1, before="", after=TEXT).tell(2, basis=Basis.PATCH, patch=patch).history()
    assert states(history)[2] == ("step", "unknown", 2, None, None)


def test_deletes_and_renames_are_followed():
    teller = Teller().tell(1, Op.CREATE, after=TEXT)
    teller.tell(2, Op.RENAME, path="b.py", old_path="a.py", before=TEXT, after=TEXT, origin=Origin.OBSERVED)
    teller.tell(3, Op.DELETE, path="b.py", before=TEXT, origin=Origin.OBSERVED)
    history = teller.history()
    assert [(v.path, v.known.value) for v in history.versions] == [
        ("a.py", "absent"), ("a.py", "whole"), ("b.py", "whole"), ("b.py", "absent"),
    ]  # fmt: skip
    fate = fate_of(history, history.versions[1])
    assert (fate.became, fate.by and fate.by.step, fate.left) == (Became.DELETED, 3, 0)


def test_lines_of_an_edit_are_counted_to_the_end():
    two = TEXT + "a\nb\nc\n"
    three = two.replace("b\n", "B\n")
    history = Teller().tell(1, before=TEXT, after=two).tell(9, before=two, after=three).history()
    fate = fate_of(history, history.versions[1])
    assert (fate.became, fate.by and fate.by.step, fate.brought, fate.left) == (Became.CHANGED, 9, 3, 2)


def test_a_read_that_shows_something_else_marks_what_was_rebuilt():
    teller = Teller().tell(1, before=TEXT, after=TEXT + "six\n")
    history = teller.tell(2, basis=Basis.FRAGMENT, before="six", after="seven").history()
    right = Sighting(step=3, at=3_000_000, text="     5→five\n     6→seven\n     7→\n")
    wrong = Sighting(step=4, at=4_000_000, text="     5→five\n     6→six\n")
    assert disagreements(history, [right]) == {}
    assert disagreements(history, [right, wrong]) == {2: 4}


def test_lines_whose_writer_is_out_of_reach_are_nobodys():
    """Of a file too big to read all its versions only the newest contents are there."""
    two, three = TEXT + "six\n", TEXT + "six\nseven\n"
    teller = Teller().tell(1, before=TEXT, after=two).tell(2, before=two, after=three)
    teller.tell(3, before=three, after=three + "end\n")
    reached = {key: text for key, text in teller.texts.items() if "seven" in text}
    history = history_of(acts_of(teller.told), reached)
    assert [v.known.value for v in history.versions] == ["unknown", "unknown", "whole", "whole"]
    assert authors(history) == [NOBODY] * 7 + [3]
