"""``manage.py create_administrator``: the first account of a hospital, which makes all others."""

import sys
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hospital.accounts.staff import StaffFacts, staff_add
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.errors import DomainError
from hospital.models import User


class Command(BaseCommand):
    """Makes an administrator; the second factor is set up at the first sign-in."""

    help = "Make an administrator; asks for the password, or reads it from standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who it is."""
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="the name that pages show; the user name if empty")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account, or say why not."""
        username = options["username"]
        try:
            staff_add(
                username=username,
                facts=StaffFacts(options["name"] or username, User.Role.ADMINISTRATOR),
                password=password(),
                actor=Actor.job("create_administrator"),
                now=clock.now(),
            )
        except DomainError as error:
            raise CommandError(f"{error} No account was made.") from error
        self.stdout.write(
            f"{username} is an administrator. Sign in at /accounts/staff/, set up the second factor, go on at /admin/."
        )


def password() -> str:
    """Typed twice without being shown, or the first line of standard input."""
    if not sys.stdin.isatty():
        given = sys.stdin.readline().rstrip("\r\n")
    else:
        given = getpass("Password: ")
        if given != getpass("The same again: "):
            raise CommandError("The two passwords differ. No account was made.")
    if not given:
        raise CommandError("No password was given. No account was made.")
    return given
