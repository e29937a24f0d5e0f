"""Who signs in, and the tokens of scripts."""

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined"),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("patient", "patient"),
                            ("desk", "front desk"),
                            ("expert", "expert"),
                            ("manager", "manager"),
                            ("administrator", "administrator"),
                        ],
                        default="patient",
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                ("phone_sealed", models.BinaryField(null=True)),
                ("phone_index", models.BinaryField(null=True, unique=True)),
                (
                    "phone_tail",
                    models.CharField(blank=True, max_length=4, verbose_name="last digits of the phone"),
                ),
                ("phone_verified_at", models.DateTimeField(null=True)),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="of messages; empty: the hospital's",
                        max_length=10,
                    ),
                ),
                ("email_sealed", models.BinaryField(null=True)),
                (
                    "email_confirmed_at",
                    models.DateTimeField(help_text="by the link that was sent there", null=True),
                ),
                (
                    "sms_all",
                    models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="text messages about everything, not only what is essential",
                    ),
                ),
                (
                    "may_add_on",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="may give numbers beyond a slot's quota",
                        verbose_name="may give add-on numbers",
                    ),
                ),
                (
                    "must_change_password",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="the password was handed over, its owner chooses another",
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "account",
                "verbose_name_plural": "accounts",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", ["patient", "desk", "expert", "manager", "administrator"])
                        ),
                        name="user_role_is_known",
                    )
                ],
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.BinaryField(unique=True)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("device", models.CharField(blank=True, max_length=20)),
                ("name", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "token of a kiosk or script",
                "verbose_name_plural": "tokens of kiosks and scripts",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("device", ""), ("user__isnull", False)),
                            models.Q(("device", "kiosk"), ("user__isnull", True)),
                            _connector="OR",
                        ),
                        name="token_is_a_persons_or_a_kiosks",
                    )
                ],
            },
        ),
    ]
