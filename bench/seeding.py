"""Rows for the page benchmark: many runs by set-based SQL, long runs through the real store.

Only here are runs written past the store; what it keeps beside them (the sums) is made anew afterwards.
"""

import json
import random
from datetime import timedelta
from typing import Any

from bench.store import NOW, text

#: Runs as months of a team's work leave them: few repositories take most runs, each mostly by one agent.
SEED_RUNS = """
    INSERT INTO runs_run (id, project_id, external_id, session, parent_external_id, name, task, agent,
        agent_version, model, repo, branch, commit, cwd, variant, status, outcome, error, started_at,
        ended_at, created_at, updated_at, sort_at, meta, sources, revision, due, prompts, turns, steps,
        llm_calls, tool_calls, agents, retries, failures, compactions, changes, files_changed, lines_added,
        lines_removed, input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens,
        output_tokens, reasoning_tokens, cost_usd, unpriced_calls, lower_bound_calls, llm_ms, tool_ms)
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
            || substr(md5(n::text), 1, 3) || 'a' || substr(md5(n::text), 4, 15))::uuid,
        %(project)s, 'run-' || n, '', '', left(task, 70), task, agent, '2.1.0', model, repo,
        'fix/' || (n %% 9000), substr(md5(n::text), 1, 10), '/work/' || repo, '', status, '', '', at,
        at + turns * interval '11 s', at, at + turns * interval '11 s', at, '{}', '{events}', steps, false, 1,
        turns, steps, turns, steps - turns - 1, 0, (n %% 17 = 0)::int, failures, 0, 0, n %% 7, n %% 300,
        n %% 90, turns * 12, turns * 41000, turns * 900, 0, turns * 310, 0,
        round((turns * 0.0312)::numeric, 8), (n %% 97 = 0)::int, 0, turns * 7000, turns * 1500
    FROM (
        SELECT n, now() - (1 - n::float / %(runs)s) * interval '90 days' - interval '1 hour' AS at,
            3 + (random() ^ 4 * 200)::int AS turns,
            'repo-' || (random() ^ 3 * 40)::int AS repo,
            (ARRAY['claude-code', 'claude-code', 'claude-code', 'codex', 'mini-swe-agent'])
                [1 + (random() ^ 2 * 4)::int] AS agent,
            (ARRAY['claude-opus-4-8', 'claude-sonnet-4-5', 'gpt-5.4-codex', 'kimi-k2.5'])
                [1 + (random() ^ 3 * 3)::int] AS model,
            CASE WHEN r < 0.002 THEN 'running' WHEN r < 0.12 THEN 'failed' WHEN r < 0.17 THEN 'interrupted'
                WHEN r < 0.2 THEN 'unfinished' ELSE 'done' END AS status,
            greatest(0, (random() * 12 - 9)::int) AS failures,
            (SELECT string_agg((%(words)s::text[])[1 + (random() * %(last)s)::int], ' ')
                FROM generate_series(1, 70 + 0 * n)) || CASE n %% 20011 WHEN 7 THEN ' zanzibar' ELSE '' END
                AS task
        FROM (SELECT n, random() AS r FROM generate_series(1, %(runs)s) AS n) AS numbered
    ) AS made, LATERAL (SELECT 1 + turns * 2 + failures AS steps) AS counted
"""

#: The last steps of the newest runs: what the strips of the first pages show.
SEED_STEPS = """
    INSERT INTO runs_step (run_id, seq, revision, key, kind, name, tool, model, status, error, error_kind,
        parent_key, agent, turn, started_at, input_preview, output_preview, input_size, output_size,
        stop_reason, lower_bound, call_id, copied, context_size, changes, lines_added, lines_removed, rank,
        sources, raw, detail)
    SELECT run.id, n, n + 1, 'k' || n, CASE n %% 2 WHEN 0 THEN 'llm' ELSE 'tool' END, '',
        CASE n %% 4 WHEN 1 THEN 'Bash' WHEN 3 THEN 'Edit' ELSE '' END, run.model,
        CASE WHEN n %% 29 = 0 THEN 'failed' ELSE 'ok' END, '', '', '', '', n / 2,
        run.started_at + n * interval '5 s', repeat('look at this ', 20), repeat('all is well ', 60), 260,
        720, '', false, '', false, 0, (n %% 4 = 3)::int, 0, 0, 1, '{events}', '{}', '{}'
    FROM (SELECT * FROM runs_run WHERE project_id = %(project)s ORDER BY sort_at DESC LIMIT 2000) AS run,
        generate_series(0, least(run.steps, 40) - 1) AS n
"""

SUM_RUNS = """
    INSERT INTO runs_runsum (project_id, span, day, status, agent, model, repo, failing, runs, calls,
        cost_usd, unpriced_calls, lower_bound_calls, tokens, llm_ms)
    SELECT project_id, 0, (sort_at AT TIME ZONE 'UTC')::date, status, agent, model, repo, failures > 0,
        count(*), sum(llm_calls), sum(cost_usd), sum(unpriced_calls), sum(lower_bound_calls),
        sum(input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens + output_tokens),
        sum(llm_ms)
    FROM runs_run WHERE project_id = %(project)s
    GROUP BY 1, 3, 4, 5, 6, 7, 8
"""

#: The index of the search is built after its texts are in: many times faster than row by row.
SEED_TEXTS = (
    "SET maintenance_work_mem = '512MB'",
    "DROP INDEX run_text_trigrams",
    """
    INSERT INTO runs_runtext (run_id, project_id, said)
    SELECT id, project_id, lower(concat_ws(E'\n', name, task, external_id, branch)) FROM runs_run
    ON CONFLICT (run_id) DO NOTHING
    """,
    "CREATE INDEX run_text_trigrams ON runs_runtext USING gin (runs_trigrams(said))",
    "ALTER INDEX run_text_trigrams ALTER COLUMN 1 SET STATISTICS 0",
)

#: Parts of runs as judgements would leave them: a fourth of the runs have the calls of all.
SEED_TOOL_PARTS = """
    INSERT INTO runs_toolpart (run_id, hour, tool, bucket, project_id, agent, model, repo, calls, failures,
        ms, bytes, tokens, retries)
    SELECT run.id, date_trunc('hour', run.sort_at, 'UTC'), tool.name,
        tool.n * 9 + (hashtext(run.id::text || tool.name) & 15), run.project_id, run.agent, run.model,
        run.repo, 1 + run.tool_calls, (run.failures > tool.n)::int, 900 * tool.n, 4000 * tool.n,
        1000 * tool.n, 0
    FROM runs_run AS run CROSS JOIN LATERAL (
        SELECT n, (%(tools)s::text[])[1 + (hashtext(run.id::text) >> 4 & 3) + n * 5] AS name
        FROM generate_series(0, 3) AS n
    ) AS tool
    WHERE run.project_id = %(project)s AND hashtext(run.id::text) %% 4 = 0
"""

#: Their sums, appended as fresh rows; folding makes the rest.
SUM_TOOL_PARTS = """
    INSERT INTO runs_toolsum (span, project_id, at, tool, bucket, agent, model, repo, calls, failures, ms,
        bytes, tokens, retries)
    SELECT 0, project_id, hour, tool, bucket, agent, model, repo, sum(calls), sum(failures), sum(ms),
        sum(bytes), sum(tokens), sum(retries)
    FROM runs_toolpart WHERE project_id = %(project)s GROUP BY 2, 3, 4, 5, 6, 7, 8
"""

#: A failed step for each part with failures: what the calls that fail most are gathered from.
SEED_FAILED_CALLS = """
    INSERT INTO runs_step (run_id, seq, revision, key, kind, name, tool, model, status, error, error_kind,
        parent_key, agent, turn, started_at, duration_ms, input_preview, output_preview, input_size,
        output_size, stop_reason, lower_bound, call_id, copied, context_size, changes, lines_added,
        lines_removed, rank, sources, raw, detail)
    SELECT run_id, 100000 + n, 100000 + n, 'failed-' || n, 'tool', '', tool, '', 'failed', 'exit code 1', '',
        '', '', 1, hour + interval '1 minute', 900, '{"command": "npm run check -- part-' || (n %% 40)
        || '", "description": "' || repeat('Look whether it holds. ', 20) || '"}', 'no', 500, 2, '', false,
        '', false, 0, 0, 0, 0, 1, '{events}', '{}', '{}'
    FROM (SELECT *, row_number() OVER (ORDER BY hour, run_id, tool) AS n FROM runs_toolpart
        WHERE project_id = %(project)s AND failures > 0) AS failed
"""

TOOLS = [
    *("Read", "Bash", "Edit", "Grep", "Glob", "Write", "Task", "TodoWrite", "WebFetch", "WebSearch"),
    *("apply_patch", "exec_command", "update_plan", "NotebookEdit", "LS", "MultiEdit", "Skill", "BashOutput"),
    *("mcp__github__get_issue", "mcp__github__search", "mcp__linear__get_issue", "mcp__sentry__events"),
    *("deploy_preview", "find_orders"),
]

WORDS = [
    "the",
    "test",
    "fails",
    "because",
    "session",
    "expiry",
    "is",
    "read",
    "twice",
    "fix",
    "retry",
    "cart",
]


def seed_runs(project: Any, runs: int) -> None:
    """Fill a project's list, and make its sums from what is there."""
    from django.db import connection

    from runs.rollups import fold_sums_all_projects

    given = {"project": project.pk, "runs": runs, "words": WORDS, "last": len(WORDS) - 1}
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.42)")
        cursor.execute(SEED_RUNS, given)
        cursor.execute(SEED_STEPS, given)
        cursor.execute(SUM_RUNS, given)
    fold_sums_all_projects()


def seed_tools(project: Any) -> None:
    """Fill the tool sums of a project's runs straight: of their steps the failed ones are there."""
    from django.db import connection

    from runs.tool_sql import FOLD_TOOL_SUMS

    with connection.cursor() as cursor:
        cursor.execute(SEED_TOOL_PARTS, {"project": project.pk, "tools": TOOLS})
        cursor.execute(SEED_FAILED_CALLS, {"project": project.pk})
        cursor.execute(SUM_TOOL_PARTS, {"project": project.pk})
        cursor.execute(FOLD_TOOL_SUMS, {"project": project.pk, "rows": 10_000_000})  # at once: no one waits


def seed_texts() -> None:
    """Fill what the list's search looks into."""
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in SEED_TEXTS:
            cursor.execute(statement)


def long_run(name: str, steps: int, *, agents: int = 0, seed: int = 7) -> list[Any]:
    """Make a session of a coding agent in batches of 500 steps, with edits, sub-agents and hooks."""
    from runs.kinds import RunStatus
    from runs.records import Batch, RunRecord

    rng, records, changes = random.Random(seed), [], []
    lanes = [f"agent-{n}" for n in range(agents)]
    while len(records) < steps:
        lane = rng.choice(lanes) if lanes and rng.random() < 0.5 else ""
        made, edits = turn_of(name, len(records), lane, rng, known=lanes)
        records += made
        changes += edits
    told = RunRecord(
        external_id=name, source="bench", name=name, task=text(rng, 1500), agent="claude-code", repo="shop",
        model="claude-opus-4-8", branch="main", cwd="/work/shop", status=RunStatus.DONE, started_at=NOW,
    )  # fmt: skip
    spans = [agent_span(name, lane, n) for n, lane in enumerate(lanes)]
    records = [*spans, *records][:steps]
    known = {record.key for record in records}
    changes = [change for change in changes if change.step in known]
    batches = [Batch(steps=records[i : i + 500]) for i in range(0, len(records), 500)]
    return [Batch(runs=[told], changes=[]), *batches, Batch(changes=changes)]


def agent_span(run: str, lane: str, number: int) -> Any:
    from runs.kinds import Kind, StepStatus
    from runs.records import StepRecord

    return StepRecord(
        run=run, key=lane, kind=Kind.AGENT, source="bench", tool="Task", name="Explore", status=StepStatus.OK,
        input="Look for the place that reads the expiry.", output="It is in auth/session.ts.",
        started_at=NOW + timedelta(seconds=5 * number), ended_at=NOW + timedelta(hours=1),
    )  # fmt: skip


def turn_of(run: str, at: int, lane: str, rng: random.Random, *, known: list[str]) -> tuple[list, list]:
    """Make one turn: a model call, one or two tool calls (some edit, some fail), now and then a hook."""
    from runs.kinds import Kind, Op, StepStatus
    from runs.records import ChangeRecord, StepRecord, Tokens

    start = NOW + timedelta(seconds=3 * at)
    common = {"run": run, "source": "bench", "agent": lane, "parent": lane or None}
    answer = json.dumps([{"type": "text", "text": text(rng, 600)}])
    usage = Tokens(input=10, cache_read=20_000 + at, output=300)
    steps = [
        StepRecord(key=f"m{at}", kind=Kind.LLM, status=StepStatus.OK, model="claude-opus-4-8", tokens=usage,
                   output=answer, started_at=start, ended_at=start + timedelta(seconds=2), **common)
    ]  # fmt: skip
    changes = []
    for n in range(rng.choice((1, 2))):
        key, at_call = f"t{at}-{n}", start + timedelta(seconds=2)
        given = {"key": key, "kind": Kind.TOOL, "started_at": at_call, "ended_at": at_call, **common}
        if rng.random() < 0.12:
            path = f"src/module_{rng.randrange(300)}.py"
            old, new = text(rng, 200) + "\n", text(rng, 240) + "\n"
            asked = json.dumps({"file_path": f"/work/shop/{path}", "old_string": old, "new_string": new})
            steps.append(StepRecord(tool="Edit", input=asked, output="ok", status=StepStatus.OK, **given))
            changes.append(ChangeRecord(run=run, step=key, key=f"{key}:0", path=path, op=Op.EDIT,
                                        source="bench", before=old, after=new))  # fmt: skip
            continue
        bad = rng.random() < 0.04
        status, code = (StepStatus.FAILED, 1) if bad else (StepStatus.OK, 0)
        asked = json.dumps({"command": f"pytest -q {text(rng, 120)}"})
        steps.append(StepRecord(tool="Bash", input=asked, output=text(rng, 2000), status=status,
                                exit_code=code, error="Exit code 1" if bad else None, **given))  # fmt: skip
    if rng.random() < 0.1:
        steps.append(StepRecord(key=f"e{at}", kind=Kind.EVENT, name="hook", output="PostToolUse",
                                started_at=start, detail={"meta": True}, **common))  # fmt: skip
    return steps, changes


def run_with_result(name: str, size: int) -> Any:
    """Make a run whose one tool call has a huge result."""
    from runs.kinds import Kind, StepStatus
    from runs.records import Batch, StepRecord

    line = text(random.Random(1), 99) + "\n"
    step = StepRecord(run=name, key="t", kind=Kind.TOOL, source="bench", tool="Bash", status=StepStatus.OK,
                      input='{"command": "cat build.log"}', output=line * (size // len(line)),
                      started_at=NOW)  # fmt: skip
    return Batch(steps=[step])


def run_with_diff(name: str, files: int, lines: int) -> Any:
    """Make a run that changed `lines` lines, spread over `files` files of twice that length."""
    from runs.kinds import Kind, Op, StepStatus
    from runs.records import Batch, ChangeRecord, StepRecord

    rng, steps, changes = random.Random(2), [], []
    for n in range(files):
        path, before = (
            f"src/part_{n}.py",
            [f"    value_{i} = {text(rng, 30)!r}" for i in range(2 * lines // files)],
        )
        after = [line.replace("value", "result") if i % 4 == 1 else line for i, line in enumerate(before)]
        steps.append(StepRecord(run=name, key=f"w{n}", kind=Kind.TOOL, source="bench", tool="Write",
                                status=StepStatus.OK, input=json.dumps({"file_path": path}), output="ok",
                                started_at=NOW + timedelta(seconds=n)))  # fmt: skip
        changes.append(ChangeRecord(run=name, step=f"w{n}", key=f"w{n}:0", path=path, op=Op.EDIT,
                                    source="bench", before="\n".join(before),
                                    after="\n".join(after)))  # fmt: skip
    return Batch(steps=steps, changes=changes)
