"""The booking app."""

from django.apps import AppConfig


class BookingConfig(AppConfig):
    """Departments, experts, sessions, patients, appointments, payments."""

    name = "booking"
