"""Who may import whom: teams <- runs <- {ingest, alerts} <- agentscope, and downwards inside an app."""

import ast
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]

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
    **dict.fromkeys(("urls", "api_urls", "routing"), 5),
    **dict.fromkeys(("views", "consumers", "api", "management"), 4),
    **dict.fromkeys(("queries", "store", "actions", "access", "retention", "pipeline"), 3),
    **dict.fromkeys(("live", "models"), 2),
    **dict.fromkeys(("kinds", "records"), 1),
}

#: What knows no Django, as glob patterns.
PURE = (
    *("runs/kinds.py", "runs/records.py", "ingest/formats/**/*.py"),
    *("agentscope/embedded.py", "agentscope/engines.py", "agentscope/env.py", "agentscope/keeper.py"),
    *("agentscope/supervisor.py", "agentscope/unprivileged.py"),
)


def modules_of(app: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield (path, syntax tree) of every module but migrations."""
    for path in sorted((CHECKOUT / app).rglob("*.py")):
        if "migrations" not in path.parts:
            yield str(path.relative_to(CHECKOUT)), ast.parse(path.read_text())


def imports_of(tree: ast.Module) -> Iterator[str]:
    """Yield the dotted name of every import, also of those inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


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
    paths = [path for pattern in PURE for path in CHECKOUT.glob(pattern)]
    wrong = [
        f"{path.relative_to(CHECKOUT)} imports {name}"
        for path in paths
        for name in imports_of(ast.parse(path.read_text()))
        if name.split(".")[0] in {"django", "rest_framework", "channels", "allauth"}
    ]
    assert len(paths) > 10
    assert wrong == []
