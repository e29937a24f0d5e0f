"""Missed appointments, bans from online booking, and appeals."""

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors, services
from booking.api.fields import ReasonIn
from booking.models import Appeal, Ban
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, listed, parsed
from hospital.common.openapi import example, several
from hospital.common.policy import policy
from hospital.common.roles import MANAGERS, PATIENT, PATIENT_OR_MANAGERS

BAN_DAYS_MAX = 3650
MISSED_STATES = ["unresolved", "no_show"]
_AT = "2026-11-03T12:00:00+08:00"


@example(
    code="B2C3D4E5F6G7",
    patient="P8Q9R2S3T4U5",
    name="林小雨",
    reason="no_show",
    note="",
    starts_at=_AT,
    ends_at="2027-02-01T12:00:00+08:00",
    appointments=["A2B3C4D5E6F7"],
)
class BanAnswer(serializers.Serializer[Any]):
    """No online booking for a time; walk-in stays possible."""

    code = serializers.CharField()
    patient = serializers.CharField(source="patient.code")
    name = serializers.CharField(source="patient.name")
    reason = serializers.ChoiceField(choices=Ban.Reason.values)
    note = serializers.CharField(allow_blank=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    appointments = serializers.ListField(
        child=serializers.CharField(), source="missed", help_text="missed ones it was made for"
    )


@example(patient="P8Q9R2S3T4U5", days=30, reason="sold numbers")
class BanIn(serializers.Serializer[Any]):
    """Whom, for how long, and why."""

    patient = serializers.CharField(max_length=12)
    days = serializers.IntegerField(min_value=1, max_value=BAN_DAYS_MAX)
    reason = serializers.CharField(max_length=200)


@example(
    code="E2F3G4H5J6K7",
    ban="B2C3D4E5F6G7",
    appointment=None,
    state="open",
    text="我到了，但签到机坏了。",
    answer="",
    asked_at=_AT,
    answered_at=None,
)
class AppealAnswer(serializers.Serializer[Any]):
    """Why a ban or a missed appointment should not count."""

    code = serializers.CharField()
    ban = serializers.CharField(source="ban.code", allow_null=True, default=None)
    appointment = serializers.CharField(source="appointment.code", allow_null=True, default=None)
    state = serializers.ChoiceField(choices=Appeal.State.values)
    text = serializers.CharField()
    answer = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)


@example(text="我到了，但签到机坏了。")
class AppealIn(serializers.Serializer[Any]):
    """What the patient says."""

    text = serializers.CharField(max_length=500)


@example(decision="excused", answer="The check-in device was broken that day.")
class AppealDecisionIn(serializers.Serializer[Any]):
    """A manager's answer, in words that the patient gets."""

    decision = serializers.ChoiceField(choices=["excused", "seen", "lift", "reject"])
    answer = serializers.CharField(max_length=500)

    def decided(self, data: dict[str, Any]) -> dict[str, Any]:
        """As the service asks for it."""
        decision = data["decision"]
        outcome = decision if decision in {"seen", "excused"} else "excused"
        return {"uphold": decision != "reject", "outcome": outcome, "answer": data["answer"]}


@example(
    code="A2B3C4D5E6F7",
    state="unresolved",
    patient="P8Q9R2S3T4U5",
    name="林小雨",
    session="K7MPQ2RS3TUV",
    starts_at="2026-11-03T08:00:00+08:00",
    missed=1,
)
class MissedAnswer(serializers.Serializer[Any]):
    """An appointment that nobody was seen coming to."""

    code = serializers.CharField()
    state = serializers.ChoiceField(choices=MISSED_STATES)
    patient = serializers.CharField(source="patient.code")
    name = serializers.CharField(source="patient.name")
    session = serializers.CharField(source="session.code")
    starts_at = serializers.DateTimeField(source="slot.starts_at")
    missed = serializers.IntegerField(help_text="how many this patient missed in all")


class MissedQuery(serializers.Serializer[Any]):
    """To be decided, or decided of late."""

    state = serializers.ChoiceField(choices=MISSED_STATES, required=False, default="unresolved")


@example(codes=["A2B3C4D5E6F7"], verb="excused", reason="snow")
class DecisionIn(serializers.Serializer[Any]):
    """What is decided about some appointments; all but `confirm` with a reason."""

    codes = serializers.ListField(child=serializers.CharField(max_length=12), min_length=1, max_length=200)
    verb = serializers.ChoiceField(choices=["confirm", "seen", "excused"])
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


@example(done=1, refused=0)
class DecidedAnswer(serializers.Serializer[Any]):
    """How many were decided, and how many somebody else had decided meanwhile."""

    done = serializers.IntegerField()
    refused = serializers.IntegerField()


class BanList(ApiView):
    """Bans."""

    roles = PATIENT_OR_MANAGERS
    roles_to_write = MANAGERS

    @extend_schema(responses=several(BanAnswer))
    def get(self, request: Request) -> Response:
        """List bans in force: those of the account's own people, all of them for managers."""
        now = clock.now()
        own = self.person.role == "patient"
        found = selectors.bans_of_user(user=self.person, now=now) if own else selectors.bans_in_force(now=now)
        return listed(BanAnswer, found)

    @extend_schema(request=BanIn, responses={201: BanAnswer}, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request) -> Response:
        """Close online booking for a patient."""

        def answer(data: dict[str, Any]) -> dict[str, Any]:
            patient = selectors.patient_for_user(user=self.person, code=data["patient"])
            ban = services.ban_add(
                patient_id=patient.pk,
                days=data["days"],
                reason=data["reason"],
                actor=self.actor,
                now=clock.now(),
            )
            return BanAnswer(ban).data

        return self.once(BanIn, answer, status=201)


class BanLift(ApiView):
    """The end of a ban."""

    roles = MANAGERS

    @extend_schema(request=ReasonIn, responses=BanAnswer)
    def post(self, request: Request, code: str) -> Response:
        """Open online booking again; the misses that it was made for do not count a second time."""
        data = parsed(ReasonIn, request)
        ban = selectors.ban_by_code(code=code)
        lifted = services.ban_lift(ban_id=ban.pk, reason=data["reason"], actor=self.actor, now=clock.now())
        return Response(BanAnswer(lifted).data)


class BanAppeals(ApiView):
    """Appeals against a ban."""

    roles = PATIENT

    @extend_schema(request=AppealIn, responses={201: AppealAnswer})
    def post(self, request: Request, code: str) -> Response:
        """Say why a ban of one's own people should not stand; one at a time."""
        data = parsed(AppealIn, request)
        ban = selectors.ban_for_user(user=self.person, code=code)
        made = services.ban_appeal(
            ban_id=ban.pk, account_id=self.person.pk, text=data["text"], actor=self.actor, now=clock.now()
        )
        return Response(AppealAnswer(made).data, status=201)


class AppointmentAppeals(ApiView):
    """Appeals about an appointment."""

    roles = PATIENT

    @extend_schema(request=AppealIn, responses={201: AppealAnswer})
    def post(self, request: Request, code: str) -> Response:
        """Say why one's own appointment was not missed, or for a good reason."""
        data = parsed(AppealIn, request)
        found = selectors.appointment_for_user(user=self.person, code=code)
        made = services.appointment_appeal(
            appointment_id=found.pk,
            account_id=self.person.pk,
            text=data["text"],
            actor=self.actor,
            now=clock.now(),
        )
        return Response(AppealAnswer(made).data, status=201)


class AppealList(ApiView):
    """Appeals."""

    roles = MANAGERS

    @extend_schema(responses=several(AppealAnswer))
    def get(self, request: Request) -> Response:
        """List those that wait for an answer, the oldest first, then the last answers."""
        found = [*selectors.appeals_open(), *selectors.appeals_answered()]
        return listed(AppealAnswer, found)


class AppealDecide(ApiView):
    """The answer to an appeal."""

    roles = MANAGERS

    @extend_schema(request=AppealDecisionIn, responses=AppealAnswer)
    def post(self, request: Request, code: str) -> Response:
        """Uphold, which lifts the ban or corrects the appointment, or reject; the patient is told."""
        data = parsed(AppealDecisionIn, request)
        appeal = selectors.appeal_by_code(code=code)
        answered = services.appeal_answer(
            appeal_id=appeal.pk, **AppealDecisionIn().decided(data), actor=self.actor, now=clock.now()
        )
        return Response(AppealAnswer(answered).data)


class NoShowList(ApiView):
    """Missed appointments."""

    roles = MANAGERS

    @extend_schema(parameters=[MissedQuery], responses=several(MissedAnswer))
    def get(self, request: Request) -> Response:
        """List those to decide, the longest waiting first; or those confirmed of late."""
        since = clock.now() - timedelta(days=policy().no_show_window_days)
        confirmed = parsed(MissedQuery, request, query=True)["state"] == "no_show"
        found = selectors.no_shows_confirmed(since=since) if confirmed else selectors.no_shows_unresolved()
        return listed(MissedAnswer, found)


class NoShowDecide(ApiView):
    """What becomes of them."""

    roles = MANAGERS

    @extend_schema(request=DecisionIn, responses=DecidedAnswer)
    def post(self, request: Request) -> Response:
        """Confirm or correct; each is decided for itself, and what somebody else decided stays."""
        made = services.appointments_resolve(**parsed(DecisionIn, request), actor=self.actor, now=clock.now())
        return Response({"done": made.done, "refused": made.refused})
