"""A hospital with one of everything that an address can lead to, made through the real services."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

from django.core.management import call_command

from analytics.domain.what_if import Changes
from analytics.models import NightRun, QuotaPlan
from analytics.services.mappings import mapping_save
from analytics.services.nights import night_begin
from analytics.services.uploads import upload_check, upload_keep, upload_read
from analytics.services.what_ifs import what_if_ask
from booking import services
from booking.models import (
    Absence,
    Appointment,
    ClinicSession,
    Patient,
    RiskSignal,
    SessionTemplate,
    Slot,
    StopCase,
)
from hospital.accounts.emails import email_set
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.crypto import unseal
from hospital.common.models import Message
from queueing import services as queueing
from queueing.services import screen_add
from tests import factories
from tests.clock import VirtualClock
from tests.security.routes import Route

HISTORY = Path(__file__).parents[1] / "paper" / "hand_worked.csv"
JOB = Actor.job("test")


@dataclass
class World:
    """The cast, and a code of each kind of thing."""

    cast: factories.Cast
    now: VirtualClock
    person: Callable[[int], Patient]
    codes: dict[str, str] = field(default_factory=dict)

    def path(self, route: Route) -> str:
        """An address of this form that leads to something, and is the patient's where it is somebody's."""
        for prefix, code in self.codes.items():
            if re.match(prefix, route.pattern):
                real = re.sub(
                    r"<(slug|str|int):(code|token|claim|pk|language)>", code, route.pattern, count=1
                )
                real = real.replace("<slug:ticket>", self.codes.get("who waits", ""))
                return replace(route, pattern=real).path
        return route.path


def _session(world: World, name: str, days: int, quotas: list[int]) -> ClinicSession:
    """Of a doctor and a department of their own."""
    day = clock.local(world.now()).date() + timedelta(days=days)
    doctor = factories.expert(name, department=name)
    return factories.session(day, now=world.now(), doctor=doctor, quotas=quotas)


def hospital(
    cast: factories.Cast, now: VirtualClock, *, person: Callable[[int], Patient] | None = None
) -> World:
    """Monday morning, the clinic running; tomorrow's stopped, others sold out or drawn; money of every kind.

    ``person`` registers the patients who are nobody of the cast.
    """
    world = World(cast, now, person or (lambda number: factories.person(number, now())))
    lin, doctor = cast.patients["lin"], factories.expert(account=cast.dr_zhao)
    today = clock.local(now()).date()
    now.at("06:00")
    running = factories.session(today, now=now(), doctor=doctor, quotas=[5, 5, 5, 5])
    slots = factories.slots(running)
    mine = factories.book(slots[0], lin, cast.lin, now())
    by_link = _money(world, slots[1])
    missed = factories.book(slots[2], world.person(9), None, now())
    Appointment.objects.filter(pk=missed.pk).update(state="unresolved")
    RiskSignal.objects.create(account=cast.chen, kind="payer", weight=9, at=now())
    world.codes |= _coming(world, lin)
    services.sessions_advance(now.at("07:30"))
    world.codes |= _in_the_hall(world, running)
    services.ban_add(
        patient_id=world.person(8).pk, days=30, reason="x", actor=Actor.of(cast.manager), now=now()
    )
    manager = Actor.of(cast.manager)
    ban = services.ban_add(patient_id=lin.pk, days=30, reason="test", actor=Actor.of(cast.manager), now=now())
    world.codes |= {
        "experts/|(manage|api/v1)/policy/": doctor.code,
        "pay/": by_link.code,
        "(api/v1/)?sessions/.*/(waitlist|draw)/": world.codes["drawn"],
        "(api/v1/)?sessions/|board/|add-ons/|room/|(desk|manage/schedule)/sessions/": running.code,
        "(api/v1/)?(appointments|desk/bookings|desk/appointments)/": mine.code,
        "bans/": ban.code,
        "(manage|api/v1)/schedule/templates/": str(
            SessionTemplate.objects.filter(expert=doctor).latest("pk").pk
        ),
        "(manage|api/v1)/schedule/absences/": str(_holiday(today).pk),
        "manage/plans/": _plan(),
        "manage/what-ifs/": _what_if(manager, now()),
        "manage/history/mappings/": str(_mapping(manager, now())),
        "manage/history/": _history_file(manager, now()),
        "manage/night/": str(night_begin(kind=NightRun.Kind.MANUAL, actor=JOB, now=now()).pk),
        "messages/email/": _claim(world),
    }
    _asked(world, ban.code)
    return world


def _holiday(today: date) -> Absence:
    far = today + timedelta(days=99)
    return Absence.objects.create(kind="holiday", first_day=far, last_day=far, reason="New Year")


def _money(world: World, slot: Slot) -> Appointment:
    """Cash that waits at the desk, money for a person to look at, a settled day; a number to pay by its link."""
    desk, now = Actor.of(world.cast.desk), world.now
    cash, odd, unpaid = (factories.hold(slot, world.person(number), None, now()) for number in (1, 2, 3))
    services.appointment_confirm_at_desk(appointment_id=cash.pk, payment="cash", actor=desk, now=now())
    services.appointment_cancel(appointment_id=cash.pk, actor=desk, now=now(), reason="phoned")
    payment = services.payment_create(appointment_id=odd.pk, provider_name="sandbox", actor=JOB, now=now())
    notice = replace(factories.notice_of(payment, now()), amount_fen=1)
    services.payment_notice_apply(notice=notice, now=now())
    services.settlement_make(provider_name="cash", day=clock.today(), now=now())
    return unpaid


def _coming(world: World, lin: Patient) -> dict[str, str]:
    """A clinic that is stopped, one that is sold out, one whose numbers are drawn."""
    now, account = world.now, world.cast.lin
    stopped, sold = _session(world, "li", 1, [3, 3, 3, 3]), _session(world, "sun", 2, [1, 0, 0, 0])
    affected = factories.book(factories.slots(stopped)[0], lin, account, now())
    factories.book(factories.slots(stopped)[0], world.person(6), None, now())
    manager = Actor.of(world.cast.manager)
    stop = services.stop_propose(session_id=stopped.pk, reason="ill", actor=manager, now=now())
    services.stop_apply(code=stop.code, actor=manager, now=now())
    services.stop_go_on(stop_id=stop.pk, now=now())
    factories.book(factories.slots(sold)[0], world.person(7), None, now())
    entry = factories.join(sold, lin, account, now())
    factories.policy_without_limits(now(), draw_s=24 * 3600)
    drawn = _session(world, "wu", 3, [2, 0, 0, 0])
    [slot, *_] = factories.slots(drawn)
    wish = services.draw_request_ask(
        slot_code=slot.code, patient_id=lin.pk, account_id=account.pk, actor=Actor.of(account), now=now()
    )
    return {
        "stopped/|(api/v1|desk)/stop-cases/": StopCase.objects.get(appointment=affected).code,
        "(desk|manage|api/v1)/stops/": stop.code,
        "waitlist/": entry.code,
        "(api/v1/)?draw-requests/": wish.code,
        "drawn": drawn.code,
    }


def _in_the_hall(world: World, running: ClinicSession) -> dict[str, str]:
    """Somebody waits with a ticket, somebody pays by phone, and a screen shows the room."""
    desk, now = Actor.of(world.cast.desk), world.now()
    ticket = queueing.walk_in_register_and_ticket(
        session_code=running.code,
        patient_id=world.person(4).pk,
        payment="cash",
        actor=desk,
        now=now,
    )
    paying = queueing.walk_in_reserve(
        session_code=running.code,
        patient_id=world.person(5).pk,
        provider_name="sandbox",
        actor=desk,
        now=now,
    )
    screen, token = screen_add(name="Hall", place="3F", room_codes=[running.room.code], actor=desk, now=now)
    printer = queueing.printer_add(
        values={"name": "Hall", "host": "127.0.0.1", "port": 9}, actor=Actor.of(world.cast.manager), now=now
    )
    slip = queueing.slip_ask(ticket=ticket, printer_code=printer.code, actor=desk, now=now)
    return {
        "t/offline/": "en",
        "manage/printers/": printer.code,
        "(kiosk|desk)/prints/": slip.code if slip else "",
        "t/|(api/v1|desk)/tickets/|(api/v1/)?tickets/": ticket.code,
        "who waits": ticket.code,
        "(api/v1/)?desk/walk-ins/": paying.code,
        "screens/": token,
        "manage/screens/": screen.code,
    }


def _plan() -> str:
    call_command("import_visits", str(HISTORY), stdout=StringIO())
    call_command("recompute_quotas", "--as-of", "2018-11-30", stdout=StringIO())
    return QuotaPlan.objects.get(expert_code="zhou").code


def _what_if(manager: Actor, now: datetime) -> str:
    plan = QuotaPlan.objects.get(expert_code="zhou")
    return what_if_ask(plan_code=plan.code, changes=Changes(walk_in_percent=10), actor=manager, now=now).code


def _history_file(manager: Actor, now: datetime) -> str:
    """One with errors, looked at by the worker."""
    content = b"expert_code,session_date,opens_at,closes_at,started_at\nzhou,2018-11-05,08:00,12:00,99:00\n"
    upload = upload_keep(name="his.csv", pieces=[content], actor=manager, now=now)
    upload_check(
        code=upload.code, tables={"constants": {"department": "x"}}, start=None, actor=manager, now=now
    )
    upload_read(code=upload.code, now=now)
    return upload.code


def _mapping(manager: Actor, now: datetime) -> int:
    return mapping_save(name="HIS", tables={"columns": {"outcome": "状态"}}, actor=manager, now=now).pk


def _claim(world: World) -> str:
    """The link that confirms an address, from the letter itself."""
    email_set(account_id=world.cast.lin.pk, address="lin@example.org", now=world.now())
    letter = unseal(Message.objects.get(channel="email", account=world.cast.lin).body_sealed)
    found = re.search(r"/messages/email/([^/\s]+)/", letter)
    assert found is not None, letter
    return found[1]


def _asked(world: World, ban_code: str) -> None:
    """Managers have an appeal and a wish to answer."""
    lin, patient, now = world.cast.lin, world.cast.patients["lin"], world.now()
    ban = patient.bans.get(code=ban_code)
    services.ban_appeal(ban_id=ban.pk, account_id=lin.pk, text="ill", actor=Actor.of(lin), now=now)
    services.data_request_make(
        kind="correction", patient_id=patient.pk, account_id=lin.pk, text="x", actor=Actor.of(lin), now=now
    )
