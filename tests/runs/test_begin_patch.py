"""The grammar of `*** Begin Patch`, on patches of our own."""

from runs.begin_patch import applied, applied_unified, done_files, patch_in, read_patch
from runs.kinds import Op

PATCH = """*** Begin Patch
*** Add File: docs/new.md
+# New
+
+text
*** Update File: src/a.py
*** Move to: src/b.py
@@ def total():
 x = 1
-y = 2
+y = 3
*** Delete File: old.txt
*** End Patch
"""


def update(*lines: str) -> str:
    return "\n".join(["*** Begin Patch", "*** Update File: a.py", *lines, "*** End Patch"])


def test_a_patch_is_read_file_by_file():
    new, moved, old = read_patch(PATCH)
    assert (new.path, new.op, new.text) == ("docs/new.md", Op.CREATE, "# New\n\ntext\n")
    assert (moved.path, moved.op, moved.moved_to, moved.text) == ("src/a.py", Op.RENAME, "src/b.py", None)
    assert [(hunk.anchor, hunk.lines) for hunk in moved.hunks] == [
        ("def total():", [" x = 1", "-y = 2", "+y = 3"])
    ]
    assert moved.fragments() == ("x = 1\ny = 2\n", "x = 1\ny = 3\n")
    assert (old.path, old.op) == ("old.txt", Op.DELETE)


def test_what_stands_around_a_patch_is_cut_off():
    assert patch_in(f"apply_patch <<'EOF'\n{PATCH}EOF\nnpm test") == PATCH.partition("*** End Patch")[0]
    assert patch_in("echo hello") is None
    assert [file.path for file in read_patch(f"cd x && apply_patch <<'EOF'\n{PATCH}EOF")] == [
        *("docs/new.md", "src/a.py", "old.txt")
    ]


def test_windows_line_ends_are_no_part_of_a_line():
    [file] = read_patch(update("@@", "-a", "+b").replace("\n", "\r\n"))
    assert (file.path, file.hunks[0].lines) == ("a.py", ["-a", "+b"])


def test_hunks_are_found_by_their_lines_below_their_anchor():
    text = "def f():\n    return 1\ndef g():\n    return 1\n"
    [file] = read_patch(update("@@ def g():", "-    return 1", "+    return 2"))
    assert applied(file, text) == "def f():\n    return 1\ndef g():\n    return 2\n"


def test_blanks_and_typography_do_not_hide_a_line():
    [file] = read_patch(update("@@", "-say 'hi' - now", "+bye"))
    assert applied(file, "a\n  say ‘hi’ – now  \nb\n") == "a\nbye\nb\n"


def test_a_hunk_of_new_lines_alone_goes_to_the_end():
    [file] = read_patch(update("@@", "+last"))
    assert applied(file, "first\n") == "first\nlast\n"


def test_the_end_of_the_file_is_looked_at_first_where_the_hunk_says_so():
    [file] = read_patch(update("@@", "-x", "+y", "*** End of File"))
    assert applied(file, "x\nx\n") == "x\ny\n"


def test_a_hunk_that_is_not_there_gives_nothing():
    [file] = read_patch(update("@@", "-gone", "+new"))
    assert applied(file, "here\n") is None


def test_of_a_patch_that_failed_halfway_the_named_files_were_written():
    files = read_patch(PATCH)
    told = "Error: could not write\nA docs/new.md\nM /work/shop/src/b.py\n"
    assert [file.path for file in done_files(files, told, failed=True)] == ["docs/new.md", "src/a.py"]
    assert done_files(files, "verification failed", failed=True) == []
    assert done_files(files, "ok", failed=False) == files


def test_names_that_only_end_alike_are_other_files():
    [file] = read_patch(update("@@", "-a", "+b"))
    assert done_files([file], "M extra.py\nM ba.py\n", failed=True) == []


def test_a_numbered_diff_is_applied_where_its_old_side_stands():
    diff = "@@ -2,2 +2,3 @@\n b\n-c\n+C\n+D\n@@ -5,0 +7 @@\n+end\n"
    assert applied_unified(diff, "a\nb\nc\nd\ne\n") == "a\nb\nC\nD\nd\ne\nend\n"
    assert applied_unified(diff, "a\nb\nX\nd\ne\n") is None
    assert applied_unified("@@ -9,1 +9,1 @@\n-a\n+b\n", "a\n") is None


def test_anchors_lead_from_a_class_to_its_function():
    text = "class A:\n    def f(self):\n        x = 1\nclass B:\n    def f(self):\n        x = 1\n"
    [file] = read_patch(update("@@ class B:", "@@     def f(self):", "-        x = 1", "+        x = 2"))
    assert applied(file, text) == text[::-1].replace("1", "2", 1)[::-1]
