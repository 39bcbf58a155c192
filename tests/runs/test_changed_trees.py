"""Changed files as a tree."""

import pytest

from runs.changed_trees import DEPTH, ChangedFile, Sums, file_state, sums_of, tree_of
from runs.limits import FILES_LISTED


def file(path, **fields):
    return ChangedFile(path=path, **{"edits": 1, "first": 0, "added": 2, "removed": 1, **fields})


def outline(folder):
    inner = {each.name: outline(each) for each in folder.folders}
    return inner | {each.name: (each.added, each.removed) for each in folder.files}


def test_folders_of_one_folder_only_are_one_line():
    tree = tree_of([file("src/api/b.py"), file("src/api/a.py"), file("README.md"), file("src/api/v1/c.py")])
    same = (2, 1)
    assert outline(tree) == {
        "README.md": same,
        "src/api": {"v1": {"c.py": same}, "a.py": same, "b.py": same},
    }
    assert [(each.path, each.size, each.added, each.removed) for each in tree.folders] == [
        ("src/api/", 3, 6, 3)
    ]


def test_numbers_in_names_are_counted_up():
    tree = tree_of([file("v10/b"), file("v2/b"), file("v02/b"), file("v2/a"), file("10"), file("x")])
    assert [each.path for each in tree.folders] == ["v02/", "v2/", "v10/"]
    assert [each.path for each in tree.files] == ["10", "x"]


def test_file_and_folder_of_one_name():
    tree = tree_of([file("a"), file("a/b"), file("a-b")])
    assert [each.path for each in tree.files] == ["a", "a-b"]
    assert [(each.path, [inner.path for inner in each.files]) for each in tree.folders] == [("a/", ["a/b"])]


def test_sums_count_files_outside_apart():
    files = [file("a", hidden=True), file("/tmp/b", outside=True)]
    assert sums_of(files) == Sums(files=1, added=2, removed=1, hidden=1, outside=1)


def test_tree_is_bounded_and_every_folder_near_the_top_is_there():
    tree = tree_of([file(f"{folder:03}/{n:03}.py") for folder in range(30) for n in range(30)])
    assert (len(tree.folders), tree.left_out, tree.folders[0].is_open) == (30, 0, False)
    assert 30 + sum(len(each.files) for each in tree.folders) == FILES_LISTED
    assert all(len(each.files) + each.left_out == 30 for each in tree.folders)


def test_a_path_of_a_thousand_folders_ends_somewhere():
    tree = tree_of([file("a/" * 2_000 + "x"), file("a/b")])
    depth = 0
    while tree.folders:
        [tree] = tree.folders
        depth += 1
    assert depth <= DEPTH
    assert [each.name for each in tree.files] == ["x"]


def test_a_change_of_nothing_reverts_nothing():
    assert file_state("edit", "edit", before=b"a", after=b"a", edits=1) == ""


@pytest.mark.parametrize(
    ("first", "last", "before", "after", "state"),
    [
        ("edit", "edit", b"a", b"b", ""),
        ("edit", "edit", b"a", b"a", "reverted"),
        ("edit", "edit", None, None, ""),
        ("create", "edit", None, b"a", "new"),
        ("create", "delete", None, None, "new, then deleted"),
        ("edit", "delete", b"a", None, "deleted"),
        ("rename", "edit", b"a", b"b", "renamed"),
    ],
)
def test_state_of_a_file(first, last, before, after, state):
    assert file_state(first, last, before=before, after=after, edits=2) == state
