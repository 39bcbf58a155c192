"""Every counter of every run, made anew from its steps and changes by SQL: the store must agree."""

from django.db import connection

TOTAL = """coalesce(input_tokens, 0) + coalesce(cache_read_tokens, 0) + coalesce(cache_write_5m_tokens, 0)
    + coalesce(cache_write_1h_tokens, 0) + coalesce(output_tokens, 0) + coalesce(reasoning_tokens, 0)"""
LLM = "kind = 'llm'"
BILLED = f"{LLM} AND NOT copied"
UNMEASURED = "(status = 'ok' AND input_tokens IS NULL)"
HIDDEN = "coalesce(detail -> 'meta', 'null') NOT IN ('null', 'false', '0', '\"\"', '[]', '{}')"

COUNTED = {
    "steps": "true",
    "prompts": f"kind = 'prompt' AND agent = '' AND NOT {HIDDEN}",
    "turns": f"{LLM} AND agent = ''",
    "llm_calls": LLM,
    "tool_calls": "kind = 'tool' OR (kind = 'agent' AND tool <> '')",
    "agents": "kind = 'agent'",
    "retries": "kind = 'retry'",
    "failures": "status IN ('failed', 'denied') AND kind <> 'retry' AND detail->>'failed_call' IS NULL",
    "compactions": "kind = 'compaction'",
    "unpriced_calls": f"{BILLED} AND cost_usd IS NULL AND ({TOTAL} > 0 OR {UNMEASURED})",
    "lower_bound_calls": f"{BILLED} AND lower_bound",
}
SUMMED = {
    **{
        name: (name, BILLED)
        for name in (
            "input_tokens",
            "cache_read_tokens",
            "cache_write_5m_tokens",
            "cache_write_1h_tokens",
            "output_tokens",
            "reasoning_tokens",
            "cost_usd",
        )
    },
    "llm_ms": ("duration_ms", LLM),
    "tool_ms": ("duration_ms", "kind = 'tool'"),
}

#: A path told twice by one step counts once: what the tool declared is preferred. Net is no step's own.
PREFERRED = """
    SELECT * FROM runs_filechange AS change
    WHERE origin <> 'net' AND (origin = 'declared' OR NOT EXISTS (
        SELECT 1 FROM runs_filechange AS told WHERE told.run_id = change.run_id
            AND told.step_key = change.step_key AND told.path = change.path AND told.origin = 'declared'))
"""

RUN_SQL = f"""
    WITH preferred AS ({PREFERRED}),
    of_steps AS (
        SELECT run_id, max(revision) AS newest, count(DISTINCT revision) = count(*) AS distinct_revisions,
            min(seq) = 0 AND max(seq) = count(*) - 1 AS without_gaps,
            {", ".join(f'count(*) FILTER (WHERE {rule}) AS "{name}"' for name, rule in COUNTED.items())},
            {
    ", ".join(
        f'coalesce(sum({what}) FILTER (WHERE {rule}), 0) AS "{name}"' for name, (what, rule) in SUMMED.items()
    )
}
        FROM runs_step GROUP BY run_id
    ),
    of_changes AS (
        SELECT run_id, count(*) AS changes,
            count(DISTINCT path) FILTER (WHERE NOT outside AND origin <> 'net') AS files_changed
        FROM runs_filechange GROUP BY run_id
    ),
    of_lines AS (
        SELECT run_id, sum(additions) AS lines_added, sum(deletions) AS lines_removed
        FROM preferred WHERE NOT outside GROUP BY run_id
    )
    SELECT * FROM (
        SELECT run.external_id, told.name, told.stored, told.counted
        FROM runs_run AS run
        LEFT JOIN of_steps ON of_steps.run_id = run.id
        LEFT JOIN of_changes ON of_changes.run_id = run.id
        LEFT JOIN of_lines ON of_lines.run_id = run.id
        CROSS JOIN LATERAL (VALUES
            {
    ", ".join(f"('{name}', run.{name}, coalesce(of_steps.{name}, 0))" for name in [*COUNTED, *SUMMED])
},
            ('changes', run.changes, coalesce(of_changes.changes, 0)),
            ('files_changed', run.files_changed, coalesce(of_changes.files_changed, 0)),
            ('lines_added', run.lines_added, coalesce(of_lines.lines_added, 0)),
            ('lines_removed', run.lines_removed, coalesce(of_lines.lines_removed, 0)),
            ('revision', greatest(run.revision, coalesce(newest, 0)), run.revision),
            ('revisions', coalesce(distinct_revisions, true)::int, 1),
            ('seq', coalesce(without_gaps, true)::int, 1)
        ) AS told (name, stored, counted)
    ) AS compared
    WHERE stored <> counted
"""

STEP_SQL = f"""
    WITH preferred AS ({PREFERRED})
    SELECT step.run_id::text, step.key, step.changes, step.lines_added, step.lines_removed,
        coalesce(counted.changes, 0), coalesce(counted.added, 0), coalesce(counted.removed, 0)
    FROM runs_step AS step
    LEFT JOIN (
        SELECT run_id, step_key, count(*) AS changes, sum(additions) AS added, sum(deletions) AS removed
        FROM preferred GROUP BY run_id, step_key
    ) AS counted ON counted.run_id = step.run_id AND counted.step_key = step.key
    WHERE (step.changes, step.lines_added, step.lines_removed)
        <> (coalesce(counted.changes, 0), coalesce(counted.added, 0), coalesce(counted.removed, 0))
"""

GROUP = "project_id, day, status, agent, model, repo, failing"
SUMS = "runs, calls, cost_usd, unpriced_calls, lower_bound_calls, tokens, llm_ms"

MOVED = f"({', '.join(f'sum({name})' for name in SUMS.split(', '))}) <> (0, 0, 0, 0, 0, 0, 0)"

#: The sums by day, by day of all and for ever, each with what is not folded yet, against the runs themselves.
SUM_SQL = f"""
    WITH counted AS (
        SELECT project_id, (sort_at AT TIME ZONE 'UTC')::date AS day, status, agent, model, repo,
            failures > 0 AS failing, 1 AS runs, llm_calls AS calls, cost_usd, unpriced_calls,
            lower_bound_calls, input_tokens + cache_read_tokens + cache_write_5m_tokens
                + cache_write_1h_tokens + output_tokens AS tokens, llm_ms
        FROM runs_run
    ),
    minus AS (SELECT {GROUP}, {", ".join(f"-{name}" for name in SUMS.split(", "))} FROM counted),
    by_day AS (
        SELECT {GROUP}, {SUMS} FROM runs_runsum WHERE span IN (0, 1) UNION ALL SELECT * FROM minus
    ),
    by_day_of_all AS (
        SELECT {GROUP}, {SUMS} FROM runs_runsum WHERE span IN (0, 3) UNION ALL SELECT * FROM minus
    ),
    for_ever AS (
        SELECT {GROUP}, {SUMS} FROM runs_runsum WHERE span IN (0, 2) UNION ALL SELECT * FROM minus
    )
    SELECT 'sums by day of all', project_id, day, status, NULL, NULL, NULL, failing, sum(runs), sum(calls),
        sum(cost_usd) FROM by_day_of_all
    GROUP BY project_id, day, status, failing
    HAVING {MOVED}
    UNION ALL
    SELECT 'sums by day', {GROUP}, sum(runs), sum(calls), sum(cost_usd) FROM by_day
    GROUP BY {GROUP}
    HAVING {MOVED}
    UNION ALL
    SELECT 'sums for ever', project_id, NULL, status, agent, model, repo, failing, sum(runs), sum(calls),
        sum(cost_usd) FROM for_ever
    GROUP BY project_id, status, agent, model, repo, failing
    HAVING {MOVED}
"""

TOOL_SUMS = "calls, failures, ms, bytes, tokens, retries"
TOOL_MOVED = f"({', '.join(f'sum({name})' for name in TOOL_SUMS.split(', '))}) <> (0, 0, 0, 0, 0, 0)"
TOOL_MINUS = ", ".join(f"-{name}" for name in TOOL_SUMS.split(", "))

#: The tool sums of each span and facet, with what is not folded yet, against the parts of runs.
TOOL_SUM_SQL = f"""
    WITH facets AS (
        SELECT * FROM runs_toolpart AS part CROSS JOIN (VALUES (1), (2)) AS wanted (span) CROSS JOIN LATERAL
            (VALUES ('', ''), ('agent', agent), ('model', model), ('repo', repo)) AS facet (name, value)
    ),
    fresh AS (
        SELECT runs_toolsum.*, wanted.span AS wanted, facet.name, facet.value
        FROM runs_toolsum CROSS JOIN (VALUES (1), (2)) AS wanted (span) CROSS JOIN LATERAL
            (VALUES ('', ''), ('agent', agent), ('model', model), ('repo', repo)) AS facet (name, value)
        WHERE runs_toolsum.span = 0
    ),
    both_sides AS (
        SELECT project_id, span, CASE span WHEN 2 THEN date_trunc('day', hour, 'UTC') ELSE hour END AS at,
            sha256(convert_to(jsonb_build_array(name, value)::text, 'UTF8')) AS facet, tool, bucket,
            {TOOL_MINUS} FROM facets
        UNION ALL
        SELECT project_id, wanted, CASE wanted WHEN 2 THEN date_trunc('day', at, 'UTC') ELSE at END,
            sha256(convert_to(jsonb_build_array(name, value)::text, 'UTF8')), tool, bucket,
            {TOOL_SUMS} FROM fresh
        UNION ALL
        SELECT project_id, span, at, facet, tool, bucket, {TOOL_SUMS} FROM runs_toolsum WHERE span > 0
    )
    SELECT 'tool sums', project_id, span, at, tool, bucket, sum(calls)
    FROM both_sides AS told (project_id, span, at, facet, tool, bucket, {TOOL_SUMS})
    GROUP BY project_id, span, at, facet, tool, bucket HAVING {TOOL_MOVED}
"""

#: The parts of judged runs against their steps. Tokens and retries depend on the order; they are not counted.
TOOL_PART_SQL = """
    SELECT 'tool parts', run_id, hour, tool, sum(calls), sum(failures), sum(ms), sum(bytes) FROM (
        SELECT run_id, hour, tool, calls, failures, ms, bytes FROM runs_toolpart
        UNION ALL
        SELECT run_id, date_trunc('hour', started_at, 'UTC'), left(tool, 200), -1,
            -(status IN ('failed', 'denied'))::int, -coalesce(duration_ms, 0), -output_size
        FROM runs_step JOIN runs_judgement USING (run_id)
        WHERE kind IN ('tool', 'agent') AND tool <> '' AND started_at IS NOT NULL
            AND NOT detail @> '{"meta": true}'
    ) AS compared
    GROUP BY run_id, hour, tool
    HAVING (sum(calls), sum(failures), sum(ms), sum(bytes)) <> (0, 0, 0, 0)
"""


def tool_drift() -> list[tuple]:
    """List tool sums that disagree with the parts of runs, and parts that disagree with judged steps."""
    with connection.cursor() as cursor:
        cursor.execute(TOOL_SUM_SQL)
        found = cursor.fetchall()
        cursor.execute(TOOL_PART_SQL)
        return found + cursor.fetchall()


def drift() -> list[tuple]:
    """List every counter that disagrees: (run, counter, stored, counted), a step's lines, or sums of runs."""
    found: list[tuple] = []
    with connection.cursor() as cursor:
        for statement in (RUN_SQL, STEP_SQL, SUM_SQL):
            cursor.execute(statement)
            found += cursor.fetchall()
    return found


#: The sums of findings of each span and facet, with what is not folded yet, against the findings.
SIGNATURE_SUM_SQL = """
    WITH found AS (
        SELECT finding.run_id, signature, (at AT TIME ZONE 'UTC')::date AS found_on, count(*) AS times
        FROM runs_finding AS finding GROUP BY 1, 2, 3
    ),
    of_runs AS (
        SELECT run_id, signature, max(severity) AS severity, min((at AT TIME ZONE 'UTC')::date) AS first
        FROM runs_finding GROUP BY 1, 2
    ),
    counted AS (
        SELECT run.project_id, (run.sort_at AT TIME ZONE 'UTC')::date AS day, found_on, run.agent, run.model,
            run.repo, signature, of_runs.severity, (found_on = first)::int AS runs, times
        FROM found JOIN of_runs USING (run_id, signature) JOIN runs_run AS run ON run.id = found.run_id
    ),
    told AS (
        SELECT project_id, day, found_on, agent, model, repo, signature, severity, runs, times
        FROM runs_signaturesum WHERE span = 0
        UNION ALL
        SELECT project_id, day, found_on, agent, model, repo, signature, severity, -runs, -times FROM counted
    ),
    spread AS (
        SELECT project_id, wanted.span, CASE wanted.span WHEN 1 THEN day WHEN 3 THEN found_on
                ELSE '0001-01-01' END AS day,
            sha256(convert_to(jsonb_build_array(wanted.name, wanted.value)::text, 'UTF8')) AS facet,
            signature, severity, runs, times
        FROM told CROSS JOIN LATERAL (VALUES (1, '', ''), (1, 'agent', agent), (1, 'model', model),
            (1, 'repo', repo), (2, '', ''), (3, '', '')) AS wanted (span, name, value)
        UNION ALL
        SELECT project_id, span, day, facet, signature, severity, runs, times
        FROM runs_signaturesum WHERE span > 0
    )
    SELECT 'signature sums', project_id, span, day, signature, severity, sum(runs), sum(times)
    FROM spread GROUP BY project_id, span, day, facet, signature, severity
    HAVING (sum(runs), sum(times)) <> (0, 0)
"""


def signature_drift() -> list[tuple]:
    """List sums of findings that disagree with the findings; all runs are judged as they are now."""
    with connection.cursor() as cursor:
        cursor.execute(SIGNATURE_SUM_SQL)
        return cursor.fetchall()
