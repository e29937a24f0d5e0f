from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0016_second_notices"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="clinicsession", name="one_session_per_expert_and_opening"),
        migrations.AddConstraint(
            model_name="clinicsession",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "stopped"), _negated=True),
                fields=("expert", "opens_at"),
                name="one_session_per_expert_and_opening",
            ),
        ),
    ]
