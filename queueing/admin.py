"""Rows of the queue, to look at: changes go through the services."""

from django.contrib import admin

from hospital.common.admin import ReadOnlyAdmin
from queueing.models import Alarm, Call, Pause, Queue, Screen, Ticket


@admin.register(Queue)
class QueueAdmin(ReadOnlyAdmin):
    """Queues."""

    list_display = ["id", "letter", "next_number", "revision", "created_at"]


@admin.register(Ticket)
class TicketAdmin(ReadOnlyAdmin):
    """Tickets."""

    list_display = [
        "code",
        "queue",
        "number",
        "channel",
        "state",
        "registered_at",
        "called_at",
        "finished_at",
    ]
    list_filter = ["state", "channel"]
    search_fields = ["code"]
    list_select_related = ["queue"]


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    """Calls."""

    list_display = ["id", "queue", "ticket", "rule", "recall", "called_at", "undone_at"]
    list_select_related = ["queue", "ticket"]


@admin.register(Pause)
class PauseAdmin(ReadOnlyAdmin):
    """Pauses of rooms."""

    list_display = ["id", "session", "reason", "state", "began_at", "until", "ended_at"]
    list_filter = ["state", "reason"]
    list_select_related = ["session__expert"]


@admin.register(Alarm)
class AlarmAdmin(ReadOnlyAdmin):
    """Calls for help."""

    list_display = ["code", "session", "room", "state", "raised_at", "answered_at", "answered_by"]
    list_filter = ["state"]
    list_select_related = ["session__expert", "room"]


@admin.register(Screen)
class ScreenAdmin(ReadOnlyAdmin):
    """Screens; their tokens are kept as digests only."""

    list_display = ["code", "name", "place", "last_seen_at", "revoked_at"]
    exclude = ["token_digest"]
