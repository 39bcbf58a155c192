"""Who may import whom: teams <- runs <- {ingest, alerts} <- agentscope, and downwards inside an app."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]

FRAMEWORKS = {"django", "rest_framework", "channels", "allauth", "procrastinate"}
#: Functions of text, without settings or database: pure modules may use them.
OF_TEXT = ("django.utils.html", "django.utils.safestring", "django.utils.text")

#: App -> the apps of ours that it may import.
MAY_IMPORT = {
    "teams": set(),
    "runs": {"teams"},
    "ingest": {"teams", "runs"},
    "alerts": {"teams", "runs"},
    "agentscope": {"teams", "runs", "ingest", "alerts"},
}

#: Module or package inside an app -> its level. Others (forms, sql, …) are called from any level.
LEVELS = {
    **dict.fromkeys(("urls", "api_urls", "routing"), 6),
    **dict.fromkeys(("views", "consumers", "api", "management", "endpoints", "asgi", "admin", "tasks"), 5),
    **dict.fromkeys(("fragments", "frames", "shown", "answers"), 4),
    **dict.fromkeys(
        (
            "queries",
            "store",
            "actions",
            "access",
            "retention",
            "rollups",
            "toolsums",
            "signaturesums",
            "pipeline",
        ),
        3,
    ),
    **dict.fromkeys(("live", "models"), 2),
    **dict.fromkeys(("kinds", "records"), 1),
}


def modules_of(app: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield (path, syntax tree) of every module but migrations."""
    for path in sorted((CHECKOUT / app).rglob("*.py")):
        if "migrations" not in path.parts:
            yield str(path.relative_to(CHECKOUT)), ast.parse(path.read_text())


def pure_modules() -> list[Path]:
    """List what pyproject.toml gives to mypy: the modules that know no Django."""
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    paths = [CHECKOUT / name for name in settings["tool"]["mypy"]["files"]]
    return [file for path in paths for file in (path.rglob("*.py") if path.is_dir() else [path])]


def imports_of(tree: ast.Module) -> Iterator[str]:
    """Yield the dotted name of every import, also of those inside functions and of `import_module`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"line {node.lineno}: imports say the whole name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func):
            yield from (name.value for name in node.args if isinstance(name, ast.Constant))


def level_of(dotted: str) -> int | None:
    """Return the level of `app.module…`, None where the rule says nothing."""
    return LEVELS.get(dotted.split(".")[1]) if "." in dotted else None


def dotted_of(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def test_apps_import_only_what_they_may() -> None:
    wrong = [
        f"{path} imports {name}"
        for app, allowed in MAY_IMPORT.items()
        for path, tree in modules_of(app)
        for name in imports_of(tree)
        if (top := name.split(".")[0]) in MAY_IMPORT and top != app and top not in allowed
    ]
    assert wrong == []


def test_modules_import_downwards() -> None:
    wrong = []
    for app in MAY_IMPORT:
        for path, tree in modules_of(app):
            mine = level_of(dotted_of(path))
            for name in imports_of(tree):
                theirs = level_of(name) if name.startswith(f"{app}.") else None
                if mine and theirs and theirs > mine:
                    wrong.append(f"{path} imports {name}")
    assert wrong == []


def test_pure_modules_import_no_django() -> None:
    """Neither themselves nor by one of our modules that lives on the database."""
    wrong = [
        f"{path.relative_to(CHECKOUT)} imports {name}"
        for path in pure_modules()
        for name in imports_of(ast.parse(path.read_text()))
        if (name.split(".")[0] in FRAMEWORKS and not name.startswith(OF_TEXT))
        or (name.split(".")[0] in MAY_IMPORT and (level_of(name) or 0) > 1)
    ]
    assert wrong == []
