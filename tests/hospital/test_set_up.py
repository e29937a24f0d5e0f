"""Administrators set a hospital up by forms: departments, rooms, experts, accounts of staff, kiosks."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from booking.models import ClinicSession, Department, Expert, Room
from booking.services import clinic, sessions_generate
from hospital.accounts.selectors import has_second_factor, token_find
from hospital.accounts.services import second_factor_set, token_issue
from hospital.accounts.staff import StaffFacts, staff_add, staff_change
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.models import StateChange
from hospital.demo import clinic as demo
from hospital.models import User
from tests import factories
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
STAFF = "/accounts/staff/"
DEPARTMENT = {
    "code": "ortho",
    "name": "骨科",
    "name_en": "Orthopaedics",
    "place": "1 楼 A 区",
    "place_en": "Floor 1, area A",
    "discipline": "first_come",
    "sensitive": "on",
}
ROOM = {"code": "r305", "name": "305", "place": "3 楼", "place_en": "Floor 3"}
EXPERT = {
    "code": "O01",
    "name": "罗志强",
    "name_en": "Luo Zhiqiang",
    "title": "chief",
    "fee": "49.90",
    "specialty": "关节置换",
    "specialty_en": "joint replacement",
    "user": "",
    "active": "on",
}
NURSE = {"username": "nurse.li", "first_name": "李护士", "role": "desk", "is_active": "on"}


@pytest.fixture
def cast(now: VirtualClock) -> factories.Cast:
    return factories.cast(now())


@pytest.fixture
def admin(cast: factories.Cast) -> Client:
    client = Client()
    client.force_login(cast.admin)
    return client


def add(client: Client, model: str, given: dict[str, object]) -> HttpResponse:
    return client.post(reverse(f"admin:{model}_add"), given)


def change(client: Client, model: str, pk: int, given: dict[str, object]) -> HttpResponse:
    return client.post(reverse(f"admin:{model}_change", args=[pk]), given)


def said(response: HttpResponse) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def once(response: HttpResponse) -> str:
    """The one-time password that the answer shows."""
    found = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", said(response))
    assert found, said(response)
    return found[0]


def expert(client: Client, **changes: object) -> Expert:
    add(client, "booking_department", DEPARTMENT)
    given = EXPERT | {"department": Department.objects.get(code="ortho").pk} | changes
    assert add(client, "booking_expert", given).status_code == 302
    return Expert.objects.get(code="O01")


def edit(client: Client, doctor: Expert, **changes: object) -> HttpResponse:
    given = EXPERT | {"department": doctor.department_id, "pinyin": doctor.pinyin} | changes
    if not given["active"]:
        del given["active"]
    return change(client, "booking_expert", doctor.pk, given)


def test_an_administrator_makes_a_department_a_room_and_an_expert(
    admin: Client, cast: factories.Cast
) -> None:
    assert add(admin, "booking_room", ROOM).status_code == 302
    doctor = expert(admin, user=cast.dr_zhao.pk)
    ward = doctor.department
    assert (ward.pinyin, ward.discipline, ward.sensitive) == ("guke", "first_come", True)
    assert (doctor.fee_fen, doctor.pinyin, doctor.initials) == (4990, "luozhiqiang", "lzq")
    assert doctor.user == cast.dr_zhao
    assert Room.objects.get(code="r305").place_en == "Floor 3"
    for thing in (ward, doctor, Room.objects.get(code="r305")):
        row = history.of(thing).get()
        assert (row.verb, row.actor_kind, row.actor_name) == ("add", "administrator", "admin")


def test_a_change_keeps_what_was_there_before_in_the_history(admin: Client, cast: factories.Cast) -> None:
    doctor = expert(admin)
    edit(admin, doctor, name="罗志刚", name_en="Luo Zhigang", fee="60")
    doctor.refresh_from_db()
    assert (doctor.pinyin, doctor.initials, doctor.fee_fen) == ("luozhigang", "lzg", 6000)
    row = history.of(doctor).last()
    assert row.data["before"]["fee_fen"] == 4990
    assert row.data["after"]["name"] == "罗志刚"
    page = admin.get(reverse("admin:booking_expert_history", args=[doctor.pk])).content.decode()
    assert "Fee in fen: 6000" in " ".join(page.split())
    edit(admin, doctor, name="罗志刚", name_en="Luo Zhigang", fee="60")
    assert history.of(doctor).count() == 2, "the same again is no change"


@pytest.mark.parametrize(
    "wrong",
    [
        {"fee": "-1"},
        {"fee": "10000.01"},
        {"fee": "1.234"},
        {"fee": ""},
        {"name_en": ""},
        {"name": ""},
        {"title": "god"},
        {"code": "O 1"},
        {"department": "99999"},
    ],
)
def test_an_expert_who_cannot_be_right_is_refused_and_nothing_is_written(
    admin: Client, cast: factories.Cast, wrong: dict[str, str]
) -> None:
    add(admin, "booking_department", DEPARTMENT)
    given = EXPERT | {"department": Department.objects.get(code="ortho").pk} | wrong
    assert add(admin, "booking_expert", given).status_code == 200
    assert not Expert.objects.exists()


def test_a_code_names_one_thing_and_stays(admin: Client, cast: factories.Cast) -> None:
    doctor = expert(admin)
    page = add(admin, "booking_expert", EXPERT | {"department": doctor.department_id, "name_en": "Other"})
    assert page.status_code == 200
    edit(admin, doctor, code="O99")
    doctor.refresh_from_db()
    assert (doctor.code, doctor.name_en) == ("O01", "Luo Zhiqiang")


def test_only_an_unused_account_with_the_role_expert_signs_in_as_an_expert(
    admin: Client, cast: factories.Cast
) -> None:
    factories.expert(account=cast.dr_zhao)
    doctor = expert(admin)
    for other in (cast.dr_zhao, cast.desk, cast.lin):
        assert edit(admin, doctor, user=other.pk).status_code == 200
    doctor.refresh_from_db()
    assert doctor.user is None


def test_a_new_fee_reaches_what_is_planned_and_not_what_is_on_sale(
    admin: Client, cast: factories.Cast, now: VirtualClock
) -> None:
    doctor = factories.expert()
    factories.template(doctor, clock.today() + timedelta(days=1))
    sessions_generate(until=clock.today() + timedelta(days=9), now=now())
    first, later = ClinicSession.objects.order_by("date")
    ClinicSession.objects.filter(pk=first.pk).update(state="released")
    given = EXPERT | {"code": "zhao", "department": doctor.department_id, "fee": "80"}
    assert change(admin, "booking_expert", doctor.pk, given).status_code == 302
    fees = ClinicSession.objects.order_by("date").values_list("fee_fen", flat=True)
    assert list(fees) == [5000, 8000]
    assert not ClinicSession.objects.filter(pk=later.pk).exists(), "planned anew"


def test_an_expert_with_patients_cannot_leave_and_one_without_takes_the_sessions_along(
    admin: Client, cast: factories.Cast, now: VirtualClock
) -> None:
    tomorrow = factories.session(clock.today() + timedelta(days=1), now=now(), quotas=[2, 1, 0, 3])
    doctor = tomorrow.expert
    factories.hold(factories.slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    refused = edit(admin, doctor, active="", specialty="typed meanwhile")
    assert refused.status_code == 409
    page = refused.content.decode()
    assert "Stop them first" in page
    assert "typed meanwhile" in page, "nothing has to be typed again"
    doctor.refresh_from_db()
    assert doctor.active
    assert doctor.name == "赵明"
    assert not history.of(doctor).exists()

    other = expert(admin)
    factories.template(other, clock.today() + timedelta(days=1))
    sessions_generate(until=clock.today() + timedelta(days=2), now=now())
    assert other.sessions.count() == 1
    assert edit(admin, other, active="").status_code == 302
    other.refresh_from_db()
    assert not other.active
    assert other.sessions.count() == 0


def test_a_new_account_gets_a_password_that_its_owner_must_change(
    admin: Client, cast: factories.Cast, settings: object
) -> None:
    password = once(add(admin, "hospital_user", NURSE))
    settings.STAFF_SECOND_FACTOR = True  # type: ignore[attr-defined]
    nurse = User.objects.get(username="nurse.li")
    assert nurse.must_change_password
    assert not nurse.is_staff
    hers = Client()
    hers.post(STAFF, {"login": "nurse.li", "password": password})
    assert hers.get("/desk/")["Location"] == "/accounts/password/"
    assert hers.get("/api/v1/stops/").json()["code"] == "password_to_change"
    own = "a long one of my own"
    same = {"oldpassword": password, "password1": password, "password2": password}
    assert hers.post("/accounts/password/", same).status_code == 200
    new = {"oldpassword": password, "password1": own, "password2": own}
    assert hers.post("/accounts/password/", new)["Location"] == "/desk/"
    assert hers.get("/desk/")["Location"] == "/accounts/second-factor/set-up/"
    nurse.refresh_from_db()
    assert nurse.check_password(own)
    assert [row.verb for row in history.of(nurse)] == ["add", "choose password"]


def test_an_account_is_changed_closed_and_never_deleted(
    admin: Client, cast: factories.Cast, now: VirtualClock
) -> None:
    token = token_issue(name="script", actor=Actor.of(cast.desk), now=now(), user=cast.desk)
    given = {"first_name": "王护士", "role": "desk", "may_add_on": "on", "is_active": "on"}
    assert change(admin, "hospital_user", cast.desk.pk, given).status_code == 302
    cast.desk.refresh_from_db()
    assert cast.desk.may_add_on
    assert token_find(token)
    del given["is_active"]
    change(admin, "hospital_user", cast.desk.pk, given)
    hers = Client()
    hers.post(STAFF, {"login": "desk", "password": "desk"})
    assert "_auth_user_id" not in hers.session
    assert token_find(token) is None
    assert [(row.from_state, row.to_state) for row in history.of(cast.desk)] == [
        ("open", "open"),
        ("open", "closed"),
    ]
    for model, pk in (("hospital_user", cast.desk.pk), ("booking_expert", factories.expert().pk)):
        assert admin.post(reverse(f"admin:{model}_delete", args=[pk]), {"post": "yes"}).status_code == 403


def test_a_lost_phone_means_a_new_factor_and_a_new_password(admin: Client, cast: factories.Cast) -> None:
    second_factor_set(user=cast.manager, secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    given = {"first_name": "何主任", "role": "manager", "is_active": "on", "new_factor": "on"}
    password = once(change(admin, "hospital_user", cast.manager.pk, given))
    cast.manager.refresh_from_db()
    assert cast.manager.check_password(password)
    assert cast.manager.must_change_password
    assert not has_second_factor(cast.manager)
    assert {row.verb for row in history.of(cast.manager)} == {"change", "renew password", "forget factor"}


def test_nobody_locks_themself_or_the_last_administrator_out(
    admin: Client, cast: factories.Cast, now: VirtualClock
) -> None:
    given = {"first_name": "me", "role": "desk", "is_active": "on"}
    assert "your own role" in change(admin, "hospital_user", cast.admin.pk, given).content.decode()
    job = Actor.job("test")
    gone = StaffFacts("gone", "administrator", is_active=False)
    with pytest.raises(Exception, match="last administrator"):
        staff_change(user_id=cast.admin.pk, facts=gone, actor=job, now=now())
    staff_add(username="second", facts=StaffFacts("second", "administrator"), actor=job, now=now())
    staff_change(user_id=cast.admin.pk, facts=gone, actor=job, now=now())
    cast.admin.refresh_from_db()
    assert (cast.admin.role, cast.admin.is_active) == ("administrator", False)


@pytest.mark.parametrize(
    "wrong",
    [{"username": "DESK"}, {"username": "a b"}, {"username": ""}, {"role": "patient"}, {"role": ""}],
)
def test_an_account_that_cannot_be_right_is_refused(
    admin: Client, cast: factories.Cast, wrong: dict[str, str]
) -> None:
    before = User.objects.count()
    assert add(admin, "hospital_user", NURSE | wrong).status_code == 200
    assert User.objects.count() == before


def test_accounts_of_patients_are_only_shown(admin: Client, cast: factories.Cast) -> None:
    page = admin.get(reverse("admin:hospital_user_change", args=[cast.lin.pk]))
    assert page.status_code == 200
    assert "_save" not in page.content.decode()
    given = {"first_name": "x", "role": "administrator", "is_active": "on"}
    assert change(admin, "hospital_user", cast.lin.pk, given).status_code == 403
    cast.lin.refresh_from_db()
    assert cast.lin.role == "patient"


def test_a_kiosk_gets_a_token_that_is_shown_once_and_can_be_ended(
    admin: Client, cast: factories.Cast
) -> None:
    response = add(admin, "hospital_apitoken", {"name": "Hall, left"})
    token = re.search(r"fl_\S+", said(response))
    assert token
    found = token_find(token[0])
    assert found
    assert (found.device, found.user) == ("kiosk", None)
    page = reverse("admin:hospital_apitoken_change", args=[found.pk])
    assert token[0] in admin.get(page).content.decode()
    assert token[0] not in admin.get(page).content.decode()
    change(admin, "hospital_apitoken", found.pk, {"revoke": "on"})
    assert token_find(token[0]) is None


@pytest.mark.parametrize("role", ["lin", "desk", "dr_zhao", "manager"])
def test_nobody_but_administrators_sets_up(cast: factories.Cast, client: Client, role: str) -> None:
    client.force_login(getattr(cast, role))
    for model, given in (
        ("booking_department", DEPARTMENT),
        ("booking_room", ROOM),
        ("hospital_user", NURSE),
        ("hospital_apitoken", {"name": "kiosk"}),
    ):
        assert add(client, model, given).status_code in {302, 403}
    assert not Department.objects.exists()
    assert not Room.objects.exists()
    assert not User.objects.filter(username="nurse.li").exists()


def test_lists_and_forms_ask_a_constant_number_of_questions(
    admin: Client, cast: factories.Cast, now: VirtualClock
) -> None:
    def asked() -> list[int]:
        counts = []
        for page in ("booking_expert_changelist", "booking_expert_add", "hospital_user_changelist"):
            with CaptureQueriesContext(connection) as queries:
                assert admin.get(reverse(f"admin:{page}")).status_code == 200
            counts.append(len(queries))
        return counts

    doctor = expert(admin)
    asked()
    before = asked()
    for number in range(12):
        user, _once = staff_add(
            username=f"dr{number}", facts=StaffFacts("dr", "expert"), actor=Actor.job("test"), now=now()
        )
        clinic.expert_save(
            code=f"X{number}",
            new=True,
            department=doctor.department,
            name="甲",
            name_en="Jia",
            title="chief",
            fee_fen=100,
            user_id=user.pk,
            actor=Actor.job("test"),
            now=now(),
        )
    assert asked() == before


def test_a_demo_started_again_leaves_what_users_changed(cast: factories.Cast, now: VirtualClock) -> None:
    doctor = demo.define(cast.dr_zhao.pk, now())["N02"]
    Expert.objects.filter(pk=doctor.pk).update(fee_fen=8800, active=False)
    rows = StateChange.objects.count()
    assert demo.define(cast.dr_zhao.pk, now())["N02"].fee_fen == 8800
    doctor.refresh_from_db()
    assert not doctor.active
    assert StateChange.objects.count() == rows
