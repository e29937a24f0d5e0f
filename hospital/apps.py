"""The wiring app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HospitalConfig(AppConfig):
    """Users and the shared floor."""

    name = "hospital"
    verbose_name = _("accounts and records")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let commits that queue work wake the worker."""
        from hospital.celery import wake_worker
        from hospital.common import jobs

        jobs.on_wake(wake_worker)
