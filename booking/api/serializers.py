"""Shapes of requests and answers."""

from typing import Any

from rest_framework import serializers

from booking.models import AccountPatient, Appointment, Department, DrawRequest, Patient
from booking.providers import provider_names
from booking.selectors import DrawView, EntryView, ExpertCard, SessionView
from booking.selectors.waits import UsualWaitView
from hospital.common.openapi import example


class PageQuery(serializers.Serializer[Any]):
    """Which page of a list."""

    page = serializers.IntegerField(required=False, min_value=1, help_text="from 1")


class ExpertQuery(serializers.Serializer[Any]):
    """Filters of the list of experts."""

    department = serializers.SlugField(required=False, default="", max_length=20)
    q = serializers.CharField(required=False, default="", max_length=40, allow_blank=True)
    order = serializers.ChoiceField(
        required=False, default="", choices=["", "earliest", "priority", "match", "wait"]
    )


class SessionQuery(serializers.Serializer[Any]):
    """Filters of the list of sessions; dates are the hospital's."""

    expert = serializers.SlugField(required=False, default="", max_length=20)
    department = serializers.SlugField(required=False, default="", max_length=20)
    date_from = serializers.DateField(required=False)
    date_to = serializers.DateField(required=False)


@example(
    name="林小雨", id_type="resident", id_number="11010519491231002X", phone="13800138000", relation="self"
)
class PatientIn(serializers.Serializer[Any]):
    """A person to book for."""

    name = serializers.CharField(max_length=60)
    id_type = serializers.ChoiceField(choices=Patient.IdType.values, default="resident")
    id_number = serializers.CharField(max_length=40)
    phone = serializers.CharField(max_length=30, required=False, default="", allow_blank=True)
    relation = serializers.ChoiceField(choices=AccountPatient.Relation.values, default="other")
    birth_date = serializers.DateField(required=False, allow_null=True, default=None)


@example(slot="S2T3U4V5W6X7", patient="P8Q9R2S3T4U5")
class AppointmentIn(serializers.Serializer[Any]):
    """Which number, for whom; ``proof`` solves a challenge that was asked for (base64 of ALTCHA's JSON)."""

    slot = serializers.CharField(max_length=12)
    patient = serializers.CharField(max_length=12)
    proof = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


@example(slot="S2T3U4V5W6X7")
class MoveIn(serializers.Serializer[Any]):
    """To which slot; the desk says why."""

    slot = serializers.CharField(max_length=12)
    reason = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default="", help_text="needed from the desk"
    )


@example(session="K7MPQ2RS3TUV", patient="P8Q9R2S3T4U5")
class WaitlistIn(serializers.Serializer[Any]):
    """For which session, for whom; ``proof`` as for an appointment."""

    session = serializers.CharField(max_length=12)
    patient = serializers.CharField(max_length=12)
    proof = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


@example(provider="sandbox")
class PaymentIn(serializers.Serializer[Any]):
    """Through whom to pay."""

    provider = serializers.ChoiceField(choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"] = serializers.ChoiceField(choices=list(provider_names()))


@example(reason="")
class CancelIn(serializers.Serializer[Any]):
    """Staff say why, whether the patient asked, and after the deadline whether money goes back."""

    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    refund = serializers.BooleanField(required=False, allow_null=True, default=None)
    patients_wish = serializers.BooleanField(required=False, default=False)


@example(slot="S2T3U4V5W6X7", patient="P8Q9R2S3T4U5", payment="cash", reason="came from afar")
class AddOnIn(serializers.Serializer[Any]):
    """A number beyond the quota: which slot, for whom, how it is paid, and why it is given."""

    slot = serializers.CharField(max_length=12)
    patient = serializers.CharField(max_length=12)
    payment = serializers.ChoiceField(choices=["cash", "provider", "free"])
    provider = serializers.CharField(max_length=20, required=False)
    reason = serializers.CharField(max_length=200)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The hospital's first provider unless another is named."""
        attrs.setdefault("provider", next(iter(provider_names()), ""))
        return attrs


@example(slot="S2T3U4V5W6X7", patient="P8Q9R2S3T4U5", payment="cash")
class DeskBookingIn(AddOnIn):
    """A number booked at the desk; a reason where the fee is waived."""

    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


def department_out(department: Department) -> dict[str, Any]:
    """A department."""
    return {"code": department.code, "name": department.name, "name_en": department.name_en}


def expert_out(card: ExpertCard) -> dict[str, Any]:
    """An expert with the next free number."""
    expert, free = card.expert, card.next_free
    return {
        "code": expert.code,
        "name": expert.name,
        "name_en": expert.name_en,
        "title": expert.title,
        "department": expert.department.code,
        "specialty": expert.specialty,
        "fee_fen": expert.fee_fen,
        "next_free": None
        if free is None
        else {"session": free.session, "starts_at": free.starts_at.isoformat(), "left": free.left},
        "fit": None
        if card.fit is None
        else {"points": card.fit.points, "kind": card.fit.kind, "word": card.fit.word},
        "score": {
            "total": card.score.total,
            "fit": card.score.fit,
            "soon": card.score.soon,
            "title": card.score.title,
        },
        "usual_wait": wait_out(card.usual_wait),
    }


def wait_out(wait: UsualWaitView | None) -> dict[str, int] | None:
    """A usual wait in minutes."""
    return None if wait is None else {"p20": wait.p20, "p80": wait.p80, "n": wait.n}


def session_out(view: SessionView, *, slots: bool = False) -> dict[str, Any]:
    """A session; with its slots on its own page."""
    session = view.session
    answer: dict[str, Any] = {
        "code": session.code,
        "expert": session.expert.code,
        "department": session.expert.department.code,
        "room": session.room.name,
        "date": session.date.isoformat(),
        "opens_at": session.opens_at.isoformat(),
        "closes_at": session.closes_at.isoformat(),
        "walk_in_opens_at": session.walk_in_opens_at.isoformat(),
        "state": session.state,
        "fee_fen": session.fee_fen,
        "left": view.left,
        "reason": view.reason,
        "draws_at": session.draws_at.isoformat() if session.draws_at else None,
    }
    if slots:
        answer["slots"] = [
            {
                "code": slot.code,
                "starts_at": slot.starts_at.isoformat(),
                "ends_at": slot.ends_at.isoformat(),
                "quota": slot.quota,
                "left": slot.left,
                "bookable": slot.bookable,
                "reason": slot.reason,
                "usual_wait": wait_out(slot.usual_wait),
            }
            for slot in view.slots
        ]
        answer["waitlist_count"] = view.waiting
    return answer


def patient_out(link: AccountPatient) -> dict[str, Any]:
    """A patient of the account; identity and phone by their tails only."""
    patient = link.patient
    return {
        "code": patient.code,
        "name": patient.name,
        "relation": link.relation,
        "id_type": patient.id_type,
        "id_tail": patient.id_tail,
        "phone_tail": patient.phone_tail,
        "birth_date": patient.birth_date.isoformat() if patient.birth_date else None,
    }


def appointment_out(appointment: Appointment) -> dict[str, Any]:
    """An appointment."""
    return {
        "code": appointment.code,
        "state": appointment.state,
        "pay_by": appointment.pay_by.isoformat(),
        "fee_fen": appointment.fee_fen,
    }


def counter_out(appointment: Appointment) -> dict[str, Any]:
    """An appointment made at the desk, with the code to check in with."""
    return {**appointment_out(appointment), "checkin_code": appointment.checkin_code}


def waitlist_out(view: EntryView) -> dict[str, Any]:
    """An entry of a waitlist, with what is offered and until when."""
    entry, slot = view.entry, view.slot
    return {
        "code": entry.code,
        "session": entry.session.code,
        "patient": entry.patient.code,
        "state": entry.state,
        "place": view.place,
        "offer": {"starts_at": slot.starts_at.isoformat(), "accept_by": entry.accept_by.isoformat()}
        if slot and entry.accept_by
        else None,
    }


def draw_request_out(request: DrawRequest) -> dict[str, Any]:
    """A request for a number by lot; after the draw its place, and what it won."""
    ends_at = request.session.draw_ends_at
    return {
        "code": request.code,
        "session": request.session.code,
        "slot": request.slot.code,
        "patient": request.patient.code,
        "state": request.state,
        "draws_at": ends_at.isoformat() if ends_at else None,
        "place": request.place if request.state != "waiting" else None,
        "appointment": request.appointment.code if request.appointment else None,
    }


def draw_out(view: DrawView) -> dict[str, Any]:
    """A draw for everybody to check: codes only."""
    session = view.session
    return {
        "session": session.code,
        "draws_at": session.draw_ends_at.isoformat() if session.draw_ends_at else None,
        "drawn_at": session.drawn_at.isoformat() if session.drawn_at else None,
        "commitment": view.commitment,
        "requests": view.requests,
        "seed": view.seed or None,
        "places": [{"place": place, "code": code} for place, code in view.places],
    }
