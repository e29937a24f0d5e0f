"""Departments, experts, sessions and their slots, as the API answers them."""

from typing import Any

from rest_framework import serializers

from booking.models import ClinicSession, Expert
from hospital.common.openapi import example

REASONS = ["", "full", "kept_for_walk_ins", "not_released", "draw_open", "walk_in_only", "over", "stopped"]
"""Why a slot or session cannot be booked; empty when it can."""
SESSION_STATES = list(ClinicSession.State.values)
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
