"""Small tasks of Cline and Roo for tests, as their programs write them."""

import json
from datetime import UTC, datetime
from typing import Any

from ingest.formats.cline import read
from ingest.sources import SourceFile
from runs.records import Batch

TASK = "1772366400000"  # 2026-03-01 12:00:00 UTC
FOLDER = f"tasks/{TASK}"
LATER = datetime(2026, 3, 2, tzinfo=UTC)
ENVIRONMENT = """<environment_details>
# Current Time
3/1/2026, 12:00:00 PM (Etc/UTC, UTC+0:00)

# Current Working Directory (/work/shop) Files
cart.py

# Workspace Configuration
{"latestGitCommitHash": "c0ffee0", "associatedRemoteUrls": ["origin: https://example.org/acme/shop.git"]}

# Current Mode
ACT MODE
</environment_details>"""
BLOCKS = "------- SEARCH\ntax = 1\n=======\ntax = 2\n+++++++ REPLACE\n"


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def user(*blocks: str, **more: Any) -> dict[str, Any]:
    return {"role": "user", "content": [text(block) for block in blocks], **more}


def assistant(content: Any, **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": content, **more}


def ms(seconds: int) -> int:
    return int(TASK) + seconds * 1_000


def say(seconds: int, kind: str, words: Any = "", *, way: str = "say", **more: Any) -> dict[str, Any]:
    shown = words if isinstance(words, str) else json.dumps(words)
    return {"ts": ms(seconds), "type": way, way: kind, "text": shown, **more}


def request(seconds: int, **info: Any) -> dict[str, Any]:
    return say(seconds, "api_req_started", {"request": "…", **info})


API = [
    user("<task>\nFix the tax\n</task>", ENVIRONMENT),
    assistant(
        "<thinking>Look first.</thinking>\nI read it.\n\n<read_file>\n<path>cart.py</path>\n</read_file>"
    ),
    user("[read_file for 'cart.py'] Result:", "tax = 1", ENVIRONMENT),
    assistant(f"<replace_in_file>\n<path>cart.py</path>\n<diff>\n{BLOCKS}</diff>\n</replace_in_file>"),
    user(
        "[replace_in_file for 'cart.py'] Result:",
        'Saved.\n\n<final_file_content path="cart.py">\ntax = 2\n\n</final_file_content>\n',
    ),
    assistant("<execute_command>\n<command>rm -rf build</command>\n</execute_command>"),
    user("[execute_command for 'rm -rf build'] Result:", "The user denied this operation."),
    assistant("<attempt_completion>\n<result>\nThe tax is 2.\n</result>\n</attempt_completion>"),
]
UI = [
    say(0, "text", "Fix the tax"),
    request(1, tokensIn=100, tokensOut=20, cacheWrites=30, cacheReads=0, cost=0.01),
    say(2, "text", "I read it."),
    say(3, "tool", {"tool": "readFile", "path": "cart.py", "content": "/work/shop/cart.py"}),
    request(4, tokensIn=10, tokensOut=9, cacheWrites=5, cacheReads=130, cost=0.002),
    say(6, "tool", {"tool": "editedExistingFile", "path": "cart.py", "diff": BLOCKS}, way="ask"),
    request(9, tokensIn=10, tokensOut=9, cacheWrites=5, cacheReads=140, cost=0.002),
    say(10, "error_retry", {"attempt": 1, "errorMessage": "429 Slow down"}),
    say(12, "command", "rm -rf build", way="ask"),
    request(20, tokensIn=10, tokensOut=9, cacheWrites=5, cacheReads=150, cost=0.002),
    say(22, "completion_result", "The tax is 2."),
    say(22, "completion_result", "", way="ask"),
]


def file(name: str, value: Any, folder: str = FOLDER) -> SourceFile:
    return SourceFile(f"{folder}/{name}" if folder else name, json.dumps(value).encode())


def read_task(*, api: Any = None, ui: Any = None, **others: Any) -> Batch:
    files = [file("api_conversation_history.json", api)] if api is not None else []
    files += [file("ui_messages.json", ui)] if ui is not None else []
    files += [file(f"{name}.json", value) for name, value in others.items()]
    return read(files, now=LATER)
