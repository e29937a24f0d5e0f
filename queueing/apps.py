"""The queueing app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QueueingConfig(AppConfig):
    """Tickets, check-in, the order of calling, calls, screens."""

    name = "queueing"
    verbose_name = _("queueing")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the duties of the worker."""
        import_module("queueing.tasks")
