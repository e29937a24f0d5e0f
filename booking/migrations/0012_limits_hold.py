"""The limit of a payer is counted where a number is held: see 0012_limits_hold.sql beside this file, and docs/adr/0013."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__)
BEFORE = HERE.with_name("0008_speed_hold.sql")


class Migration(migrations.Migration):
    dependencies = [("booking", "0011_search_usual_waits")]

    operations = [
        migrations.RunSQL(
            HERE.with_suffix(".sql").read_text(encoding="utf-8"),
            reverse_sql="DROP FUNCTION booking_hold; DROP FUNCTION booking_hold_refusal; DROP FUNCTION booking_payer_people;"
            + BEFORE.read_text(encoding="utf-8"),
        )
    ]
