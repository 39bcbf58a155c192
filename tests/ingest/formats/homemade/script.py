"""A small run as an own instrumentation writes it: one plan, one bad answer, one edit, one failed test."""

import json
from datetime import UTC, datetime
from typing import Any

from ingest.importing import read_files
from ingest.sources import SourceFile
from runs.records import Batch

LATER = datetime(2026, 3, 2, tzinfo=UTC)


def span(id: str, kind: str, name: str, start: str, ms: int, *children: Any, **fields: Any) -> dict[str, Any]:
    metadata = {key: value for key, value in fields.items() if key != "status"}
    return {
        "span_id": id,
        "name": name,
        "type": kind,
        "start_time": f"2026-03-01T10:00:{start}Z",
        "duration_ms": ms,
        "status": fields.get("status", "SUCCESS"),
        "metadata": metadata,
        "children": [{**child, "parent_id": id} for child in children],
    }


def model(id: str, start: str, *, tokens: tuple[int, int], **fields: Any) -> dict[str, Any]:
    counts = {"input_tokens": tokens[0], "output_tokens": tokens[1]}
    return span(id, "LLM_CALL", "decide", start, 900, model="gpt-5.5", **counts, **fields)


def tree() -> dict[str, Any]:
    patch = {"path": "shop/cart.py", "old": "total = 1", "new": "total = 2"}
    plan = model(
        "l1", "01.000", tokens=(1000, 50), prompt="Fix the cart", response="Read, then patch.", cost_usd=0.01
    )
    bad = model(
        "l2", "03.000", tokens=(1200, 40), prompt="Fix the cart", response="{tool:", status="JSON_ERROR"
    )
    good = model("l3", "05.000", tokens=(1300, 60), prompt="Fix the cart", response="I patch it.")
    edit = span(
        "t1", "TOOL_EXECUTION", "patch_file", "06.000", 20, tool="patch_file", args=patch, result="ok"
    )
    test = span(
        "t2",
        "TOOL_CALL",
        "run_tests",
        "07.000",
        500,
        args={"path": "tests"},
        error="2 failed",
        status="ERROR",
    )
    return span(
        "root",
        "AGENT_RUN",
        "fixer",
        "00.000",
        9000,
        span(
            "i1",
            "ITERATION",
            "iteration 1",
            "01.000",
            1000,
            plan,
            status="PLAN_CREATED",
            plan="Read, then patch.",
        ),
        span("i2", "ITERATION", "iteration 2", "03.000", 1000, bad, status="JSON_ERROR"),
        span("i3", "ITERATION", "iteration 3", "05.000", 3000, good, edit, test),
        status="MAX_ITERATIONS",
        task="Fix the cart",
        cost_usd=0.05,
        agent_id="fixer-1",
    )


def read(*values: Any) -> Batch:
    files = [
        SourceFile(f"{n}.json", value if isinstance(value, bytes) else json.dumps(value).encode())
        for n, value in enumerate(values)
    ]
    return read_files(files, now=LATER)


def at(second: str) -> str:
    return f"2026-03-01T10:00:{second}Z"


def entry(second: str, type: str, message: str, level: str = "INFO", **metadata: Any) -> dict[str, Any]:
    base = {"timestamp": at(second), "agent_id": "fixer-1", "level": level, "event_type": type}
    return {**base, "message": message, "metadata": metadata}


PATCH = {"path": "a.py", "old": "1", "new": "2"}


def log() -> list[dict[str, Any]]:
    return [
        entry("00.000", "AGENT_START", "Starting", task="Fix the cart"),
        entry("01.000", "LLM_REQUEST", "Asking", model="gpt-5.5", prompt="Fix the cart"),
        entry(
            "01.900",
            "LLM_RESPONSE",
            "Answered",
            response="Read, then patch.",
            input_tokens=1000,
            output_tokens=50,
        ),
        entry("02.000", "PLAN_CREATED", "Read, then patch."),
        entry(
            "06.000",
            "TOOL_CALL",
            "Patching",
            tool="patch_file",
            args={"path": "a.py", "old": "1", "new": "2"},
        ),
        entry("06.020", "TOOL_RESULT", "Patched", tool="patch_file", result="ok"),
        entry("07.500", "TOOL_ERROR", "2 failed", level="ERROR", tool="run_tests"),
        entry("08.000", "BUDGET_WARNING", "80 % of the budget is used", level="WARNING"),
        entry("09.000", "MAX_ITERATIONS", "Gave up"),
    ]


def counts() -> dict[str, Any]:
    rows = [("01.900", 1000, 50), ("03.900", 1200, 40), ("05.900", 1300, 60)]
    names = ("timestamp", "operation", "input_tokens", "output_tokens", "cost_usd")
    detailed = [
        dict(zip(names, (at(s), "decide", given, said, 0.01), strict=True)) for s, given, said in rows
    ]
    return {"summary": {"total_input_tokens": 3500, "total_cost_usd": 0.03}, "detailed_log": detailed}


def metrics() -> dict[str, Any]:
    return {
        "summary": {"agent_id": "fixer-1", "success_rate": 0.5},
        "detailed_metrics": {"llm": {"count": 3}},
        "anomalies": [{"type": "slow_call", "message": "decide took 900 ms"}],
    }
