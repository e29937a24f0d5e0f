"""Bearer tokens: after a full sign-in only, kept as digests, revocable."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from hospital.accounts.services import account_open, token_issue, token_revoke
from hospital.accounts.tokens import TokenAuthentication
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.models import ApiToken, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def lin() -> User:
    return account_open(phone="+8613800138000", now=clock.now())


def authenticated(header: str) -> Any:
    return TokenAuthentication().authenticate(
        Request(RequestFactory().get("/", headers={"Authorization": header}))
    )


def test_a_signed_in_person_gets_a_token_that_speaks_for_them(lin: User) -> None:
    client = Client()
    client.force_login(lin)
    answer = client.post("/api/v1/tokens/", {"name": "my script"}, content_type="application/json")
    assert answer.status_code == 201
    user, _token = authenticated(f"Token {answer.json()['token']}")
    assert user == lin


def test_a_token_cannot_issue_another(lin: User) -> None:
    token = token_issue(name="x", actor=Actor.of(lin), now=clock.now(), user=lin)
    answer = Client().post(
        "/api/v1/tokens/",
        {"name": "more"},
        content_type="application/json",
        headers={"Authorization": f"Token {token}"},
    )
    assert answer.status_code in {401, 403}
    assert ApiToken.objects.count() == 1


def test_nobody_gets_a_token_without_signing_in() -> None:
    answer = Client().post("/api/v1/tokens/", {"name": "x"}, content_type="application/json")
    assert answer.status_code in {401, 403}
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "header", ["Token", "Token ", "Token nope", "token " + "x" * 5000, "Token a b", "Token \x00"]
)
def test_an_unknown_token_is_refused(header: str) -> None:
    with pytest.raises(AuthenticationFailed):
        authenticated(header)


def test_other_schemes_are_left_to_others() -> None:
    assert authenticated("Bearer abc") is None
    assert authenticated("") is None


def test_a_revoked_token_is_refused_and_its_history_kept(lin: User) -> None:
    token = token_issue(name="x", actor=Actor.of(lin), now=clock.now(), user=lin)
    answer = Client().post("/api/v1/tokens/revoke/", headers={"Authorization": f"Token {token}"})
    assert answer.status_code == 204
    with pytest.raises(AuthenticationFailed):
        authenticated(f"Token {token}")
    row = ApiToken.objects.get()
    token_revoke(token=row, actor=Actor.of(lin), now=clock.now())
    assert [change.verb for change in history.of(row)] == ["issue", "revoke"]


def test_a_closed_accounts_token_is_refused(lin: User) -> None:
    token = token_issue(name="x", actor=Actor.of(lin), now=clock.now(), user=lin)
    User.objects.update(is_active=False)
    with pytest.raises(AuthenticationFailed):
        authenticated(f"Token {token}")


def test_a_kiosks_token_is_a_device_without_account() -> None:
    token = token_issue(name="hall 1", actor=Actor.job("test"), now=clock.now(), device="kiosk")
    device, _token = authenticated(f"Token {token}")
    assert (device.role, device.name, device.pk) == ("kiosk", "hall 1", None)


def test_the_token_itself_is_not_stored(lin: User) -> None:
    token = token_issue(name="x", actor=Actor.of(lin), now=clock.now(), user=lin)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(t)::text FROM hospital_apitoken t")
        assert token not in cursor.fetchone()[0]
