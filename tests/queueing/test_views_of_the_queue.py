"""What screens, patients, experts and the desk see, and that it costs a constant number of queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from booking.models import ClinicSession, Department, Room
from hospital.common.actor import Actor
from queueing import selectors, services
from queueing.domain.errors import TicketUnknown
from queueing.services.signs import Sign, screens_seen
from tests.queueing.conftest import Morning


def test_the_board_shows_masked_names_in_calling_order(morning: Morning) -> None:
    appointment = morning.book(1)
    walk_in = morning.walk_in("07:10")
    booked = morning.check_in(appointment, "07:40")
    board = selectors.session_board(session_code=morning.session.code, now=morning.now())
    assert [(t.number, t.channel) for t in board.waiting] == [
        (booked.display, "appointment"),
        (walk_in.display, "walk_in"),
    ]
    assert all(t.name == "客*" for t in board.waiting)
    assert (board.waiting_count, board.now_serving, board.revision) == (2, None, 2)


def test_a_sensitive_department_shows_numbers_only(morning: Morning) -> None:
    Department.objects.update(sensitive=True)
    morning.walk_in("07:10")
    morning.call("08:00")
    board = selectors.session_board(session_code=morning.session.code, now=morning.now())
    assert board.now_serving is not None
    assert (board.now_serving.name, board.calls[0].name, board.names_shown) == ("", "", False)


def test_a_call_is_announced_for_two_minutes_and_a_recall_again(morning: Morning) -> None:
    ticket = morning.walk_in("07:10")
    morning.call("08:00")
    first = selectors.session_board(session_code=morning.session.code, now=morning.now()).calls
    assert [(c.number, c.room, c.recall) for c in first] == [("A01", "305", False)]
    morning.do("recall", ticket, "08:01")
    both = selectors.session_board(session_code=morning.session.code, now=morning.now()).calls
    assert [c.recall for c in both] == [True, False]
    assert both[0].id > both[1].id
    later = selectors.session_board(session_code=morning.session.code, now=morning.now.at("08:03:01")).calls
    assert later == ()


def test_a_board_costs_the_same_however_many_wait(
    morning: Morning, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _turn in range(12):
        morning.walk_in("07:10")
    with django_assert_max_num_queries(7):
        selectors.session_board(session_code=morning.session.code, now=morning.now())


def test_a_screen_shows_its_rooms_with_three_next_and_a_rising_revision(
    morning: Morning, other_session: ClinicSession, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    services.queues_prepare(morning.now.at("07:00"))
    codes = list(Room.objects.order_by("code").values_list("code", flat=True))
    screen, token = services.screen_add(
        name="3F", place="B", room_codes=codes, actor=morning.desk, now=morning.now()
    )
    assert selectors.screen_by_token(token=token) == screen
    before = selectors.screen_board(screen=screen, now=morning.now())
    for _turn in range(5):
        morning.walk_in()
    with django_assert_max_num_queries(7):
        after = selectors.screen_board(screen=screen, now=morning.now())
    assert [len(row.waiting) for row in after.rows] == [0, 3]
    assert [row.waiting_count for row in after.rows] == [0, 5]
    assert after.revision == before.revision + 5
    assert len(selectors.screen_topics(screen=screen, now=morning.now())) == 4


def test_a_screens_revision_rises_over_midnight(morning: Morning) -> None:
    services.queues_prepare(morning.now.at("07:00"))
    screen, _token = services.screen_add(
        name="3F", place="", room_codes=["r-zhao"], actor=morning.desk, now=morning.now()
    )
    morning.walk_in("07:10")
    today = selectors.screen_board(screen=screen, now=morning.now()).revision
    for days in (1, 2, 3):
        later = selectors.screen_board(screen=screen, now=morning.now() + timedelta(days=days)).revision
        assert later > today
        today = later


def test_a_revoked_screen_is_unknown(morning: Morning) -> None:
    screen, token = services.screen_add(
        name="3F", place="", room_codes=["r-zhao"], actor=morning.desk, now=morning.now()
    )
    services.screen_revoke(screen_code=screen.code, actor=morning.desk, now=morning.now())
    assert selectors.screen_by_token(token=token) is None
    assert [s.state for s in selectors.screens_fleet(now=morning.now())] == ["revoked"]


def test_a_screen_that_is_silent_or_behind_says_so(morning: Morning) -> None:
    services.queues_prepare(morning.now.at("07:00"))
    screen, _token = services.screen_add(
        name="3F", place="", room_codes=["r-zhao"], actor=morning.desk, now=morning.now()
    )

    def state() -> str:
        return selectors.screens_fleet(now=morning.now())[0].state

    assert state() == "never"
    due = selectors.screen_board(screen=screen, now=morning.now()).revision
    screens_seen(signs={screen.pk: Sign(due)}, now=morning.now())
    assert state() == "ok"
    morning.now.advance(seconds=20)
    assert state() == "stale"
    morning.now.advance(seconds=200)
    assert state() == "silent"


def test_a_patient_sees_people_ahead_and_no_estimate_without_data(morning: Morning) -> None:
    morning.walk_in("07:10")
    ticket = morning.walk_in("07:11")
    live = selectors.ticket_live(code=ticket.code, now=morning.now())
    assert (live.number, live.state, live.ahead, live.room) == ("A02", "waiting", 1, "305")
    assert (live.expected_at, live.come_back_at) == (None, None)
    assert live.allowed == ("leave",)


def test_a_patient_sees_an_interval_from_the_experts_own_consultations(
    morning: Morning, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _turn in range(12):
        last = morning.walk_in("07:10")
    for minute in range(4):
        morning.serve(f"08:{minute * 6:02d}")
    selectors.ticket_live(code=last.code, now=morning.now.at("08:19"))
    with django_assert_max_num_queries(10):
        live = selectors.ticket_live(code=last.code, now=morning.now.at("08:19"))
    assert live.ahead == 7
    assert live.expected_at is not None
    expected = live.expected_at
    assert expected.p20 < expected.p50 < expected.p80 < expected.p90
    minutes = (expected.p50 - morning.now()) / timedelta(minutes=1)
    assert 40 < minutes < 50
    assert live.come_back_at is not None
    assert live.come_back_at < expected.p20


def test_an_unknown_ticket_is_not_found(morning: Morning) -> None:
    with pytest.raises(TicketUnknown):
        selectors.ticket_live(code="nope", now=morning.now())


def test_the_room_page_says_who_is_next_and_why(
    morning: Morning, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    appointment = morning.book(1)
    walk_in, other = morning.walk_in("07:10"), morning.walk_in("07:12")
    booked = morning.check_in(appointment, "07:40")
    morning.serve("08:00")
    with django_assert_max_num_queries(12):
        room = selectors.room_state(
            session_code=morning.session.code, now=morning.now.at("08:05"), actor=morning.doctor
        )
    assert room.current is not None
    assert (room.current.code, room.current.state, room.current.waited_min) == (booked.code, "serving", 20)
    assert [(t.code, t.rule) for t in room.waiting] == [(walk_in.code, "walk_in"), (other.code, "walk_in")]
    assert (room.seen, room.total) == (0, 3)
    assert (room.can_call, room.can_start, room.can_finish, room.can_pass) == (True, False, True, False)
    assert room.undo is not None
    assert room.undo.verb == "start"
    assert [slot.walk_ins for slot in room.slots] == [2, 0, 0, 0]


def test_the_room_page_says_when_a_recall_is_possible(morning: Morning) -> None:
    morning.walk_in("07:10")
    morning.call("08:00")
    room = selectors.room_state(session_code=morning.session.code, now=morning.now.at("08:00:30"))
    assert (room.can_recall, room.recall_at) == (False, morning.now.at("08:01"))
    assert selectors.room_state(session_code=morning.session.code, now=morning.now()).can_recall


def test_only_the_sessions_own_expert_may_run_it(morning: Morning) -> None:
    code = morning.session.code
    assert selectors.session_for_user(session_code=code, user=morning.cast.dr_zhao) == morning.session
    assert selectors.session_for_user(session_code=code, user=morning.cast.desk) is None
    assert selectors.session_for_user(session_code="nope", user=morning.cast.dr_zhao) is None
    mine = selectors.sessions_of_expert(user=morning.cast.dr_zhao, now=morning.now())
    assert [session.code for session in mine] == [code]


def test_the_desk_sees_pool_and_waiting_of_every_session(
    morning: Morning, other_session: ClinicSession, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    morning.walk_in("07:10")
    selectors.desk_sessions(now=morning.now())
    with django_assert_max_num_queries(10):
        found = selectors.desk_sessions(now=morning.now())
    by_code = {session.code: session for session in found}
    mine = by_code[morning.session.code]
    assert (mine.waiting, mine.pool_left, mine.state) == (1, 39, "open")
    assert by_code[other_session.code].waiting == 0


def test_the_desk_sees_its_own_last_steps_and_what_can_be_undone(morning: Morning) -> None:
    appointment = morning.book(1)
    walk_in = morning.walk_in("07:10")
    morning.check_in(appointment, "07:11")
    recent = selectors.desk_recent(actor=morning.desk, now=morning.now())
    assert [(r.verb, r.channel, r.fee_fen, r.can_undo) for r in recent] == [
        ("register", "appointment", 0, False),
        ("register", "walk_in", 5000, True),
    ]
    morning.call("07:12")
    recent = selectors.desk_recent(actor=morning.desk, now=morning.now())
    assert {r.code: r.undo_reason for r in recent}[walk_in.code] in {"", "undo_followed"}
    assert selectors.desk_recent(actor=Actor.of(morning.cast.admin), now=morning.now()) == []


def test_the_days_visits_are_complete_once_everything_is_over(morning: Morning) -> None:
    came, never, gone = morning.book(1), morning.book(2), morning.book(3)
    morning.check_in(came, "07:30")
    walk_in = morning.walk_in("07:31")
    morning.check_in(gone, "07:32")
    morning.serve("08:00")
    morning.serve("08:07")
    services.tickets_leave_closed(
        session_id=morning.session.pk, actor=morning.desk, now=morning.now.at("12:10")
    )
    morning.do("finish", walk_in, "12:11")
    rows = selectors.visits_of_day(date=morning.session.date)
    assert sorted((r.channel, r.outcome) for r in rows) == [
        ("appointment", "done"),
        ("appointment", "left"),
        ("walk_in", "done"),
    ]
    assert never.code
    done = next(r for r in rows if r.channel == "walk_in")
    assert (done.expert_code, done.registered_at, done.started_at) == (
        "zhao",
        walk_in.registered_at,
        morning.now.at("08:07"),
    )
