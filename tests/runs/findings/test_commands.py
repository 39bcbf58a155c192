"""What a shell command is: a check, a danger, a deed."""

import pytest

from runs.findings.checks import checks_of, family_of_check, outcome_of
from runs.findings.clues import Outcome
from runs.findings.dangers import danger_of
from runs.findings.deeds import Deed, deed_of


@pytest.mark.parametrize(
    ("command", "danger"),
    [
        ("rm -rf ~/x", "rm -r ~/x"),
        ("rm -rf src", "rm -r src"),
        ("cd /tmp && rm -rf test-enable && mkdir test-enable", ""),
        ("cd /tmp && rm -rf /etc", "rm -r /etc"),
        ('rm -rf "$TMPDIR/x"', ""),
        ("rm -rf node_modules package-lock.json", ""),
        ("git -C app reset --hard HEAD~1", "git reset --hard"),
        ("git restore --staged .", ""),
        ("git restore a.ts", "git restore a.ts"),
        ("git checkout -b topic", ""),
        ("git checkout -- a.ts", "git checkout a.ts"),
        ("git clean -ndx", ""),
        ("git clean -fdx", "git clean -f"),
        ("git push --force-with-lease", "git push --force-with-lease"),
        ("git push -f origin main", "git push --force"),
        ("psql shop -c 'DROP TABLE carts'", "DROP TABLE"),
        ("psql shop <<EOF\nDELETE FROM carts;\nEOF", "DELETE FROM carts"),
        ("grep -rn 'DROP TABLE' migrations", ""),
        ("echo 'DROP TABLE x' > down.sql", ""),
    ],
)
def test_danger_of_command(command: str, danger: str) -> None:
    assert danger_of(command) == danger


@pytest.mark.parametrize(
    ("command", "deed"),
    [
        ("sleep 5 && curl localhost:3000/health", Deed.WATCHES),
        ("npm test 2>&1 | tail -5", Deed.NOTHING),
        ("tail -f server.log", Deed.WATCHES),
        ("gh run view 81", Deed.WATCHES),
        ("git status", Deed.NOTHING),
        ("git add -A", Deed.WRITES),
        ("npm install", Deed.WRITES),
        ("sed -n 1,3p a.py", Deed.NOTHING),
        ("sed -i s/a/b/ a.py", Deed.WRITES),
        ("python make.py > out.txt", Deed.WRITES),
        ("ls 2>/dev/null", Deed.NOTHING),
        ("node -e 'f = a => b'", Deed.NOTHING),
    ],
)
def test_deed_of_command(command: str, deed: Deed) -> None:
    assert deed_of(command) == deed


@pytest.mark.parametrize(
    ("command", "families"),
    [
        ("npm test", [("npm test", "")]),
        ("npm run test -- session", [("npm test", "session")]),
        ("cd app && npm test 2>&1 | tail -4", [("npm test", "")]),
        ("npm run build && npm test", [("npm build", ""), ("npm test", "")]),
        ("npm run build -- --force", [("npm build", "")]),
        ("uv run pytest -q tests/a.py", [("pytest", "tests/a.py")]),
        ("go test ./... -run TestA", [("go test", "TestA")]),
        ("mise run test:ci", [("mise test:ci", "")]),
        ("ls", []),
    ],
)
def test_family_of_checks(command: str, families: list[tuple[str, str]]) -> None:
    assert [family_of_check(name) for name in checks_of(command)] == families


@pytest.mark.parametrize(
    ("command", "code", "output", "outcome"),
    [
        ("npm test && ./deploy.sh", 1, "deploy: no such host", Outcome.UNKNOWN),
        ("npm test && ./deploy.sh", 1, "2 failed", Outcome.RED),
        ("npm test", 1, "", Outcome.RED),
        ("go vet ./... | grep -v unsafe", 1, "", Outcome.UNKNOWN),
        ("npm test && echo done", 1, "", Outcome.RED),
        ("pytest | tail -3", 0, "3 failed, 2 passed", Outcome.RED),
        ("pytest || true", 0, "2 passed", Outcome.GREEN),
    ],
)
def test_outcome_of_check(command: str, code: int, output: str, outcome: Outcome) -> None:
    assert outcome_of(command, exit_code=code, failed=bool(code), output=output) == outcome
