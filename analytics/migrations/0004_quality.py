"""Plans say how good their data is: intervals of capacities, figures about the history, fading counts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0003_optimised"),
    ]

    operations = [
        migrations.AddField(
            model_name="quotaplan",
            name="quality",
            field=models.JSONField(help_text="figures about the history that the plan rests on", null=True),
        ),
        migrations.AddField(
            model_name="planslot",
            name="mean_duration_low_min",
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name="planslot",
            name="mean_duration_high_min",
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name="planslot",
            name="capacity_low",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="planslot",
            name="capacity_high",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="quotaplan",
            name="estimator",
            field=models.CharField(
                choices=[
                    ("full_counts", "full counts"),
                    ("paper_sampling", "the paper's sampling"),
                    ("discounted", "counts that fade with age"),
                ],
                default="full_counts",
                max_length=20,
            ),
        ),
    ]
