"""An account's messages, and how it wants to be told."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hospital.accounts.emails import email_confirm, email_of, email_set
from hospital.accounts.services import account_set_language, account_set_texts
from hospital.common import clock, inbox
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.senders import has_email
from hospital.common.views import role_required, signed_in

OWN_NAMES = [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]


class ChannelsForm(forms.Form):
    """In which language and where to messages come."""

    language = forms.ChoiceField(label=gettext_lazy("Language of messages"), choices=OWN_NAMES)
    email = forms.EmailField(
        label=gettext_lazy("E-mail (optional)"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Used once you have opened the link that we send there."),
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={"invalid": gettext_lazy("This is not an e-mail address.")},
    )
    sms_all = forms.BooleanField(
        label=gettext_lazy("Text messages about everything"),
        required=False,
        help_text=gettext_lazy(
            "Without it you still get a text message about what you must not miss: bookings, changes, reminders, "
            "offers, stopped clinics."
        ),
    )


class ReadForm(forms.Form):
    """Which message was read, or until when all that the page showed; what cannot be read says nothing."""

    kind = forms.CharField(required=False)
    key = forms.CharField(required=False)
    shown_at = forms.DateTimeField(required=False)

    def asked(self) -> dict[str, Any]:
        """The fields that say something."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


@require_GET
@role_required("patient")
def notices(request: HttpRequest) -> HttpResponse:
    """What the account was told, newest first."""
    now, user = clock.now(), signed_in(request)
    found = inbox.letters(account_id=user.pk, now=now)
    context = {
        "letters": found,
        "unread": sum(not letter.read for letter in found),
        "shown_at": now.isoformat(),
    }
    return render(request, "account/notices.html", context)


@require_POST
@role_required("patient")
def read(request: HttpRequest) -> HttpResponse:
    """Mark one message as read and go where it leads, or all that the page showed."""
    now, user = clock.now(), signed_in(request)
    asked = ReadForm(request.POST).asked()
    if "key" not in asked:
        inbox.read_all(account_id=user.pk, until=asked.get("shown_at") or now, now=now)
        return redirect("notices:list")
    link = inbox.read_one(account_id=user.pk, kind=asked.get("kind", ""), key=asked["key"], now=now)
    if link is None:
        raise Http404
    return redirect(link or "notices:list")


@require_http_methods(["GET", "POST"])
@role_required("patient")
def channels(request: HttpRequest) -> HttpResponse:
    """Language, e-mail address, and how much comes by text message."""
    user = signed_in(request)
    known = {
        "language": user.language or settings.LANGUAGE_CODE,
        "email": email_of(user),
        "sms_all": user.sms_all,
    }
    form = ChannelsForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        account_set_language(user=user, language=wanted["language"])
        account_set_texts(user=user, sms_all=wanted["sms_all"])
        try:
            if has_email():
                email_set(account_id=user.pk, address=wanted["email"], now=clock.now())
            messages.success(request, _("Saved."))
            return redirect("notices:channels")
        except DomainError as error:
            form.add_error("email", translated(error))
    context = {"form": form, "user": user, "has_email": has_email(), "email": known["email"]}
    return render(request, "account/channels.html", context, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def confirm_email(request: HttpRequest, claim: str) -> HttpResponse:
    """The page behind the link in the mail; mail scanners open links, so only its button confirms."""
    done = False
    if request.method == "POST":
        email_confirm(claim=claim, now=clock.now())
        done = True
    return render(request, "account/confirm_email.html", {"done": done})


app_name = "notices"

urlpatterns = [
    path("", notices, name="list"),
    path("read/", read, name="read"),
    path("settings/", channels, name="channels"),
    path("email/<str:claim>/", confirm_email, name="confirm-email"),
]
