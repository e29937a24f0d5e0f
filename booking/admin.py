"""Rows of booking, to look at. Sealed columns are left out."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from booking.models import (
    Absence,
    Appeal,
    Appointment,
    Ban,
    ClinicSession,
    DataRequest,
    Department,
    DrawRequest,
    Expert,
    Patient,
    Payment,
    PaymentNotice,
    Refund,
    ReturnedNumber,
    Room,
    SessionTemplate,
    Settlement,
    Slot,
    Stop,
    StopCase,
    WaitlistEntry,
    WalkIn,
)
from booking.services import patients_read
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.admin import ReadOnlyAdmin
from hospital.common.views import signed_in

SEALED = ("id_sealed", "id_index", "phone_sealed", "phone_index")


@admin.register(Department)
class DepartmentAdmin(ReadOnlyAdmin):
    """Departments."""

    list_display = ("code", "name", "name_en", "place", "discipline", "sensitive")


@admin.register(Room)
class RoomAdmin(ReadOnlyAdmin):
    """Rooms."""

    list_display = ("code", "name", "place")


@admin.register(Expert)
class ExpertAdmin(ReadOnlyAdmin):
    """Experts."""

    list_display = ("code", "name", "department", "title", "fee_fen", "active")
    list_filter = ("department",)
    search_fields = ("code", "name", "pinyin")


@admin.register(SessionTemplate)
class SessionTemplateAdmin(ReadOnlyAdmin):
    """Recurring periods."""

    list_display = ("expert", "weekday", "opens_at", "closes_at", "slot_minutes", "appointment_share")
    list_filter = ("weekday",)


@admin.register(ClinicSession)
class ClinicSessionAdmin(ReadOnlyAdmin):
    """Sessions."""

    list_display = ("code", "expert", "date", "opens_at", "letter", "state", "number_limit", "walk_ins")
    list_filter = ("state", "date")


@admin.register(Patient)
class PatientAdmin(ReadOnlyAdmin):
    """Patients, by code and tails only."""

    list_display = ("code", "id_type", "id_tail", "phone_tail", "created_at")
    search_fields = ("code",)
    exclude = SEALED

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The record; that it was looked at is kept."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            patients_read(patients=[found], actor=Actor.of(signed_in(request)), now=clock.now())
        return found


@admin.register(Appointment)
class AppointmentAdmin(ReadOnlyAdmin):
    """Appointments."""

    list_display = ("code", "session", "slot", "state", "held_at", "booked_at")
    list_filter = ("state",)
    search_fields = ("code", "checkin_code")


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """Payments."""

    list_display = ("order_no", "provider", "amount_fen", "state", "created_at", "paid_at")
    list_filter = ("state", "provider")
    search_fields = ("order_no", "transaction_id")


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    """Refunds."""

    list_display = ("code", "payment", "amount_fen", "created_at", "done_at")


@admin.register(
    Absence,
    Appeal,
    Ban,
    DataRequest,
    DrawRequest,
    PaymentNotice,
    ReturnedNumber,
    Settlement,
    Slot,
    Stop,
    StopCase,
    WaitlistEntry,
    WalkIn,
)
class RowAdmin(ReadOnlyAdmin):
    """Rows of the other tables, newest first; sealed columns are binary and never shown."""

    ordering = ("-pk",)
    show_full_result_count = False
