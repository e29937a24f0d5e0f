"""What the API of booking answers, for its description; the answers themselves are made in :mod:`.serializers`."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from booking.domain.states import DRAW_REQUEST, WAITLIST
from booking.models import AccountPatient, Appointment, ClinicSession, Expert, Patient, WalkIn
from booking.selectors import may_cancel_until
from hospital.common import clock
from hospital.common.openapi import example

REASONS = ["", "full", "kept_for_walk_ins", "not_released", "draw_open", "walk_in_only", "over", "stopped"]
"""Why a slot or session cannot be booked; empty when it can."""
APPOINTMENT_STATES = list(Appointment.State.values)
SESSION_STATES = list(ClinicSession.State.values)
WALK_IN_STATES = list(WalkIn.State.values)
DRAW_REQUEST_STATES = sorted(set(DRAW_REQUEST.values()))
WAITLIST_STATES = sorted(set(WAITLIST.values()))
_START, _END = "2026-11-03T08:00:00+08:00", "2026-11-03T09:00:00+08:00"


@example(code="neuro", name="神经内科", name_en="Neurology")
class Department(serializers.Serializer[Any]):
    """A department."""

    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)


class NextFree(serializers.Serializer[Any]):
    """The next time that can be booked."""

    session = serializers.CharField(help_text="code of the session")
    starts_at = serializers.DateTimeField()
    left = serializers.IntegerField(min_value=1)


class UsualWait(serializers.Serializer[Any]):
    """Minutes that patients of such slots waited; null where nothing is known."""

    p20 = serializers.IntegerField()
    p80 = serializers.IntegerField()
    n = serializers.IntegerField(help_text="patients counted")


@example(points=97, kind="treats", word="头痛")
class Fit(serializers.Serializer[Any]):
    """Why an expert is among those found: 0 to 100 points, and for which word."""

    points = serializers.IntegerField(min_value=0, max_value=100)
    kind = serializers.ChoiceField(choices=["name", "treats", "symptom", "department"])
    word = serializers.CharField(allow_blank=True)


@example(total=87, fit=48, soon=25, title=14)
class Score(serializers.Serializer[Any]):
    """The points of the priority order and what they are made of."""

    total = serializers.IntegerField(min_value=0, max_value=100)
    fit = serializers.IntegerField(min_value=0, max_value=50)
    soon = serializers.IntegerField(min_value=0, max_value=30)
    title = serializers.IntegerField(min_value=0, max_value=20)


@example(
    code="zhao",
    name="赵明",
    name_en="Zhao Ming",
    title="chief",
    department="neuro",
    specialty="头痛、头晕",
    fee_fen=5000,
    next_free={"session": "K7MPQ2RS3TUV", "starts_at": _START, "left": 4},
    fit={"points": 97, "kind": "treats", "word": "头痛"},
    score={"total": 87, "fit": 48, "soon": 25, "title": 14},
    usual_wait={"p20": 5, "p80": 20, "n": 41},
)
class ExpertCard(serializers.Serializer[Any]):
    """An expert with the next free number."""

    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)
    title = serializers.ChoiceField(choices=Expert.Title.values)
    department = serializers.CharField(help_text="code of the department")
    specialty = serializers.CharField(allow_blank=True)
    fee_fen = serializers.IntegerField(min_value=0)
    next_free = NextFree(allow_null=True)
    fit = Fit(allow_null=True, help_text="empty without a question")
    score = Score()
    usual_wait = UsualWait(allow_null=True)


class SlotAnswer(serializers.Serializer[Any]):
    """One time slot."""

    code = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    quota = serializers.IntegerField(min_value=0, help_text="numbers that can be booked ahead")
    left = serializers.IntegerField(min_value=0)
    bookable = serializers.BooleanField()
    reason = serializers.ChoiceField(choices=REASONS, allow_blank=True)
    usual_wait = UsualWait(allow_null=True)


_SESSION: dict[str, object] = {
    "code": "K7MPQ2RS3TUV",
    "expert": "zhao",
    "department": "neuro",
    "room": "305",
    "date": "2026-11-03",
    "opens_at": _START,
    "closes_at": "2026-11-03T12:00:00+08:00",
    "walk_in_opens_at": "2026-11-03T07:00:00+08:00",
    "state": "released",
    "fee_fen": 5000,
    "left": 4,
    "reason": "",
}


@example(**_SESSION)
class SessionAnswer(serializers.Serializer[Any]):
    """A clinic session."""

    code = serializers.CharField()
    expert = serializers.CharField(help_text="code of the expert")
    department = serializers.CharField(help_text="code of the department")
    room = serializers.CharField()
    date = serializers.DateField(help_text="of the hospital's zone")
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    walk_in_opens_at = serializers.DateTimeField(help_text="the end of booking")
    state = serializers.ChoiceField(choices=SESSION_STATES)
    fee_fen = serializers.IntegerField(min_value=0)
    left = serializers.IntegerField(min_value=0)
    reason = serializers.ChoiceField(choices=REASONS, allow_blank=True)


@example(
    **_SESSION,
    slots=[
        {
            "code": "S2T3U4V5W6X7",
            "starts_at": _START,
            "ends_at": _END,
            "quota": 6,
            "left": 4,
            "bookable": True,
            "reason": "",
            "usual_wait": None,
        }
    ],
    waitlist_count=0,
)
class SessionWithSlots(SessionAnswer):
    """A clinic session with its slots."""

    slots = SlotAnswer(many=True)
    waitlist_count = serializers.IntegerField(min_value=0)


@example(
    code="P8Q9R2S3T4U5",
    name="林小雨",
    relation="self",
    id_type="resident",
    id_tail="002X",
    phone_tail="8000",
)
class PatientAnswer(serializers.Serializer[Any]):
    """A patient of the account; document and phone by their last four characters only."""

    code = serializers.CharField()
    name = serializers.CharField()
    relation = serializers.ChoiceField(choices=AccountPatient.Relation.values)
    id_type = serializers.ChoiceField(choices=Patient.IdType.values)
    id_tail = serializers.CharField()
    phone_tail = serializers.CharField(allow_blank=True)


@example(code="A2B3C4D5E6F7", state="held", pay_by="2026-11-02T08:15:00+08:00", fee_fen=5000)
class AppointmentAnswer(serializers.Serializer[Any]):
    """A number booked ahead."""

    code = serializers.CharField()
    state = serializers.ChoiceField(choices=APPOINTMENT_STATES)
    pay_by = serializers.DateTimeField(help_text="a held number not paid by then goes back")
    fee_fen = serializers.IntegerField(min_value=0)


@extend_schema_field(OpenApiTypes.DATETIME)
class CancelUntil(serializers.Field[Any, Any, Any, Any]):
    """The deadline of an appointment, by the rules of its expert."""

    def to_representation(self, value: Appointment) -> str:
        """As a moment."""
        return clock.local(may_cancel_until(value)).isoformat()


@example(
    code="A2B3C4D5E6F7",
    state="booked",
    pay_by="2026-11-02T08:15:00+08:00",
    fee_fen=5000,
    patient="P8Q9R2S3T4U5",
    session="K7MPQ2RS3TUV",
    slot="S2T3U4V5W6X7",
    expert="zhao",
    room="305",
    starts_at=_START,
    ends_at=_END,
    cancel_until="2026-11-03T07:00:00+08:00",
    checkin_code="K7MPQ2RS",
    stop_case=None,
)
class AppointmentDetailAnswer(AppointmentAnswer):
    """A number booked ahead: whose, when and where."""

    patient = serializers.CharField(source="patient.code")
    session = serializers.CharField(source="session.code")
    slot = serializers.CharField(source="slot.code")
    expert = serializers.CharField(source="session.expert.code")
    room = serializers.CharField(source="session.room.name")
    starts_at = serializers.DateTimeField(source="slot.starts_at")
    ends_at = serializers.DateTimeField(source="slot.ends_at")
    cancel_until = CancelUntil(
        source="*", read_only=True, help_text="from then on the patient cannot cancel or move it"
    )
    checkin_code = serializers.CharField(help_text="what the QR code says at check-in")
    stop_case = serializers.CharField(
        source="stop_case.code", allow_null=True, default=None, help_text="once the clinic is stopped"
    )


@example(
    code="A2B3C4D5E6F7",
    state="booked",
    pay_by="2026-11-02T08:15:00+08:00",
    fee_fen=5000,
    checkin_code="K7MPQ2RS",
    pay_url=None,
)
class CounterAnswer(AppointmentAnswer):
    """A number given at the desk."""

    checkin_code = serializers.CharField()
    pay_url = serializers.CharField(allow_null=True, help_text="where the patient pays while it is held")


@example(code="Y2Z3A4B5C6D7", pay_url="https://pay.example.com/pay?order=FL20261102Y2Z3")
class PaymentAnswer(serializers.Serializer[Any]):
    """An order at the provider."""

    code = serializers.CharField()
    pay_url = serializers.CharField(help_text="where the patient pays")


@example(code="W2X3Y4Z5A6B7", place=3)
class WaitlistPlace(serializers.Serializer[Any]):
    """A new entry of a waitlist."""

    code = serializers.CharField()
    place = serializers.IntegerField(allow_null=True, help_text="from 1; null once it waits no longer")


class Offer(serializers.Serializer[Any]):
    """A number that is offered."""

    starts_at = serializers.DateTimeField()
    accept_by = serializers.DateTimeField()


@example(
    code="W2X3Y4Z5A6B7",
    session="K7MPQ2RS3TUV",
    patient="P8Q9R2S3T4U5",
    state="offered",
    place=None,
    offer={"starts_at": _START, "accept_by": "2026-11-02T08:30:00+08:00"},
)
class WaitlistAnswer(serializers.Serializer[Any]):
    """An entry of a waitlist."""

    code = serializers.CharField()
    session = serializers.CharField(help_text="code of the session")
    patient = serializers.CharField(help_text="code of the patient")
    state = serializers.ChoiceField(choices=WAITLIST_STATES)
    place = serializers.IntegerField(allow_null=True)
    offer = Offer(allow_null=True)


@example(code="W2X3Y4Z5A6B7", state="left")
class WaitlistState(serializers.Serializer[Any]):
    """An entry after it was left."""

    code = serializers.CharField()
    state = serializers.ChoiceField(choices=WAITLIST_STATES)


@example(
    code="D2E3F4G5H6J7",
    session="K7MPQ2RS3TUV",
    slot="S2T3U4V5W6X7",
    patient="P8Q9R2S3T4U5",
    state="won",
    draws_at="2026-10-27T07:05:00+08:00",
    place=12,
    appointment="A2B3C4D5E6F7",
)
class DrawRequestAnswer(serializers.Serializer[Any]):
    """A request for a number by lot; after the draw its place, and what it won."""

    code = serializers.CharField()
    session = serializers.CharField(help_text="code of the session")
    slot = serializers.CharField(help_text="code of the slot wished for")
    patient = serializers.CharField(help_text="code of the patient")
    state = serializers.ChoiceField(choices=DRAW_REQUEST_STATES)
    draws_at = serializers.DateTimeField(allow_null=True)
    place = serializers.IntegerField(allow_null=True)
    appointment = serializers.CharField(allow_null=True, help_text="code of what was won")


@example(code="D2E3F4G5H6J7", state="withdrawn")
class WithdrawnRequest(serializers.Serializer[Any]):
    """A request after it was taken back."""

    code = serializers.CharField()
    state = serializers.ChoiceField(choices=DRAW_REQUEST_STATES)


class DrawPlace(serializers.Serializer[Any]):
    """Which place a request drew."""

    place = serializers.IntegerField(min_value=1)
    code = serializers.CharField(help_text="of the request")


@example(
    session="K7MPQ2RS3TUV",
    draws_at="2026-10-27T07:05:00+08:00",
    drawn_at=None,
    commitment="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    requests=118,
    seed=None,
    places=[],
)
class DrawAnswer(serializers.Serializer[Any]):
    """A draw for everybody to check: the commitment before it, seed and places after it."""

    session = serializers.CharField(help_text="code of the session")
    draws_at = serializers.DateTimeField(allow_null=True)
    drawn_at = serializers.DateTimeField(allow_null=True)
    commitment = serializers.CharField(allow_blank=True, allow_null=True)
    requests = serializers.IntegerField(min_value=0)
    seed = serializers.CharField(allow_null=True, help_text="hidden until the draw")
    places = DrawPlace(many=True)
