"""Make the throw-away environments of `make test-sdks` and `make test-api`, outside of our own.

Where there is no network it says so, and their tests are skipped.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.gettempdir()) / "agentscope-sdks"
UV = Path(sys.executable).with_name("uv")
#: environment -> what is installed there: the newest of today.
ENVIRONMENTS = {
    "first": [
        *(
            "openinference-instrumentation-openai",
            "opentelemetry-sdk",
            "opentelemetry-exporter-otlp-proto-http",
        ),
        *("openai", "logfire", "pydantic-ai-slim[openai]", "langsmith", "langfuse", "openai-agents"),
    ],
    "langchain": ["langchain", "langchain-openai", "langgraph", "langsmith"],
    "opik": ["opik", "openai"],
    "traceloop": ["traceloop-sdk", "openai", "httpx"],
    "schemathesis": ["schemathesis"],
}


def python_of(environment: str) -> Path:
    """Give the interpreter of an environment."""
    return FOLDER / environment / "bin" / "python"


def prepare(environment: str) -> bool:
    """Make an environment if it is not there yet; say whether it is now."""
    folder, done = FOLDER / environment, FOLDER / environment / ".installed"
    if done.exists():
        return True
    subprocess.run([UV, "venv", "--quiet", "--clear", folder], check=True)
    packages = ENVIRONMENTS[environment]
    command = [UV, "pip", "install", "--quiet", "--python", python_of(environment), *packages]
    installed = subprocess.run(command, check=False, capture_output=True, text=True, timeout=900)
    if installed.returncode:
        print(f"agentscope | {environment}: skipped, its packages cannot be installed here")
        print(installed.stderr.strip().splitlines()[-1] if installed.stderr.strip() else "", file=sys.stderr)
        return False
    done.touch()
    return True


if __name__ == "__main__":
    print(f"agentscope | installing what is tried into {FOLDER} (once)")
    for name in sys.argv[1:]:
        prepare(name)
