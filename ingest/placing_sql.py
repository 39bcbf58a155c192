"""Statements that find what lies near the traces of a request. Each goes by an index, once a request."""

from ingest.sql import TRACE_COLUMNS

_OTHER = ", ".join(f"o.{name}" for name in TRACE_COLUMNS)

#: The nearest loose calls of the same session and process, before and after some traces.
NEAREST_LOOSE = f"""
    SELECT DISTINCT o.id, {_OTHER}
    FROM unnest(%(sessions)s::text[], %(instances)s::text[], %(begun)s::bigint[])
        AS asked (session, instance, begun)
    CROSS JOIN LATERAL (
        (SELECT * FROM ingest_trace AS t
         WHERE t.project_id = %(project)s AND t.session = asked.session AND t.instance = asked.instance
            AND t.shape = 'loose' AND t.why = 'near' AND t.id <> ALL(%(ids)s)
            AND t.begun BETWEEN asked.begun - %(gap)s AND asked.begun
         ORDER BY t.begun DESC LIMIT 1)
        UNION ALL
        (SELECT * FROM ingest_trace AS t
         WHERE t.project_id = %(project)s AND t.session = asked.session AND t.instance = asked.instance
            AND t.shape = 'loose' AND t.why = 'near' AND t.id <> ALL(%(ids)s)
            AND t.begun BETWEEN asked.begun AND asked.begun + %(gap)s
         ORDER BY t.begun LIMIT 1)
    ) AS o
"""
