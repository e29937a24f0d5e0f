"""Waitlists and draws, as the API answers them."""

from typing import Any

from rest_framework import serializers

from booking.domain.states import DRAW_REQUEST, WAITLIST
from hospital.common.openapi import example

DRAW_REQUEST_STATES = sorted(set(DRAW_REQUEST.values()))
WAITLIST_STATES = sorted(set(WAITLIST.values()))


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
    offer={"starts_at": "2026-11-03T08:00:00+08:00", "accept_by": "2026-11-02T08:30:00+08:00"},
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
