"""The function that holds a number: see 0014_hold.sql beside this file, and docs/adr/0013."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0013_risk"),
        ("hospital", "0003_jobs"),
    ]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            reverse_sql="DROP FUNCTION booking_hold; DROP FUNCTION booking_own_rule; DROP FUNCTION booking_hold_refusal;"
            "DROP FUNCTION booking_payer_people;",
        )
    ]
