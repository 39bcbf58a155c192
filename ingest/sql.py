"""Statements of ingest that the ORM cannot say: what is remembered of traces and spans."""

COLUMNS = (
    *("span", "parent", "kind", "key", "lane", "agent"),
    *("call", "mark", "failed", "at", "until", "source", "mate", "keys"),
)
_SPAN = ", ".join(f"s.{name}" for name in COLUMNS)

#: Sources that replace each other's steps of a run go one after the other, though the run may not be there
#: yet. In one order, so that two batches never wait for each other crosswise.
LOCK_RUNS = """
    SELECT pg_advisory_xact_lock(key) FROM (
        SELECT hashtextextended(%(project)s || ':run:' || run, 0) AS key
        FROM unnest(%(runs)s::text[]) AS asked (run) ORDER BY key
    ) AS keys
"""

#: What is remembered of a trace.
TRACE_COLUMNS = (
    *("trace", "run", "session", "instance", "shape", "why", "begun", "after", "answer"),
    *("told", "root", "ended", "last_at"),
)
_TRACE = ", ".join(TRACE_COLUMNS)

#: Find or begin the traces of a request, and lock them until it is committed: requests of one trace go one
#: after the other. Sorted, so that two requests never wait for each other crosswise. A row that nothing has
#: updated yet is a new one.
LOCK_TRACES = f"""
    INSERT INTO ingest_trace (
        project_id, trace, run, session, instance, shape, why, begun, after, answer, told, root, ended,
        last_at, seen_at
    )
    SELECT %(project)s, asked.trace, asked.run, '', '', '', '', 0, '', '', '{{}}', '', false, 0, %(now)s
    FROM unnest(%(traces)s::text[], %(runs)s::text[]) AS asked (trace, run)
    ORDER BY asked.trace
    ON CONFLICT (project_id, trace) DO UPDATE SET seen_at = excluded.seen_at
    RETURNING id, {_TRACE}, xmax = 0 AS is_new
"""

#: The traces that name the runs of others: what is known of those runs lies with them.
LOCK_NAMING_TRACES = f"""
    SELECT id, {_TRACE} FROM ingest_trace
    WHERE project_id = %(project)s AND trace = ANY(%(traces)s)
    ORDER BY trace
    FOR NO KEY UPDATE
"""

#: Write down what is known of traces now; one parameter for all costs the client and the planner the least.
SAVE_TRACES = f"""
    UPDATE ingest_trace AS known
    SET {", ".join(f"{name} = new.{name}" for name in TRACE_COLUMNS if name != "trace")}
    FROM jsonb_to_recordset(%(traces)s::jsonb) AS new (
        id bigint, run text, session text, instance text, shape text, why text, begun bigint,
        after text, answer text, told jsonb, root text, ended boolean, last_at bigint
    )
    WHERE known.id = new.id
"""

#: The spans of a request and agents whose lane is open, with all that is known above them. The lookups go by
#: the unique index; UNION ends at a circle.
SPANS_AND_ABOVE = f"""
    WITH RECURSIVE seed AS (
        SELECT s.trace_id, {_SPAN} FROM unnest(%(ids)s::bigint[], %(spans)s::text[]) AS asked (id, span)
        JOIN ingest_tracespan s ON s.trace_id = asked.id AND s.span = asked.span
        UNION
        SELECT s.trace_id, {_SPAN} FROM ingest_tracespan s
        WHERE s.trace_id = ANY(%(traces)s) AND s.kind = 'agent' AND s.lane = ''
    ), found AS (
        SELECT * FROM seed
        UNION
        SELECT s.trace_id, {_SPAN} FROM found
        JOIN ingest_tracespan s ON s.trace_id = found.trace_id AND s.span = found.parent
    )
    SELECT * FROM found
"""

#: What lies right below some spans.
SPANS_BELOW = f"""
    SELECT s.trace_id, {_SPAN} FROM unnest(%(ids)s::bigint[], %(spans)s::text[]) AS asked (id, span)
    JOIN ingest_tracespan s ON s.trace_id = asked.id AND s.parent = asked.span
"""

#: All below some spans, but not what lies in sub-agents of theirs.
ALL_BELOW = f"""
    WITH RECURSIVE found AS (
        SELECT s.trace_id, {_SPAN} FROM unnest(%(ids)s::bigint[], %(spans)s::text[]) AS asked (id, span)
        JOIN ingest_tracespan s ON s.trace_id = asked.id AND s.parent = asked.span
        UNION
        SELECT s.trace_id, {_SPAN} FROM found
        JOIN ingest_tracespan s ON s.trace_id = found.trace_id AND s.parent = found.span
        WHERE found.lane = ''
    )
    SELECT * FROM found
"""

#: Calls of the same runs by their id or by what they are called with, whichever trace they are of.
CALLS_OF_RUNS = f"""
    WITH kin AS (SELECT id FROM ingest_trace WHERE project_id = %(project)s AND run = ANY(%(runs)s))
    SELECT s.trace_id, {_SPAN} FROM ingest_tracespan s JOIN kin ON kin.id = s.trace_id
    WHERE s.call <> '' AND s.call = ANY(%(calls)s)
    UNION ALL
    SELECT s.trace_id, {_SPAN} FROM ingest_tracespan s JOIN kin ON kin.id = s.trace_id
    WHERE s.mark IS NOT NULL AND s.mark = ANY(%(marks)s)
"""

#: Model calls of runs that two libraries tell of, in some time: one tells of the answer's id, one not yet.
MODEL_CALLS_AT = f"""
    WITH kin AS (SELECT id FROM ingest_trace WHERE project_id = %(project)s AND run = ANY(%(runs)s))
    SELECT s.trace_id, {_SPAN} FROM ingest_tracespan s JOIN kin ON kin.id = s.trace_id
    WHERE s.kind = 'llm' AND s.at BETWEEN %(since)s AND %(until)s
"""

#: The traces that spans of a lookup belong to.
NAMES_OF_TRACES = "SELECT id, trace, run FROM ingest_trace WHERE id = ANY(%(ids)s)"

#: Types of the columns of spans that are not text, for binary COPY.
SPAN_TYPES = {
    **dict.fromkeys(("trace_id", "at", "until"), "int8"),
    "mark": "bytea", "failed": "bool", "keys": "jsonb",
}  # fmt: skip

#: Remember what is new of spans that are stored; one parameter for all costs the client the least.
SAVE_SPANS = f"""
    INSERT INTO ingest_tracespan (trace_id, {", ".join(COLUMNS)})
    SELECT trace_id, {", ".join(COLUMNS).replace("mark", "decode(mark, 'hex')", 1)}
    FROM jsonb_to_recordset(%(spans)s::jsonb) AS told (
        trace_id bigint, span text, parent text, kind text, key text, lane text, agent text, call text,
        mark text, failed boolean, at bigint, until bigint, source text, mate text, keys jsonb
    )
    ON CONFLICT (trace_id, span) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "span")}
"""

#: Forget traces of long ago; their spans go first, for no foreign key of the database does it.
FORGET_SPANS = "DELETE FROM ingest_tracespan WHERE trace_id = ANY(%(ids)s)"
FORGET_TRACES = "DELETE FROM ingest_trace WHERE id = ANY(%(ids)s)"

#: The traces of one run, the one that knows how it stands, and all their spans: some belong elsewhere.
TRACES_OF_RUN = "SELECT id, trace FROM ingest_trace WHERE project_id = %(project)s AND run = %(run)s"
NEWEST_OF_RUN = f"""
    SELECT id, {_TRACE} FROM ingest_trace
    WHERE project_id = %(project)s AND run = %(run)s AND trace <> ALL(%(leaving)s)
    ORDER BY last_at DESC, trace LIMIT 1
"""
SPANS_OF_RUN = f"""
    SELECT s.trace_id, {_SPAN} FROM ingest_trace JOIN ingest_tracespan s ON s.trace_id = ingest_trace.id
    WHERE project_id = %(project)s AND run = %(run)s
"""

#: Traces that go with a run are many, and each is known by its name.
SET_RUNS = """
    UPDATE ingest_trace SET run = told.run
    FROM unnest(%(traces)s::text[], %(runs)s::text[]) AS told (trace, run)
    WHERE project_id = %(project)s AND ingest_trace.trace = told.trace
"""
