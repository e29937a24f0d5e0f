"""The managers' calendar: sessions with their numbers, extra ones, and who stands in for whom."""

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors, services
from booking.api.fields import Day
from booking.api.schedule import PERIOD, TimesIn, facts_of
from booking.models.sessions import FIRST_MONDAY, ClinicSession
from booking.selectors.calendar import CalendarSession, week_of
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, listed, parsed
from hospital.common.openapi import example, several
from hospital.common.roles import MANAGERS


class WeekQuery(serializers.Serializer[Any]):
    """Which week of whom."""

    day = Day(required=False, help_text="any day of the week; today's without it")
    department = serializers.SlugField(required=False, default="", max_length=20)
    expert = serializers.SlugField(required=False, default="", max_length=20)


_SESSION: dict[str, object] = {
    "code": "K7MPQ2RS3TUV",
    "expert": "zhao",
    "room": "r305",
    "date": "2026-11-03",
    "opens_at": "2026-11-03T08:00:00+08:00",
    "closes_at": "2026-11-03T12:00:00+08:00",
    "state": "released",
    "extra": False,
    "instead_of": None,
}


@example(**_SESSION)
class PlannedSession(serializers.Serializer[Any]):
    """A session as managers see it."""

    code = serializers.CharField()
    expert = serializers.CharField(source="expert.code")
    room = serializers.CharField(source="room.code")
    date = serializers.DateField()
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=ClinicSession.State.values)
    extra = serializers.BooleanField(help_text="of no recurring period")
    instead_of = serializers.CharField(
        source="instead_of.code", allow_null=True, default=None, help_text="for whom the expert stands in"
    )


@example(**_SESSION, taken=12, quota=24, clash=False)
class SessionOfWeek(PlannedSession):
    """A session with its numbers."""

    def to_representation(self, instance: CalendarSession) -> dict[str, Any]:
        """The session's own columns and what is reckoned of it."""
        shown = PlannedSession(instance.session).data
        return {**shown, "taken": instance.taken, "quota": instance.quota, "clash": instance.clash}

    taken = serializers.IntegerField(help_text="numbers booked")
    quota = serializers.IntegerField(help_text="numbers that can be booked ahead")
    clash = serializers.BooleanField(help_text="another session uses the room at the same time")


@example(**PERIOD, day="2026-11-07")
class ExtraIn(TimesIn):
    """A session that no recurring period gives."""

    day = Day()


@example(expert="qian", reason="Dr Zhao is ill")
class SubstituteIn(serializers.Serializer[Any]):
    """Who takes a session over, and why."""

    expert = serializers.SlugField(max_length=20)
    reason = serializers.CharField(max_length=200)


class WeekOfSessions(ApiView):
    """Sessions of a week."""

    roles = MANAGERS

    @extend_schema(parameters=[WeekQuery], responses=several(SessionOfWeek))
    def get(self, request: Request) -> Response:
        """List a week by expert, planned and stopped sessions too."""
        asked = parsed(WeekQuery, request, query=True)
        day = asked.get("day", clock.today())
        first = day - timedelta(days=day.weekday())
        rows = week_of(first=first, department=asked["department"], expert=asked["expert"])
        found = [one for row in rows for each in row.days for one in each.sessions]
        return listed(SessionOfWeek, found)

    @extend_schema(request=ExtraIn, responses={201: PlannedSession}, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request) -> Response:
        """Add a session on one day."""

        def answer(data: dict[str, Any]) -> dict[str, Any]:
            given = {**data}
            day = given.pop("day")
            recurs = {"weekday": day.isoweekday(), "every_weeks": 1, "valid_from": FIRST_MONDAY}
            made = services.session_add(
                facts=facts_of({**given, **recurs, "valid_until": None}),
                day=day,
                actor=self.actor,
                now=clock.now(),
            )
            return PlannedSession(made).data

        return self.once(ExtraIn, answer, status=201)


class SessionSubstitute(ApiView):
    """Another expert for a session."""

    roles = MANAGERS

    @extend_schema(request=SubstituteIn, responses=PlannedSession)
    def post(self, request: Request, code: str) -> Response:
        """Let a colleague of the department take it over; numbers, fee and quotas stay, patients are told."""
        data = parsed(SubstituteIn, request)
        session = services.session_substitute(
            session_id=selectors.session_by_code(code=code).pk,
            expert_id=selectors.expert_by_code(code=data["expert"]).pk,
            reason=data["reason"],
            actor=self.actor,
            now=clock.now(),
        )
        return Response(PlannedSession(session).data)
