"""The managers' pages of screens: last signs of life, problems first; add, set up, load again, retire; lines."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking.selectors import departments_all, rooms_all
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.views import manage_page, managers_only, signed_in
from queueing import services
from queueing.forms import FleetAddress, NoticeForm, ScreenForm, ScreenSetupForm
from queueing.screen_regions import page_build
from queueing.selectors.fleet import fleet_with_panel, screens_fleet
from queueing.selectors.notices import notices_listed
from queueing.selectors.screens import screen_by_code, screen_setup


def _context(request: HttpRequest, form: ScreenForm | None = None) -> dict[str, Any]:
    asked = FleetAddress.read(request.GET)
    fleet, panel = fleet_with_panel(code=asked["screen"], now=clock.now())
    standing = [one for one in fleet if one.state != "revoked"]
    listed = [one for one in standing if one.fits(asked["q"]) and (not asked["show"] or one.is_problem)]
    return {
        "screens": listed,
        "total": len(standing),
        "problems": sum(one.is_problem for one in standing),
        "revoked": [one for one in fleet if one.state == "revoked"],
        "silent": sum(one.state == "silent" for one in fleet),
        "stale": sum(one.state == "stale" for one in fleet),
        "asked": asked,
        "panel": panel,
        "build": page_build(),
        "form": form or ScreenForm(rooms=rooms_all()),
    }


@managers_only
@require_safe
def screens(request: HttpRequest) -> HttpResponse:
    """Every screen with its last sign of life."""
    return manage_page(request, "queueing/screens.html", "screens", _context(request))


@managers_only
@require_POST
def screen_add(request: HttpRequest) -> HttpResponse:
    """Add a screen by the code it shows; without one its address is shown, this once only."""
    form = ScreenForm(request.POST, rooms=rooms_all())
    added = _added(request, form) if form.is_valid() else None
    if added is None:
        return manage_page(request, "queueing/screens.html", "screens", _context(request, form), status=422)
    screen, token = added
    if not token:
        messages.success(request, _("“%(name)s” is on.") % {"name": screen.name})
        return redirect("queueing:screen-setup", code=screen.code)
    url = request.build_absolute_uri(reverse("queueing:screen", args=[token]))
    context = {**_context(request), "added": screen, "added_url": url}
    return manage_page(request, "queueing/screens.html", "screens", context, status=201)


def _added(request: HttpRequest, form: ScreenForm) -> tuple[Any, str] | None:
    """The new screen with its token; None when it cannot be, which the form then says."""
    try:
        return services.screen_add(**form.cleaned_data, actor=Actor.of(signed_in(request)), now=clock.now())
    except DomainError as error:
        form.add_error(error.field or None, translated(error))
        return None


@managers_only
@require_http_methods(["GET", "HEAD", "POST"])
def screen_setup_page(request: HttpRequest, code: str) -> HttpResponse:
    """How one screen looks and sounds, and what it shows."""
    screen = screen_by_code(code=code)
    form = ScreenSetupForm(
        request.POST or None,
        initial=screen_setup(screen=screen),
        rooms=rooms_all(),
        departments=departments_all(),
    )
    if form.is_valid():
        try:
            services.screen_change(
                screen_code=code, **form.setup(), actor=Actor.of(signed_in(request)), now=clock.now()
            )
        except DomainError as error:
            form.add_error(error.field or None, translated(error))
        else:
            messages.success(request, _("Saved. The screen shows it in a few seconds."))
            return redirect(f"{reverse('queueing:screens')}?screen={code}")
    context = {"screen": screen, "form": form}
    return manage_page(
        request, "queueing/screen_setup.html", "screens", context, status=422 if form.errors else 200
    )


@managers_only
@require_POST
def screen_reload(request: HttpRequest, code: str) -> HttpResponse:
    """Let a screen load its page again."""
    services.screen_reload(screen_code=code, actor=Actor.of(signed_in(request)), now=clock.now())
    messages.success(request, _("The screen loads its page again."))
    return redirect(f"{reverse('queueing:screens')}?screen={code}")


@managers_only
@require_POST
def screen_revoke(request: HttpRequest, code: str) -> HttpResponse:
    """Switch a screen off: its address stops working at once."""
    services.screen_revoke(screen_code=code, actor=Actor.of(signed_in(request)), now=clock.now())
    messages.success(request, _("The screen is retired. Its address no longer works."))
    return redirect("queueing:screens")


@managers_only
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """The lines that stand on screens now or later; put one up."""
    standing = [one for one in screens_fleet(now=clock.now()) if one.state != "revoked"]
    form = NoticeForm(request.POST or None, screens=standing, departments=departments_all())
    if form.is_valid():
        try:
            services.notice_add(**form.wanted(), actor=Actor.of(signed_in(request)), now=clock.now())
        except DomainError as error:
            form.add_error(error.field or None, translated(error))
        else:
            messages.success(request, _("The line is up."))
            return redirect("queueing:notices")
    context = {"form": form, "notices": notices_listed(now=clock.now())}
    return manage_page(
        request, "queueing/screen_notices.html", "screens", context, status=422 if form.errors else 200
    )


@managers_only
@require_POST
def notice_end(request: HttpRequest, code: str) -> HttpResponse:
    """Take a line down."""
    services.notice_end(notice_code=code, actor=Actor.of(signed_in(request)), now=clock.now())
    messages.success(request, _("The line is down."))
    return redirect("queueing:notices")
