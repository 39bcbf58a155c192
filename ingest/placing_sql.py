"""Statements that find what lies near the traces of a request. Each goes by an index, once a request."""

from ingest.sql import TRACE_COLUMNS

OTHER = ", ".join(f"o.{name}" for name in TRACE_COLUMNS)

#: Requests of one session or process are placed one after the other where that may move something; most may
#: go at the same time. Locked in one order, so that two requests never wait for each other crosswise. Not
#: every span of a trace says whose it is.
LOCK_PLACES = """
    SELECT CASE WHEN %(alone)s THEN pg_advisory_xact_lock(key) ELSE pg_advisory_xact_lock_shared(key) END
    FROM (
        SELECT DISTINCT hashtextextended(%(project)s || ':' || name, 0) AS key
        FROM (
            SELECT * FROM unnest(%(names)s::text[]) AS named (name)
            UNION ALL
            SELECT unnest(ARRAY['session:' || session, 'process:' || instance]) FROM ingest_trace
            WHERE project_id = %(project)s AND trace = ANY(%(traces)s)
        ) AS places
        ORDER BY key
    ) AS keys
"""

#: Traces of other runs with the same model call at the same time.
SAME_CALLS = f"""
    SELECT asked.n, s.at, s.until, {OTHER}
    FROM unnest(%(calls)s::text[], %(at)s::bigint[], %(runs)s::text[])
        WITH ORDINALITY AS asked (call, at, run, n)
    JOIN ingest_tracespan AS s ON s.call = asked.call AND s.call <> '' AND s.kind = 'llm'
        AND s.at BETWEEN asked.at - %(slack)s AND asked.at + %(slack)s
    JOIN ingest_trace AS o ON o.id = s.trace_id
    WHERE o.project_id = %(project)s AND o.run <> asked.run AND o.trace <> ALL(%(traces)s)
"""

#: Traces of the same session that some traces go on with, or that go on with them.
TALKS = f"""
    SELECT DISTINCT o.id, {OTHER}
    FROM unnest(%(sessions)s::text[], %(after)s::text[], %(answers)s::text[])
        AS asked (session, after, answer)
    JOIN ingest_trace AS o ON o.project_id = %(project)s AND o.session = asked.session AND o.session <> ''
        AND (o.answer = asked.after AND asked.after <> '' OR o.after = asked.answer AND asked.answer <> '')
    WHERE o.trace <> ALL(%(skip)s)
"""

#: Runs that were at work at the time of some loose calls; two are as good as many.
HOSTS = f"""
    SELECT asked.trace, {OTHER}
    FROM unnest(%(traces)s::text[], %(sessions)s::text[], %(instances)s::text[], %(begun)s::bigint[],
        %(until)s::bigint[]) AS asked (trace, session, instance, begun, until)
    CROSS JOIN LATERAL (
        (SELECT * FROM ingest_trace AS t
         WHERE asked.session <> '' AND t.project_id = %(project)s AND t.session = asked.session
            AND t.session <> ''
            AND t.begun BETWEEN asked.begun - %(longest)s AND asked.until
            AND t.shape IN ('open', 'whole') AND t.last_at >= asked.begun AND t.trace <> ALL(%(skip)s)
         ORDER BY t.begun DESC LIMIT 2)
        UNION ALL
        (SELECT * FROM ingest_trace AS t
         WHERE asked.session = '' AND t.project_id = %(project)s AND t.instance = asked.instance
            AND t.instance <> '' AND t.begun BETWEEN asked.begun - %(longest)s AND asked.until
            AND t.shape IN ('open', 'whole') AND t.last_at >= asked.begun AND t.trace <> ALL(%(skip)s)
         ORDER BY t.begun DESC LIMIT 2)
    ) AS o
"""

#: Loose calls of other runs in the time by which some traces have grown.
GUESTS = f"""
    SELECT DISTINCT o.id, {OTHER}
    FROM unnest(%(sessions)s::text[], %(instances)s::text[], %(runs)s::text[], %(since)s::bigint[],
        %(until)s::bigint[]) AS asked (session, instance, run, since, until)
    CROSS JOIN LATERAL (
        (SELECT * FROM ingest_trace AS t
         WHERE asked.session <> '' AND t.project_id = %(project)s AND t.session = asked.session
            AND t.session <> ''
            AND t.begun BETWEEN asked.since - %(longest)s AND asked.until
            AND t.shape = 'loose' AND t.why IN ('near', 'time') AND t.last_at >= asked.since
            AND t.run <> asked.run AND t.trace <> ALL(%(skip)s)
         ORDER BY t.begun DESC LIMIT %(most)s)
        UNION ALL
        (SELECT * FROM ingest_trace AS t
         WHERE asked.instance <> '' AND t.project_id = %(project)s AND t.session = ''
            AND t.instance = asked.instance AND t.instance <> ''
            AND t.begun BETWEEN asked.since - %(longest)s AND asked.until
            AND t.shape = 'loose' AND t.why IN ('near', 'time') AND t.last_at >= asked.since
            AND t.run <> asked.run AND t.trace <> ALL(%(skip)s)
         ORDER BY t.begun DESC LIMIT %(most)s)
    ) AS o
"""

#: The nearest loose calls of the same session and process, before and after some traces.
NEAREST_LOOSE = f"""
    SELECT DISTINCT o.id, {OTHER}
    FROM unnest(%(sessions)s::text[], %(instances)s::text[], %(begun)s::bigint[])
        AS asked (session, instance, begun)
    CROSS JOIN LATERAL (
        (SELECT * FROM ingest_trace AS t
         WHERE t.project_id = %(project)s AND t.session = asked.session AND t.instance = asked.instance
            AND t.shape = 'loose' AND t.why = 'near' AND t.trace <> ALL(%(skip)s)
            AND t.begun BETWEEN asked.begun - %(gap)s AND asked.begun
         ORDER BY t.begun DESC LIMIT 1)
        UNION ALL
        (SELECT * FROM ingest_trace AS t
         WHERE t.project_id = %(project)s AND t.session = asked.session AND t.instance = asked.instance
            AND t.shape = 'loose' AND t.why = 'near' AND t.trace <> ALL(%(skip)s)
            AND t.begun BETWEEN asked.begun AND asked.begun + %(gap)s
         ORDER BY t.begun LIMIT 1)
    ) AS o
"""
