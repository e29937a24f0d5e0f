"""Answers of the API of booking, made of what the selectors and services give."""

from typing import Any

from booking.models import AccountPatient, Appointment, Department, DrawRequest
from booking.selectors import DrawView, EntryView, ExpertCard, SessionView
from booking.selectors.waits import UsualWaitView
from hospital.common import clock


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
        else {"session": free.session, "starts_at": clock.stated(free.starts_at), "left": free.left},
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
        "opens_at": clock.stated(session.opens_at),
        "closes_at": clock.stated(session.closes_at),
        "walk_in_opens_at": clock.stated(session.walk_in_opens_at),
        "state": session.state,
        "fee_fen": session.fee_fen,
        "left": view.left,
        "reason": view.reason,
        "draws_at": clock.stated(session.draws_at),
    }
    if slots:
        answer["slots"] = [
            {
                "code": slot.code,
                "starts_at": clock.stated(slot.starts_at),
                "ends_at": clock.stated(slot.ends_at),
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
        "pay_by": clock.stated(appointment.pay_by),
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
        "offer": {"starts_at": clock.stated(slot.starts_at), "accept_by": clock.stated(entry.accept_by)}
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
        "draws_at": clock.stated(ends_at),
        "place": request.place if request.state != "waiting" else None,
        "appointment": request.appointment.code if request.appointment else None,
    }


def draw_out(view: DrawView) -> dict[str, Any]:
    """A draw for everybody to check: codes only."""
    session = view.session
    return {
        "session": session.code,
        "draws_at": clock.stated(session.draw_ends_at),
        "drawn_at": clock.stated(session.drawn_at),
        "commitment": view.commitment,
        "requests": view.requests,
        "seed": view.seed or None,
        "places": [{"place": place, "code": code} for place, code in view.places],
    }
