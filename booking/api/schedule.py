"""Recurring periods, one by one and by file."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors, services
from booking.api.fields import Day
from booking.domain.errors import UnknownNumber
from booking.models import SessionTemplate
from booking.selectors.calendar import template_by_id, templates_shown
from booking.services.schedule_files import rows_of, templates_import
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, listed, parsed
from hospital.common.openapi import LocalTime, example, several
from hospital.common.roles import MANAGERS

PERIOD = {
    "expert": "zhao",
    "opens_at": "08:00:00",
    "closes_at": "12:00:00",
    "walk_in_opens_at": "07:00:00",
    "room": "r305",
    "slot_minutes": 60,
    "capacity_per_slot": 10,
    "appointment_share": "0.60",
    "fee_fen": None,
}
RECURRING = {**PERIOD, "weekday": 1, "every_weeks": 1, "valid_from": "2026-11-02", "valid_until": None}


class TimesIn(serializers.Serializer[Any]):
    """What a recurring period and an extra session have in common; times are the hospital's."""

    expert = serializers.SlugField(max_length=20, source="expert.code")
    opens_at = LocalTime()
    closes_at = LocalTime(help_text="not after `opens_at`: of the next day")
    walk_in_opens_at = LocalTime(help_text="from then numbers are given at the desk only")
    room = serializers.SlugField(max_length=20, source="room.code")
    slot_minutes = serializers.IntegerField(min_value=5, max_value=480)
    capacity_per_slot = serializers.IntegerField(min_value=1, max_value=500)
    appointment_share = serializers.DecimalField(
        max_digits=3, decimal_places=2, min_value=0, max_value=1, help_text="of the numbers, booked ahead"
    )
    fee_fen = serializers.IntegerField(
        min_value=0, max_value=1_000_000, allow_null=True, default=None, help_text="null: the expert's"
    )


@example(**RECURRING)
class PeriodIn(TimesIn):
    """A recurring period of one expert."""

    weekday = serializers.IntegerField(min_value=1, max_value=7, help_text="1 = Monday")
    every_weeks = serializers.IntegerField(
        min_value=1, max_value=52, default=1, help_text="from `valid_from` on"
    )
    valid_from = Day()
    valid_until = Day(allow_null=True, default=None, help_text="the last day; null: no end")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The last day is not before the first."""
        if attrs["valid_until"] and attrs["valid_until"] < attrs["valid_from"]:
            raise serializers.ValidationError({"valid_until": gettext("The last day is before the first.")})
        return attrs


@example(id=12, **RECURRING)
class PeriodAnswer(PeriodIn):
    """A recurring period as it is kept."""

    id = serializers.IntegerField()


class PeriodQuery(serializers.Serializer[Any]):
    """Whose periods."""

    department = serializers.SlugField(required=False, default="", max_length=20)
    expert = serializers.SlugField(required=False, default="", max_length=20)


@example(last_day="2026-12-31")
class LastDayIn(serializers.Serializer[Any]):
    """When a period takes place for the last time."""

    last_day = Day()


@example(
    content="expert,weekday,opens_at,closes_at,walk_in_opens_at,room,slot_minutes,capacity_per_slot,share,"
    "valid_from\nzhao,1,08:00,12:00,07:00,r305,60,10,0.60,2026-11-02\n",
    dry_run=True,
)
class PeriodsFileIn(serializers.Serializer[Any]):
    """Periods as CSV, with the columns of the page's own file."""

    content = serializers.CharField(trim_whitespace=False)
    dry_run = serializers.BooleanField(default=True, help_text="only say what it would do")


class RowProblem(serializers.Serializer[Any]):
    """What is wrong in one cell."""

    line = serializers.IntegerField(help_text="of the file; 1 is the header")
    column = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()


class PeriodsShared(serializers.Serializer[Any]):
    """A period of the file beside another's in the same room at the same time."""

    one = PeriodAnswer()
    other = PeriodAnswer()


@example(applied=False, added=1, changed=0, same=0, errors=[], rooms_shared=[])
class PeriodsFileAnswer(serializers.Serializer[Any]):
    """What the file did, or would do; with any error nothing is done."""

    applied = serializers.BooleanField()
    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    same = serializers.IntegerField()
    errors = RowProblem(many=True)  # type: ignore[assignment] # the API's name for them
    rooms_shared = PeriodsShared(many=True, help_text="worth a look before it is taken in, and no error")


def facts_of(data: dict[str, Any]) -> services.TemplateFacts:
    """The period as the services take it; unknown codes are named."""
    expert, room = data.pop("expert")["code"], data.pop("room")["code"]
    return services.TemplateFacts(
        expert=selectors.expert_by_code(code=expert),
        room=selectors.rooms_by_code(codes=[room])[room],
        **data,
    )


class PeriodList(ApiView):
    """Recurring periods."""

    roles = MANAGERS

    @extend_schema(parameters=[PeriodQuery], responses=several(PeriodAnswer))
    def get(self, request: Request) -> Response:
        """List the periods of active experts, by department, expert and weekday."""
        found = templates_shown(**parsed(PeriodQuery, request, query=True))
        return listed(PeriodAnswer, found)

    @extend_schema(request=PeriodIn, responses={201: PeriodAnswer}, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request) -> Response:
        """Add a period; sessions not released yet follow at once."""

        def answer(data: dict[str, Any]) -> dict[str, Any]:
            saved = services.template_save(facts=facts_of({**data}), actor=self.actor, now=clock.now())
            return PeriodAnswer(saved).data

        return self.once(PeriodIn, answer, status=201)


class PeriodDetail(ApiView):
    """One recurring period."""

    roles = MANAGERS

    @extend_schema(responses=PeriodAnswer)
    def get(self, request: Request, pk: int) -> Response:
        """Show one."""
        return Response(PeriodAnswer(_period(pk)).data)

    @extend_schema(request=PeriodIn, responses=PeriodAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Change it; sessions released already stay as they are."""
        facts = facts_of(parsed(PeriodIn, request))
        saved = services.template_save(
            facts=facts, template_id=_period(pk).pk, actor=self.actor, now=clock.now()
        )
        return Response(PeriodAnswer(saved).data)


class PeriodEnd(ApiView):
    """The end of a recurring period."""

    roles = MANAGERS

    @extend_schema(request=LastDayIn, responses=PeriodAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Let it take place for the last time on or before a day."""
        data = parsed(LastDayIn, request)
        ended = services.template_end(
            template_id=_period(pk).pk, last_day=data["last_day"], actor=self.actor, now=clock.now()
        )
        return Response(PeriodAnswer(ended).data)


class PeriodsFile(ApiView):
    """Recurring periods by file."""

    roles = MANAGERS

    @extend_schema(request=PeriodsFileIn, responses=PeriodsFileAnswer)
    def post(self, request: Request) -> Response:
        """Look at a file, or take it in as a whole; with any error nothing is done."""
        data = parsed(PeriodsFileIn, request)
        result = templates_import(
            rows=rows_of(data["content"].encode()),
            dry_run=data["dry_run"],
            actor=self.actor,
            now=clock.now(),
        )
        errors = [
            {"line": one.line, "column": one.column, "reason": gettext(one.reason) % dict(one.params)}
            for one in result.errors
        ]
        counts = {name: getattr(result, name) for name in ("added", "changed", "same")}
        shared = [
            {"one": PeriodAnswer(one).data, "other": PeriodAnswer(two).data} for one, two in result.shared
        ]
        return Response(
            {
                "applied": not data["dry_run"] and not errors,
                **counts,
                "errors": errors,
                "rooms_shared": shared,
            }
        )


def _period(pk: int) -> SessionTemplate:
    found = template_by_id(template_id=pk)
    if found is None:
        raise UnknownNumber(field="template")
    return found
