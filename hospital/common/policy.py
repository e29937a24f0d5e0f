"""The hospital's numbers: versioned rows, handed to the domain as a frozen dataclass.

A department or an expert may have values of its own for some of them (``policy_levels``); who asks for those of a
session asks ``booking.selectors.policies``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, time
from time import monotonic
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import OuterRef, Subquery

from hospital.common.actor import Actor
from hospital.common.models import PolicyVersion
from hospital.common.policy_errors import DelayUpsideDown, DelayUpsideDownBelow, PolicyMoved
from hospital.common.policy_levels import DEPARTMENT, EXPERT, HOSPITAL, Level
from hospital.common.policy_table import ENTRIES, NotOwn, UnknownPolicy, check_bounds, value_of
from hospital.common.policy_values import Policy
from hospital.common.transactions import on_commit, transactional

__all__ = [
    "WHOLE",
    "Changed",
    "DelayUpsideDown",
    "DelayUpsideDownBelow",
    "Policies",
    "Policy",
    "PolicyMoved",
    "Scope",
    "UnknownPolicy",
    "forget",
    "policies",
    "policy",
    "policy_change",
    "policy_versions",
]

_REREAD_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose values: the hospital's, a department's, or an expert's, which stands in a department."""

    level: Level = HOSPITAL
    pk: int = 0
    department_id: int = 0


WHOLE = Scope()


@dataclass(frozen=True, slots=True)
class Policies:
    """Every policy in force: the hospital's, and what departments and experts have of their own.

    ``version`` is the last change of any of them.
    """

    version: int = 0
    hospital: Policy = field(default_factory=Policy)
    own: Mapping[tuple[str, int], Mapping[str, Any]] = field(default_factory=dict)

    def of(self, *, department_id: int | None, expert_id: int | None = None) -> Policy:
        """The expert's value, else the department's, else the hospital's."""
        if not self.own:
            return self.hospital
        department = self.own.get((DEPARTMENT, department_id or 0), {})
        expert = self.own.get((EXPERT, expert_id or 0), {})
        return replace(self.hospital, **{**department, **expert})

    def of_scope(self, scope: Scope) -> Policy:
        """What holds there."""
        if scope.level == EXPERT:
            return self.of(department_id=scope.department_id, expert_id=scope.pk)
        return self.of(department_id=scope.pk)

    def above(self, scope: Scope) -> Policy:
        """What would hold there without own values."""
        return self.of(department_id=scope.department_id) if scope.level == EXPERT else self.hospital


@dataclass(frozen=True, slots=True)
class Changed:
    """One version and what it changed: ``{name: (before, after)}``; ``None`` is no value of one's own."""

    version: PolicyVersion
    values: dict[str, tuple[Any, Any]]


_cached: tuple[float, Policies | None] = (-1e9, None)


def policies() -> Policies:
    """The policies in force, read again at most once a second: a change is seen everywhere within that."""
    global _cached
    read_at, known = _cached
    if known is None or monotonic() - read_at >= _REREAD_AFTER_S:
        known = _read()
        _cached = (monotonic(), known)
    return known


def policy() -> Policy:
    """The hospital's own policy in force."""
    return policies().hospital


def forget() -> None:
    """Read the policies again at the next call."""
    global _cached
    _cached = (-1e9, None)


def _read() -> Policies:
    newest = PolicyVersion.objects.order_by("level", "level_id", "-number").distinct("level", "level_id")
    rows = {(row.level, row.level_id): row for row in newest}
    version = max((row.number for row in rows.values()), default=0)
    own = {whose: _parsed(row.values) for whose, row in rows.items()}
    hospital = replace(Policy(), version=version, **own.pop((HOSPITAL, 0), {}))
    return Policies(version, hospital, {whose: values for whose, values in own.items() if values})


def _parsed(values: Mapping[str, object]) -> dict[str, Any]:
    return {name: value_of(name, value) for name, value in values.items()}


@transactional
def policy_change(
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    on_version: int | None = None,
    scope: Scope = WHOLE,
    **changes: object,
) -> Policy:
    """Set some values; every change is a new version, and what is as before makes none.

    ``on_version`` is the one that the person looked at.

    For a department or an expert ``None`` takes its own value away. Returns what holds there now.

    Raises
    ------
    UnknownPolicy, PolicyOutOfBounds, NotOwn
        For a name that is no policy value or a value of another type; outside its bounds; that cannot differ there.
    PolicyMoved
        When another version holds by now, of whatever rules.
    DelayUpsideDown
        When numbers were kept back for longer at least than at most, here or (``DelayUpsideDownBelow``) below.
    """
    given = {name: _checked(name, value, scope) for name, value in changes.items()}
    _one_at_a_time()
    held = _read()
    if on_version is not None and on_version != held.version:
        raise PolicyMoved
    before = PolicyVersion.objects.filter(level=scope.level, level_id=scope.pk).order_by("-number").first()
    merged = {**(before.values if before else {}), **{name: _plain(value) for name, value in given.items()}}
    values = {name: value for name, value in merged.items() if value is not None}
    rules = replace(held.above(scope), **_parsed(values))
    if rules == held.hospital if scope == WHOLE else values == (before.values if before else {}):
        return rules
    if _is_upside_down(rules):
        raise DelayUpsideDown(field="return_delay_max_min")
    if any(_is_upside_down(below) for below in _below(held, scope, rules, _parsed(values))):
        raise DelayUpsideDownBelow(field="return_delay_max_min")
    PolicyVersion.objects.create(
        number=held.version + 1,
        level=scope.level,
        level_id=scope.pk,
        values=values,
        reason=reason,
        actor_name=actor.name,
        at=now,
    )
    forget()
    on_commit(forget)
    return _read().of_scope(scope)


def _is_upside_down(rules: Policy) -> bool:
    return 0 < rules.return_delay_max_min < rules.return_delay_min_min


def _below(held: Policies, scope: Scope, rules: Policy, values: dict[str, Any]) -> Iterator[Policy]:
    """What would hold for the departments and experts with own values below what is changed."""
    if scope.level == EXPERT:
        return
    if scope == WHOLE:
        after = replace(held, hospital=rules)
    else:
        after = replace(held, own={**held.own, (scope.level, scope.pk): values})
    experts = apps.get_model("booking", "Expert").objects.filter(
        pk__in=[pk for level, pk in held.own if level == EXPERT]
    )
    for pk, department_id in experts.values_list("pk", "department_id"):
        if scope == WHOLE or department_id == scope.pk:
            yield after.of(department_id=department_id, expert_id=pk)
    if scope == WHOLE:
        yield from (after.of(department_id=pk) for level, pk in held.own if level == DEPARTMENT)


def _checked(name: str, value: object, scope: Scope) -> object:
    if value is None and scope != WHOLE and name in ENTRIES:
        return None
    known = value_of(name, value)
    if not ENTRIES[name].is_own(scope.level):
        raise NotOwn(field=name, name=name)
    check_bounds(name, known)
    return known


def _one_at_a_time() -> None:
    """Wait for any other change: an advisory lock, because before the first version there is no row to lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('hospital.policy'))")


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, time) else value


def policy_versions(*, limit: int = 20, scope: Scope | None = None) -> list[Changed]:
    """The last versions, the newest first, each with what it changed: of all rules, or of one scope's."""
    earlier = PolicyVersion.objects.filter(
        level=OuterRef("level"), level_id=OuterRef("level_id"), number__lt=OuterRef("number")
    )
    rows = PolicyVersion.objects.annotate(before=Subquery(earlier.order_by("-number").values("values")[:1]))
    if scope is not None:
        rows = rows.filter(level=scope.level, level_id=scope.pk)
    return [_changed(row) for row in rows.order_by("-number")[:limit]]


def _changed(row: PolicyVersion) -> Changed:
    start: dict[str, Any] = asdict(Policy()) if row.level == HOSPITAL else dict.fromkeys(ENTRIES)
    before = row.before or {}  # type: ignore[attr-defined] # the annotation above
    old, new = start | _parsed(before), start | _parsed(row.values)
    return Changed(row, {name: (old[name], new[name]) for name in ENTRIES if old[name] != new[name]})
