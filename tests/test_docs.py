"""What can be set, reached or sent has a line in docs/."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLResolver, get_resolver

from runs.findings.signatures import SIGNATURES
from runs.findings.thresholds import THRESHOLDS

CHECKOUT = Path(__file__).resolve().parents[1]
DOCS = "\n".join(path.read_text() for path in sorted((CHECKOUT / "docs").rglob("*.md")))
SETTINGS_PAGE = (CHECKOUT / "docs" / "reference" / "settings.md").read_text()
LIMITS_PAGE = (CHECKOUT / "docs" / "reference" / "limits.md").read_text()
SETTINGS_READERS = [CHECKOUT / "agentscope" / name for name in ("settings.py", "supervisor.py", "env.py")]


def settings_read() -> set[str]:
    """Return the variables that some `read_…("NAME")` asks for."""
    names = set()
    for path in SETTINGS_READERS:
        names.update(re.findall(r'\bread_[a-z]+\(\s*"([A-Z_]+)"', path.read_text()))
    return names


def api_paths(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Yield every path under /api/ with `{}` for its parameters, without a last slash."""
    for entry in resolver.url_patterns:
        # A pattern of re_path has anchors, named groups and an optional last slash.
        path = re.sub(r"\(\?P<[^>]*>[^)]*\)|<[^>]*>", "{}", str(entry.pattern))
        path = prefix + path.lstrip("^").removesuffix("/?$")
        if isinstance(entry, URLResolver):
            if not path or path.startswith("api/"):
                yield from api_paths(entry, path)
        elif path.startswith("api/"):
            yield "/" + path.rstrip("/")


def limit_names(app: str) -> list[str]:
    """Return the constants of an app's limits.py but for the units."""
    path = CHECKOUT / app / "limits.py"
    nodes = ast.parse(path.read_text()).body if path.exists() else []
    targets = [node.targets[0] for node in nodes if isinstance(node, ast.Assign)]
    targets += [node.target for node in nodes if isinstance(node, ast.AnnAssign)]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return [name for name in names if name not in {"KIB", "MIB", "GIB"} and not name.startswith("_")]


def test_every_setting_is_documented() -> None:
    names = settings_read()
    assert len(names) > 20
    assert [name for name in sorted(names) if f"| `{name}` |" not in SETTINGS_PAGE] == []


def test_every_documented_setting_is_read() -> None:
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", SETTINGS_PAGE, re.MULTILINE))
    assert documented - settings_read() == set()


@pytest.mark.parametrize("app", ["ingest", "runs", "runs/findings", "runs/comparing", "alerts"])
def test_every_limit_is_documented(app: str) -> None:
    names = limit_names(app)
    assert len(names) > 3
    assert [name for name in names if f"| `{name}` |" not in LIMITS_PAGE] == []


def test_every_api_path_is_documented() -> None:
    written = re.sub(r"\{[^}]*\}", "{}", DOCS)
    assert [path for path in api_paths(get_resolver()) if path not in written] == []


def test_every_wire_format_is_documented() -> None:
    formats = sorted(path.parent.name for path in (CHECKOUT / "ingest" / "formats").glob("*/__init__.py"))
    pages = {path.stem for path in (CHECKOUT / "docs" / "reference").glob("*.md")}
    assert [name for name in formats if name.replace("_", "-") not in pages] == []


def test_every_signature_and_threshold_is_documented() -> None:
    page = (CHECKOUT / "docs" / "reference" / "findings.md").read_text()
    assert [slug for slug in SIGNATURES if f"### `{slug}` " not in page] == []
    assert [name for name in THRESHOLDS if f"| `{name}` |" not in page] == []
