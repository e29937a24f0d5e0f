"""The waitlist of a sold-out session."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors, services
from booking.api import inputs, serializers
from booking.api.answers import numbers, waiting
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, parsed
from hospital.common.devices import known_device
from hospital.common.openapi import several


class WaitlistList(ApiView):
    """What the account waits for."""

    roles = frozenset({"patient", "desk"})

    @extend_schema(responses=several(waiting.WaitlistAnswer))
    def get(self, request: Request) -> Response:
        """List one's own entries, offers first."""
        mine = selectors.waitlist_entries_of_user(user=self.person)
        return Response({"results": [serializers.waitlist_out(view) for view in mine]})

    @extend_schema(
        request=inputs.WaitlistIn, responses={201: waiting.WaitlistPlace}, parameters=[IDEMPOTENCY_KEY]
    )
    def post(self, request: Request) -> Response:
        """Wait for a number of a sold-out session.

        ``challenge_required`` brings a challenge; its solution goes into ``proof``.
        """
        data = dict(parsed(inputs.WaitlistIn, request))
        proof = data.pop("proof")

        def produce() -> tuple[int, dict[str, Any]]:
            services.risk_check(user=self.person, proof=proof, now=clock.now())
            entry = services.waitlist_join(
                session_id=selectors.session_by_code(code=data["session"]).pk,
                patient_id=selectors.patient_id_for_user(user=self.person, code=data["patient"]),
                account_id=None if self.actor.is_staff else self.person.pk,
                actor=self.actor,
                now=clock.now(),
            )
            return 201, {"code": entry.code, "place": selectors.waitlist_place(entry_id=entry.pk)}

        return self.idempotent(produce, body=data)


class WaitlistAccept(ApiView):
    """Take an offer."""

    roles = frozenset({"patient", "desk"})

    @extend_schema(request=None, responses={201: numbers.AppointmentAnswer}, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request, code: str) -> Response:
        """The offer becomes a held appointment, to be paid by the offer's deadline."""

        def produce() -> tuple[int, dict[str, Any]]:
            view = selectors.waitlist_entry_for_user(user=self.person, code=code)
            held = services.waitlist_accept(
                entry_id=view.entry.pk,
                actor=self.actor,
                now=clock.now(),
                device_index=known_device(request),
            )
            return 201, serializers.appointment_out(held)

        return self.idempotent(produce, body={})


class WaitlistLeave(ApiView):
    """Leave the list."""

    roles = frozenset({"patient", "desk"})

    @extend_schema(request=None, responses=waiting.WaitlistState, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request, code: str) -> Response:
        """What was offered goes to the next."""

        def produce() -> tuple[int, dict[str, Any]]:
            view = selectors.waitlist_entry_for_user(user=self.person, code=code)
            left = services.waitlist_leave(entry_id=view.entry.pk, actor=self.actor, now=clock.now())
            return 200, {"code": left.code, "state": left.state}

        return self.idempotent(produce, body={})
