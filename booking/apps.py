"""The booking app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BookingConfig(AppConfig):
    """Departments, experts, sessions, patients, appointments, payments."""

    name = "booking"
    verbose_name = _("booking")
