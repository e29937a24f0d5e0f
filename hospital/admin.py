"""Accounts, policy versions, history and jobs, to look at."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.admin import ReadOnlyAdmin
from hospital.common.messages import message_retry
from hospital.common.views import signed_in
from hospital.models import Job, Message, PolicyVersion, StateChange, User


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """Accounts; phones by their tails only."""

    list_display = ("username", "role", "phone_tail", "is_active", "date_joined")
    list_filter = ("role",)
    search_fields = ("username",)
    exclude = ("password", "phone_sealed", "phone_index", "email_sealed")


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

    list_display = ("number", "at", "actor_name", "reason", "values")


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Jobs and their leases."""

    list_display = ("kind", "key", "due_at", "attempts", "done_at", "last_error")
    list_filter = ("kind",)


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
