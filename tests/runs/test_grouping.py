"""Groups of small reads: longest runs, never a failure, the same for any windows."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from runs.grouping import FEWEST, Part, parts_of, small_read
from runs.limits import GROUPED_BYTES, GROUPED_MS

READ = {
    "kind": "tool", "tool": "Read", "status": "ok", "error": "", "changes": 0, "duration_ms": 12,
    "output_size": 900, "detail": {}, "input_text": '{"file_path":"/w/src/auth.ts"}',
}  # fmt: skip


def test_small_read_is_named_by_its_path_in_the_run():
    assert small_read(READ, cwd="/w") == "src/auth.ts"
    assert small_read({**READ, "detail": {"path": "b.ts\x1b[31m"}}, cwd="/w") == "b.ts"


def test_what_failed_is_slow_big_or_no_read_stands_by_itself():
    others = [
        {"status": "failed"}, {"status": "running"}, {"status": "cancelled"}, {"error": "EISDIR"},
        {"changes": 1}, {"duration_ms": GROUPED_MS + 1}, {"output_size": GROUPED_BYTES + 1}, {"tool": "Bash"},
        {"kind": "llm"}, {"input_text": "{}"},
    ]  # fmt: skip
    assert [small_read({**READ, **other}, cwd="/w") for other in others] == [""] * len(others)


def file_of(row):
    return row if row.endswith(".ts") else ""


def test_group_counts_files_once_and_leaves_short_runs_alone():
    rows = ["a/x.ts", "b.ts", "a/x.ts", "!", "c.ts", "d.ts"]
    assert parts_of(rows, file_of) == [
        Part(rows=["a/x.ts", "b.ts", "a/x.ts"], files="2 files", names="x.ts, b.ts"),
        Part(rows=["!"]),
        Part(rows=["c.ts", "d.ts"]),
    ]


ROWS = st.lists(st.sampled_from(["a.ts", "b.ts", "c.ts", "!", "?"]), max_size=40)


@given(ROWS)
def test_parts_are_the_rows_in_order_and_groups_are_as_long_as_can_be(rows):
    parts = parts_of(rows, file_of)
    assert [row for part in parts for row in part.rows] == rows
    for part in parts:
        reads = [bool(file_of(row)) for row in part.rows]
        assert all(reads) or not any(reads)
        assert bool(part.names) == (all(reads) and len(reads) >= FEWEST)
    for left, right in pairwise(parts):
        assert bool(file_of(left.rows[0])) != bool(file_of(right.rows[0]))
