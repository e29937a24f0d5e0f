"""Who may call a certain patient before the turn."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hospital", "0003_jobs"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="may_call_out_of_order",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="may call a certain patient before the turn, with a reason",
                verbose_name="may call out of order",
            ),
        ),
    ]
