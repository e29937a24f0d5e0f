"""The first administrator of an empty hospital is made by a command and signs in like all staff."""

from __future__ import annotations

import io
import time
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from hospital.accounts.demo import totp_code
from hospital.common import history
from hospital.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def create(monkeypatch: pytest.MonkeyPatch, username: str = "it.chen", password: str = PASSWORD) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    said = io.StringIO()
    call_command("create_administrator", username, stdout=said)
    return said.getvalue()


def test_the_command_makes_an_administrator_who_sets_up_the_second_factor_at_the_first_sign_in(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.STAFF_SECOND_FACTOR = True
    assert "/accounts/staff/" in create(monkeypatch)
    made = User.objects.get(username="it.chen")
    assert (made.role, made.is_superuser, made.must_change_password) == ("administrator", True, False)
    row = history.of(made).get()
    assert (row.verb, row.actor_kind, row.actor_name) == ("add", "job", "create_administrator")
    client = Client()
    client.post("/accounts/staff/", {"login": "it.chen", "password": PASSWORD})
    assert client.get("/admin/")["Location"] == "/accounts/second-factor/set-up/"
    page = client.get("/accounts/second-factor/set-up/")
    code = totp_code(page.context["form"].secret, time.time())
    assert client.post("/accounts/second-factor/set-up/", {"code": code}).status_code == 302
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("username", "password", "reason"),
    [
        ("Known", PASSWORD, "taken already"),
        ("two words", PASSWORD, "letters, digits"),
        ("it.chen", "short", "too short"),
        ("it.chen", "1234567890", "too common"),
        ("it.chen@hospital", "it.chen@hospital", "too similar"),
        ("it.chen", "", "No password was given"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(
    monkeypatch: pytest.MonkeyPatch, username: str, password: str, reason: str
) -> None:
    create(monkeypatch, "known")
    with pytest.raises(CommandError, match=reason) as refused:
        create(monkeypatch, username, password)
    assert "No account was made." in str(refused.value)
    assert User.objects.count() == 1


def test_a_password_is_typed_twice_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    typed = iter([PASSWORD, PASSWORD, PASSWORD, "another one, really"])
    monkeypatch.setattr(
        "hospital.management.commands.create_administrator.getpass", lambda prompt: next(typed)
    )
    call_command("create_administrator", "it.chen", stdout=io.StringIO())
    with pytest.raises(CommandError, match="differ"):
        call_command("create_administrator", "it.wang", stdout=io.StringIO())
    assert [user.username for user in User.objects.all()] == ["it.chen"]
