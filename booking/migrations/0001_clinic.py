"""Departments, the words that lead to them, rooms, experts and their usual waits."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Department",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=20, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=60, verbose_name="Chinese name")),
                ("name_en", models.CharField(max_length=80, verbose_name="English name")),
                (
                    "pinyin",
                    models.CharField(blank=True, db_index=True, max_length=120, verbose_name="pinyin"),
                ),
                (
                    "place",
                    models.CharField(blank=True, max_length=60, verbose_name="waiting area, in Chinese"),
                ),
                (
                    "place_en",
                    models.CharField(blank=True, max_length=60, verbose_name="waiting area, in English"),
                ),
                ("sensitive", models.BooleanField(default=False, verbose_name="sensitive")),
                (
                    "discipline",
                    models.CharField(
                        choices=[
                            ("appointments_first", "appointments first"),
                            ("first_come", "first come, first served"),
                        ],
                        default="appointments_first",
                        max_length=20,
                        verbose_name="order of calling",
                    ),
                ),
            ],
            options={
                "verbose_name": "department",
                "verbose_name_plural": "departments",
                "ordering": ["pinyin", "code"],
            },
        ),
        migrations.CreateModel(
            name="SymptomWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="symptom_words",
                        to="booking.department",
                    ),
                ),
                ("word", models.CharField(max_length=30)),
                ("word_en", models.CharField(blank=True, max_length=60)),
                ("pinyin", models.CharField(blank=True, max_length=120)),
                ("initials", models.CharField(blank=True, max_length=30)),
                (
                    "weight",
                    models.PositiveSmallIntegerField(
                        default=5, help_text="1 to 10: how surely it leads there"
                    ),
                ),
                ("featured", models.BooleanField(default=False, help_text="shown on the start page")),
            ],
            options={
                "verbose_name": "symptom word",
                "verbose_name_plural": "symptom words",
                "ordering": ["department", "pinyin", "word"],
                "constraints": [
                    models.UniqueConstraint(fields=("department", "word"), name="one_word_per_department"),
                    models.CheckConstraint(
                        condition=models.Q(("weight__range", (1, 10))), name="symptom_weight_is_1_to_10"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Room",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=20, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=20, verbose_name="name on the door")),
                ("place", models.CharField(blank=True, max_length=60, verbose_name="place, in Chinese")),
                ("place_en", models.CharField(blank=True, max_length=60, verbose_name="place, in English")),
            ],
            options={
                "verbose_name": "consulting room",
                "verbose_name_plural": "consulting rooms",
            },
        ),
        migrations.CreateModel(
            name="Expert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=20, unique=True, verbose_name="code")),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="experts",
                        to="booking.department",
                        verbose_name="department",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="expert",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signs in as",
                    ),
                ),
                ("name", models.CharField(max_length=50, verbose_name="Chinese name")),
                ("name_en", models.CharField(max_length=80, verbose_name="English name")),
                (
                    "pinyin",
                    models.CharField(blank=True, db_index=True, max_length=120, verbose_name="pinyin"),
                ),
                ("initials", models.CharField(blank=True, db_index=True, max_length=20)),
                (
                    "title",
                    models.CharField(
                        choices=[
                            ("chief", "chief physician"),
                            ("associate", "associate chief physician"),
                            ("attending", "attending physician"),
                        ],
                        max_length=20,
                        verbose_name="title",
                    ),
                ),
                (
                    "specialty",
                    models.CharField(blank=True, max_length=120, verbose_name="expertise, in Chinese"),
                ),
                (
                    "specialty_en",
                    models.CharField(blank=True, max_length=160, verbose_name="expertise, in English"),
                ),
                ("fee_fen", models.PositiveIntegerField()),
                ("active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "expert",
                "verbose_name_plural": "experts",
                "ordering": ["pinyin", "code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("fee_fen__lte", 1000000)), name="expert_fee_is_plausible"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UsualWait",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="usual_waits",
                        to="booking.expert",
                    ),
                ),
                ("weekday", models.PositiveSmallIntegerField()),
                ("starts_at", models.TimeField()),
                ("p20_min", models.PositiveSmallIntegerField()),
                ("p80_min", models.PositiveSmallIntegerField()),
                ("n", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name": "usual wait",
                "verbose_name_plural": "usual waits",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("expert", "weekday", "starts_at"), name="one_usual_wait_per_slot_of_the_week"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("p20_min__lte", models.F("p80_min"))), name="usual_wait_in_order"
                    ),
                ],
            },
        ),
    ]
