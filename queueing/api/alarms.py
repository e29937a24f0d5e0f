"""Calls for help out of the rooms: who rings, and who goes there."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from hospital.common import clock
from hospital.common.api import ApiView, listed
from hospital.common.roles import DESK, STAFF
from queueing import selectors, services
from queueing.api import answers, shapes
from queueing.selectors.access import alarm_for_user


class AlarmList(ApiView):
    """Alarms of now."""

    roles = DESK

    @extend_schema(responses=answers.AlarmList)
    def get(self, request: Request) -> Response:
        """What rings, the oldest first, then who went to the last ones."""
        return listed(answers.AlarmAnswer, map(shapes.alarm_out, selectors.alarms_now(now=clock.now())))


class AlarmAcknowledge(ApiView):
    """Somebody goes there."""

    roles = DESK

    @extend_schema(request=None, responses=answers.AlarmAnswer)
    def post(self, request: Request, code: str) -> Response:
        """Say by name that one is going there."""
        alarm = services.alarm_acknowledge(
            code=code, name=self.person.shown_name, actor=self.actor, now=clock.now()
        )
        return Response(shapes.alarm_out(alarm))


class AlarmWithdraw(ApiView):
    """It is not needed."""

    roles = STAFF - DESK

    @extend_schema(request=None, responses=answers.AlarmAnswer)
    def post(self, request: Request, code: str) -> Response:
        """Withdraw an alarm of the own room."""
        alarm_for_user(code=code, user=self.person)
        alarm = services.alarm_withdraw(
            code=code, name=self.person.shown_name, actor=self.actor, now=clock.now()
        )
        return Response(shapes.alarm_out(alarm))
