"""The hospital's numbers: one versioned row, handed to the domain as a frozen dataclass.

Defaults and the ranges seen in published rules of Chinese hospitals: docs/glossary.md.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, time
from time import monotonic
from typing import Any

from django.db import connection

from hospital.common.actor import Actor
from hospital.common.errors import DomainError, Invalid, gettext_noop
from hospital.common.models import PolicyVersion
from hospital.common.transactions import on_commit, transactional

_REREAD_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class Policy:
    """Every number that a hospital may set. Units stand in the names."""

    version: int = 0
    horizon_days: int = 7
    release_time: time = time(7, 0)
    slot_min: int = 60
    arrival_advice_min: int = 30
    hold_min: int = 15
    numbers_per_department_day: int = 1
    departments_per_day: int = 3
    patients_per_account: int = 5
    no_show_limit: int = 3
    no_show_window_days: int = 90
    no_show_grace_h: int = 24
    no_show_ban_days: tuple[int, ...] = (90,)
    late_cancel_before_deadline_h: int = 12
    late_cancel_limit: int = 5
    late_cancel_window_days: int = 30
    late_cancel_ban_days: int = 30
    moves_per_appointment: int = 3
    return_delay_min_min: int = 10
    return_delay_max_min: int = 120
    return_delay_from_h: int = 24
    waitlist_offer_min: int = 30
    waitlist_offer_far_h: int = 24
    waitlist_far_h: int = 72
    waitlist_per_session: int = 50
    draw_s: int = 0
    stop_choice_h: int = 24
    reminder_time: time = time(18, 0)
    holds_per_account_day: int = 10
    holds_per_device_day: int = 10
    unpaid_holds_per_account_day: int = 3
    patients_per_payer_30_days: int = 10
    challenge_from_score: int = 50
    recall_limit: int = 2
    recall_gap_s: int = 60
    undo_min: int = 5
    priority_ratio: int = 2
    review_ratio: int = 2
    close_grace_min: int = 120
    screen_stale_s: int = 15
    come_back_margin_min: int = 15
    history_weeks: int = 13
    history_min_sessions: int = 4
    auto_approve: bool = False


_cached: tuple[float, Policy | None] = (-1e9, None)


class UnknownPolicy(Invalid):
    """A policy value that does not exist or has the wrong type."""

    code = "unknown_policy"
    message = gettext_noop("“%(name)s” is not a policy value.")


class PolicyMoved(DomainError):
    """Somebody else changed the policy meanwhile."""

    code = "policy_moved"
    status = 409
    message = gettext_noop(
        "Somebody changed the rules meanwhile. Look at them as they are now, then change them."
    )


class DelayUpsideDown(Invalid):
    """Numbers that come back are kept for longer at least than at most."""

    code = "delay_upside_down"
    message = gettext_noop("At most must not be less than at least, unless it is 0.")


@dataclass(frozen=True, slots=True)
class Changed:
    """One version of the policy and what it changed: ``{name: (before, after)}``."""

    version: PolicyVersion
    values: dict[str, tuple[Any, Any]]


def policy() -> Policy:
    """The policy in force, read again at most once a second: a change is seen everywhere within that."""
    global _cached
    read_at, known = _cached
    if known is None or monotonic() - read_at >= _REREAD_AFTER_S:
        known = _read()
        _cached = (monotonic(), known)
    return known


def forget() -> None:
    """Read the policy again at the next call."""
    global _cached
    _cached = (-1e9, None)


def _read() -> Policy:
    latest = PolicyVersion.objects.order_by("-number").first()
    if latest is None:
        return Policy()
    return replace(Policy(), version=latest.number, **_parsed(latest.values))


def _parsed(values: dict[str, object]) -> dict[str, Any]:
    parsed: dict[str, Any] = {}
    defaults = asdict(Policy())
    for name, value in values.items():
        if name not in defaults or name == "version":
            raise UnknownPolicy(field=name, name=name)
        wanted = (
            time.fromisoformat(value)
            if isinstance(defaults[name], time) and isinstance(value, str)
            else value
        )
        if isinstance(defaults[name], tuple) and isinstance(value, list):
            wanted = tuple(value)
        if type(wanted) is not type(defaults[name]) or not _plausible(wanted):
            raise UnknownPolicy(field=name, name=name)
        parsed[name] = wanted
    return parsed


def _plausible(value: object) -> bool:
    """Numbers are whole and not negative; steps are a few such numbers."""
    if isinstance(value, tuple):
        return 0 < len(value) <= 10 and all(type(step) is int and step > 0 for step in value)
    return not isinstance(value, int) or value >= 0


@transactional
def policy_change(
    *, actor: Actor, now: datetime, reason: str, on_version: int | None = None, **changes: object
) -> Policy:
    """Set some values; every change is a new version. ``on_version`` is the one that the person looked at.

    Raises
    ------
    UnknownPolicy
        For a name that is no policy value, or a value of another type.
    PolicyMoved
        When another version holds by now.
    DelayUpsideDown
        When numbers were kept back for longer at least than at most.
    """
    _one_at_a_time()
    latest = PolicyVersion.objects.order_by("-number").first()
    if on_version is not None and on_version != (latest.number if latest else 0):
        raise PolicyMoved
    values = {**(latest.values if latest else {}), **{name: _plain(value) for name, value in changes.items()}}
    rules = replace(Policy(), **_parsed(values))
    if 0 < rules.return_delay_max_min < rules.return_delay_min_min:
        raise DelayUpsideDown(field="return_delay_max_min")
    number = (latest.number if latest else 0) + 1
    PolicyVersion.objects.create(number=number, values=values, reason=reason, actor_name=actor.name, at=now)
    forget()
    on_commit(forget)
    return _read()


def _one_at_a_time() -> None:
    """Wait for any other change: an advisory lock, because before the first version there is no row to lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('hospital.policy'))")


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, time) else value


def policy_versions(*, limit: int = 20) -> list[Changed]:
    """The last versions, the newest first, each with what it changed."""
    rows = list(PolicyVersion.objects.order_by("-number")[: limit + 1])
    start = asdict(Policy())
    known = [(row, {**start, **_parsed(row.values)}) for row in rows]
    before = [values for _row, values in known[1:]] + [start] * (len(rows) <= limit)
    return [
        Changed(row, {name: (old[name], new) for name, new in values.items() if old[name] != new})
        for (row, values), old in zip(known, before, strict=False)
    ]
