import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
LOCK = (CHECKOUT / "requirements.lock").read_text()


def test_every_locked_package_has_a_hash() -> None:
    packages = re.split(r"\n(?=\S)", LOCK.strip())
    assert len(packages) > 50
    assert [package for package in packages if "--hash=sha256:" not in package] == []


def test_lock_names_no_address() -> None:
    assert re.findall(r"\S*(?://|index|@ )\S*", LOCK) == []


def test_every_dependency_is_locked_and_has_a_why() -> None:
    lines = (CHECKOUT / "pyproject.toml").read_text().splitlines()
    wanted = [(number, line) for number, line in enumerate(lines) if re.match(r'    "[a-z]', line)]
    wanted = [(number, line) for number, line in wanted if re.search(r"[>=]\d", line)]
    for _, line in wanted:
        name = re.match(r'    "([a-z0-9-]+)', line)
        assert name
        assert re.search(rf"^{name[1]}==", LOCK, re.MULTILINE), name[1]
    groups = [line for number, line in wanted if not lines[number - 1].strip().startswith(("#", '"'))]
    assert groups == []
