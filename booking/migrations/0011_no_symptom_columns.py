"""What a department treats is said by its symptom words; nobody reads these columns any more."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("booking", "0010_signals_once")]

    operations = [
        migrations.RemoveField("department", "symptoms"),
        migrations.RemoveField("department", "symptoms_en"),
    ]
