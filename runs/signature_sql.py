"""SQL of the sums of findings by signature as named text."""

from runs.tool_sql import FACET

#: A run counts once a signature: with the worst of its findings, on the first day of one. Its findings of
#: other days follow with no run. `sign` and `chosen` are given.
OF_FINDINGS = """
    SELECT 0, judged.project_id, judged.day, found.found_on, judged.agent, judged.model, judged.repo,
        found.signature, found.severity, {sign} count(*) FILTER (WHERE found.found_on = found.first),
        {sign} sum(found.times)
    FROM (
        SELECT run_id, signature, (at AT TIME ZONE 'UTC')::date AS found_on, count(*) AS times,
            min(min((at AT TIME ZONE 'UTC')::date)) OVER of_run AS first,
            max(max(severity)) OVER of_run AS severity
        FROM runs_finding WHERE {chosen} GROUP BY 1, 2, 3
        WINDOW of_run AS (PARTITION BY run_id, signature)
    ) AS found
    JOIN runs_judgement AS judged ON judged.run_id = found.run_id AND judged.day IS NOT NULL
    GROUP BY 2, 3, 4, 5, 6, 7, 8, 9
"""

_INTO = """
    INSERT INTO runs_signaturesum (span, project_id, day, found_on, agent, model, repo, signature, severity,
        runs, times)
"""

#: Before runs go, their part of the sums goes.
SUBTRACT_SIGNATURES = _INTO + OF_FINDINGS.format(sign="-", chosen="run_id = ANY(%(run_ids)s)")

#: Sums of a project made from its findings; the benchmark fills them so.
ADD_SIGNATURES = _INTO + OF_FINDINGS.format(sign="", chosen="project_id = %(project)s")

#: Fold fresh rows into those of each other span (`kinds.SignatureSpan`), in one statement: a reader sees all
#: of it or nothing. Only days of runs are kept by agent, model and repository, too.
FOLD_SIGNATURES = f"""
    WITH taken AS (
        DELETE FROM runs_signaturesum WHERE id IN (
            SELECT id FROM runs_signaturesum WHERE span = 0 AND project_id = %(project)s
            ORDER BY id LIMIT %(rows)s FOR UPDATE SKIP LOCKED
        ) RETURNING *
    ), spread AS (
        SELECT project_id, wanted.span,
            CASE wanted.span WHEN 1 THEN day WHEN 2 THEN '0001-01-01' ELSE found_on END AS day,
            {FACET.format(name="wanted.name", value="wanted.value")} AS facet,
            signature, severity, runs, times
        FROM taken CROSS JOIN LATERAL (VALUES (1, '', ''), (1, 'agent', agent), (1, 'model', model),
            (1, 'repo', repo), (2, '', ''), (3, '', '')) AS wanted (span, name, value)
    ), folded AS (
        INSERT INTO runs_signaturesum AS known (project_id, span, day, facet, signature, severity, agent,
            model, repo, runs, times)
        SELECT project_id, span, day, facet, signature, severity, '', '', '', sum(runs), sum(times)
        FROM spread
        GROUP BY 1, 2, 3, 4, 5, 6
        ORDER BY 2, 4, 3, 5, 6
        ON CONFLICT (project_id, span, facet, day, signature, severity) WHERE span >= 1 DO UPDATE SET
            runs = known.runs + excluded.runs, times = known.times + excluded.times
    )
    SELECT count(*) FROM taken
"""

#: Groups without a finding: they have no run either.
DROP_EMPTY_SIGNATURES = "DELETE FROM runs_signaturesum WHERE span >= 1 AND times = 0"
