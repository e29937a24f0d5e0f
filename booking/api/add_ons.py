"""Numbers that the desk and experts give: beyond the quota, with permission and reason."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from booking import services
from booking.api import inputs
from booking.api.answers import numbers
from booking.api.counter import number_given
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, parsed
from hospital.common.roles import DESK


class AddOnList(ApiView):
    """Add-on numbers."""

    roles = DESK | {"expert"}

    @extend_schema(
        request=inputs.AddOnIn, responses={201: numbers.CounterAnswer}, parameters=[IDEMPOTENCY_KEY]
    )
    def post(self, request: Request) -> Response:
        """Give one number beyond the quota of a slot, with a reason.

        Paid through a provider, the number is held until the patient paid on ``pay_url``.
        """
        return number_given(self, services.appointment_add_on, parsed(inputs.AddOnIn, request))
