"""Stopped clinics and the patients of each, as the API takes and answers them."""

from typing import Any

from rest_framework import serializers

from booking.models import Appointment, Stop, StopCase
from hospital.common.openapi import example

CASE_STATES = list(StopCase.State.values)
CHOICES = list(StopCase.Choice.values)
OFFERED = ["slot", "refund"]
STOP_STATES = list(Stop.State.values)
_STOP: dict[str, object] = {
    "code": "T2U3V4W5X6Y7",
    "session": "K7MPQ2RS3TUV",
    "reason": "ill",
    "state": "proposed",
    "proposed_at": "2026-11-02T15:00:00+08:00",
    "choose_by": "2026-11-03T20:00:00+08:00",
    "applied_at": None,
    "finished_at": None,
}


@example(**_STOP)
class StopAnswer(serializers.Serializer[Any]):
    """A clinic that shall not take place."""

    code = serializers.CharField()
    session = serializers.CharField(source="session.code")
    reason = serializers.CharField()
    state = serializers.ChoiceField(choices=STOP_STATES)
    proposed_at = serializers.DateTimeField()
    choose_by = serializers.DateTimeField(allow_null=True, help_text="afterwards the money goes back")
    applied_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class StopPerson(serializers.Serializer[Any]):
    """One number that would be affected."""

    appointment = serializers.CharField(source="appointment.code")
    state = serializers.ChoiceField(choices=Appointment.State.values, source="appointment.state")
    starts_at = serializers.DateTimeField(source="appointment.slot.starts_at")
    paid_fen = serializers.IntegerField(source="payment.paid_fen", allow_null=True, default=None)
    needs_phone = serializers.BooleanField(help_text="no message reaches the patient")
    suggestion = serializers.CharField(
        source="suggested_slot.code", allow_null=True, default=None, help_text="code of a slot instead"
    )


class StopEffects(serializers.Serializer[Any]):
    """What it would mean now."""

    held = serializers.IntegerField(help_text="numbers held and not paid")
    paid_fen = serializers.IntegerField()
    on_site = serializers.IntegerField(help_text="patients who are in the hospital already")
    waitlist = serializers.IntegerField()
    draw_requests = serializers.IntegerField(help_text="wishes that wait for the draw; it is not held")
    walk_ins = serializers.IntegerField()
    free_that_day = serializers.IntegerField(help_text="numbers of the same grade")
    people = StopPerson(many=True)


class StopProgress(serializers.Serializer[Any]):
    """How far it is carried out."""

    total = serializers.IntegerField()
    told = serializers.IntegerField()
    settled = serializers.IntegerField()
    undecided = serializers.IntegerField()
    to_phone = serializers.IntegerField()


_EFFECTS = {
    "held": 0,
    "paid_fen": 5000,
    "on_site": 0,
    "waitlist": 2,
    "draw_requests": 0,
    "walk_ins": 0,
    "free_that_day": 7,
}
_PERSON = {
    "appointment": "A2B3C4D5E6F7",
    "state": "booked",
    "starts_at": "2026-11-04T08:00:00+08:00",
    "paid_fen": 5000,
    "needs_phone": False,
    "suggestion": "S2T3U4V5W6X7",
}


@example(**_STOP, effects={**_EFFECTS, "people": [_PERSON]}, progress=None)
class StopDetailAnswer(StopAnswer):
    """One stop: what it would mean while it is proposed, how far it is once it is carried out."""

    effects = StopEffects(allow_null=True)
    progress = StopProgress(allow_null=True)


@example(session="K7MPQ2RS3TUV", reason="ill")
class StopIn(serializers.Serializer[Any]):
    """Which session, and why."""

    session = serializers.CharField(max_length=12)
    reason = serializers.CharField(max_length=200, help_text="as patients read it")


@example(choose_by="2026-11-03T20:00:00+08:00")
class StopPrepareIn(serializers.Serializer[Any]):
    """What patients will be told; what is left out stays."""

    reason = serializers.CharField(max_length=200, allow_null=True, default=None)
    choose_by = serializers.DateTimeField(allow_null=True, default=None)


class CasesQuery(serializers.Serializer[Any]):
    """Which patients of a stop."""

    show = serializers.ChoiceField(
        choices=["all", "open", "phone"], required=False, default="all", help_text="`phone`: out of reach"
    )


@example(
    code="Q2W3E4R5T6Y7U8I9P2A3",
    appointment="A2B3C4D5E6F7",
    patient="林小雨",
    phone_tail="8000",
    state="asked",
    choice="",
    phoned_at=None,
    phone_note="",
)
class CaseOfStop(serializers.Serializer[Any]):
    """One patient of a stopped clinic, for whoever follows it up; the phone by its last digits."""

    code = serializers.CharField()
    appointment = serializers.CharField(source="appointment.code")
    patient = serializers.CharField(source="appointment.patient.name")
    phone_tail = serializers.CharField(source="appointment.patient.phone_tail", allow_blank=True)
    state = serializers.ChoiceField(choices=CASE_STATES)
    choice = serializers.ChoiceField(choices=CHOICES)
    phoned_at = serializers.DateTimeField(allow_null=True)
    phone_note = serializers.CharField(allow_blank=True)


@example(note="asked to call again at noon")
class PhonedIn(serializers.Serializer[Any]):
    """What was said."""

    note = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class SlotInstead(serializers.Serializer[Any]):
    """A number that may be chosen at no cost."""

    slot = serializers.CharField(help_text="code of the slot")
    expert = serializers.SlugField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    left = serializers.IntegerField()


@example(
    code="Q2W3E4R5T6Y7U8I9P2A3",
    appointment="A2B3C4D5E6F7",
    state="asked",
    choice="",
    reason="ill",
    choose_by="2026-11-03T20:00:00+08:00",
    replacement=None,
    slots=[
        {
            "slot": "S2T3U4V5W6X7",
            "expert": "C02",
            "starts_at": "2026-11-04T08:00:00+08:00",
            "ends_at": "2026-11-04T09:00:00+08:00",
            "left": 4,
        }
    ],
)
class StopCaseAnswer(serializers.Serializer[Any]):
    """A number of a stopped clinic; ``slots`` is empty once it is settled."""

    code = serializers.CharField()
    appointment = serializers.CharField(help_text="code of the appointment that cannot take place")
    state = serializers.ChoiceField(choices=CASE_STATES)
    choice = serializers.ChoiceField(choices=CHOICES)
    reason = serializers.CharField()
    choose_by = serializers.DateTimeField(allow_null=True, help_text="afterwards the money goes back")
    replacement = serializers.CharField(allow_null=True, help_text="code of the new appointment")
    slots = SlotInstead(many=True)


@example(choice="slot", slot="S2T3U4V5W6X7")
class StopChoiceIn(serializers.Serializer[Any]):
    """A number instead, or the money."""

    choice = serializers.ChoiceField(choices=OFFERED)
    slot = serializers.CharField(max_length=12, required=False, default="", allow_blank=True)
