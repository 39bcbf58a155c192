"""SQL of the tool sums as named text."""

GROUP = "project_id, at, tool, bucket, agent, model, repo"
AMOUNTS = "calls, failures, ms, bytes, tokens, retries"

#: While a run is judged it cannot be deleted; ingest, which changes no key, goes on.
HOLD_RUN = "SELECT 1 FROM runs_run WHERE id = %(run)s FOR KEY SHARE"

#: What a judgement moved; the row of parts that a key had, and the one that it has now.
ADD_TOOL_SUMS = f"""
    INSERT INTO runs_toolsum (span, {GROUP}, {AMOUNTS})
    SELECT 0, {GROUP}, {", ".join(f"sum({name})" for name in AMOUNTS.split(", "))}
    FROM jsonb_to_recordset(%(moved)s::jsonb) AS moved (project_id bigint, at timestamptz, tool text,
        bucket smallint, agent text, model text, repo text, calls bigint, failures bigint, ms bigint,
        bytes bigint, tokens bigint, retries bigint)
    GROUP BY {GROUP}
    HAVING ({", ".join(f"sum({name})" for name in AMOUNTS.split(", "))}) <> (0, 0, 0, 0, 0, 0)
"""

#: Before runs go, their part of the sums goes.
SUBTRACT_TOOL_PARTS = f"""
    INSERT INTO runs_toolsum (span, {GROUP}, {AMOUNTS})
    SELECT 0, project_id, hour, tool, bucket, agent, model, repo,
        {", ".join(f"-sum({name})" for name in AMOUNTS.split(", "))}
    FROM runs_toolpart WHERE run_id = ANY(%(run_ids)s)
    GROUP BY 2, 3, 4, 5, 6, 7, 8
"""

#: Names a facet: all calls, or those of one agent, model or repository.
FACET = "sha256(convert_to(jsonb_build_array({name}, {value})::text, 'UTF8'))"

#: Fold fresh rows into hours and days of each facet, in one statement: a reader sees all of it or nothing.
FOLD_TOOL_SUMS = f"""
    WITH taken AS (
        DELETE FROM runs_toolsum WHERE id IN (
            SELECT id FROM runs_toolsum WHERE span = 0 AND project_id = %(project)s
            ORDER BY id LIMIT %(rows)s FOR UPDATE SKIP LOCKED
        ) RETURNING *
    ), spread AS (
        SELECT project_id, wanted.span,
            CASE wanted.span WHEN 2 THEN date_trunc('day', at, 'UTC') ELSE at END AS at,
            {FACET.format(name="facet.name", value="facet.value")} AS facet,
            sha256(convert_to(jsonb_build_array(tool, bucket)::text, 'UTF8')) AS key,
            tool, bucket, {AMOUNTS}
        FROM taken CROSS JOIN (VALUES (1), (2)) AS wanted (span)
        CROSS JOIN LATERAL (VALUES ('', ''), ('agent', agent), ('model', model), ('repo', repo))
            AS facet (name, value)
    ), folded AS (
        INSERT INTO runs_toolsum AS known (project_id, span, at, facet, key, tool, bucket, agent, model, repo,
            {AMOUNTS})
        SELECT project_id, span, at, facet, key, tool, bucket, '', '', '',
            {", ".join(f"sum({name})" for name in AMOUNTS.split(", "))}
        FROM spread
        GROUP BY 1, 2, 3, 4, 5, 6, 7
        ORDER BY 2, 4, 3, 5
        ON CONFLICT (project_id, span, facet, at, key) WHERE span >= 1 DO UPDATE SET
            {", ".join(f"{name} = known.{name} + excluded.{name}" for name in AMOUNTS.split(", "))}
    )
    SELECT count(*) FROM taken
"""

DROP_EMPTY_TOOL_SUMS = "DELETE FROM runs_toolsum WHERE span >= 1 AND calls = 0"
