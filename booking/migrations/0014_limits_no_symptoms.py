"""What a department treats is said by its symptom words; nobody reads these columns any more."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("booking", "0013_limits_signals")]

    operations = [
        migrations.RemoveField("department", "symptoms"),
        migrations.RemoveField("department", "symptoms_en"),
    ]
