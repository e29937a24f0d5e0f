"""The hospital's rules for scripts."""

from dataclasses import asdict
from datetime import time
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors
from hospital.common import clock
from hospital.common.api import ApiView, parsed
from hospital.common.openapi import LocalTime, example
from hospital.common.policy import Policies, Policy, Scope, policies, policy, policy_change
from hospital.common.policy_levels import DEPARTMENT, EXPERT
from hospital.common.policy_table import ENTRIES, Entry, NotOwn
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


def _field(entry: Entry, **more: Any) -> serializers.Field[Any, Any, Any, Any]:
    told: dict[str, Any] = {"required": False, "help_text": str(entry.label), **more}
    if isinstance(entry.default, bool):
        return serializers.BooleanField(**told)
    if isinstance(entry.default, time):
        return LocalTime(**told)
    if entry.choices:
        return serializers.ChoiceField(choices=entry.choices, **told)
    number: dict[str, Any] = {"min_value": entry.low, "max_value": entry.high}
    if isinstance(entry.default, tuple):
        step = serializers.IntegerField(**number)
        return serializers.ListField(child=step, min_length=1, max_length=10, **told)
    return serializers.IntegerField(**number, **told)


class OwnValuesIn(PolicyValues):
    """What a department or an expert shall have of its own."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """What may differ there; ``null`` takes an own value away."""
        own = [entry for entry in ENTRIES.values() if entry.is_own(DEPARTMENT)]
        return {entry.name: _field(entry, allow_null=True) for entry in own}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """What shall be set otherwise; what holds for everybody is refused, never left out in silence."""
        if isinstance(data, dict):
            for name in sorted((data.keys() & ENTRIES.keys()) - self.fields.keys()):
                raise NotOwn(field=name, name=name)
        return super().to_internal_value(data)


_OWN_SHOWN: dict[str, Any] = {"level": EXPERT, "code": "zhao", "own": {"hold_min": 30}}


@example(**_OWN_SHOWN)
class OwnShort(serializers.Serializer[Any]):
    """Who has which values of its own."""

    level = serializers.ChoiceField(choices=[DEPARTMENT, EXPERT])
    code = serializers.CharField()
    own = PolicyValues()


@example(version=5, results=[_OWN_SHOWN])
class OwnList(serializers.Serializer[Any]):
    """Everybody with values of its own, departments with their experts behind them."""

    version = serializers.IntegerField()
    results = OwnShort(many=True)


@example(version=5, **_OWN_SHOWN, values={**_SHOWN, "hold_min": 30}, above=_SHOWN)
class OwnAnswer(OwnShort):
    """What holds there, and above: what would hold without own values, for an expert the department's first."""

    version = serializers.IntegerField()
    values = PolicyValues()
    above = PolicyValues()


@example(version=5, reason="operates in the morning", values={"hold_min": 30, "draw_s": None})
class OwnIn(PolicyIn):
    """What to set and, with ``null``, what to take away."""

    values = OwnValuesIn()


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


class OwnPolicies(ApiView):
    """Who has rules of its own."""

    roles = MANAGERS

    @extend_schema(responses=OwnList)
    def get(self, request: Request) -> Response:
        """List every department and expert with values of its own."""
        held = policies()
        owners = [owner for one, experts in selectors.rules_owners() for owner in (one, *experts)]
        shown = [_own(held, owner.scope, owner.code) for owner in owners]
        return Response({"version": held.version, "results": [one for one in shown if one["own"]]})


class OwnPolicy(ApiView):
    """The rules of a department or an expert."""

    roles = MANAGERS

    @extend_schema(responses=OwnAnswer)
    def get(self, request: Request, level: str, code: str) -> Response:
        """Show what holds there, what of it is its own, and what would hold otherwise."""
        return Response(_own_out(selectors.scope_of(level=level, code=code), code))

    @extend_schema(request=OwnIn, responses=OwnAnswer)
    def post(self, request: Request, level: str, code: str) -> Response:
        """Set own values or take them away; every change is a new version and holds within a second."""
        scope, data = selectors.scope_of(level=level, code=code), parsed(OwnIn, request)
        told = {"reason": data["reason"], "on_version": data["version"]}
        policy_change(actor=self.actor, now=clock.now(), scope=scope, **told, **data["values"])
        return Response(_own_out(scope, code))


def _own(held: Policies, scope: Scope, code: str) -> dict[str, Any]:
    values = PolicyValues(held.own.get((scope.level, scope.pk), {})).data
    return {"level": scope.level, "code": code, "own": values}


def _own_out(scope: Scope, code: str) -> dict[str, Any]:
    held = policies()
    shown = {"values": held.of_scope(scope), "above": held.above(scope)}
    return {
        "version": held.version,
        **_own(held, scope, code),
        **{name: PolicyValues(asdict(each)).data for name, each in shown.items()},
    }


def _out(rules: Policy) -> dict[str, Any]:
    shown = {"values": rules, "defaults": Policy()}
    return {
        "version": rules.version,
        **{name: PolicyValues(asdict(each)).data for name, each in shown.items()},
    }
