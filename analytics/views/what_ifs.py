"""What if: a plan's session with something changed, simulated beside how it is now."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from analytics.cards.plans import names_of, period_label
from analytics.cards.what_ifs import answer_of, changes_text
from analytics.domain.what_if import Changes, kept_world
from analytics.forms.what_ifs import WhatIfForm
from analytics.models import QuotaPlan, WhatIf
from analytics.selectors.plans import plan_by_code
from analytics.selectors.what_ifs import what_if_by_code, what_ifs_of
from analytics.services.what_ifs import what_if_ask
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.errors import NotFound
from hospital.common.views import manage_page, managers_only, signed_in


@managers_only
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """The form with how it is now; sent, it leads to the answer."""
    plan = plan_by_code(code)
    if not plan.world:
        raise NotFound
    form = WhatIfForm(request.POST or None, plan=plan, world=kept_world(plan.world))
    if request.method != "POST":
        return _page(request, plan, form)
    if not form.is_valid():
        return _page(request, plan, form, status=400)
    actor = Actor.of(signed_in(request))
    asked = what_if_ask(plan_code=code, changes=form.changes(), actor=actor, now=clock.now())
    return redirect("analytics:what-if", code=asked.code)


@managers_only
@require_safe
def what_if(request: HttpRequest, code: str) -> HttpResponse:
    """The answer, or how far it is; the form holds what was asked."""
    found = what_if_by_code(code)
    changes = Changes.of_data(found.changes)
    asked = {name: value for name, value in found.changes.items() if value != -1}
    form = WhatIfForm(plan=found.plan, world=kept_world(found.plan.world), initial=asked)
    return _page(request, found.plan, form, found=found, asked=changes_text(changes))


@managers_only
@require_safe
def progress(request: HttpRequest, code: str) -> HttpResponse:
    """How many sessions are played, asked for every second; once there is an answer the page is loaded again."""
    found = what_if_by_code(code)
    response = render(request, "analytics/_what_if_progress.html", {"found": found})
    if found.result:
        response["HX-Refresh"] = "true"
    return response


def _page(
    request: HttpRequest,
    plan: QuotaPlan,
    form: WhatIfForm,
    *,
    found: WhatIf | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    names = names_of([plan.expert_code])
    earlier = [(one, changes_text(Changes.of_data(one.changes))) for one in what_ifs_of(plan)]
    context = {
        "plan": plan,
        "form": form,
        "expert": names.get(plan.expert_code, plan.expert_code),
        "period": period_label(plan),
        "found": found,
        "answer": answer_of(found.result) if found and found.result else None,
        "earlier": [(one, text) for one, text in earlier if one != found],
        **more,
    }
    return manage_page(request, "analytics/what_if.html", "plans", context, status=status)
