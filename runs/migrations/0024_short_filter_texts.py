"""What the list filters by next goes into indexes, whose entries have a most length; see blobs.indexable."""

from django.db import migrations

LONG = " OR ".join(
    f"octet_length({name}) > 1800" for name in ("agent_version", "branch", '"commit"', "variant")
)


class Migration(migrations.Migration):
    dependencies = [("runs", "0023_fill_signature_sums")]

    operations = [
        migrations.RunSQL(
            f"""
            UPDATE runs_run SET agent_version = left(agent_version, 400), branch = left(branch, 400),
                "commit" = left("commit", 400), variant = left(variant, 400)
            WHERE {LONG}
            """,
            migrations.RunSQL.noop,
        )
    ]
