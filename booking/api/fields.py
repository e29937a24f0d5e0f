"""Fields that several shapes share."""

from datetime import date
from typing import Any

from rest_framework import serializers

from booking.domain.clinic import FIRST_DAY, LAST_DAY
from booking.forms.fields import OUT_OF_REACH
from hospital.common.openapi import example


class Day(serializers.DateField):
    """A day that a hospital may plan."""

    default_error_messages = {"range": OUT_OF_REACH}

    def to_internal_value(self, value: Any) -> date:
        """The day, when it is within reach."""
        found: date = super().to_internal_value(value)
        if not FIRST_DAY <= found <= LAST_DAY:
            self.fail("range")
        return found


@example(reason="decided after a talk")
class ReasonIn(serializers.Serializer[Any]):
    """Why somebody decides something."""

    reason = serializers.CharField(max_length=200, help_text="kept with who decided it, and when")
