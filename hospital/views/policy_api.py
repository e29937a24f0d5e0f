"""The hospital's rules for scripts."""

from dataclasses import asdict
from datetime import time
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hospital.common import clock
from hospital.common.api import ApiView, parsed
from hospital.common.openapi import LocalTime, example
from hospital.common.policy import Policy, policy, policy_change
from hospital.common.policy_table import ENTRIES, Entry
from hospital.common.roles import MANAGERS

_SHOWN = {"hold_min": 20, "release_time": "07:00:00", "no_show_ban_days": [90]}


class PolicyValues(serializers.Serializer[Any]):
    """Numbers of the policy; the names carry their units."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """One for each number that can be set."""
        return {entry.name: _field(entry) for entry in ENTRIES.values()}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """What shall be set otherwise; no name that there is not."""
        if isinstance(data, dict) and (unknown := data.keys() - ENTRIES.keys()):
            raise serializers.ValidationError(dict.fromkeys(sorted(unknown), "There is no such number."))
        given: dict[str, Any] = super().to_internal_value(data)
        return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


@example(version=4, values=_SHOWN, defaults={**_SHOWN, "hold_min": 15})
class PolicyAnswer(serializers.Serializer[Any]):
    """The rules that hold, and what holds in a hospital that never changed them."""

    version = serializers.IntegerField()
    values = PolicyValues()
    defaults = PolicyValues()


@example(version=4, reason="less work at noon", values={"hold_min": 15})
class PolicyIn(serializers.Serializer[Any]):
    """What to set, why, and on which version it was decided."""

    version = serializers.IntegerField(min_value=0, help_text="another one holds by now: 409 `policy_moved`")
    reason = serializers.CharField(max_length=200)
    values = PolicyValues()


def _field(entry: Entry) -> serializers.Field[Any, Any, Any, Any]:
    told: dict[str, Any] = {"required": False, "help_text": str(entry.label)}
    if isinstance(entry.default, bool):
        return serializers.BooleanField(**told)
    if isinstance(entry.default, time):
        return LocalTime(**told)
    number: dict[str, Any] = {"min_value": entry.low, "max_value": entry.high}
    if isinstance(entry.default, tuple):
        step = serializers.IntegerField(**number)
        return serializers.ListField(child=step, min_length=1, max_length=10, **told)
    return serializers.IntegerField(**number, **told)


class PolicyDetail(ApiView):
    """The rules."""

    roles = MANAGERS

    @extend_schema(responses=PolicyAnswer)
    def get(self, request: Request) -> Response:
        """Show every number with its default."""
        return Response(_out(policy()))

    @extend_schema(request=PolicyIn, responses=PolicyAnswer)
    def post(self, request: Request) -> Response:
        """Set some of them; every change is a new version and holds within a second."""
        data = parsed(PolicyIn, request)
        told = {"reason": data["reason"], "on_version": data["version"]}
        changed = policy_change(actor=self.actor, now=clock.now(), **told, **data["values"])
        return Response(_out(changed))


def _out(rules: Policy) -> dict[str, Any]:
    shown = {"values": rules, "defaults": Policy()}
    return {
        "version": rules.version,
        **{name: PolicyValues(asdict(each)).data for name, each in shown.items()},
    }
