"""Lines that edits write and take away."""

from runs.findings.fragments import fragment_of, hashes_in


def test_lines_that_stay_are_in_neither():
    dropped, added = fragment_of(
        {
            "old_string": "keep this line\nold line here\n",
            "new_string": "keep this line\nnew line here\n",
        }
    )
    assert (len(hashes_in(dropped)), len(hashes_in(added))) == (1, 1)
    assert dropped != added


def test_next_edit_takes_away_what_the_last_one_wrote():
    _, written = fragment_of({"old_string": "first version\n", "new_string": "  second version\n"})
    gone, _ = fragment_of({"old_str": "second version\n", "new_str": "third version\n"})
    assert gone == written


def test_short_lines_tell_nothing():
    assert fragment_of({"old_string": "}\nelse:\n", "new_string": "{\n"}) == (b"", b"")


def test_edits_of_a_list_count_together():
    edits = [
        {"old_string": "alpha one\n", "new_string": "alpha two\n"},
        {"old_string": "beta one\n", "new_string": "beta two\n"},
    ]
    dropped, added = fragment_of({"file_path": "a.ts", "edits": edits})
    assert (len(hashes_in(dropped)), len(hashes_in(added))) == (2, 2)


def test_written_file_only_adds():
    dropped, added = fragment_of({"content": "a line of code\nanother line\n"})
    assert (dropped, len(hashes_in(added))) == (b"", 2)
