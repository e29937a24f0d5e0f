"""A signal stands once for an account, whatever two payments find at once; requests of a device are counted."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

NAME = "one_signal_per_account_and_kind"
ONCE = """
DELETE FROM booking_risksignal old USING booking_risksignal new
WHERE old.account_id = new.account_id AND old.kind = new.kind AND (old.at, old.id) < (new.at, new.id);
"""


class Migration(migrations.Migration):
    atomic = False  # the indexes are built beside the bookings that go on

    dependencies = [("booking", "0009_usual_waits")]

    operations = [
        migrations.RunSQL(ONCE, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(  # a constraint would lock the table: its index alone does the same
                    f"CREATE UNIQUE INDEX CONCURRENTLY {NAME} ON booking_risksignal (account_id, kind);",
                    f"DROP INDEX CONCURRENTLY IF EXISTS {NAME};",
                )
            ],
            [
                migrations.AddConstraint(
                    "risksignal", models.UniqueConstraint(fields=("account", "kind"), name=NAME)
                )
            ],
        ),
        RemoveIndexConcurrently("risksignal", "signals_by_account"),
        AddIndexConcurrently(
            "drawrequest",
            models.Index(
                fields=["device_index"],
                condition=models.Q(state="waiting", device_index__isnull=False),
                name="draw_requests_by_device",
            ),
        ),
    ]
