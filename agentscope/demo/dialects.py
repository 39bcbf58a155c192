"""How agents name their tools and arguments, and how their provider reports usage."""

from msgspec import Struct


class Dialect(Struct, frozen=True, kw_only=True):
    """The names one kind of agent uses."""

    read: str
    edit: str
    write: str
    shell: str
    grep: str
    glob: str
    plan: str
    delegate: str = "Task"
    path: str = "path"
    old: str = "old_str"
    new: str = "new_str"
    text: str = "content"
    whole_paths: bool = False  #: paths are absolute
    patches: bool = False  #: edits are written as a patch, files are read with the shell
    usage: str = "anthropic"
    overhead: int = 2_400  #: tokens of system prompt and tools


CLAUDE_CODE = Dialect(
    read="Read", edit="Edit", write="Write", shell="Bash", grep="Grep", glob="Glob", plan="TodoWrite",
    path="file_path", old="old_string", new="new_string", whole_paths=True, overhead=13_800,
)  # fmt: skip
OWN_LOOP = Dialect(
    read="read_file", edit="edit_file", write="write_file", shell="bash", grep="grep", glob="list_files",
    plan="update_plan",
)  # fmt: skip
CODEX = Dialect(
    read="shell", edit="apply_patch", write="apply_patch", shell="shell", grep="shell", glob="shell",
    plan="update_plan", patches=True, usage="openai", overhead=6_900,
)  # fmt: skip
GEMINI = Dialect(
    read="read_file", edit="replace", write="write_file", shell="run_shell_command", glob="glob",
    grep="search_file_content", plan="write_todos", path="file_path", old="old_string", new="new_string",
    whole_paths=True, usage="gemini", overhead=7_600,
)  # fmt: skip
