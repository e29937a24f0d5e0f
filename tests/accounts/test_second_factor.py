"""Staff sign in with a password and a second factor."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from hospital.accounts.demo import totp_code
from hospital.accounts.services import second_factor_set
from hospital.models import User

pytestmark = pytest.mark.django_db

STAFF = "/accounts/staff/"
FACTOR = "/accounts/second-factor/code/"
SET_UP = "/accounts/second-factor/set-up/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _second_factor_required(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True
    cache.clear()


def staff(role: str, username: str = "mei") -> User:
    user = User(
        username=username, role=role, is_staff=role == "administrator", is_superuser=role == "administrator"
    )
    user.set_password(PASSWORD)
    user.save()
    return user


def with_password(username: str = "mei", **extra: str) -> Client:
    client = Client()
    client.post(STAFF, {"login": username, "password": PASSWORD, **extra})
    return client


@pytest.mark.parametrize(
    ("role", "start"),
    [("desk", "/desk/"), ("expert", "/room/"), ("manager", "/manage/"), ("administrator", "/admin/")],
)
def test_password_and_code_lead_to_the_roles_own_page(role: str, start: str) -> None:
    second_factor_set(user=staff(role), secret=SECRET)
    client = with_password()
    assert "_auth_user_id" not in client.session
    response = client.post(FACTOR, {"code": totp_code(SECRET, time.time())})
    assert response.status_code == 302
    assert response["Location"] == start
    assert client.session["_auth_user_id"]


def test_the_password_alone_opens_nothing() -> None:
    second_factor_set(user=staff("desk"), secret=SECRET)
    client = with_password()
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert "_auth_user_id" not in client.session


def test_a_wrong_code_opens_nothing() -> None:
    second_factor_set(user=staff("desk"), secret=SECRET)
    client = with_password()
    right = totp_code(SECRET, time.time())
    client.post(FACTOR, {"code": "000000" if right != "000000" else "111111"})
    assert "_auth_user_id" not in client.session


def test_a_code_works_once() -> None:
    second_factor_set(user=staff("desk"), secret=SECRET)
    code = totp_code(SECRET, time.time())
    assert with_password().post(FACTOR, {"code": code}).status_code == 302
    again = with_password()
    again.post(FACTOR, {"code": code})
    assert "_auth_user_id" not in again.session


def test_guessing_codes_is_stopped() -> None:
    second_factor_set(user=staff("desk"), secret=SECRET)
    client = with_password()
    right = totp_code(SECRET, time.time())
    for _ in range(6):
        client.post(FACTOR, {"code": "000000" if right != "000000" else "111111"})
    client.post(FACTOR, {"code": right})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("role", ["desk", "expert", "manager", "administrator"])
@pytest.mark.parametrize("page", ["/desk/", "/room/", "/manage/", "/admin/", "/"])
def test_staff_without_a_second_factor_reach_only_its_set_up(role: str, page: str) -> None:
    staff(role)
    client = with_password()
    assert client.get(page)["Location"] == SET_UP


def test_their_api_calls_are_refused_with_a_code() -> None:
    staff("desk")
    response = with_password().get("/api/v1/departments/")
    assert response.status_code == 403
    assert response.json()["code"] == "second_factor_missing"


def test_setting_it_up_needs_the_apps_first_code_and_seals_the_secret() -> None:
    user = staff("desk")
    client = with_password()
    page = client.get(SET_UP)
    secret = page.context["form"].secret
    assert client.post(SET_UP, {"code": "12345"}).status_code == 200
    assert not Authenticator.objects.exists()
    response = client.post(SET_UP, {"code": totp_code(secret, time.time())})
    assert response.status_code == 302
    stored = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert secret not in stored
    assert "Recovery codes" in client.get(response["Location"]).content.decode()
    assert client.get("/").status_code == 200


def test_staff_cannot_switch_it_off() -> None:
    user = staff("desk")
    second_factor_set(user=user, secret=SECRET)
    client = with_password()
    client.post(FACTOR, {"code": totp_code(SECRET, time.time())})
    client.post("/accounts/again/", {"password": PASSWORD})
    client.post("/accounts/second-factor/switch-off/")
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_patients_with_a_password_need_no_second_factor() -> None:
    staff("patient", "lin")
    client = with_password("lin")
    assert client.session["_auth_user_id"]
    assert client.get("/").status_code == 200


def test_a_wrong_user_name_and_a_wrong_password_look_the_same() -> None:
    staff("desk")
    pages = []
    for login, password in [("mei", "wrong"), ("nobody", PASSWORD)]:
        response = Client().post(STAFF, {"login": login, "password": password})
        pages.append(response.context["form"].non_field_errors())
    assert pages[0] == pages[1] == ["The user name or the password is not right."]


def test_a_staff_page_leads_to_the_staff_sign_in() -> None:
    response = Client().get("/accounts/login/?next=/desk/")
    assert response["Location"].startswith(STAFF)
    assert "next=%2Fdesk%2F" in response["Location"] or "next=/desk/" in response["Location"]


def test_the_administration_has_no_sign_in_of_its_own() -> None:
    second_factor_set(user=staff("administrator"), secret=SECRET)
    client = Client()
    client.post("/admin/login/", {"username": "mei", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("weak", ["short1", "password123", "mei-li-chen1"])
def test_a_weak_new_password_is_refused(weak: str) -> None:
    user = staff("patient", "mei-li-chen")
    client = with_password("mei-li-chen")
    client.post("/accounts/password/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak})
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_new_password_takes_the_place_of_the_old() -> None:
    user = staff("patient")
    client, new = with_password(), "a longer sentence of mine"
    client.post("/accounts/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(new)
    assert client.get("/appointments/").status_code == 200
