"""Production settings, each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "AGENTSCOPE_ENV": "production",
    "SECRET_KEY": "k7Qw9eRt2yUi4oPa6sDf8gHj1kLz3xCv5bNm0QwErTyUiOpAsDf",
    "PUBLIC_URL": "https://scope.example.com",
    "DATABASE_URL": "postgresql://agentscope:secret@db.example.com/agentscope",
    "REDIS_URL": "redis://redis.example.com/0",
}


def manage(*arguments: str, data: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a management command with nothing but these variables."""
    environment = {"PATH": os.environ["PATH"], "AGENTSCOPE_DATA": str(data), **variables}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_check_deploy_is_clean(tmp_path: Path) -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", data=tmp_path, **PRODUCTION)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "System check identified no issues (0 silenced).\n"
    assert list(tmp_path.iterdir()) == []


def test_missing_secret_key_is_a_sentence(tmp_path: Path) -> None:
    done = manage("check", data=tmp_path, **{**PRODUCTION, "SECRET_KEY": ""})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "agentscope: SECRET_KEY must be set in production: 50 random characters that stay the same.\n"
    )


def test_collectstatic_fingerprints(tmp_path: Path) -> None:
    done = manage(
        "collectstatic", "--noinput", data=tmp_path, STATIC_ROOT=str(tmp_path / "out"), **PRODUCTION
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "staticfiles.json").exists()


def test_generated_secret_key_is_private_and_stays(tmp_path: Path) -> None:
    show = ("shell", "--no-imports", "-c", "from django.conf import settings; print(settings.SECRET_KEY)")
    urls = {name: PRODUCTION[name] for name in ("DATABASE_URL", "REDIS_URL")}
    first, second = (manage(*show, data=tmp_path, **urls) for _ in range(2))
    assert len(first.stdout) > 50
    assert first.stdout == second.stdout
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
