"""The rules: every number with its default, who changed what and why; each save is a new version.

The hospital's stand on one page; each department and expert has one of its own for what may differ there.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking import selectors
from booking.selectors import RulesOwner
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.policy import (
    WHOLE,
    Policies,
    PolicyMoved,
    Scope,
    forget,
    policies,
    policy_change,
    policy_versions,
)
from hospital.common.policy_table import ENTRIES, GROUPS
from hospital.common.views import managers_only, signed_in
from hospital.views.policy_forms import ChangeForm, OwnerAddress, OwnForm, PolicyForm


@managers_only
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """Show the hospital's rules; the POST keeps what is set otherwise as a new version."""
    level, _colon, code = OwnerAddress.read(request.GET)["of"].partition(":")
    if code:
        selectors.scope_of(level=level, code=code)
        return redirect("policy-own", level, code)
    held = _fresh()
    form = PolicyForm(request.POST or None, rules=held.hospital)
    if request.method != "POST":
        return _page(request, form, held)
    if not form.is_valid():
        return _page(request, form, held, status=400)
    try:
        _save(request, form, form.changes(held.hospital), WHOLE)
    except PolicyMoved as error:
        messages.error(request, translated(error))
        return _page(request, PolicyForm(None, rules=held.hospital), held, status=error.status)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, translated(error))
        return _page(request, form, held, status=error.status)
    return redirect("policy")


@managers_only
@require_http_methods(["GET", "POST"])
def own(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """What a department or an expert has of its own, beside what holds above; the POST sets or takes away."""
    scope, held = selectors.scope_of(level=level, code=code), _fresh()
    form = OwnForm(request.POST or None, scope=scope, held=held)
    if request.method != "POST":
        return _own_page(request, form, scope, held)
    if not form.is_valid():
        return _own_page(request, form, scope, held, status=400)
    try:
        _save(request, form, form.changes(), scope)
    except PolicyMoved as error:
        messages.error(request, translated(error))
        return _own_page(request, OwnForm(None, scope=scope, held=held), scope, held, status=error.status)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, translated(error))
        return _own_page(request, form, scope, held, status=error.status)
    return redirect("policy-own", level, code)


def _fresh() -> Policies:
    """As it is now: another process may have changed it within this second."""
    forget()
    return policies()


def _save(request: HttpRequest, form: ChangeForm, changes: dict[str, Any], scope: Scope) -> None:
    """Keep the changes and say so."""
    if not changes:
        messages.info(request, _("Nothing was set otherwise than before."))
        return
    told = {"reason": form.cleaned_data["reason"], "on_version": form.cleaned_data["version"]}
    actor = Actor.of(signed_in(request))
    policy_change(actor=actor, now=clock.now(), scope=scope, **told, **changes)
    messages.success(request, _("Saved as version %(n)s. It holds from now on.") % {"n": policies().version})


def _page(request: HttpRequest, form: PolicyForm, held: Policies, *, status: int = 200) -> HttpResponse:
    groups = [
        (title, [(entry, form[entry.name], getattr(held.hospital, entry.name)) for entry in entries])
        for _code, title, entries in GROUPS
    ]
    context = {"form": form, "groups": groups, **_shown(held)}
    return render(request, "manage/policy.html", context, status=status)


def _own_page(
    request: HttpRequest, form: OwnForm, scope: Scope, held: Policies, *, status: int = 200
) -> HttpResponse:
    above = held.above(scope)
    groups = [
        (title, rows)
        for _code, title, entries in GROUPS
        if (
            rows := [
                (entry, form[entry.name], getattr(above, entry.name), _is_from(scope, held, entry.name))
                for entry in entries
                if entry.is_own(scope.level)
            ]
        )
    ]
    context = {"form": form, "groups": groups, "scope": scope, **_shown(held, scope)}
    return render(request, "manage/policy_own.html", context, status=status)


def _is_from(scope: Scope, held: Policies, name: str) -> str:
    """Whose value an expert would have without an own one."""
    return "department" if name in held.own.get(("department", scope.department_id), {}) else "hospital"


def _shown(held: Policies, scope: Scope | None = None) -> dict[str, Any]:
    """What both pages show: whom to choose, who has own values, and what was changed."""
    departments = selectors.rules_owners()
    owners = {(owner.level, owner.pk): owner for one, experts in departments for owner in (one, *experts)}
    return {
        "section": "policy",
        "rules": held.hospital,
        "departments": departments,
        "owner": owners.get((scope.level, scope.pk)) if scope else None,
        "own_values": _own_values(held, owners),
        "versions": [
            (one.version, owners.get((one.version.level, one.version.level_id)), _changes(one.values))
            for one in policy_versions(scope=scope)
        ],
    }


def _own_values(held: Policies, owners: dict[tuple[str, int], RulesOwner]) -> list[tuple[Any, Any, Any, Any]]:
    """Whose, what, its value, and what would hold without it; departments with their experts behind them."""
    return [
        (owner, ENTRIES[name], value, getattr(held.above(owner.scope), name))
        for whose, owner in owners.items()
        for name, value in held.own.get(whose, {}).items()
    ]


def _changes(values: dict[str, tuple[Any, Any]]) -> list[tuple[Any, Any, Any]]:
    return [(ENTRIES[name], *pair) for name, pair in values.items()]
