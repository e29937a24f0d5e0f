"""What screens show and to whom, the lines on them, how new ones join, and what they say of themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from booking.models import ClinicSession, Department
from hospital.common import clock, history, speech
from hospital.common.errors import NotFound
from queueing import selectors, services, tasks
from queueing.domain.screen_errors import NothingToShow, NoticeEndsEarly, PairingUnknown, TooManyPairings
from queueing.forms import ScreenSetupForm
from queueing.models import Screen, ScreenGap, ScreenNotice, ScreenPairing
from queueing.screen_regions import screen_view
from queueing.selectors.fleet import fleet_with_panel
from queueing.selectors.notices import notices_listed
from queueing.selectors.screens import Way, screen_likeness
from queueing.services import pairings
from queueing.services.signs import Sign, screens_seen
from tests.queueing.conftest import Morning


def screen_of(morning: Morning, *rooms: str, **setup: object) -> Screen:
    screen, _token = services.screen_add(
        name="3F",
        room_codes=list(rooms) or [morning.session.room.code],
        actor=morning.desk,
        now=morning.now(),
        **setup,  # type: ignore[arg-type]
    )
    return screen


def lines(morning: Morning, screen: Screen) -> list[str]:
    board = selectors.screen_board(screen=screen, now=morning.now())
    return [notice.text for notice in board.notices]


def state(morning: Morning) -> str:
    return selectors.screens_fleet(now=morning.now())[0].state


# -- layouts -------------------------------------------------------------------------------------------------------


def test_a_departments_screen_shows_everybody_of_it_with_how_many_wait(
    morning: Morning, other_session: ClinicSession
) -> None:
    services.queues_prepare(morning.now.at("07:00"))
    department = morning.session.expert.department
    screen, _token = services.screen_add(
        name="all",
        layout="department",
        department_code=department.code,
        room_codes=[],
        actor=morning.desk,
        now=morning.now(),
    )
    for _turn in range(4):
        morning.walk_in("07:10")
    [row] = selectors.screen_board(screen=screen, now=morning.now()).rows
    assert (row.expert, row.waiting_count, len(row.waiting)) == (morning.session.expert.name, 4, 2)
    assert other_session.expert.department_id != department.pk


def test_a_screen_that_shows_nothing_is_refused(morning: Morning) -> None:
    for setup in ({"room_codes": []}, {"room_codes": [], "layout": "department"}):
        with pytest.raises(NothingToShow):
            services.screen_add(name="x", actor=morning.desk, now=morning.now(), **setup)  # type: ignore[arg-type]
    assert not Screen.objects.exists()


def test_a_corridor_screen_knows_the_way_to_each_room(morning: Morning) -> None:
    services.queues_prepare(morning.now.at("07:00"))
    way = Way("left", "过电梯", "past the lift")
    screen = screen_of(morning, layout="corridor", ways={morning.session.room.code: way})
    assert selectors.screen_board(screen=screen, now=morning.now()).ways == {"305": way}
    unset = screen_of(morning, layout="corridor")
    shown = [screen_view(screen=one, language="en", now=morning.now()).html for one in (screen, unset)]
    assert [("The way there" in html, "past the lift" in html) for html in shown] == [
        (True, True),
        (False, False),
    ]


def test_the_set_up_lists_the_rooms_of_the_screen_first_then_by_code() -> None:
    rooms = [SimpleNamespace(code=code, name=code, place_label="") for code in ("101", "207", "305", "202")]
    shown = {"room_codes": ["305", "207"]}
    form = ScreenSetupForm(initial=shown, rooms=rooms, departments=[])
    listed = [row["box"].data["value"] for row in form.room_rows()]
    assert [str(code) for code in listed] == ["305", "207", "101", "202"]


def test_a_screen_set_to_numbers_only_names_nobody(morning: Morning) -> None:
    services.queues_prepare(morning.now.at("07:00"))
    screen = screen_of(morning, numbers_only=True)
    morning.walk_in("07:10")
    morning.walk_in("07:10")
    morning.call("08:00")
    [row] = selectors.screen_board(screen=screen, now=morning.now()).rows
    assert row.now_serving is not None
    assert {row.now_serving.name, row.waiting[0].name, row.calls[0].name} == {""}


def test_screens_share_a_board_only_when_they_always_show_the_same(morning: Morning) -> None:
    one, same, corridor = screen_of(morning), screen_of(morning), screen_of(morning, layout="corridor")
    silent, plain = screen_of(morning, sound="off", theme="light"), screen_of(morning, numbers_only=True)
    likeness = [screen_likeness(screen=screen) for screen in (one, same, silent, corridor, plain)]
    assert likeness[0] == likeness[1] == likeness[2]
    assert len(set(likeness)) == 3
    services.notice_add(text="停电", screen_code=same.code, actor=morning.desk, now=morning.now())
    assert screen_likeness(screen=one) == likeness[0] != screen_likeness(screen=same)


def test_a_new_set_up_and_a_reload_are_noticed_by_the_page_and_stand_in_the_history(morning: Morning) -> None:
    screen = screen_of(morning)
    services.screen_change(
        screen_code=screen.code, theme="light", bilingual=False, actor=morning.desk, now=morning.now()
    )
    services.screen_reload(screen_code=screen.code, actor=morning.desk, now=morning.now())
    screen.refresh_from_db()
    assert (screen.theme, screen.bilingual, screen.setup, screen.rooms.count()) == ("light", False, 3, 1)
    assert [row.verb for row in history.of(screen)] == ["add", "change", "reload"]


# -- lines ---------------------------------------------------------------------------------------------------------


def test_a_line_stands_on_one_screen_on_a_departments_screens_or_on_all(
    morning: Morning, other_session: ClinicSession
) -> None:
    services.queues_prepare(morning.now.at("07:00"))
    ours, other = screen_of(morning), screen_of(morning, other_session.room.code)
    put = {"actor": morning.desk, "now": morning.now()}
    services.notice_add(text="一块", screen_code=ours.code, **put)
    services.notice_add(text="一科", department_code=other_session.expert.department.code, **put)
    services.notice_add(text="全院", **put)
    assert lines(morning, ours) == ["一块", "全院"]
    assert lines(morning, other) == ["一科", "全院"]


def test_a_line_is_up_from_its_beginning_to_its_end(morning: Morning) -> None:
    services.queues_prepare(morning.now.at("07:00"))
    screen = screen_of(morning)
    services.notice_add(
        text="下午停电",
        begins_at=morning.now.at("09:00"),
        ends_at=morning.now.at("10:00"),
        actor=morning.desk,
        now=morning.now.at("08:00"),
    )
    seen = []
    for wall in ("08:59", "09:00", "09:59", "10:00"):
        morning.now.at(wall)
        seen.append(lines(morning, screen))
    assert seen == [[], ["下午停电"], ["下午停电"], []]


def test_a_line_that_is_taken_down_is_gone_at_once_also_before_it_began(morning: Morning) -> None:
    services.queues_prepare(morning.now.at("07:00"))
    screen = screen_of(morning)
    now = morning.now.at("08:00")
    up = services.notice_add(text="现在", actor=morning.desk, now=now)
    later = services.notice_add(text="以后", begins_at=now + timedelta(hours=1), actor=morning.desk, now=now)
    assert lines(morning, screen) == ["现在"]
    for notice in (up, later, up):
        services.notice_end(notice_code=notice.code, actor=morning.desk, now=now)
    assert lines(morning, screen) == []
    assert [row.verb for row in history.of(up)] == ["add", "end"]
    with pytest.raises(NotFound):
        services.notice_end(notice_code="NOBODY23", actor=morning.desk, now=now)


def test_a_line_from_long_ago_is_up_from_now_on(morning: Morning) -> None:
    """The year 1 in the hospital's zone is no year in the database's."""
    long_ago = datetime(1, 1, 1, tzinfo=clock.zone())
    notice = services.notice_add(
        text="x", begins_at=long_ago, actor=morning.desk, now=morning.now.at("08:00")
    )
    assert notices_listed(now=morning.now()) == [notice]
    assert ScreenNotice.objects.get().begins_at == morning.now()


def test_a_line_that_would_be_over_before_it_begins_is_refused(morning: Morning) -> None:
    now = morning.now.at("08:00")
    for begins, ends in ((None, now), (now + timedelta(hours=2), now + timedelta(hours=1))):
        with pytest.raises(NoticeEndsEarly):
            services.notice_add(text="x", begins_at=begins, ends_at=ends, actor=morning.desk, now=now)
    assert not ScreenNotice.objects.exists()


# -- joining -------------------------------------------------------------------------------------------------------


def test_the_code_that_a_screen_shows_makes_its_own_secret_its_token(morning: Morning) -> None:
    pairing, secret = services.pairing_begin(now=morning.now())
    assert selectors.screen_by_token(token=secret) is None
    typed = f" {pairing.code[:3].lower()}-{pairing.code[3:]} "
    screen, token = services.screen_add(
        pairing=typed,
        name="3F",
        room_codes=[morning.session.room.code],
        actor=morning.desk,
        now=morning.now(),
    )
    assert token == ""
    assert selectors.screen_by_token(token=secret) == screen
    with pytest.raises(PairingUnknown):
        screen_of(morning, pairing=pairing.code)
    assert Screen.objects.count() == 1


def test_a_code_that_ran_out_adds_nothing(morning: Morning) -> None:
    pairing, _secret = services.pairing_begin(now=morning.now())
    morning.now.advance(minutes=15)
    with pytest.raises(PairingUnknown):
        screen_of(morning, pairing=pairing.code)
    assert not Screen.objects.exists()
    services.pairing_begin(now=morning.now())
    assert ScreenPairing.objects.count() == 1


def test_codes_that_nobody_types_have_an_end(morning: Morning, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairings, "OPEN_MAX", 2)
    for _turn in range(2):
        services.pairing_begin(now=morning.now())
    with pytest.raises(TooManyPairings):
        services.pairing_begin(now=morning.now())


# -- signs of life -------------------------------------------------------------------------------------------------


def test_a_screen_that_is_heard_again_has_a_gap_in_its_day(morning: Morning) -> None:
    screen = screen_of(morning)
    screens_seen(signs={screen.pk: Sign(1)}, now=morning.now.at("08:00"))
    screens_seen(signs={screen.pk: Sign(1)}, now=morning.now.at("08:00:10"))
    assert not ScreenGap.objects.exists()
    screens_seen(signs={screen.pk: Sign(1)}, now=morning.now.at("09:12:10"))
    [gap] = ScreenGap.objects.all()
    assert gap.ends_at - gap.begins_at == timedelta(minutes=72)
    [piece] = selectors.screens_fleet(now=morning.now())[0].gaps
    assert (piece.start + piece.width, piece.width) == (1000, 50)
    morning.now.advance(days=9)
    tasks.forget_what_is_over(morning.now())
    assert not ScreenGap.objects.exists()


def test_a_screen_says_what_it_is_and_whether_it_is_heard(morning: Morning) -> None:
    services.queues_prepare(morning.now.at("07:00"))
    screen = screen_of(morning)
    due = selectors.screen_board(screen=screen, now=morning.now()).revision
    screens_seen(signs={screen.pk: Sign(due, 84, "locked", "1920x1080", "abc123")}, now=morning.now())
    [one] = selectors.screens_fleet(now=morning.now())
    assert (one.state, one.latency_s, one.size, one.build) == ("muted", "0.1", "1920x1080", "abc123")
    screens_seen(signs={screen.pk: Sign(due, 84, "voice")}, now=morning.now())
    assert state(morning) == "ok"
    services.screen_revoke(screen_code=screen.code, actor=morning.desk, now=morning.now())
    screens_seen(signs={screen.pk: Sign(7)}, now=morning.now.advance(seconds=60))
    screen.refresh_from_db()
    assert screen.revision_shown == due


def test_the_likely_cause_names_a_screen_that_works(morning: Morning) -> None:
    broken, works = screen_of(morning, place="3F"), screen_of(morning, place="3F")
    Screen.objects.filter(pk=works.pk).update(name="works")
    for screen in (broken, works):
        screens_seen(signs={screen.pk: Sign(2**52)}, now=morning.now())
    later = morning.now.advance(seconds=500)

    def panel() -> tuple[str, str]:
        _fleet, found = fleet_with_panel(code=broken.code, now=later)
        assert found is not None
        return found.cause, found.neighbour

    assert panel() == ("all", "")
    screens_seen(signs={works.pk: Sign(2**52)}, now=later)
    assert panel() == ("alone", "works")


# -- the server's voice --------------------------------------------------------------------------------------------

SPEAKER = """#!/bin/sh
echo "$@" >> {log}
printf 'RIFF'
cat
"""


@pytest.fixture
def speaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An espeak-ng that says back what it was given, and keeps how it was called."""
    log, program = tmp_path / "log", tmp_path / "espeak-ng"
    program.write_text(SPEAKER.format(log=log))
    program.chmod(0o755)
    monkeypatch.setattr(speech, "program", lambda: str(program))
    return log


def test_a_clip_is_spoken_once_however_many_screens_ask(speaker: Path) -> None:
    text = f"Number A 17 of {speaker}"
    assert speech.clip(text, "en") == speech.clip(text, "en") == f"RIFF{text}".encode()
    assert speaker.read_text().splitlines() == ["-v en-gb -s 135 --stdout --stdin"]
    assert speech.clip(text, "fr") is None


def test_a_server_that_cannot_speak_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(speech, "program", lambda: "")
    assert not speech.is_possible()
    assert speech.clip("x", "en") is None
    monkeypatch.setattr(speech, "program", lambda: str(tmp_path / "gone"))
    assert speech.clip(f"never heard {tmp_path}", "en") is None


def test_a_sensitive_departments_line_of_calls_is_never_named(morning: Morning) -> None:
    services.queues_prepare(morning.now.at("07:00"))
    Department.objects.update(sensitive=True)
    screen = screen_of(morning)
    morning.walk_in("07:10")
    [row] = selectors.screen_board(screen=screen, now=morning.now()).rows
    assert row.waiting[0].name == ""
