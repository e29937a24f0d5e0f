"""What stopping a clinic would mean: whom it affects, what is free instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.domain.states import WAITLIST_LIVE
from booking.domain.stops import FreeSlot, Wanted, suggestions
from booking.models import (
    Appointment,
    ClinicSession,
    DrawRequest,
    Payment,
    Slot,
    WaitlistEntry,
    WalkIn,
)
from booking.selectors.policies import fit_weights
from booking.selectors.stops import affected_of, clinic_of, slots_instead, stopping_beside
from hospital.common import clock


@dataclass(frozen=True, slots=True)
class Affected:
    """One patient with a number of the clinic to be stopped."""

    appointment: Appointment
    payment: Payment | None
    reached_by: str
    suggestion: FreeSlot | None
    suggested_slot: Slot | None

    @property
    def needs_phone(self) -> bool:
        """Whether a person must phone, or speak to, this patient: no message reaches them."""
        return not self.reached_by and self.appointment.state != "arrived"


@dataclass(frozen=True, slots=True)
class Colleague:
    """What one expert of the same grade has free: in the same half-day, on the rest of the day, later."""

    name: str
    same_half: int
    same_day: int
    later: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything a manager weighs before a clinic is stopped."""

    people: tuple[Affected, ...]
    colleagues: tuple[Colleague, ...]
    waitlist: int
    draw_requests: int
    walk_ins: int

    @property
    def booked(self) -> list[Affected]:
        """Those whose number stands: booked or checked in."""
        return [one for one in self.people if one.appointment.state != "held"]

    @property
    def held(self) -> int:
        """How many numbers are held and unpaid."""
        return len(self.people) - len(self.booked)

    @property
    def paid(self) -> list[Affected]:
        """Those who paid."""
        return [one for one in self.people if one.payment is not None]

    @property
    def paid_fen(self) -> int:
        """What they paid."""
        return sum(one.payment.paid_fen or 0 for one in self.paid if one.payment)

    @property
    def to_phone(self) -> list[Affected]:
        """Those whom no message reaches."""
        return [one for one in self.people if one.needs_phone]

    @property
    def on_site(self) -> int:
        """Those who are in the hospital already."""
        return sum(one.appointment.state == "arrived" for one in self.people)

    @property
    def free_that_day(self) -> int:
        """Numbers of the same grade on that day."""
        return sum(each.same_half + each.same_day for each in self.colleagues)

    @property
    def without_any(self) -> list[Affected]:
        """Those to whom no number can be suggested: all are suggested to others."""
        return [one for one in self.people if one.appointment.state == "booked" and one.suggestion is None]

    @property
    def without_that_day(self) -> list[Affected]:
        """Those for whom that day has no number of the same grade left."""
        return [one for one in self.booked if not _same_day(one)]


def _same_day(one: Affected) -> bool:
    if one.suggestion is None:
        return False
    return one.suggestion.starts_at.date() == clock.local(one.appointment.slot.starts_at).date()


def stop_preview(*, session: ClinicSession, now: datetime) -> Preview:
    """Whom stopping the session affects and what is free instead, as it is now; the number of queries is constant."""
    live = affected_of(session)
    stopping = sorted([session, *stopping_beside(session)], key=lambda one: (one.opens_at, one.pk))
    gone = {one.pk for one in stopping}
    found = slots_instead(session=session, fee_fen=session.fee_fen, now=now)
    slots = [slot for slot in found if slot.session_id not in gone]
    given = _suggested(stopping, slots)
    by_code = {slot.code: slot for slot in slots}
    people = []
    for each in live:
        best = given.get(each.pk)
        payment = next((one for one in each.payments.all() if one.state == "paid"), None)
        slot = by_code[best.code] if best else None
        people.append(Affected(each, payment, _reached_by(each), best, slot))
    return Preview(
        people=tuple(people),
        colleagues=colleagues_of(session, slots),
        waitlist=WaitlistEntry.objects.filter(session=session, state__in=WAITLIST_LIVE).count(),
        draw_requests=DrawRequest.objects.filter(session=session, state="waiting").count(),
        walk_ins=WalkIn.objects.filter(session=session, state="registered").count(),
    )


def _suggested(stopping: Sequence[ClinicSession], slots: Sequence[Slot]) -> dict[int, FreeSlot | None]:
    """What is suggested to each booked patient of all clinics being stopped together; nobody to two of them."""
    clinics = {session.pk: clinic_of(session) for session in stopping}
    booked = Appointment.objects.filter(session__in=stopping, state="booked").select_related("slot")
    in_order = list(booked.order_by("slot__starts_at", "pk"))
    wanted = [Wanted(clinics[each.session_id], clock.local(each.slot.starts_at)) for each in in_order]
    given = suggestions(wanted=wanted, free=[_free(slot) for slot in slots], weights=fit_weights())
    return {each.pk: best for each, best in zip(in_order, given, strict=True)}


def _reached_by(appointment: Appointment) -> str:
    """``phone``, ``account``, or nothing."""
    account = appointment.account
    if appointment.patient.phone_sealed or (account and account.phone_sealed):
        return "phone"
    return "account" if appointment.reached else ""  # type: ignore[attr-defined]


def _free(slot: Slot) -> FreeSlot:
    load = 1 - slot.left / max(1, slot.quota)
    return FreeSlot(slot.code, clinic_of(slot.session), clock.local(slot.starts_at), slot.left, load)


def colleagues_of(session: ClinicSession, slots: Sequence[Slot]) -> tuple[Colleague, ...]:
    """The free numbers of each expert of the same grade, in three sums."""
    opens, closes = session.opens_at, session.closes_at
    sums: dict[int, list[int]] = {}
    names: dict[int, str] = {}
    for slot in slots:
        expert = slot.session.expert
        names[expert.pk] = expert.label
        that_day = slot.session.date == session.date
        same_half = slot.starts_at < closes and slot.ends_at > opens
        place = 2 if not that_day else 0 if same_half else 1
        sums.setdefault(expert.pk, [0, 0, 0])[place] += slot.left
    return tuple(Colleague(names[key], *counts) for key, counts in sums.items())
