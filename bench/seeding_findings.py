"""Rows for the page benchmark: what rules would have said of a project's runs, by set-based SQL."""

from typing import Any

FINDINGS_A_RUN = 3

#: The worker may have judged some meanwhile.
SEED_JUDGEMENTS = """
    INSERT INTO runs_judgement (run_id, project_id, revision, clue_version, rules, at, findings, severity,
        worst, signatures, moment, story, day, agent, model, repo, habits)
    SELECT id, project_id, revision, 0, '', now(), %(findings)s, 0, '', %(findings)s, NULL, '{}',
        (sort_at AT TIME ZONE 'UTC')::date, agent, model, repo, '{}'
    FROM runs_run WHERE project_id = %(project)s
    ON CONFLICT DO NOTHING
"""

#: Signatures come as unevenly as they do: the first ones of the list in most runs.
SEED_FINDINGS = """
    INSERT INTO runs_finding (run_id, signature, key, project_id, severity, sentence, steps, step, changes,
        numbers, used, place, at, found_at)
    SELECT run.id, (%(signatures)s::text[])[1 + (random() ^ 2 * (%(most)s - 1))::int], n::text, project_id,
        1 + (random() * 2)::int, 'The same call was made 4 times with the same arguments.', '{1,3,5,7}', 7,
        '{}', '{"steps": 4}', '{"loop_repeats": 3}', n, sort_at + n * interval '1 minute', now()
    FROM runs_run AS run CROSS JOIN generate_series(1, %(findings)s) AS n
    WHERE project_id = %(project)s
"""


def seed_findings(project: Any) -> None:
    """Fill what rules say of a project's runs, and make its sums from that."""
    from django.db import connection

    from runs.findings.signatures import SIGNATURES
    from runs.signature_sql import ADD_SIGNATURES, FOLD_SIGNATURES

    given = {"project": project.pk, "findings": FINDINGS_A_RUN, "signatures": list(SIGNATURES)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.42)")
        cursor.execute(SEED_JUDGEMENTS, given)
        cursor.execute(SEED_FINDINGS, given | {"most": len(SIGNATURES)})
        cursor.execute(ADD_SIGNATURES, given)
        cursor.execute(FOLD_SIGNATURES, {"project": project.pk, "rows": 10_000_000})  # at once: no one waits
