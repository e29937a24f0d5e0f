"""Names, phones and documents of the people in the hall: on no public page, in no frame, in nothing that is spoken."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator

import pytest
from django.test import Client

from booking.models import Department, Patient
from booking.services import patient_register, sessions_advance
from hospital.accounts.services import token_issue
from hospital.common import clock, live
from hospital.common.actor import Actor
from hospital.common.feeds import Source
from hospital.common.sockets import Frame
from queueing import public_regions, regions, screen_regions, services
from queueing.domain.states import LIVE
from queueing.models import Screen, Ticket
from queueing.selectors import boards, slips
from queueing.selectors.slips import print_bytes
from queueing.views.kiosk import pages as kiosk_pages
from tests import factories
from tests.clock import VirtualClock
from tests.figures import Figures
from tests.queueing.receipt_printer import slips_of
from tests.security.routes import listed
from tests.security.world import World, hospital

NAMES = (
    "龘犇",
    "羴鱻麤",
    "靐飝灥厵",
    "欧阳骉淼",
    "买热帕提·吐逊阿依",
    "Zygmunt Kowalewski",
    "Xanthippe",
    "Ōtsuka Wahine",
)
"""Of two to four characters, of two surnames, with a dot, in Latin letters: no page holds a part of one by chance."""
COUNTY, BORN = "330106", "19370203"
OUTBOX = {"demo/outbox/"}
"""Messages as they reach the telephones of the demo, each of its own patient."""
STATES = ("waiting", "called", "serving", "passed", "done", "left", "cancelled")


def canary(number: int, now: VirtualClock) -> Patient:
    """Somebody whose name, document and phone nobody else has."""
    return patient_register(
        name=NAMES[number % len(NAMES)],
        id_type="resident",
        id_number=factories.resident_id(number, born=BORN, county=COUNTY),
        phone=f"1397654{number:04d}",
        actor=Actor.job("test"),
        now=now(),
    )


def parts(name: str) -> set[str]:
    """What of a name must be nowhere: a word of Latin letters, any two characters of another that stand together."""
    if name.isascii() or " " in name:
        return set(name.split())
    return {name[place : place + 2] for place in range(len(name) - 1)}


SECRETS = {*(part for name in NAMES for part in parts(name)), "1397654", COUNTY + BORN, BORN}


def leaks(text: str) -> set[str]:
    """The secrets that a text shows: as it is, unescaped, or with its tags and spaces taken out."""
    plain = html.unescape(text)
    bare = re.sub(r"<[^>]*>|\s", "", plain)
    return {secret for secret in SECRETS if any(secret in each for each in (text, plain, bare))}


def two_rooms(cast: factories.Cast, now: VirtualClock) -> None:
    """Dr Zhao's and one of a sensitive department; in each some wait, one leaves, one is cancelled."""
    desk, number, today = Actor.of(cast.desk), 100, clock.local(now()).date()
    doctor = factories.expert(account=cast.dr_zhao)
    running = factories.session(today, now=now.at("06:00"), doctor=doctor)
    secret = factories.session(
        running.date,
        now=now.at("07:30"),
        doctor=factories.expert("secret", department="secret"),
        quotas=[5, 5, 5, 5],
    )
    sessions_advance(now.at("07:30"))
    Department.objects.filter(code="secret").update(sensitive=True)
    rooms = [running.room.code, secret.room.code]
    for layout in Screen.Layout.values:
        services.screen_add(
            name=layout,
            place="",
            layout=layout,
            room_codes=rooms,
            department_code=doctor.department.code,
            actor=desk,
            now=now(),
        )
    for session in (running, secret):
        tickets = []
        for _person in range(6):
            number += 1
            tickets.append(
                services.walk_in_register_and_ticket(
                    session_code=session.code,
                    patient_id=canary(number, now).pk,
                    payment="cash",
                    actor=desk,
                    now=now(),
                )
            )
        services.ticket_leave(code=tickets[-1].code, actor=desk, now=now())
        services.ticket_cancel(code=tickets[-2].code, reason="test", actor=desk, now=now())


def call(session_code: str, now: VirtualClock) -> Ticket:
    return services.ticket_call_next(session_code=session_code, actor=Actor.job("test"), now=now())


def moments(now: VirtualClock) -> Iterator[str]:
    """The morning goes on in both rooms; the screens and phones are looked at after each of its moments."""
    codes = list(dict.fromkeys(Ticket.objects.order_by("-pk").values_list("session__code", flat=True)))
    job = Actor.job("test")
    yield "nobody called"
    now.at("08:00")
    for verb in ("finish", "pass", "start"):
        called = [call(code, now) for code in codes]
        yield "called"
        now.advance(seconds=40)
        for ticket in called[verb == "start" :]:  # one stays called
            getattr(services, f"ticket_{verb}")(code=ticket.code, actor=job, now=now())
        yield verb


def of_each_state() -> Iterable[Ticket]:
    """The youngest ticket of each state."""
    return Ticket.objects.order_by("state", "-pk").distinct("state")


def sources() -> Iterator[tuple[str, Source | None]]:
    """Screens of every layout, the public boards, a phone of each state."""
    for language in screen_regions.LANGUAGES:
        for screen in Screen.objects.filter(revoked_at=None):
            yield (
                f"the {screen.layout} screen",
                screen_regions.screen_source(screen=screen, language=language),
            )
        for code in set(Ticket.objects.values_list("session__code", flat=True)):
            yield "the public board", public_regions.board_source(code=code, language=language)
    for number, ticket in enumerate(of_each_state()):
        language = screen_regions.LANGUAGES[number % 2]
        yield f"a {ticket.state} phone", regions.ticket_source(code=ticket.code, language=language)


def frames() -> Iterator[tuple[str, str]]:
    """What the hub sends to them."""
    for place, source in sources():
        assert source is not None
        content = source.build()
        body = json.dumps(dict(content.data), ensure_ascii=False)
        yield f"{place}'s frame", Frame(content.revision, body).as_snapshot.text


def public(world: World) -> set[str]:
    """Every address that needs no sign-in, for what there is of its kind."""
    return {
        world.path(route)
        for route in listed()
        if route.method == "GET" and "anonymous" in route.roles and route.pattern not in OUTBOX
    }


def pages(paths: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
    """These, those of a ticket of each state, and each session's own."""
    browser, paths = Client(), set(paths)
    for code in [ticket.code for ticket in of_each_state()]:
        paths |= {f"/t/{code}/", f"/api/v1/tickets/{code}/"}
    for session in set(Ticket.objects.values_list("session__code", flat=True)):
        paths |= {f"/api/v1/sessions/{session}/board/", f"/board/{session}/"}
    for path in sorted(paths):
        yield path, browser.get(path).content.decode(errors="replace")


KIOSK = ("/kiosk/", "/kiosk/type/", "/kiosk/no-booking/")


def at_the_kiosk(now: VirtualClock) -> Iterator[tuple[str, str]]:
    """The kiosk's pages, and what it shows whoever scans a slip, in both languages."""
    token = token_issue(name="hall", actor=Actor.job("test"), now=now(), device="kiosk")
    glass = Client()
    glass.post("/kiosk/pair/", {"token": token})
    for language in screen_regions.LANGUAGES:
        for path in KIOSK:
            yield f"{path} ({language})", glass.get(path, {"lang": language}).content.decode()
        for number, ticket in enumerate(of_each_state()):
            body = {
                "text": f"https://h.example/t/{ticket.code}/",
                "lang": language,
                "key": f"{language}{number}",
            }
            yield f"the kiosk ({language})", glass.post("/kiosk/check-in/", body).content.decode()


def on_paper(now: VirtualClock) -> Iterator[tuple[str, str]]:
    """The slips of everybody who still waits."""
    printer = services.printer_add(
        values={"name": "Hall", "host": "127.0.0.1", "port": 9}, actor=Actor.job("test"), now=now()
    )
    for ticket in Ticket.objects.filter(state__in=LIVE):
        job = services.slip_ask(
            ticket=ticket, printer_code=printer.code, actor=Actor.job("test"), now=now(), language="en"
        )
        assert job is not None
        for slip in slips_of(print_bytes(job, now=now())):
            yield "a slip", slip.text


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Announcements on their way to Valkey."""
    sent: list[str] = []
    monkeypatch.setattr(live, "on_commit", lambda action, text: sent.append(str(text)))
    return sent


@pytest.mark.django_db
def test_no_public_page_no_frame_and_nothing_spoken_shows_who_is_in_the_hall(
    cast: factories.Cast, now: VirtualClock, told: list[str], figures: Figures
) -> None:
    world = hospital(cast, now, person=lambda number: canary(number, now))
    two_rooms(cast, now)
    found: dict[str, set[str]] = {}
    looked, spoken = 0, 0

    def look(place: str, text: str) -> None:
        nonlocal looked, spoken
        looked += 1
        spoken += len(re.findall(r"data-(?:zh|en|say)=.[^ ]", text))
        if shown := leaks(text):
            found[place] = shown

    for moment in moments(now):
        for place, text in frames():
            look(f"{place} ({moment})", json.loads(text)["data"]["html"])
            look(f"{place} ({moment}), as it is sent", text)
    assert set(Ticket.objects.values_list("state", flat=True)) == set(STATES)
    for place, text in pages(public(world)):
        look(place, text)
    for text in told:
        look("an announcement", text)
    for place, text in [*on_paper(now), *at_the_kiosk(now)]:
        look(place, text)
    assert found == {}
    assert spoken > 10
    assert len(told) > 10
    figures.shown(
        "masking",
        f"0 of {len(SECRETS)} parts in {looked} pages, frames and announcements, {spoken} spoken texts",
    )


@pytest.mark.django_db
def test_control_without_the_mask_the_scan_finds_the_names_on_screens_and_boards(
    cast: factories.Cast, now: VirtualClock, monkeypatch: pytest.MonkeyPatch, figures: Figures
) -> None:
    two_rooms(cast, now)
    for moment in moments(now):
        if moment == "called":
            break
    unmasked: Callable[[str], str] = str
    for module in (boards, slips, kiosk_pages):
        monkeypatch.setattr(module, "masked_name", unmasked)
    shown = [*frames(), *pages(), *on_paper(now), *at_the_kiosk(now)]
    found = {place for place, text in shown if leaks(text)}
    assert {"a slip", "the kiosk (en)"} <= found
    assert {f"the {layout} screen's frame" for layout in Screen.Layout.values} <= found
    assert any(place.endswith("/board/") for place in found)
    numbers_only = ("the public board", "/board/")
    assert not any(place.startswith(numbers_only) for place in found)
    figures.control("masking", f"found in {len(found)} kinds of pages and frames")


def test_what_the_scan_looks_for_is_found_however_it_is_written() -> None:
    assert leaks("龘<b>犇</b>") == {"龘犇"}
    assert leaks("Zygmunt&#32;K**") == {"Zygmunt"}
    assert leaks("+86 139 7654 0001") == {"1397654"}
    assert leaks("羴**") == set()
