"""What is missing to run in production, in words."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from booking.providers import provider
from hospital.servers.check import check_database, check_redis
from hospital.servers.entry import filled
from hospital.servers.errors import ServerError
from hospital.servers.postgres import DURABLE

KEYS = {
    "SECRET_KEY": "signs sessions and forms",
    "FIELD_KEY": "encrypts identity and phone numbers",
    "INDEX_KEY": "makes encrypted numbers findable",
}
KEY_LENGTH = 32
LOCAL = {"127.0.0.1", "localhost", "[::1]", "0.0.0.0"}  # noqa: S104 - compared with, not listened on


class Command(BaseCommand):
    """Lists what an operator still has to do; exit 1 while there is anything."""

    help = "Say what is missing to run in production; exit 1 while anything is."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what is missing, one thing a line."""
        missing = [*keys(), *addresses(), *switches(), *servers(), *deployment()]
        for line in missing:
            self.stdout.write(f"- {line}")
        if missing:
            raise CommandError(
                f"{len(missing)} to do before production; docs/operations.md explains each setting."
            )
        self.stdout.write("Ready for production.")


def keys() -> Iterator[str]:
    """The keys that only the operator can keep safe."""
    for name, purpose in KEYS.items():
        if name in filled:
            yield f"{name} is not set ({purpose}): set it, or {name}_FILE to its file, and keep a copy."
        elif len(getattr(settings, name)) < KEY_LENGTH:
            yield f"{name} is too short: use {KEY_LENGTH} random characters or more."
    given = [getattr(settings, name) for name in KEYS if name not in filled]
    if len(set(given)) < len(given):
        yield f"{', '.join(KEYS)} must differ from each other."


def addresses() -> Iterator[str]:
    """Under which name people reach the hospital."""
    public = urlsplit(settings.PUBLIC_URL)
    if public.scheme != "https":
        yield f"PUBLIC_URL is {settings.PUBLIC_URL}: set the https:// address that patients use."
    if "*" in settings.ALLOWED_HOSTS:
        yield "ALLOWED_HOSTS allows every name: list the hospital's own."
    elif not set(settings.ALLOWED_HOSTS) - LOCAL:
        yield "ALLOWED_HOSTS names this machine only: add the host name of PUBLIC_URL."
    elif public.hostname not in settings.ALLOWED_HOSTS:
        yield f"ALLOWED_HOSTS does not contain {public.hostname}, the host name of PUBLIC_URL."
    if public.scheme == "https" and settings.SECURE_PROXY_SSL_HEADER is None:
        yield "BEHIND_PROXY is not 1: the proxy that ends TLS must send X-Forwarded-Proto, and be trusted."


def switches() -> Iterator[str]:
    """What belongs to a demo or to development."""
    for name, harm in (
        ("DEBUG", "shows internals to whoever meets an error"),
        ("DEMO", "opens pages and accounts that anyone may use"),
        ("CLOCK_MOVABLE", "lets people move the time"),
    ):
        if getattr(settings, name):
            yield f"{name} is on: it {harm}."
    if not settings.STAFF_SECOND_FACTOR:
        yield "STAFF_SECOND_FACTOR is off: staff sign in by password alone."
    if set(settings.PAYMENT_PROVIDERS) <= {"sandbox"}:
        yield "PAYMENT_PROVIDERS holds the sandbox only: set up WeChat Pay or Alipay (docs/howto/payments.md)."
    for name in set(settings.PAYMENT_PROVIDERS) - {"sandbox"}:
        try:
            provider(name).check_keys()
        except ValueError as error:
            yield f"{name.upper()}_...: {error}."
    if not settings.SMS_URL:
        yield "SMS_URL is not set: nobody signs in by phone, no message is sent (docs/howto/notices.md)."
    elif not settings.SMS_URL.startswith("https://") or not settings.SMS_SECRET:
        yield "SMS_URL must be https://, with SMS_TOKEN and SMS_SECRET: messages carry phones and appointments."


def servers() -> Iterator[str]:
    """Whether PostgreSQL and Valkey are named, answer, and keep what they acknowledge."""
    for name, check in (("DATABASE_URL", check_database), ("REDIS_URL", check_redis)):
        if name in filled:
            yield f"{name} is not set: production uses a server of its own, with backups."
            continue
        try:
            check()
        except ServerError as error:
            yield str(error)
        else:
            yield from database() if name == "DATABASE_URL" else ()


def database() -> Iterator[str]:
    """Whether the database is durable and its tables up to date."""
    with suppress(DatabaseError), connection.cursor() as cursor:
        for setting, wanted in DURABLE.items():
            cursor.execute("SELECT current_setting(%s)", [setting])
            (value,) = cursor.fetchone()
            if value != wanted:
                yield f"PostgreSQL has {setting}={value}: acknowledged bookings could be lost; set {wanted}."
        executor = MigrationExecutor(connection)
        if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            yield f"{len(plan)} migrations are not applied: run manage.py migrate."


def deployment() -> Iterator[str]:
    """What Django's own deployment checks say beyond that."""
    if not Path(settings.STATIC_ROOT).is_dir():
        yield f"{settings.STATIC_ROOT} is missing: run manage.py collectstatic."
    said = {4, 8, 9, 12, 16, 18}  # in plainer words above
    choice = {21}  # the browsers' preload list binds the whole domain for years
    skipped = {f"security.W{number:03}" for number in said | choice}
    for found in checks.run_checks(include_deployment_checks=True):
        if str(found.id).startswith("security.") and found.id not in skipped:
            yield f"{found.id}: {found.msg}"
