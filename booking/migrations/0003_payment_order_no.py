from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0002_links_and_triggers"),
    ]

    # A column added with a default asks Python for it once and gives that value to every row there is.
    operations = [
        migrations.AddField(
            model_name="payment",
            name="order_no",
            field=models.CharField(db_index=True, max_length=20, null=True),
        ),
        migrations.RunSQL("UPDATE booking_payment SET order_no = code", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="payment",
            name="order_no",
            field=models.CharField(db_index=True, default=hospital.common.codes.code_20, max_length=20),
        ),
    ]
