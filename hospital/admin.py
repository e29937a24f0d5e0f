"""Accounts, policy versions, history and jobs, to look at."""

from django.contrib import admin

from hospital.common.admin import ReadOnlyAdmin
from hospital.models import Job, PolicyVersion, StateChange, User


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """Accounts; phones by their tails only."""

    list_display = ("username", "role", "phone_tail", "is_active", "date_joined")
    list_filter = ("role",)
    search_fields = ("username",)
    exclude = ("password", "phone_sealed", "phone_index")


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
