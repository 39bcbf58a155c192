"""The store's SQL as named text. Every statement on a heavy table gives `run_id`."""

from runs.rows import CHANGE_COLUMNS, JSON_COLUMNS, RUN_COLUMNS, RUN_TYPES, STEP_COLUMNS
from runs.signature_sql import SUBTRACT_SIGNATURES
from runs.tool_sql import SUBTRACT_TOOL_PARTS

#: Make the runs that are not there yet; rows come in the order of their external id, so that two batches
#: that share runs wait for each other instead of locking crosswise.
INSERT_RUNS = f"""
    INSERT INTO runs_run (id, project_id, external_id, session, parent_external_id, name, task, agent,
        agent_version, model, repo, branch, commit, cwd, variant, status, outcome, error, created_at,
        updated_at, sort_at, meta, sources, revision, due, prompts, turns, steps, llm_calls, tool_calls,
        agents, retries, failures, compactions, changes, files_changed, lines_added, lines_removed,
        input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens,
        reasoning_tokens, cost_usd, unpriced_calls, lower_bound_calls, llm_ms, tool_ms)
    SELECT new.id, %(project)s, new.external_id, '', '', '', '', '', '', '', '', '', '', '', '', 'running',
        '', '', %(now)s, %(now)s, %(now)s, '{{}}', '{{}}', 0, true,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM unnest(%(ids)s::uuid[], %(external_ids)s::text[]) AS new (id, external_id)
    ORDER BY new.external_id
    ON CONFLICT (project_id, external_id) DO NOTHING
    RETURNING {", ".join(f'"{name}"' for name in RUN_COLUMNS)}
"""

#: The lock that puts all writers of a run in one line. Not `FOR UPDATE`: that would wait for the whole
#: judgement of a long run, which keeps the run from being deleted (`tool_sql.HOLD_RUN`).
LOCK_RUNS = f"""
    SELECT {", ".join(f'"{name}"' for name in RUN_COLUMNS)}
    FROM runs_run
    WHERE project_id = %(project)s AND external_id = ANY(%(external_ids)s)
    ORDER BY external_id
    FOR NO KEY UPDATE
"""

#: The rows that a batch may merge into.
LOAD_STEPS = f"""
    SELECT {", ".join(f'step."{name}"' for name in STEP_COLUMNS)}
    FROM unnest(%(run_ids)s::uuid[], %(keys)s::text[]) AS wanted (run_id, key)
    JOIN runs_step AS step ON step.run_id = wanted.run_id AND step.key = wanted.key
"""

LOAD_OPEN_STEPS = f"""
    SELECT {", ".join(f'"{name}"' for name in STEP_COLUMNS)}
    FROM runs_step
    WHERE run_id = ANY(%(run_ids)s) AND status = 'running'
"""

#: All changes of the steps touched: a step's line counts are taken over all its changes.
LOAD_CHANGES = f"""
    SELECT {", ".join(f'change."{name}"' for name in CHANGE_COLUMNS)}
    FROM unnest(%(run_ids)s::uuid[], %(keys)s::text[]) AS wanted (run_id, key)
    JOIN runs_filechange AS change ON change.run_id = wanted.run_id AND change.step_key = wanted.key
"""

KNOWN_PATHS = """
    SELECT DISTINCT change.run_id, change.path
    FROM unnest(%(run_ids)s::uuid[], %(paths)s::text[]) AS wanted (run_id, path)
    JOIN runs_filechange AS change ON change.run_id = wanted.run_id AND change.path = wanted.path
    WHERE NOT change.outside AND change.origin <> 'net'
"""

#: All names of the steps that have one of these names.
LOAD_NAMES = """
    WITH hit AS (
        SELECT DISTINCT known.run_id, known.key
        FROM unnest(%(run_ids)s::uuid[], %(names)s::text[]) AS wanted (run_id, name)
        JOIN runs_stepname AS known ON known.run_id = wanted.run_id AND known.name = wanted.name
    )
    SELECT known.run_id, known.name, known.key, known.at
    FROM hit JOIN runs_stepname AS known ON known.run_id = hit.run_id AND known.key = hit.key
    ORDER BY known.at, length(known.key), known.key
"""

SAVE_NAMES = """
    INSERT INTO runs_stepname (run_id, name, key, at)
    SELECT * FROM unnest(%(run_ids)s::uuid[], %(names)s::text[], %(keys)s::text[], %(times)s::timestamptz[])
    ON CONFLICT DO NOTHING
"""

DROP_NAMES = """
    DELETE FROM runs_stepname AS known
    USING unnest(%(run_ids)s::uuid[], %(keys)s::text[]) AS gone (run_id, key)
    WHERE known.run_id = gone.run_id AND known.key = gone.key
"""

DROP_CHANGES = """
    DELETE FROM runs_filechange AS change
    USING unnest(%(run_ids)s::uuid[], %(keys)s::text[]) AS gone (run_id, key)
    WHERE change.run_id = gone.run_id AND change.step_key = gone.key
    RETURNING change.run_id, change.step_key, change.additions, change.deletions,
        NOT change.outside AND change.origin = 'declared'
"""

COUNT_PATHS = """
    SELECT run_id, count(DISTINCT path) FROM runs_filechange
    WHERE run_id = ANY(%(run_ids)s) AND NOT outside AND origin <> 'net'
    GROUP BY run_id
"""

KNOWN_BLOBS = """
    SELECT blob.run_id, blob.digest
    FROM unnest(%(run_ids)s::uuid[], %(digests)s::bytea[]) AS wanted (run_id, digest)
    JOIN runs_blob AS blob ON blob.run_id = wanted.run_id AND blob.digest = wanted.digest
"""

KNOWN_CONTEXTS = """
    SELECT node.run_id, node.digest
    FROM unnest(%(run_ids)s::uuid[], %(digests)s::bytea[]) AS wanted (run_id, digest)
    JOIN runs_contextnode AS node ON node.run_id = wanted.run_id AND node.digest = wanted.digest
"""

#: The first run to report a call is billed for it, in one batch the run that comes first there.
BILL_CALLS = """
    INSERT INTO runs_billedcall (project_id, call_id, run_id)
    SELECT %(project)s, call.id, call.run_id
    FROM unnest(%(call_ids)s::text[], %(run_ids)s::uuid[]) WITH ORDINALITY AS call (id, run_id, place)
    ORDER BY call.id, call.place
    ON CONFLICT (project_id, call_id) DO NOTHING
"""

BILLED_TO = """
    SELECT call_id, run_id FROM runs_billedcall WHERE project_id = %(project)s AND call_id = ANY(%(call_ids)s)
"""


#: Number the turns of a run anew by time: a step lies in that of the newest call of the main agent before it.
#: Every step that moves takes a revision.
RENUMBER_TURNS = """
    WITH placed AS (
        SELECT seq, turn,
            count(*) FILTER (WHERE kind = 'llm' AND agent = '') OVER (ORDER BY started_at, seq) AS told
        FROM runs_step WHERE run_id = %(run_id)s AND started_at IS NOT NULL
    ), moved AS (
        SELECT seq, told, row_number() OVER (ORDER BY seq) AS n FROM placed WHERE turn <> told
    )
    UPDATE runs_step AS step SET turn = moved.told, revision = %(revision)s + moved.n
    FROM moved WHERE step.run_id = %(run_id)s AND step.seq = moved.seq
"""


def assignment(name: str) -> str:
    return f'"{name}" = %({name})s::jsonb' if name in JSON_COLUMNS else f'"{name}" = %({name})s'


#: Columns of a run that are never written twice.
FIXED = ("id", "external_id", "created_at")

#: Write all runs of a batch; one statement with one parameter costs a third of one statement for each.
UPDATE_RUNS = f"""
    UPDATE runs_run AS known
    SET {", ".join(f'"{name}" = new."{name}"' for name in RUN_COLUMNS if name not in FIXED)},
        sort_at = COALESCE(new.started_at, known.created_at), updated_at = %(now)s, due = true
    FROM json_to_recordset(%(runs)s::json) AS new (
        {", ".join(f'"{name}" {RUN_TYPES[name]}' for name in RUN_COLUMNS)}
    )
    WHERE known.id = new.id
"""

UPDATE_STEP = f"""
    UPDATE runs_step
    SET {", ".join(assignment(name) for name in STEP_COLUMNS if name not in ("run_id", "seq", "key"))}
    WHERE run_id = %(run_id)s AND seq = %(seq)s
"""

UPDATE_CHANGE = f"""
    UPDATE runs_filechange
    SET {", ".join(assignment(name) for name in CHANGE_COLUMNS if name not in ("run_id", "n", "key"))}
    WHERE run_id = %(run_id)s AND n = %(n)s
"""

COPY = "COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)"

#: A context's chain from its head back to the first message.
CONTEXT_CHAIN = """
    WITH RECURSIVE chain AS (
        SELECT parent, message, depth FROM runs_contextnode WHERE run_id = %(run)s AND digest = %(head)s
        UNION ALL
        SELECT node.parent, node.message, node.depth
        FROM chain JOIN runs_contextnode AS node ON node.run_id = %(run)s AND node.digest = chain.parent
    )
    SELECT chain.depth, blob.zstd, blob.data, blob.digest
    FROM chain JOIN runs_blob AS blob ON blob.run_id = %(run)s AND blob.digest = chain.message
    ORDER BY chain.depth
"""

CONTEXT_DIGESTS = """
    WITH RECURSIVE chain AS (
        SELECT parent, message, depth FROM runs_contextnode WHERE run_id = %(run)s AND digest = %(head)s
        UNION ALL
        SELECT node.parent, node.message, node.depth
        FROM chain JOIN runs_contextnode AS node ON node.run_id = %(run)s AND node.digest = chain.parent
    )
    SELECT message FROM chain ORDER BY depth
"""

READ_BLOBS = """
    SELECT digest, zstd, data FROM runs_blob WHERE run_id = %(run)s AND digest = ANY(%(digests)s)
"""

#: What the list's search looks into; written only where it changed.
SAVE_TEXTS = """
    INSERT INTO runs_freshtext (run_id, project_id, said)
    SELECT text.run_id, %(project)s, text.said
    FROM unnest(%(run_ids)s::uuid[], %(said)s::text[]) AS text (run_id, said)
    ON CONFLICT (run_id) DO UPDATE SET said = excluded.said
"""

#: Move texts to where they are cut into trigrams, in one statement: a search finds each in one of both.
INDEX_TEXTS = """
    WITH taken AS (
        DELETE FROM runs_freshtext WHERE run_id IN (
            SELECT run_id FROM runs_freshtext ORDER BY run_id LIMIT %(rows)s FOR UPDATE SKIP LOCKED
        ) RETURNING run_id, project_id, said
    ), kept AS (
        INSERT INTO runs_runtext (run_id, project_id, said) SELECT run_id, project_id, said FROM taken
        ON CONFLICT (run_id) DO UPDATE SET said = excluded.said
    )
    SELECT count(*) FROM taken
"""

#: Nobody writes or judges runs that go: what they were is subtracted from sums. In the order of `LOCK_RUNS`.
LOCK_DYING = "SELECT 1 FROM runs_run WHERE id = ANY(%(run_ids)s) ORDER BY external_id FOR UPDATE"

#: All tokens of a run, of every bucket.
TOKENS = (
    """input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens + output_tokens"""
)

#: Before runs go, their part of the sums goes.
SUBTRACT_RUNS = f"""
    INSERT INTO runs_runsum (project_id, span, day, status, agent, model, repo, failing, runs, calls,
        cost_usd, unpriced_calls, lower_bound_calls, tokens, llm_ms)
    SELECT project_id, 0, (sort_at AT TIME ZONE 'UTC')::date, status, agent, model, repo, failures > 0,
        -count(*), -sum(llm_calls), -sum(cost_usd), -sum(unpriced_calls), -sum(lower_bound_calls),
        -sum({TOKENS}), -sum(llm_ms)
    FROM runs_run WHERE id = ANY(%(run_ids)s)
    GROUP BY 1, 3, 4, 5, 6, 7, 8
"""

#: Fold fresh rows into those of each other span (`kinds.Span`), in one statement: whoever reads sees all
#: of it or nothing. Rows come in the order of their key, so that two workers wait for each other.
FOLD_SUMS = """
    WITH taken AS (
        DELETE FROM runs_runsum WHERE id IN (
            SELECT id FROM runs_runsum WHERE span = 0 AND project_id = %(project)s
            ORDER BY id LIMIT %(rows)s FOR UPDATE SKIP LOCKED
        ) RETURNING *
    ), spread AS (
        SELECT project_id, wanted.span, CASE wanted.span WHEN 2 THEN '0001-01-01' ELSE day END AS day, status,
            CASE wanted.span WHEN 3 THEN '' ELSE agent END AS agent,
            CASE wanted.span WHEN 3 THEN '' ELSE model END AS model,
            CASE wanted.span WHEN 3 THEN '' ELSE repo END AS repo,
            failing, runs, calls, cost_usd, unpriced_calls, lower_bound_calls, tokens, llm_ms
        FROM taken CROSS JOIN (VALUES (1), (2), (3)) AS wanted (span)
    ), folded AS (
        INSERT INTO runs_runsum AS known (project_id, span, day, key, status, agent, model, repo, failing,
            runs, calls, cost_usd, unpriced_calls, lower_bound_calls, tokens, llm_ms)
        SELECT project_id, span, day,
            sha256(convert_to(jsonb_build_array(status, agent, model, repo, failing)::text, 'UTF8'))
                AS of_key, status, agent, model, repo, failing, sum(runs), sum(calls), sum(cost_usd),
            sum(unpriced_calls), sum(lower_bound_calls), sum(tokens), sum(llm_ms)
        FROM spread
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
        ORDER BY 2, 3, 4
        ON CONFLICT (project_id, span, day, key) WHERE span >= 1 DO UPDATE SET
            runs = known.runs + excluded.runs, calls = known.calls + excluded.calls,
            cost_usd = known.cost_usd + excluded.cost_usd,
            unpriced_calls = known.unpriced_calls + excluded.unpriced_calls,
            lower_bound_calls = known.lower_bound_calls + excluded.lower_bound_calls,
            tokens = known.tokens + excluded.tokens, llm_ms = known.llm_ms + excluded.llm_ms
    )
    SELECT count(*) FROM taken
"""

#: Groups without a run: their other sums are zero, too.
DROP_EMPTY_SUMS = "DELETE FROM runs_runsum WHERE span >= 1 AND runs = 0"

#: The prompts of runs that go; a version goes with the last run that used it.
DROP_PROMPTS = """
    WITH gone AS (
        DELETE FROM runs_promptuse WHERE run_id = ANY(%(run_ids)s) RETURNING project_id, version
    )
    DELETE FROM runs_promptversion AS version USING (SELECT DISTINCT project_id, version FROM gone) AS gone
    WHERE version.id = gone.version AND NOT EXISTS (
        SELECT 1 FROM runs_promptuse AS use WHERE use.project_id = gone.project_id
            AND use.version = gone.version AND NOT use.run_id = ANY(%(run_ids)s))
"""

#: Families of their projects that have no version any more.
DROP_FAMILIES = """
    DELETE FROM runs_promptfamily AS family
    WHERE project_id IN (SELECT project_id FROM runs_run WHERE id = ANY(%(run_ids)s))
        AND NOT EXISTS (SELECT 1 FROM runs_promptversion AS version WHERE version.family_id = family.id)
"""

#: Retention and deletion: a run's rows lie together, and nothing else points at them.
DELETE_RUN_CONTENT = (
    LOCK_DYING,
    SUBTRACT_RUNS,
    SUBTRACT_TOOL_PARTS,
    SUBTRACT_SIGNATURES,
    DROP_PROMPTS,
    DROP_FAMILIES,
    "DELETE FROM runs_step WHERE run_id = ANY(%(run_ids)s)",
    "DELETE FROM runs_stepname WHERE run_id = ANY(%(run_ids)s)",
    "DELETE FROM runs_filechange WHERE run_id = ANY(%(run_ids)s)",
    "DELETE FROM runs_contextnode WHERE run_id = ANY(%(run_ids)s)",
    "DELETE FROM runs_blob WHERE run_id = ANY(%(run_ids)s)",
    "DELETE FROM runs_billedcall WHERE run_id = ANY(%(run_ids)s)",
    "DELETE FROM runs_freshtext WHERE run_id = ANY(%(run_ids)s)",
    "DELETE FROM runs_runtext WHERE run_id = ANY(%(run_ids)s)",
    "DELETE FROM runs_finding WHERE run_id = ANY(%(run_ids)s)",
    "DELETE FROM runs_cluepage WHERE run_id = ANY(%(run_ids)s)",
    "DELETE FROM runs_toolpart WHERE run_id = ANY(%(run_ids)s)",
    "DELETE FROM runs_judgement WHERE run_id = ANY(%(run_ids)s)",
    "DELETE FROM runs_movedrun WHERE part_of = ANY(%(run_ids)s)",
    "DELETE FROM runs_run WHERE id = ANY(%(run_ids)s)",
)
