"""Statements of what agents count of their sessions."""

#: Find or begin the series of a request, and lock them; a session with too many gets no more. Sorted, so that
#: two requests never wait for each other crosswise.
LOCK_METERS = """
    INSERT INTO ingest_meter AS known (project_id, run, series, agent, name, told, total, seen_at)
    SELECT %(project)s, asked.run, asked.series, asked.agent, asked.name, '{}', 0, %(now)s
    FROM unnest(%(runs)s::text[], %(series)s::bytea[], %(agents)s::text[], %(names)s::text[])
        AS asked (run, series, agent, name)
    WHERE (SELECT count(*) FROM ingest_meter AS other
        WHERE other.project_id = %(project)s AND other.run = asked.run AND other.series <> asked.series
        ) < %(most)s
    ORDER BY asked.run, asked.series
    ON CONFLICT (project_id, run, series) DO UPDATE SET seen_at = excluded.seen_at
    RETURNING known.id, known.run, known.series, known.told
"""

SAVE_METER = "UPDATE ingest_meter SET told = %(told)s, total = %(total)s WHERE id = %(id)s"

TOTALS = """
    SELECT run, agent, name, sum(total) FROM ingest_meter
    WHERE project_id = %(project)s AND run = ANY(%(runs)s) AND name <> %(but_for)s
    GROUP BY run, agent, name ORDER BY run, agent, name
"""
