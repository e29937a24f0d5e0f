"""Sending a patient on: to a colleague who agrees, to whoever of a department has least to do, and what it costs."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from booking import selectors as clinic
from booking import services as booking
from booking.models import ClinicSession
from booking.selectors.money import tills_of_day
from booking.services.settlements import settlement_make
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition, NotAllowed
from hospital.common.policy import policy_change
from queueing import selectors, services
from queueing.domain import errors
from queueing.models import Ticket
from queueing.services.departures import ticket_end_stopped
from tests import factories
from tests.queueing.conftest import Morning

HTMX = {"HX-Request": "true"}


@pytest.fixture
def dear(morning: Morning, other_session: ClinicSession) -> ClinicSession:
    """The colleague's session, which costs 20 yuan more."""
    ClinicSession.objects.filter(pk=other_session.pk).update(fee_fen=morning.session.fee_fen + 2000)
    return other_session


@pytest.fixture
def room(morning: Morning, dear: ClinicSession, client: Client, settings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    morning.now.at("08:00")
    booking.sessions_advance(morning.now())
    client.force_login(morning.cast.dr_zhao)
    return client


def send(
    morning: Morning, ticket: Ticket, target: ClinicSession, *, by: str = "doctor", wall: str = ""
) -> Ticket:
    return services.ticket_transfer(
        code=ticket.code,
        target_session_code=target.code,
        actor=getattr(morning, by),
        now=morning.now.at(wall) if wall else morning.now(),
    )


def due(ticket: Ticket) -> int:
    return selectors.fee_due_fen(ticket=selectors.ticket_by_code(ticket.code))


def settle(morning: Morning, ticket: Ticket, fen: int) -> Ticket:
    return services.ticket_settle_fee(code=ticket.code, fen=fen, actor=morning.desk, now=morning.now())


def till(morning: Morning) -> tuple[int, int]:
    """What the desk took today in cash, and handed back."""
    [found] = tills_of_day(day=clock.today())
    return found.taken_fen, found.returned_fen


def takes(morning: Morning, session: ClinicSession, agreed: bool) -> None:
    scope = clinic.scope_of(level="expert", code=session.expert.code)
    policy_change(
        actor=Actor.job("test"), now=morning.now(), reason="test", scope=scope, takes_transfers=agreed
    )


def test_a_patient_inside_is_sent_on_and_the_room_is_free(morning: Morning, dear: ClinicSession) -> None:
    ticket, behind = morning.walk_in("07:10"), morning.walk_in("07:11")
    morning.serve("08:00")
    new = send(morning, ticket, dear, wall="08:05")
    ticket.refresh_from_db()
    assert (ticket.state, new.state, new.session_id) == ("transferred", "waiting", dear.pk)
    assert morning.call("08:06") == behind


def test_who_is_called_and_not_yet_inside_is_not_sent_on(morning: Morning, dear: ClinicSession) -> None:
    morning.walk_in("07:10")
    called = morning.call("08:00")
    with pytest.raises(IllegalTransition):
        send(morning, called, dear, wall="08:01")
    assert Ticket.objects.count() == 1


def test_a_colleague_who_takes_nobody_is_asked_through_the_desk(
    morning: Morning, dear: ClinicSession
) -> None:
    ticket = morning.walk_in("07:10")
    takes(morning, dear, False)
    with pytest.raises(errors.TransferNotAllowed):
        send(morning, ticket, dear, wall="08:00")
    assert Ticket.objects.get().state == "waiting"
    assert send(morning, ticket, dear, by="desk", wall="08:01").session_id == dear.pk


def test_a_department_gives_whoever_has_least_to_do_and_takes_patients(
    morning: Morning, dear: ClinicSession
) -> None:
    day = clock.local(morning.now()).date()
    idle = factories.session(
        day, now=morning.now(), doctor=factories.expert("wu", department="derma"), quotas=[5, 0, 0, 0]
    )
    first, second = morning.walk_in("07:10"), morning.walk_in("07:11")
    morning.now.at("08:00")
    booking.sessions_advance(morning.now())
    send(morning, first, dear)
    asked = {"department_code": "derma", "actor": morning.doctor, "now": morning.now.at("08:02")}
    takes(morning, idle, False)
    takes(morning, dear, False)
    with pytest.raises(errors.TransferNotAllowed):
        services.ticket_transfer_to_department(code=second.code, **asked)
    takes(morning, idle, True)
    assert services.ticket_transfer_to_department(code=second.code, **asked).session_id == idle.pk


def test_the_difference_is_settled_once_at_the_desk(morning: Morning, dear: ClinicSession) -> None:
    ticket = morning.walk_in("07:10")
    assert due(ticket) == 0
    new = send(morning, ticket, dear, wall="08:00")
    assert (due(new), due(ticket)) == (2000, 0)
    with pytest.raises(errors.FeeChanged):
        settle(morning, new, 1000)
    settle(morning, new, 2000)
    assert due(new) == 0
    with pytest.raises(errors.FeeChanged):
        settle(morning, new, 2000)
    last = history.of(new).last()
    assert last is not None
    assert (last.verb, last.data, last.actor_id) == ("settle_fee", {"fen": 2000}, morning.cast.desk.pk)
    assert till(morning) == (5000 + 2000, 0)
    back = send(morning, new, morning.session, by="desk", wall="08:05")
    assert due(back) == -2000
    settle(morning, back, -2000)
    assert (due(back), till(morning)) == (0, (5000 + 2000, 2000))
    booked = settlement_make(provider_name="cash", day=clock.today(), now=morning.now())
    assert (booked.paid_fen, booked.paid_count) == (7000, 2)
    assert (booked.refunded_fen, booked.refunded_count) == (2000, 1)


@pytest.mark.parametrize("known", [True, False])
def test_what_a_patient_came_for_goes_along_where_the_target_knows_it(
    morning: Morning, dear: ClinicSession, known: bool
) -> None:
    for doctor, text in ((morning.session.expert, "眩晕"), (dear.expert, "眩晕" if known else "湿疹")):
        doctor.specialty = text
        doctor.save()
    ticket = morning.walk_in("07:10")
    Ticket.objects.filter(pk=ticket.pk).update(specialty="眩晕")
    assert send(morning, ticket, dear, wall="08:00").specialty == ("眩晕" if known else "")


def test_less_to_pay_is_cash_out_of_the_drawer(morning: Morning, other_session: ClinicSession) -> None:
    ClinicSession.objects.filter(pk=other_session.pk).update(fee_fen=morning.session.fee_fen - 1500)
    new = send(morning, morning.walk_in("07:10"), other_session, wall="08:00")
    settle(morning, new, -1500)
    assert (due(new), till(morning)) == (0, (5000, 1500))


def test_the_same_fee_leaves_nothing_to_settle(morning: Morning, other_session: ClinicSession) -> None:
    new = send(morning, morning.walk_in("07:10"), other_session, wall="08:00")
    with pytest.raises(errors.FeeChanged):
        settle(morning, new, 0)
    assert (due(new), till(morning)) == (0, (5000, 0))


def test_a_difference_settled_by_mistake_leaves_the_drawer_as_it_was(
    morning: Morning, dear: ClinicSession
) -> None:
    new = send(morning, morning.walk_in("07:10"), dear, wall="08:00")
    settle(morning, new, 2000)
    with pytest.raises(errors.UndoNotYours):
        services.ticket_undo(code=new.code, actor=morning.doctor, now=morning.now())
    undone = services.ticket_undo(code=new.code, actor=morning.desk, now=morning.now())
    assert (undone.state, due(new), till(morning)) == ("waiting", 2000, (5000 + 2000, 2000))
    settle(morning, new, 2000)
    assert (due(new), till(morning)) == (0, (5000 + 4000, 2000))


def test_only_the_desk_books_a_difference(morning: Morning, dear: ClinicSession) -> None:
    new = send(morning, morning.walk_in("07:10"), dear, wall="08:00")
    with pytest.raises(NotAllowed):
        services.ticket_settle_fee(code=new.code, fen=2000, actor=morning.doctor, now=morning.now())
    assert (due(new), till(morning)) == (2000, (5000, 0))


def test_a_free_number_stays_free(morning: Morning, dear: ClinicSession) -> None:
    ticket = services.walk_in_register_and_ticket(
        session_code=morning.session.code,
        patient_id=morning.patient().pk,
        payment="free",
        actor=morning.desk,
        now=morning.now.at("07:10"),
    )
    assert due(send(morning, ticket, dear, wall="08:00")) == 0


def test_what_was_settled_comes_back_with_a_cancelled_number(morning: Morning, dear: ClinicSession) -> None:
    new = send(morning, morning.walk_in("07:10"), dear, wall="08:00")
    settle(morning, new, 2000)
    services.ticket_cancel(code=new.code, reason="went home", actor=morning.desk, now=morning.now())
    assert due(new) == -2000
    settle(morning, new, -2000)
    assert (due(new), till(morning)) == (0, (7000, 7000))


def test_a_clinic_that_is_stopped_owes_the_difference_too(morning: Morning, dear: ClinicSession) -> None:
    new = send(morning, morning.walk_in("07:10"), dear, wall="08:00")
    settle(morning, new, 2000)
    ended = ticket_end_stopped(code=new.code, now=morning.now())
    assert (ended.state, due(new)) == ("left", -2000)


def fields_of(html: str) -> dict[str, str]:
    return dict(re.findall(r'name="(key|fen|ticket)" value="([^"]*)"', html))


def test_the_room_sends_on_once_and_says_what_is_to_pay(
    room: Client, morning: Morning, dear: ClinicSession
) -> None:
    ticket = morning.walk_in("08:00")
    sheet = room.get(f"/room/{morning.session.code}/ask/transfer/", headers=HTMX).content.decode()
    assert ticket.patient.name in sheet
    assert f'value="session:{dear.code}">' in sheet
    asked = {**fields_of(sheet), "target": f"session:{dear.code}", "reason": "rash"}
    for _press in range(2):
        answer = room.post(f"/room/{morning.session.code}/transfer/", asked, headers=HTMX)
        html = answer.content.decode()
        assert "Transferred: new number" in html
        assert "To pay at the desk: ¥20.00." in html
    assert Ticket.objects.filter(transferred_from=ticket).count() == 1


def test_the_room_sees_who_takes_nobody_and_sends_nobody_there(
    room: Client, morning: Morning, dear: ClinicSession
) -> None:
    morning.walk_in("08:00")
    takes(morning, dear, False)
    sheet = room.get(f"/room/{morning.session.code}/ask/transfer/", headers=HTMX).content.decode()
    assert f'value="session:{dear.code}" disabled' in sheet
    assert "takes nobody from colleagues" in sheet
    asked = {**fields_of(sheet), "target": f"session:{dear.code}"}
    refused = room.post(f"/room/{morning.session.code}/transfer/", asked, headers=HTMX)
    assert refused.status_code == 403
    assert Ticket.objects.get().state == "waiting"


def test_the_desk_reads_the_difference_on_the_card_and_settles_it(
    room: Client, morning: Morning, dear: ClinicSession
) -> None:
    new = send(morning, morning.walk_in("08:00"), dear)
    room.force_login(morning.cast.desk)
    card = room.get(f"/desk/tickets/{new.code}/").content.decode()
    assert "Difference after the transfer: take ¥20.00" in card
    phone = f"/t/{new.code}/"
    assert "Please pay ¥20.00 at the nurse desk" in room.get(phone).content.decode()
    form = re.search(r"<form[^>]*desk-due.*?</form>", card, re.DOTALL)
    assert form
    done = room.post("/desk/settle/", fields_of(form[0]), headers=HTMX).content.decode()
    assert "Difference settled" in done
    assert "Difference after the transfer" not in done
    assert 'id="fee-due"' not in room.get(phone).content.decode()
    back = send(morning, new, morning.session, by="desk")
    card = room.get(f"/desk/tickets/{back.code}/").content.decode()
    assert "Difference after the transfer: hand back ¥20.00" in " ".join(card.split())
    assert (
        "请到护士台领取退款 ¥20.00"
        in room.get(f"/t/{back.code}/", headers={"Accept-Language": "zh-CN"}).content.decode()
    )


def test_who_is_passed_with_a_difference_to_pay_is_not_told_that_nothing_is(
    room: Client, morning: Morning, dear: ClinicSession
) -> None:
    old = morning.walk_in("08:00")
    new = send(morning, old, dear)
    services.ticket_call_next(session_code=dear.code, actor=morning.doctor, now=morning.now.at("08:05"))
    morning.do("pass", new, "08:06")
    page, before = (room.get(f"/t/{one.code}/").content.decode() for one in (new, old))
    assert ("only the difference named above" in page, "nothing more to pay" in page) == (True, False)
    assert "You were sent to another queue." in before
    settle(morning, new, 2000)
    assert "No new registration, nothing more to pay." in room.get(f"/t/{new.code}/").content.decode()
    Ticket.objects.filter(pk=new.pk).update(state="left")
    assert "To the start page" in room.get(f"/t/{new.code}/").content.decode()


def test_the_history_tells_the_steps_of_this_visit_and_the_days_before(
    room: Client, morning: Morning, dear: ClinicSession
) -> None:
    ticket = morning.walk_in("08:00")
    morning.call("08:01")
    morning.do("pass", ticket, "08:02")
    morning.do("return", ticket, "08:03")
    new = send(morning, ticket, dear, wall="08:04")
    found = selectors.patient_path(ticket=selectors.ticket_by_code(new.code))
    assert [(step.number, step.verb) for step in found.steps] == [
        *((ticket.display, verb) for verb in ("register", "call", "pass", "return", "transfer")),
        (new.display, "register"),
    ]
    assert found.visits == ()
    page = room.get(f"/room/{morning.session.code}/ask/history/{ticket.code}/", headers=HTMX).content.decode()
    for words in ("Registered", "Called", "Passed", "Back in the queue", "Transferred", "Came by"):
        assert words in page
    assert "None that this hospital" in page


def test_earlier_visits_are_days_and_departments(morning: Morning) -> None:
    before = morning.walk_in("08:00")
    morning.serve("08:01")
    morning.do("finish", before, "08:05")
    later = factories.session(
        clock.local(morning.now()).date(),
        now=morning.now(),
        doctor=factories.expert("qian", department="derma"),
        quotas=[5, 5, 5, 5],
    )
    ClinicSession.objects.filter(pk=morning.session.pk).update(date="2026-10-12")
    morning.now.at("08:10")
    booking.sessions_advance(morning.now())
    again = services.walk_in_register_and_ticket(
        session_code=later.code,
        patient_id=before.patient_id,
        payment="cash",
        actor=morning.desk,
        now=morning.now(),
    )
    visits = selectors.patient_path(ticket=selectors.ticket_by_code(again.code)).visits
    assert [str(visit.date) for visit in visits] == ["2026-10-12"]
    assert visits[0].expert == morning.session.expert.name


def test_a_stranger_reads_no_history(room: Client, morning: Morning, dear: ClinicSession) -> None:
    elsewhere = services.walk_in_register_and_ticket(
        session_code=dear.code,
        patient_id=morning.patient().pk,
        payment="cash",
        actor=morning.desk,
        now=morning.now(),
    )
    assert room.get(f"/room/{morning.session.code}/ask/history/{elsewhere.code}/").status_code == 404
