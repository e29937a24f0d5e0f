from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0002_plans")]

    operations = [
        migrations.AddField(
            model_name="quotaplan",
            name="optimised",
            field=models.JSONField(
                help_text="the cheapest quotas that a search found, beside R1 on the same sessions", null=True
            ),
        ),
        migrations.AddField(
            model_name="quotaplan",
            name="overbooking",
            field=models.JSONField(help_text="what numbers beyond the plan's would cost", null=True),
        ),
        migrations.AlterField(
            model_name="quotaplan",
            name="method",
            field=models.CharField(
                choices=[("r1", "R1"), ("optimised", "optimised")], default="r1", max_length=10
            ),
        ),
    ]
