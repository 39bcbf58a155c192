"""Install the programs and packages that `make test-agents` and `make test-clients` try, outside of our own.

Where there is no npm or no network it says so, and their tests are skipped.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.gettempdir()) / "agentscope-agents"
UV = Path(sys.executable).with_name("uv")
#: agent -> (its program, its package of npm and others that it needs); the newest of today.
AGENTS = {
    "claude-code": ("claude", "@anthropic-ai/claude-code"),
    "codex": ("codex", "@openai/codex"),
    "gemini-cli": ("gemini", "@google/gemini-cli"),
    "qwen-code": ("qwen", "@qwen-code/qwen-code", "node"),
    "copilot": ("copilot", "@github/copilot"),
    "opencode": ("opencode", "opencode-ai"),
}
#: environment -> what is installed there: packages of providers, of today and of long ago.
ENVIRONMENTS = {
    "clients": ["anthropic", "openai"],
    "old-clients": ["anthropic==0.40.0", "openai==1.50.0", "httpx<0.28"],
}
DONE = ".installed"


def is_there(name: str) -> bool:
    """Say whether an agent or an environment is installed."""
    return (FOLDER / name / DONE).exists()


def program_of(agent: str) -> Path:
    """Give the program of an agent."""
    return FOLDER / agent / "node_modules" / ".bin" / AGENTS[agent][0]


def python_of(environment: str) -> Path:
    """Give the interpreter of an environment."""
    return FOLDER / environment / "bin" / "python"


def prepare_agent(agent: str) -> bool:
    """Install an agent if it is not there yet; say whether it is now."""
    if is_there(agent):
        return True
    if not shutil.which("npm"):
        print(f"agentscope | {agent}: skipped, there is no npm here")
        return False
    folder, packages = FOLDER / agent, AGENTS[agent][1:]
    folder.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(folder)]
    installed = run(*command, *map(newest, packages))
    if installed.returncode:
        return refused(agent, installed)
    (folder / DONE).touch()
    return True


def newest(package: str) -> str:
    """Name the newest version: npm takes an older one where node is old, but the programs bring their own."""
    return f"{package}@{run('npm', 'view', package, 'version').stdout.strip() or 'latest'}"


def prepare_environment(name: str) -> bool:
    """Make an environment of Python if it is not there yet; say whether it is now."""
    if is_there(name):
        return True
    subprocess.run([UV, "venv", "--quiet", "--clear", FOLDER / name], check=True)
    installed = run(UV, "pip", "install", "--quiet", "--python", python_of(name), *ENVIRONMENTS[name])
    if installed.returncode:
        return refused(name, installed)
    (FOLDER / name / DONE).touch()
    return True


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=900)


def refused(name: str, ended: subprocess.CompletedProcess[str]) -> bool:
    """Say why something is not tried."""
    print(f"agentscope | {name}: skipped, it cannot be installed here")
    print((ended.stderr.strip().splitlines() or [""])[-1], file=sys.stderr)
    return False


if __name__ == "__main__":
    print(f"agentscope | installing what is tried into {FOLDER} (once)")
    for name in sys.argv[1:]:
        (prepare_environment if name in ENVIRONMENTS else prepare_agent)(name)
