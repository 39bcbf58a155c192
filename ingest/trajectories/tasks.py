"""What a run was asked to do, and where: read out of prompts and the names of benchmark tasks."""

import re

from ingest.formats.claude_code.blocks import inside_tag

#: `sqlfluff__sqlfluff-2419`: owner, repository and issue, as SWE-bench and its kin name their tasks.
INSTANCE = re.compile(r"^([A-Za-z0-9.-]+)__([A-Za-z0-9_.-]+?)-(\d+)$")
#: A work tree named after its repository: `/pydicom__pydicom`, `/workspace/ponylang__ponyc__0.1`.
WORK_TREE = re.compile(r"^(?:/workspace|/repo)?/([A-Za-z0-9.-]+)__([A-Za-z0-9.-]+)(?:__[\w.-]+)?/?$")
TAGS = ("pr_description", "issue_description", "issue", "problem_statement", "task_description")
OPENINGS = ("Consider the following PR description:", "Consider the following issue:")
#: The prompts of SWE-agent and of mini-swe-agent before they used tags: what stands around the task.
FRAMES = (
    re.compile(r"(?:^|\n)ISSUE:\n(.*?)\n+INSTRUCTIONS:", re.DOTALL),
    re.compile(r"^Please solve this issue: (.*?)\n+You can execute bash commands", re.DOTALL),
)


def statement_of(prompt: str) -> str:
    """Take the task itself out of the prompt that a benchmark's harness wraps around it."""
    for tag in TAGS:
        found = inside_tag(prompt, tag)
        if found:
            opening = next((words for words in OPENINGS if found.startswith(words)), "")
            return found[len(opening) :].strip()
    for frame in FRAMES:
        match = frame.search(prompt)
        if match and match[1].strip():
            return match[1].strip()
    return prompt.strip()


def repo_of_instance(instance: str | None) -> str | None:
    """Name the repository of a benchmark task: `django__django-14999` is of `django/django`."""
    match = INSTANCE.match(instance or "")
    return f"{match[1]}/{match[2]}" if match else None


def repo_of_folder(cwd: str | None) -> str | None:
    """Name the repository that a work tree is named after."""
    match = WORK_TREE.match(cwd or "")
    return f"{match[1]}/{match[2]}" if match else None


def instance_of_path(path: str) -> str | None:
    """Find the name of a task in a file's path, nearest to its end. It names a run, never a format."""
    for part in reversed(path.replace("\\", "/").split("/")):
        stem = part
        for ending in (".traj.json", ".traj", ".jsonl", ".json", ".pred"):
            stem = stem.removesuffix(ending)
        if INSTANCE.match(stem):
            return stem
    return None
