"""Read settings from the environment; a wrong value is one sentence: the variable, and what is allowed.

Imports no Django, so that the supervisor and the embedded services stay small.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

TRUE = ("1", "true", "yes", "on")
FALSE = ("0", "false", "no", "off")


class SettingError(Exception):
    """A variable of the environment has a value that cannot be used; the message is the sentence to show."""


def read_text(name: str, default: str = "") -> str:
    """Return the variable without surrounding blanks; unset and empty both mean the default."""
    return os.environ.get(name, "").strip() or default


def read_flag(name: str, *, default: bool) -> bool:
    """Return a yes/no variable."""
    value = read_text(name).lower()
    if not value:
        return default
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise SettingError(f"{name} must be 1 or 0 (true, false, yes, no, on and off work too), not {value!r}.")


def read_number(name: str, *, default: int, low: int, high: int) -> int:
    """Return a whole number within low..high, both included."""
    value = read_text(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise SettingError(f"{name} must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def read_choice(name: str, *, default: str, allowed: Sequence[str]) -> str:
    """Return one of the allowed words; case does not matter."""
    value = read_text(name, default)
    for word in allowed:
        if value.lower() == word.lower():
            return word
    raise SettingError(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")


def read_names(name: str) -> list[str]:
    """Return a list written with commas; blanks around each name are dropped."""
    return [part.strip() for part in read_text(name).split(",") if part.strip()]


def read_url(name: str, *, schemes: Sequence[str], default: str = "") -> str:
    """Return a URL with one of the schemes and a host (or a path, for sockets)."""
    value = read_text(name, default)
    if not value:
        return ""
    split = _split(name, value)
    if split.scheme not in schemes or not (split.netloc or split.path.strip("/") or split.query):
        allowed = ", ".join(f"{scheme}://…" for scheme in schemes)
        raise SettingError(f"{name} must be a URL that starts with one of {allowed}.")
    return value


def read_origins(name: str) -> list[str]:
    """Return a comma list of origins, each with scheme and host."""
    origins = read_names(name)
    for origin in origins:
        if not origin.startswith(("http://", "https://")):
            raise SettingError(f"{name} must list origins such as https://scope.example.com, not {origin!r}.")
    return origins


def read_email(name: str, *, default: str) -> dict[str, object]:
    """Return Django's EMAIL_* settings for a URL: console:, smtp://, smtp+tls:// (STARTTLS) or smtps://."""
    value = read_text(name, default)
    split = _split(name, value)
    if split.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if split.scheme not in ("smtp", "smtp+tls", "smtps") or not split.hostname:
        raise SettingError(
            f"{name} must be console: or a URL such as smtp+tls://user:password@mail.example.com:587 "
            "(smtp, smtp+tls or smtps)."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": split.hostname,
        "EMAIL_PORT": split.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[split.scheme],
        "EMAIL_HOST_USER": unquote(split.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(split.password or ""),
        "EMAIL_USE_TLS": split.scheme == "smtp+tls",
        "EMAIL_USE_SSL": split.scheme == "smtps",
        "EMAIL_TIMEOUT": 10,
    }


def data_folder() -> Path:
    """Return the absolute data folder (AGENTSCOPE_DATA, default .agentscope/ in the checkout)."""
    checkout = Path(__file__).resolve().parent.parent
    folder = Path(read_text("AGENTSCOPE_DATA", ".agentscope")).expanduser()
    return (checkout / folder).resolve()


def served_port(data: Path) -> int:
    """Return the port on which `manage.py serve` last began with a data folder; 8000 where it never did."""
    try:
        port = int((data / "port").read_text())
    except (OSError, ValueError):
        return 8000
    return port if 0 < port < 65536 else 8000


def _split(name: str, value: str) -> SplitResult:
    """Split a URL; a port that is no number or a broken host is the same kind of sentence."""
    try:
        split = urlsplit(value)
        _ = split.port
    except ValueError as error:
        raise SettingError(f"{name} is not a URL that can be read: {error}.") from None
    return split
