"""File changes: true texts, tabs, missing originals, and how sure we are."""

from tests.ingest.formats.claude_code.script import Script

A = "/work/shop/a.py"


def changes(script):
    return script.read().changes


def hunk(old, lines, new=None):
    return {
        "oldStart": old,
        "oldLines": sum(line[0] in " -" for line in lines),
        "newStart": new or old,
        "newLines": sum(line[0] in " +" for line in lines),
        "lines": lines,
    }


def started():
    script = Script()
    script.user("go")
    return script


def read_file(script, key, path, content, start=1, total=None):
    lines = content.split("\n")
    script.calls("Read", key, id=f"msg_{key}", file_path=path)
    file = {
        "filePath": path,
        "content": content,
        "numLines": len(lines),
        "startLine": start,
        "totalLines": total or len(lines),
    }
    script.result(key, "…", {"type": "text", "file": file})


def test_edit_with_original_file():
    script = started()
    script.edit(
        "e1", A, "b", "B", originalFile="a\nb\nc\n", structuredPatch=[hunk(1, [" a", "-b", "+B", " c"])]
    )
    (change,) = changes(script)
    assert (change.path, change.op, change.basis, change.before, change.after) == (
        "a.py",
        "edit",
        "content",
        "a\nb\nc\n",
        "a\nB\nc\n",
    )
    assert (change.key, change.step, change.raw_path, change.additions) == ("e1:0", "e1", A, None)


def test_replace_all():
    script = started()
    script.edit("e1", A, "b", "B", originalFile="b b\nb\n", replaceAll=True)
    assert changes(script)[0].after == "B B\nB\n"


def test_deleting_a_line_takes_its_end_along():
    script = started()
    script.edit("e1", A, "b", "", originalFile="a\nb\nc\n", structuredPatch=[hunk(1, [" a", "-b", " c"])])
    assert changes(script)[0].after == "a\nc\n"


def test_deleting_inside_a_line_does_not():
    script = started()
    script.edit(
        "e1", A, "b", "", originalFile="a\nxb\nc\n", structuredPatch=[hunk(1, [" a", "-xb", "+x", " c"])]
    )
    assert changes(script)[0].after == "a\nx\nc\n"


def test_missing_original_is_rebuilt_from_a_full_read():
    script = started()
    read_file(script, "r1", A, "a\n\tb\nc\n")
    script.edit("e1", A, "\tb", "\tB", structuredPatch=[hunk(1, [" a", "-  b", "+  B", " c"])])
    script.edit("e2", A, "c", "C")
    first, second = changes(script)
    assert (first.basis, first.before, first.after) == ("reconstructed", "a\n\tb\nc\n", "a\n\tB\nc\n")
    assert (second.basis, second.before, second.after) == ("reconstructed", "a\n\tB\nc\n", "a\n\tB\nC\n")


def test_missing_original_is_rebuilt_from_parts_that_make_the_whole():
    script = started()
    read_file(script, "r1", A, "a\nb", 1, 4)
    read_file(script, "r2", A, "c\n", 3, 4)
    script.edit("e1", A, "c", "C")
    assert (changes(script)[0].basis, changes(script)[0].after) == ("reconstructed", "a\nb\nC\n")


def test_stale_memory_is_not_believed():
    script = started()
    read_file(script, "r1", A, "a\nb\nc\n")
    script.edit("e1", A, "b", "B", structuredPatch=[hunk(7, [" x", "-b", "+B", " y"])])
    (change,) = changes(script)
    assert (change.basis, change.before) == ("patch", None)
    assert "@@ -7,3 +7,3 @@\n x\n-b\n+B\n y\n" in change.patch


def test_damaged_tabs_never_get_into_a_patch():
    script = started()
    script.edit(
        "e1",
        A,
        "\tif x {\n\t\told()\n\t}",
        "\tif x {\n\t\tnew()\n\t}",
        structuredPatch=[hunk(10, ["   unsure", "   if x {", "-    old()", "+    new()", "   }", " sure"])],
    )
    (change,) = changes(script)
    assert change.basis == "patch"
    assert (
        change.patch
        == "--- a/a.py\n+++ b/a.py\n@@ -11,4 +11,4 @@\n \tif x {\n-\t\told()\n+\t\tnew()\n \t}\n sure\n"
    )
    assert (change.additions, change.deletions) == (1, 1)


def test_part_of_a_line_with_unsure_indentation_gives_the_fragment_in_its_place():
    script = started()
    script.edit("e1", A, "old", "new", structuredPatch=[hunk(5, [" a", "-    old()", "+    new()", " b"])])
    (change,) = changes(script)
    assert (change.basis, change.patch) == ("patch", "--- a/a.py\n+++ b/a.py\n@@ -6,1 +6,1 @@\n-old\n+new\n")


def test_nothing_known_but_the_strings_is_a_fragment():
    script = started()
    script.calls("Edit", "e1", file_path=A, old_string="old", new_string="new")
    script.result("e1", "The file has been updated.")
    (change,) = changes(script)
    assert (change.basis, change.before, change.after, change.patch) == ("fragment", "old", "new", None)


def test_agent_files_without_structured_results_use_what_the_model_read():
    script = started()
    script.calls("Read", "r1", file_path=A)
    script.result("r1", "     1→a\n     2→\tb\n     3→\n\n<system-reminder>x</system-reminder>")
    script.calls("Edit", "e1", id="m2", file_path=A, old_string="\tb", new_string="\tB")
    script.result("e1", "The file has been updated.")
    (change,) = changes(script)
    assert (change.basis, change.before, change.after) == ("reconstructed", "a\n\tb\n", "a\n\tB\n")


def test_write_creates_and_updates():
    script = started()
    script.calls("Write", "w1", id="m1", file_path=A, content="one\n")
    script.result(
        "w1",
        "File created successfully",
        {"type": "create", "filePath": A, "content": "one\n", "structuredPatch": []},
    )
    script.calls("Write", "w2", id="m2", file_path=A, content="two\n")
    script.result(
        "w2",
        "updated",
        {"type": "update", "filePath": A, "content": "two\n", "structuredPatch": [], "originalFile": None},
    )
    first, second = changes(script)
    assert (first.op, first.basis, first.before, first.after) == ("create", "content", None, "one\n")
    assert (second.op, second.basis, second.before, second.after) == (
        "edit",
        "reconstructed",
        "one\n",
        "two\n",
    )


def test_multi_edit_is_one_change():
    script = started()
    edits = [{"old_string": "a", "new_string": "A"}, {"old_string": "A\nb", "new_string": "x"}]
    script.calls("MultiEdit", "m", file_path=A, edits=edits)
    script.result("m", "Applied 2 edits", {"filePath": A, "edits": edits, "originalFileContents": "a\nb\n"})
    (change,) = changes(script)
    assert (change.before, change.after) == ("a\nb\n", "x\n")


def test_notebook_cell_is_a_fragment():
    script = started()
    script.calls(
        "NotebookEdit",
        "n",
        notebook_path="/work/shop/n.ipynb",
        cell_id="c",
        new_source="print()",
        edit_mode="insert",
    )
    script.result("n", "ok", {"cell_id": "c"})
    (change,) = changes(script)
    assert (change.path, change.basis, change.after) == ("n.ipynb", "fragment", "print()")


def test_failed_edit_changes_nothing():
    script = started()
    script.calls("Edit", "e1", file_path=A, old_string="x", new_string="y")
    script.result(
        "e1", "<tool_use_error>String to replace not found</tool_use_error>", "Error: …", is_error=True
    )
    assert changes(script) == []


def test_human_correction_is_marked():
    script = started()
    script.calls("Edit", "e1", file_path=A, old_string="b", new_string="asked")
    script.result(
        "e1",
        "ok",
        {
            "filePath": A,
            "oldString": "b",
            "newString": "mine",
            "originalFile": "b\n",
            "userModified": True,
            "structuredPatch": [],
        },
    )
    (change,) = changes(script)
    assert (change.after, change.user_modified) == ("mine\n", True)
    assert {s.key: s for s in script.read().steps}["e1"].detail["user_modified"] is True


def test_files_elsewhere_are_outside():
    script = started()
    paths = {
        "/work/shop/src/x.py": ("src/x.py", False),
        "/work/shop/.claude/worktrees/w1/src/x.py": ("src/x.py", False),
        "/work/shop/.git/hooks/pre-push": ("/work/shop/.git/hooks/pre-push", True),
        "/work/other/x.py": ("/work/other/x.py", True),
        "/private/tmp/claude-1/note.md": ("/private/tmp/claude-1/note.md", True),
        "/Users/ann/.claude/plans/p.md": ("/Users/ann/.claude/plans/p.md", True),
        "src/../lib/y.py": ("lib/y.py", False),
    }
    for number, path in enumerate(paths):
        script.edit(f"e{number}", path, "a", "b", originalFile="a")
    assert {c.raw_path or c.path: (c.path, c.outside) for c in changes(script)} == paths


def test_windows_paths():
    script = Script(cwd="D:\\shop")
    script.user("go")
    script.edit("e1", "D:\\shop\\src\\a.go", "a", "b", originalFile="a")
    script.edit("e2", "d:\\Shop\\b.go", "a", "b", originalFile="a")
    script.edit("e3", "C:\\Users\\ann\\AppData\\Local\\Temp\\x", "a", "b", originalFile="a")
    assert [(c.path, c.outside) for c in changes(script)] == [
        ("src/a.go", False),
        ("b.go", False),
        ("C:/Users/ann/AppData/Local/Temp/x", True),
    ]


def test_change_behind_the_agent_is_told_and_forgets_the_file():
    script = started()
    read_file(script, "r1", A, "a\nb\n")
    script.add("attachment", attachment={"type": "edited_text_file", "filename": A, "snippet": "1→z"})
    script.edit("e1", A, "b", "B")
    batch = script.read()
    assert [s.name for s in batch.steps if s.kind == "event"] == ["Changed outside"]
    assert batch.changes[0].basis == "fragment"
