"""Patients sign in by a code to their phone."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client

from hospital.accounts.services import account_open
from hospital.common import clock
from hospital.common.messages import outbox
from hospital.models import User

pytestmark = pytest.mark.django_db

PHONE = "+8613800138000"
LOGIN = "/accounts/login/"
CODE = "/accounts/login/code/"


@pytest.fixture(autouse=True)
def _no_earlier_limits() -> None:
    cache.clear()


def newest_code() -> str:
    found = re.search(r"\b\d{6}\b", str(outbox(1)[0]["body"]))
    assert found
    return found[0]


def wrong(code: str) -> str:
    return "000000" if code != "000000" else "111111"


def asked(typed: str = "138 0013 8000", **extra: str) -> Client:
    client = Client()
    response = client.post(LOGIN, {"phone": typed, **extra})
    assert response.status_code == 302
    assert response["Location"].startswith(CODE)
    return client


def test_the_first_code_opens_an_account_and_signs_in() -> None:
    client = asked()
    assert not User.objects.exists()
    response = client.post(CODE, {"code": newest_code()})
    assert response.status_code == 302
    assert response["Location"] == "/"
    user = User.objects.get()
    assert user.role == "patient"
    assert user.phone_tail == "8000"
    assert not user.has_usable_password()
    assert client.session["_auth_user_id"] == str(user.pk)


def test_the_same_phone_finds_its_account_however_it_is_typed() -> None:
    first = account_open(phone=PHONE, now=clock.now())
    for typed in ["13800138000", "+86 138-0013-8000", "１３８００１３８０００"]:
        cache.clear()
        client = asked(typed)
        client.post(CODE, {"code": newest_code()})
        assert client.session["_auth_user_id"] == str(first.pk)
    assert User.objects.count() == 1


def test_known_and_unknown_phones_get_the_same_answer() -> None:
    account_open(phone=PHONE, now=clock.now())
    pages = []
    for typed in ["13800138000", "13900139000"]:
        client = asked(typed)
        page = client.get(CODE).content.decode()
        pages.append(re.sub(r"\d{4}|csrfmiddlewaretoken\" value=\"\w+|nonce-\S+", "", page))
    assert pages[0] == pages[1]
    assert len(outbox()) == 2


@pytest.mark.parametrize(
    "typed", ["", "12", "not a phone", "138001380001234567", "13800138000\x00", "+999 1"]
)
def test_what_is_no_phone_number_is_refused_with_a_sentence(typed: str) -> None:
    response = Client().post(LOGIN, {"phone": typed})
    assert response.status_code == 200
    assert response.context["form"].errors["phone"]
    assert outbox() == []


def test_a_wrong_code_is_refused_and_the_right_one_still_works() -> None:
    client = asked()
    code = newest_code()
    response = client.post(CODE, {"code": wrong(code)})
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session
    assert client.post(CODE, {"code": code}).status_code == 302
    assert "_auth_user_id" in client.session


def test_five_wrong_tries_end_the_code() -> None:
    client = asked()
    code = newest_code()
    for _ in range(5):
        client.post(CODE, {"code": wrong(code)})
    response = client.post(CODE, {"code": code})
    assert response.status_code == 302
    assert response["Location"].startswith(LOGIN)
    assert "_auth_user_id" not in client.session
    assert not User.objects.exists()


def test_a_code_works_once() -> None:
    client = asked()
    code = newest_code()
    client.post(CODE, {"code": code})
    client.post("/accounts/logout/")
    client.post(CODE, {"code": code})
    assert "_auth_user_id" not in client.session


def test_a_new_code_makes_the_one_before_worthless_and_gives_no_tries_back() -> None:
    client = asked()
    first = newest_code()
    client.post(CODE, {"code": wrong(first)})
    client.post(CODE, {"action": "resend"})
    second = newest_code()
    assert len(outbox()) == 2
    if first != second:
        client.post(CODE, {"code": first})
        assert "_auth_user_id" not in client.session
    client.post(CODE, {"code": second})
    assert "_auth_user_id" in client.session


def test_another_browser_cannot_use_the_code() -> None:
    asked()
    stranger = Client()
    response = stranger.post(CODE, {"code": newest_code()})
    assert response["Location"].startswith(LOGIN)
    assert "_auth_user_id" not in stranger.session


def test_codes_to_one_phone_are_limited() -> None:
    for _ in range(3):
        asked()
    response = Client().post(LOGIN, {"phone": "13800138000"})
    assert response.status_code == 200
    assert response.context["form"].errors
    assert len(outbox()) == 3


def test_phone_and_code_are_nowhere_readable_in_the_database() -> None:
    client = asked()
    code = newest_code()
    stored = Session.objects.get().session_data
    assert "account_login" not in stored
    session = client.session
    assert PHONE in str(session["account_login"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(m)::text FROM hospital_message m")
        row = cursor.fetchone()[0]
    assert code not in row
    assert "13800138000" not in row


def test_a_changed_session_row_is_nobodys() -> None:
    client = asked()
    Session.objects.update(session_data="garbage:garbage:garbage")
    assert client.get(CODE)["Location"].startswith(LOGIN)


def test_the_wanted_page_follows_a_sign_in_but_no_other_site() -> None:
    client = Client()
    client.post(LOGIN + "?next=/appointments/", {"phone": "13800138000", "next": "/appointments/"})
    response = client.post(CODE, {"code": newest_code(), "next": "/appointments/"})
    assert response["Location"] == "/appointments/"
    cache.clear()
    client = asked(next="https://evil.example/")
    response = client.post(CODE, {"code": newest_code(), "next": "https://evil.example/"})
    assert response["Location"] == "/"


def test_signing_in_makes_a_new_session() -> None:
    client = asked()
    before = client.session.session_key
    client.post(CODE, {"code": newest_code()})
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_a_closed_account_is_told_so_and_stays_outside() -> None:
    user = account_open(phone=PHONE, now=clock.now())
    user.is_active = False
    user.save()
    client = asked()
    response = client.post(CODE, {"code": newest_code()})
    assert response["Location"] == "/accounts/inactive/"
    assert "_auth_user_id" not in client.session
