"""Booked patients and walk-ins may take turns."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0014_hold"),
    ]

    operations = [
        migrations.AlterField(
            model_name="department",
            name="discipline",
            field=models.CharField(
                choices=[
                    ("appointments_first", "appointments first"),
                    ("first_come", "first come, first served"),
                    ("interleave", "booked patients and walk-ins in turn"),
                ],
                default="appointments_first",
                max_length=20,
                verbose_name="order of calling",
            ),
        ),
    ]
