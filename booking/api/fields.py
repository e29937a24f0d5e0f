"""Fields that several shapes share."""

from datetime import date
from typing import Any

from rest_framework import serializers

from hospital.common.openapi import example

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


class Day(serializers.DateField):
    """A day that a hospital may plan."""

    default_error_messages = {"range": "This is no day between 2000 and 2100."}

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
