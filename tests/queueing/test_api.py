"""API v1 of the queue: shapes, permissions, idempotency, refusals."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from booking.models import ClinicSession
from booking.services import sessions_advance
from hospital.accounts.tokens import Device
from hospital.common import clock
from hospital.models import User
from queueing import services
from queueing.domain.permissions import ROLES_OF
from queueing.domain.states import VERBS
from queueing.models import Ticket
from tests import factories
from tests.queueing.conftest import Morning


def client(user: User | Device | None = None) -> APIClient:
    made = APIClient()
    if user is not None:
        made.force_authenticate(user)  # type: ignore[arg-type]
    return made


def post(who: User | Device | None, path: str, body: dict[str, Any] | None = None, key: str = "") -> Any:
    headers = {"Idempotency-Key": key or str(uuid4())}
    return client(who).post(f"/api/v1/{path}", body or {}, format="json", headers=headers)


def test_the_desk_registers_a_walk_in(morning: Morning) -> None:
    morning.now.at("07:10")
    patient = morning.patient()
    body = {"session": morning.session.code, "patient": patient.code, "payment": "cash"}
    answer = post(morning.cast.desk, "desk/walk-ins/", body)
    assert (answer.status_code, answer.json()["number"]) == (201, "A01")
    assert Ticket.objects.get().code == answer.json()["code"]


def test_a_new_person_is_registered_with_the_walk_in(morning: Morning) -> None:
    morning.now.at("07:10")
    body = {
        "session": morning.session.code,
        "name": "王芳",
        "id_type": "resident",
        "id_number": factories.resident_id(900),
        "phone": "13700137000",
        "payment": "free",
    }
    assert post(morning.cast.desk, "desk/walk-ins/", body).status_code == 201
    assert Ticket.objects.get().patient.name == "王芳"


def test_the_same_key_registers_once(morning: Morning) -> None:
    morning.now.at("07:10")
    body = {"session": morning.session.code, "patient": morning.patient().code, "payment": "cash"}
    first = post(morning.cast.desk, "desk/walk-ins/", body, key="k1")
    again = post(morning.cast.desk, "desk/walk-ins/", body, key="k1")
    assert first.json() == again.json()
    assert Ticket.objects.count() == 1
    other = post(morning.cast.desk, "desk/walk-ins/", {**body, "payment": "free"}, key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


def test_a_walk_in_without_a_key_is_refused(morning: Morning) -> None:
    morning.now.at("07:10")
    body = {"session": morning.session.code, "patient": morning.patient().code, "payment": "cash"}
    answer = client(morning.cast.desk).post("/api/v1/desk/walk-ins/", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize(
    ("language", "refused"),
    [
        ("en", "No doctor of this department is known for “gout” today."),
        ("zh-hans", "本科室今天没有擅长“gout”的医生。"),
    ],
)
def test_a_walk_in_says_what_for_and_takes_any_doctor_who_is_known_for_it(
    morning: Morning, language: str, refused: str
) -> None:
    morning.now.at("07:10")
    colleague = factories.expert("wu")
    colleague.specialty, colleague.specialty_en = "头痛、眩晕", "headache, vertigo"
    colleague.save()
    known = factories.session(
        clock.local(morning.now()).date(), now=morning.now(), doctor=colleague, quotas=[5, 5, 5, 5]
    )
    sessions_advance(morning.now())
    body = {"session": morning.session.code, "patient": morning.patient().code, "payment": "cash"}
    path, headers = "/api/v1/desk/walk-ins/", {"Idempotency-Key": "k1", "Accept-Language": language}
    desk = client(morning.cast.desk)
    answer = desk.post(path, body | {"specialty": "gout"}, format="json", headers=headers)
    told = answer.json()
    assert (answer.status_code, told["code"], told["detail"]) == (400, "unknown_specialty", refused)
    assert told["field"] == "specialty"
    assert not Ticket.objects.exists()
    asked = body | {"specialty": "vertigo", "any_doctor": True}
    assert post(morning.cast.desk, "desk/walk-ins/", asked).status_code == 201
    ticket = Ticket.objects.get()
    assert (ticket.session_id, ticket.specialty, ticket.chosen) == (known.pk, "眩晕", False)


def test_a_full_session_answers_sold_out_and_keeps_nothing(morning: Morning) -> None:
    morning.now.at("07:10")
    ClinicSession.objects.update(number_limit=0)
    body = {"session": morning.session.code, "patient": morning.patient().code, "payment": "cash"}
    answer = post(morning.cast.desk, "desk/walk-ins/", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "sold_out")
    assert not Ticket.objects.exists()


def test_check_in_by_code_by_qr_and_by_document(morning: Morning) -> None:
    by_code, by_qr, by_id = morning.book(1), morning.book(1), morning.book(2)
    morning.now.at("07:20")
    desk = morning.cast.desk
    first = post(desk, "desk/check-ins/", {"appointment": by_code.code})
    assert (first.status_code, first.json()["position"], first.json()["late"]) == (201, 1, False)
    address = f"https://h.example/appointments/{by_qr.code}/"
    assert post(desk, "desk/check-ins/", {"qr": address}).json()["position"] == 2
    third = post(desk, "desk/check-ins/", {"id_number": by_id.patient.id_number})
    assert third.json()["number"] == "A03"


def test_check_in_refusals_carry_their_codes(morning: Morning) -> None:
    appointment = morning.book(1)
    desk = morning.cast.desk
    body = {"appointment": appointment.checkin_code}

    def code() -> tuple[int, str]:
        answer = post(desk, "desk/check-ins/", body)
        return answer.status_code, answer.json()["code"]

    assert code() == (409, "too_early")
    morning.now.advance(days=-1)
    assert code() == (409, "wrong_day")
    morning.now.advance(days=1)
    morning.check_in(appointment, "07:30")
    assert code() == (409, "already_checked_in")
    body = {"appointment": "NOSUCH22"}
    assert code() == (404, "not_found")


def test_a_document_with_two_appointments_is_asked_which(
    morning: Morning, other_session: ClinicSession
) -> None:
    patient = morning.patient()
    codes = set()
    for session in (morning.session, other_session):
        slot = factories.slots(session)[1]
        held = factories.hold(slot, patient, None, morning.now())
        codes.add(held.code)
        type(held).objects.filter(pk=held.pk).update(state="booked")
    morning.now.at("07:30")
    answer = post(morning.cast.desk, "desk/check-ins/", {"id_number": patient.id_number})
    assert (answer.status_code, answer.json()["code"]) == (409, "several")
    assert {choice["appointment"] for choice in answer.json()["choices"]} == codes
    assert patient.name not in answer.content.decode()


def test_a_kiosk_checks_in_by_qr_or_by_document_with_the_phones_last_digits(morning: Morning) -> None:
    kiosk = Device(role="kiosk", name="hall")
    first, second = morning.book(1), morning.book(1)
    morning.now.at("07:30")
    assert post(kiosk, "desk/check-ins/", {"appointment": first.code}).status_code == 400
    assert post(kiosk, "desk/check-ins/", {"qr": first.checkin_code}).status_code == 201
    document = {"id_number": second.patient.id_number}
    assert post(kiosk, "desk/check-ins/", document).status_code == 400
    type(second.patient).objects.filter(pk=second.patient.pk).update(phone_tail="3226")
    assert post(kiosk, "desk/check-ins/", {**document, "phone_tail": "0000"}).status_code == 404
    assert post(kiosk, "desk/check-ins/", {**document, "phone_tail": "3226"}).status_code == 201


def test_a_passed_patient_reports_again_at_the_kiosk_and_waits(morning: Morning) -> None:
    appointment = morning.book(1)
    ticket = morning.check_in(appointment, "07:30")
    morning.call("08:00")
    kiosk = Device(role="kiosk", name="hall")
    body = {"qr": appointment.checkin_code}
    assert post(kiosk, "desk/check-ins/", body).json()["code"] == "already_checked_in"
    morning.do("pass", ticket, "08:03")
    answer = post(kiosk, "desk/check-ins/", body)
    assert (answer.status_code, answer.json()["number"], answer.json()["position"]) == (201, "A01", 1)
    ticket.refresh_from_db()
    assert ticket.state == "waiting"


def test_a_kiosk_may_do_nothing_else(morning: Morning) -> None:
    kiosk = Device(role="kiosk", name="hall")
    ticket = morning.walk_in("07:10")
    assert post(kiosk, "desk/walk-ins/", {}).status_code == 403
    assert post(kiosk, f"sessions/{morning.session.code}/calls/next/").status_code == 403
    assert post(kiosk, f"tickets/{ticket.code}/leave/").status_code == 403


def test_the_expert_calls_and_the_answer_names_ticket_number_and_room(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    morning.now.at("08:00")
    path = f"sessions/{morning.session.code}/calls/next/"
    answer = post(morning.cast.dr_zhao, path, key="k")
    assert answer.json() == {"ticket": ticket.code, "number": "A01", "room": "305"}
    assert post(morning.cast.dr_zhao, path, key="k").json() == answer.json()
    again = post(morning.cast.dr_zhao, path)
    assert (again.status_code, again.json()["code"]) == (409, "pending_call")


def test_an_empty_queue_answers_nobody_waiting(morning: Morning) -> None:
    morning.walk_in("07:10")
    path = f"sessions/{morning.session.code}/calls/next/"
    morning.serve("08:00")
    answer = post(morning.cast.dr_zhao, path)
    assert (answer.status_code, answer.json()["code"]) == (409, "nobody_waiting")


def test_a_stranger_expert_finds_neither_session_nor_ticket(morning: Morning) -> None:
    stranger = factories.user("dr_wu", "expert")
    ticket = morning.walk_in("07:10")
    morning.call("08:00")
    assert post(stranger, f"sessions/{morning.session.code}/calls/next/").status_code == 404
    for verb in ("recall", "start", "finish", "pass", "return", "leave", "undo"):
        assert post(stranger, f"tickets/{ticket.code}/{verb}/").status_code == 404
    ticket.refresh_from_db()
    assert ticket.state == "called"


@pytest.mark.parametrize("role", ["lin", None])
def test_patients_and_strangers_move_nothing(morning: Morning, role: str | None) -> None:
    ticket = morning.walk_in("07:10")
    who = getattr(morning.cast, role) if role else None
    for path in (
        "desk/walk-ins/",
        "desk/check-ins/",
        f"sessions/{morning.session.code}/calls/next/",
        *(
            f"tickets/{ticket.code}/{v}/"
            for v in ("recall", "start", "finish", "pass", "return", "leave", "transfer", "undo", "fee")
        ),
    ):
        assert post(who, path).status_code in {401, 403}


def test_a_move_that_the_table_does_not_list_is_an_illegal_transition(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    answer = post(morning.cast.dr_zhao, f"tickets/{ticket.code}/start/")
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")


def test_the_whole_visit_through_the_api(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    zhao = morning.cast.dr_zhao
    morning.call("08:00")
    for verb, state in (("pass", "passed"), ("return", "waiting")):
        assert post(zhao, f"tickets/{ticket.code}/{verb}/").json()["state"] == state
    morning.call("08:02")
    for verb, state in (("start", "serving"), ("finish", "done"), ("undo", "serving"), ("finish", "done")):
        assert post(zhao, f"tickets/{ticket.code}/{verb}/").json()["state"] == state


def test_the_desk_transfers_a_patient_to_another_queue(
    morning: Morning, other_session: ClinicSession
) -> None:
    ticket = morning.walk_in("07:10")
    answer = post(
        morning.cast.desk,
        f"tickets/{ticket.code}/transfer/",
        {"session": other_session.code, "reason": "wrong clinic"},
    )
    assert (answer.status_code, answer.json()["state"]) == (200, "waiting")
    ticket.refresh_from_db()
    assert ticket.state == "transferred"
    live = client().get(f"/api/v1/tickets/{ticket.code}/").json()
    assert live["transferred_to"] == answer.json()["code"]
    assert answer.json()["fee_due_fen"] == 0


def test_an_expert_transfers_to_a_department_and_the_desk_settles_the_difference(
    morning: Morning, other_session: ClinicSession
) -> None:
    ClinicSession.objects.filter(pk=other_session.pk).update(fee_fen=morning.session.fee_fen + 2000)
    ticket = morning.walk_in("07:10")
    zhao, path = morning.cast.dr_zhao, f"tickets/{ticket.code}/transfer/"
    both = post(zhao, path, {"department": "derma", "session": other_session.code})
    assert both.status_code == 400
    sessions_advance(morning.now())
    keyless = client(zhao).post(f"/api/v1/{path}", {"department": "derma"}, format="json")
    assert (keyless.status_code, keyless.json()["code"]) == (400, "idempotency_key_missing")
    new = post(zhao, path, {"department": "derma"}, key="t1").json()
    assert (new["state"], new["fee_due_fen"]) == ("waiting", 2000)
    assert post(zhao, path, {"department": "derma"}, key="t1").json() == new
    assert post(zhao, path, {"session": other_session.code}, key="t1").status_code == 422
    assert Ticket.objects.count() == 2
    assert client().get(f"/api/v1/tickets/{new['code']}/").json()["fee_due_fen"] == 2000
    fee = f"tickets/{new['code']}/fee/"
    assert post(morning.cast.desk, fee, {"fen": 1}).json()["code"] == "fee_changed"
    for _twice in range(2):
        assert post(morning.cast.desk, fee, {"fen": 2000}, key="f1").json()["fee_due_fen"] == 0
    steps = client(morning.cast.desk).get(f"/api/v1/tickets/{new['code']}/history/").json()["steps"]
    assert [step["verb"] for step in steps] == ["register", "transfer", "register", "settle_fee"]


def test_anybody_with_the_code_sees_the_ticket_but_no_name(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    answer = client().get(f"/api/v1/tickets/{ticket.code}/")
    body = answer.json()
    assert (body["number"], body["state"], body["ahead"], body["expected_at"]) == ("A01", "waiting", 0, None)
    assert ticket.patient.name not in answer.content.decode()
    assert client().get("/api/v1/tickets/nosuch/").status_code == 404


def test_the_board_is_masked_and_unchanged_boards_answer_304(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    path = f"/api/v1/sessions/{morning.session.code}/board/"
    answer = client().get(path)
    assert answer.json()["waiting"][0]["number"] == "A01"
    assert ticket.patient.name not in answer.content.decode()
    assert ticket.code not in answer.content.decode()
    etag = answer["ETag"]
    assert client().get(path, headers={"If-None-Match": etag}).status_code == 304
    morning.now.at("09:00")
    assert client().get(path, headers={"If-None-Match": etag}).status_code == 200
    services.ticket_leave(code=ticket.code, actor=morning.desk, now=morning.now())
    assert client().get(path).json()["waiting_count"] == 0
    assert client().get("/api/v1/sessions/nosuch/board/").status_code == 404


@pytest.mark.parametrize("role", ["desk", "manager", "admin"])
def test_whoever_may_stand_at_the_desk_may_do_there_by_the_api_what_the_pages_let_them(
    morning: Morning, role: str
) -> None:
    morning.now.at("07:10")
    who = getattr(morning.cast, role)
    body = {"session": morning.session.code, "patient": morning.patient().code, "payment": "cash"}
    registered = post(who, "desk/walk-ins/", body)
    assert registered.status_code == 201
    assert post(who, f"tickets/{registered.json()['code']}/leave/").json()["state"] == "left"


@pytest.mark.parametrize("role", ["desk", "manager", "admin"])
@pytest.mark.parametrize("verb", ["recall", "start", "finish", "pass"])
def test_nobody_but_experts_does_what_is_done_in_the_room(morning: Morning, role: str, verb: str) -> None:
    ticket = morning.walk_in("07:10")
    assert post(getattr(morning.cast, role), f"tickets/{ticket.code}/{verb}/").status_code == 403
    ticket.refresh_from_db()
    assert ticket.state == "waiting"


def test_every_move_of_a_ticket_says_who_may_make_it() -> None:
    assert set(VERBS) == set(ROLES_OF) - {"register", "check_in", "undo", "prioritise", "settle"}


def test_the_expert_pauses_and_goes_on_and_the_board_says_so(morning: Morning) -> None:
    morning.walk_in("07:10")
    session, doctor = f"sessions/{morning.session.code}", morning.cast.dr_zhao
    morning.now.at("08:00")
    paused = post(doctor, f"{session}/pause/", {"reason": "ward", "minutes": 10}).json()
    assert (paused["reason"], paused["until"][11:16], paused["ended_at"]) == ("ward", "08:10", None)
    board = client().get(f"/api/v1/{session}/board/").json()
    assert board["pause"] == {"reason": "ward", "until": paused["until"]}
    refused = post(doctor, f"{session}/calls/next/")
    assert (refused.status_code, refused.json()["code"]) == (409, "paused")
    assert post(doctor, f"{session}/resume/").json()["ended_at"] is not None
    assert post(doctor, f"{session}/calls/next/").status_code == 200


def test_calling_out_of_order_needs_permission_reason_and_key(morning: Morning) -> None:
    morning.walk_in("07:10")
    ticket = morning.walk_in("07:11")
    path, body = f"sessions/{morning.session.code}/calls/chosen/", {"ticket": ticket.code, "reason": "breath"}
    morning.now.at("08:00")
    assert post(morning.cast.dr_zhao, path, body).json()["code"] == "out_of_order_not_allowed"
    User.objects.update(may_call_out_of_order=True)
    first = post(morning.cast.dr_zhao, path, body, key="k")
    assert (first.status_code, first.json()["number"]) == (200, ticket.display)
    assert post(morning.cast.dr_zhao, path, body, key="k").json() == first.json()
    assert Ticket.objects.filter(state="called").count() == 1


def test_an_alarm_is_raised_by_its_room_and_answered_by_the_desk(
    morning: Morning, other_session: ClinicSession
) -> None:
    session = morning.session.code
    assert post(morning.cast.dr_zhao, f"sessions/{other_session.code}/alarms/").status_code == 404
    raised = post(morning.cast.dr_zhao, f"sessions/{session}/alarms/")
    assert (raised.status_code, raised.json()["room"]) == (201, "305")
    code = raised.json()["code"]
    assert [row["code"] for row in client(morning.cast.desk).get("/api/v1/alarms/").json()["results"]] == [
        code
    ]
    answered = post(morning.cast.desk, f"alarms/{code}/acknowledge/").json()
    assert (answered["state"], answered["answered_by"]) == ("acknowledged", "desk")
    assert post(morning.cast.dr_zhao, f"alarms/{code}/withdraw/").json()["code"] == "alarm_answered"
