"""Environment variables as each shell wants them. Pure."""

import shlex
from collections.abc import Callable, Iterator


def pairs_in(text: str) -> Iterator[tuple[str, str]]:
    """Read NAME=value lines."""
    for line in text.splitlines():
        name, _, value = line.partition("=")
        yield name, value


def _bash(name: str, value: str) -> str:
    return f"export {name}={shlex.quote(value)}"


def _fish(name: str, value: str) -> str:
    return f"set -gx {name} {shlex.quote(value)}"


def _powershell(name: str, value: str) -> str:
    quoted = value.replace("'", "''")
    return f"$env:{name} = '{quoted}'"


def _dotenv(name: str, value: str) -> str:
    return f"{name}={shlex.quote(value)}"


#: How each shell sets a variable, the usual one first.
SHELLS: dict[str, Callable[[str, str], str]] = {
    "bash, zsh": _bash,
    "fish": _fish,
    "PowerShell": _powershell,
    ".env": _dotenv,
}


def for_shell(shell: str, text: str) -> str:
    """Write NAME=value lines for one of SHELLS."""
    return "\n".join(SHELLS[shell](name, value) for name, value in pairs_in(text))
