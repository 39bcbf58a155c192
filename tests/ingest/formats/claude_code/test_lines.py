"""Tolerant reading of lines: what is readable is read, the rest is kept."""

import pytest

from ingest.formats.claude_code.lines import CUT_OFF, GAVE_UP, TOO_MANY, read_lines


def records(data: bytes) -> list[dict]:
    return [line.record for line in read_lines("f", data).lines]


def test_two_objects_on_one_line_are_both_read():
    assert records(b'{"a":1}{"b":2}\n{"c":3}') == [{"a": 1}, {"b": 2}, {"c": 3}]


def test_cut_last_line_is_kept_and_explained():
    pages = read_lines("f", b'{"a":1}\n{"b":"half')
    assert [line.record for line in pages.lines] == [{"a": 1}]
    assert [(q.where, q.why, q.data) for q in pages.quarantined] == [("f:2", CUT_OFF, b'{"b":"half')]


def test_bad_middle_line_keeps_its_readable_beginning():
    pages = read_lines("f", b'{"a":1} nonsense\n{"b":2}\n')
    assert [line.record for line in pages.lines] == [{"a": 1}, {"b": 2}]
    assert [(q.where, q.data) for q in pages.quarantined] == [("f:1", b"nonsense")]


@pytest.mark.parametrize(
    "data",
    [
        b'\xef\xbb\xbf{"a":1}\r\n\r\n',
        '\ufeff{"a":1}'.encode("utf-16"),
        b'\x00{"a":1}\x00\n',
        b'[\n {"a":1}\n]\n',
        b'[{"a":1}]',
        b'{\n "a":1\n}\n',
    ],
)
def test_encodings_and_layouts(data):
    assert records(data) == [{"a": 1}]


def test_nul_and_lone_surrogates_are_tamed():
    assert records(rb'{"a":"x\u0000y\ud83dz\ud83d\ude00"}') == [{"a": "xy\ufffdz😀"}]


def test_broken_utf8_is_replaced():
    assert records(b'{"a":"\xff"}') == [{"a": "\ufffd"}]


@pytest.mark.parametrize(
    "line", [b"[1,2]", b"7", b'"text"', b"null", b"[" * 100_000, b'{"a":' * 500 + b"1" + b"}" * 500]
)
def test_what_is_no_record_is_quarantined(line):
    pages = read_lines("f", b'{"a":1}\n' + line + b'\n{"b":2}\n')
    assert [line.record for line in pages.lines] == [{"a": 1}, {"b": 2}]
    assert [q.where for q in pages.quarantined] == ["f:2"]


def test_huge_numbers_and_constants_are_tamed():
    assert records(b'{"a":' + b"9" * 5000 + b',"b":NaN,"c":-Infinity}') == [{"a": 0, "b": None, "c": None}]


def test_a_file_of_nothing_but_bad_lines_is_given_up():
    pages = read_lines("f", b"nonsense\n" * 5_000)
    assert (len(pages.quarantined), pages.quarantined[-1].why) == (1_001, GAVE_UP)


def test_a_line_of_countless_objects_is_refused():
    pages = read_lines("f", b"{}" * 5_000)
    assert (len(pages.lines), [q.why for q in pages.quarantined]) == (1_000, [TOO_MANY])


def test_empty_file_is_nothing():
    assert read_lines("f", b"") == read_lines("f", b"\n\n \r\n")
