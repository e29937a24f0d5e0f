"""Calls for help: one press, seen by desk and managers, answered once and by name."""

from __future__ import annotations

import pytest
from django.test import Client

from hospital.common import history
from hospital.common.actor import Actor
from queueing import selectors, services
from queueing.domain import errors
from queueing.models import Alarm
from tests.queueing.conftest import Morning


def ring(morning: Morning, wall: str = "08:00") -> Alarm:
    return services.alarm_raise(
        session_code=morning.session.code, actor=morning.doctor, now=morning.now.at(wall)
    )


def go(morning: Morning, alarm: Alarm, name: str = "王护士", wall: str = "08:01") -> Alarm:
    return services.alarm_acknowledge(
        code=alarm.code, name=name, actor=morning.desk, now=morning.now.at(wall)
    )


def test_an_alarm_says_the_room_and_the_time_until_somebody_goes(morning: Morning) -> None:
    alarm = ring(morning)
    (shown,) = selectors.alarms_now(now=morning.now())
    assert (shown.state, shown.room, shown.raised_at) == ("raised", "305", morning.now.at("08:00"))
    go(morning, alarm)
    (shown,) = selectors.alarms_now(now=morning.now())
    assert (shown.state, shown.answered_by) == ("acknowledged", "王护士")
    room = selectors.room_state(session_code=morning.session.code, now=morning.now())
    assert room.alarm == shown
    assert [(row.verb, row.actor_kind) for row in history.of(alarm)] == [
        ("raise", "expert"),
        ("acknowledge", "desk"),
    ]


def test_who_went_is_shown_for_ten_minutes(morning: Morning) -> None:
    go(morning, ring(morning))
    assert selectors.alarms_now(now=morning.now.at("08:10"))
    assert not selectors.alarms_now(now=morning.now.at("08:11"))


def test_a_second_press_rings_no_second_alarm(morning: Morning) -> None:
    assert ring(morning) == ring(morning, "08:00:01")
    assert Alarm.objects.count() == 1


def test_after_an_answer_help_can_be_called_again(morning: Morning) -> None:
    first = ring(morning)
    go(morning, first)
    assert ring(morning, "08:05") != first


def test_of_one_room_only_who_went_last_is_shown_and_what_rings_first(morning: Morning) -> None:
    go(morning, ring(morning))
    go(morning, ring(morning, "08:02"), "何主任", "08:03")
    ringing = ring(morning, "08:04")
    shown = selectors.alarms_now(now=morning.now())
    assert [(one.code == ringing.code, one.answered_by) for one in shown] == [(True, ""), (False, "何主任")]


def test_help_can_be_called_before_the_opening(morning: Morning) -> None:
    assert ring(morning, "06:30").state == "raised"


def test_only_one_goes_and_the_other_is_told_who(morning: Morning) -> None:
    alarm = ring(morning)
    go(morning, alarm)
    with pytest.raises(errors.AlarmAnswered, match="王护士"):
        go(morning, alarm, "何主任")
    assert go(morning, alarm, wall="08:02").answered_at == morning.now.at("08:01"), (
        "a second press of the same"
    )


def test_the_room_withdraws_what_was_pressed_by_mistake(morning: Morning) -> None:
    alarm = ring(morning)
    services.alarm_withdraw(
        code=alarm.code, name="赵明", actor=morning.doctor, now=morning.now.at("08:00:05")
    )
    assert not selectors.alarms_now(now=morning.now())
    with pytest.raises(errors.AlarmAnswered):
        go(morning, alarm)
    alarm.refresh_from_db()
    assert alarm.state == "withdrawn"


def test_an_unknown_alarm_is_refused(morning: Morning) -> None:
    with pytest.raises(errors.AlarmUnknown):
        services.alarm_acknowledge(
            code="NOBODY23", name="x", actor=Actor.of(morning.cast.desk), now=morning.now()
        )


@pytest.fixture
def staff(morning: Morning, client: Client, settings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(morning.cast.desk)
    return client


def test_the_desk_and_managers_watch_for_alarms_on_every_page(morning: Morning, staff: Client) -> None:
    for person, address in ((morning.cast.desk, "/desk/"), (morning.cast.manager, "/manage/policy/")):
        staff.force_login(person)
        assert 'data-ws="/ws/alarms/' in staff.get(address).content.decode()
    staff.force_login(morning.cast.dr_zhao)
    assert 'data-ws="/ws/alarms/' not in staff.get(f"/room/{morning.session.code}/").content.decode()


def test_the_desk_answers_with_one_press_by_name(morning: Morning, staff: Client) -> None:
    alarm = ring(morning)
    ringing = staff.get("/alarms/").content.decode()
    assert "Room 305 needs help" in ringing
    answer = staff.post(f"/alarms/{alarm.code}/acknowledge/", headers={"HX-Request": "true"})
    assert "Room 305: desk is going there (08:00)" in answer.content.decode()
    staff.force_login(morning.cast.manager)
    late = staff.post(f"/alarms/{alarm.code}/acknowledge/", headers={"HX-Request": "true"})
    assert "Already answered by desk." in late.content.decode()
