"""Accounts, policy versions, history and jobs, to look at."""

from datetime import datetime
from typing import Any, cast

from allauth.account import admin as account_admin
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa_admin
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hospital.accounts.selectors import token_find
from hospital.accounts.services import token_issue, token_revoke
from hospital.accounts.staff import staff_add, staff_change
from hospital.accounts.staff_forms import KioskForm, StaffChangeForm, StaffForm, TokenChangeForm
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.admin import ReadOnlyAdmin, ServiceAdmin
from hospital.common.messages import message_retry
from hospital.common.views import signed_in
from hospital.models import ApiToken, Job, Message, PolicyVersion, StateChange, User

_REGISTERED_FIRST = (account_admin, mfa_admin, auth_admin)


@admin.register(User)
class UserAdmin(ServiceAdmin):
    """Accounts: administrators make those of staff; patients' begin with a phone number and are only shown."""

    list_display = (
        "username",
        "first_name",
        "role",
        "may_add_on",
        "may_call_out_of_order",
        "phone_tail",
        "is_active",
        "date_joined",
    )
    list_filter = ("role", "is_active")
    search_fields = ("username", "first_name")
    show_full_result_count = False
    SHOWN = ("username", "role", "phone_tail", "language", "is_active", "date_joined", "last_login")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Accounts of staff."""
        is_staff = obj is None or obj.is_hospital_staff
        return is_staff and super().has_change_permission(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """To add one, to change one, or to look at a patient's."""
        if obj is None:
            return super().get_form(request, obj, change, form=StaffForm, **kwargs)
        if obj.is_hospital_staff:
            return super().get_form(request, obj, change, form=StaffChangeForm, **kwargs)
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The form's own, or what there is to see."""
        if self.has_change_permission(request, obj):
            form = StaffForm if obj is None else StaffChangeForm
            return ["username", *(name for name in form.base_fields if name != "username")]
        return self.SHOWN

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The name to sign in with, once it is given."""
        return ("username",) if obj else ()

    def keep(self, request: HttpRequest, form: Any, known: Any, *, actor: Actor, now: datetime) -> User:
        """Write it; a new password is shown once."""
        if known is None:
            username = form.cleaned_data["username"]
            user, once = staff_add(username=username, facts=form.facts(), actor=actor, now=now)
        else:
            wishes = {name: form.cleaned_data[name] for name in ("new_password", "new_factor")}
            user, once = staff_change(user_id=known.pk, facts=form.facts(), **wishes, actor=actor, now=now)
        if once:
            text = _("One-time password of %(username)s, shown only now: %(password)s")
            messages.warning(request, text % {"username": user.username, "password": once})
        return user


@admin.register(ApiToken)
class ApiTokenAdmin(ServiceAdmin):
    """Tokens: administrators make those of kiosks and end any; people make theirs themselves."""

    list_display = ("name", "device", "user", "created_at", "revoked_at")
    list_select_related = ("user",)
    list_filter = ("device",)
    search_fields = ("name", "user__username")
    ordering = ("-pk",)
    SHOWN = ("name", "device", "user", "created_at", "revoked_at")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """To add a kiosk's, or to end one."""
        form = KioskForm if obj is None else TokenChangeForm
        return super().get_form(request, obj, change, form=form, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A name; later whether it ends."""
        if obj is None:
            return ("name",)
        return self.SHOWN if obj.revoked_at else (*self.SHOWN, "revoke")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All but the tick."""
        return self.SHOWN if obj else ()

    def keep(self, request: HttpRequest, form: Any, known: Any, *, actor: Actor, now: datetime) -> ApiToken:
        """Make it and show it once, or end it."""
        if known is not None:
            if form.cleaned_data.get("revoke"):
                token_revoke(token=known, actor=actor, now=now)
            return cast("ApiToken", known)
        name = form.cleaned_data["name"]
        token = token_issue(name=name, device="kiosk", actor=actor, now=now)
        text = _("Token of %(name)s, shown only now: %(token)s")
        messages.warning(request, text % {"name": name, "token": token})
        return cast("ApiToken", token_find(token))


@admin.register(StateChange)
class StateChangeAdmin(ReadOnlyAdmin):
    """The history of every state change."""

    list_display = (
        "at",
        "thing",
        "thing_id",
        "verb",
        "from_state",
        "to_state",
        "actor_kind",
        "actor_name",
        "reason",
    )
    list_filter = ("thing", "verb")
    search_fields = ("thing_id",)


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin):
    """Policy versions."""

    list_display = ("number", "at", "level", "level_id", "actor_name", "reason", "values")


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Jobs and their leases."""

    list_display = ("kind", "key", "due_at", "attempts", "done_at", "last_error")
    list_filter = ("kind",)


admin.site.unregister([Group, EmailAddress, Authenticator])  # not used here, not used here, shown below
Authenticator._meta.verbose_name = gettext_lazy("second factor")  # the library has no word for its own table
Authenticator._meta.verbose_name_plural = gettext_lazy("second factors")


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Second factors, never their secrets. Who lost the phone gets a new one by the form of the account."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_select_related = ("user",)
    exclude = ("data",)


class SendingState(admin.SimpleListFilter):
    """Sent, waiting, or given up."""

    title = gettext_lazy("sending")
    parameter_name = "sending"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, Any]]:
        """What can be chosen."""
        return [
            ("failed", gettext_lazy("given up")),
            ("waiting", gettext_lazy("waiting to be sent")),
            ("sent", gettext_lazy("sent")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        """The rows of the choice."""
        match self.value():
            case "failed":
                return queryset.filter(sent_at=None, failed_at__isnull=False)
            case "waiting":
                return queryset.filter(sent_at=None, failed_at=None)
            case "sent":
                return queryset.filter(sent_at__isnull=False)
        return queryset


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Messages and what became of them, never what they say or to whom; those given up can be tried again."""

    list_display = (
        "created_at",
        "kind",
        "channel",
        "phone_tail",
        "sent_at",
        "failed_at",
        "attempts",
        "failure",
    )
    list_filter = (SendingState, "channel", "kind")
    search_fields = ("key",)
    exclude = ("phone_sealed", "email_sealed", "body_sealed")
    actions = ("try_again",)

    @admin.action(description=gettext_lazy("Try again to send"), permissions=["view"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        """Queue the chosen ones that were given up."""
        actor, now = Actor.of(signed_in(request)), clock.now()
        tried = sum(message_retry(message_id=message.pk, actor=actor, now=now) for message in queryset)
        messages.success(request, _("Tried again: %(count)d.") % {"count": tried})
