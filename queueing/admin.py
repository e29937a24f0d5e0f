"""Rows of the queue, to look at: changes go through the services."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from queueing.models import Call, Queue, Screen, Ticket


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Nobody adds, changes or deletes here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(Queue)
class QueueAdmin(ReadOnly):
    """Queues."""

    list_display = ["id", "letter", "next_number", "revision", "created_at"]


@admin.register(Ticket)
class TicketAdmin(ReadOnly):
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
class CallAdmin(ReadOnly):
    """Calls."""

    list_display = ["id", "queue", "ticket", "rule", "recall", "called_at", "undone_at"]
    list_select_related = ["queue", "ticket"]


@admin.register(Screen)
class ScreenAdmin(ReadOnly):
    """Screens; their tokens are kept as digests only."""

    list_display = ["code", "name", "place", "last_seen_at", "revoked_at"]
    exclude = ["token_digest"]
