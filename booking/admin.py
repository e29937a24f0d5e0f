"""Rows of booking, to look at. Sealed columns are left out."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from booking.forms.clinic import DepartmentForm, ExpertForm, RoomForm
from booking.models import (
    Absence,
    AccountPatient,
    Appeal,
    Appointment,
    Ban,
    ClinicSession,
    DataRequest,
    Department,
    Draw,
    DrawRequest,
    Expert,
    FeeDifference,
    Patient,
    Payment,
    PaymentNotice,
    Refund,
    ReturnedNumber,
    RiskSignal,
    Room,
    SessionTemplate,
    Settlement,
    SettlementDifference,
    Slot,
    SpentChallenge,
    Stop,
    StopCase,
    SymptomWord,
    UsualWait,
    WaitlistEntry,
    WalkIn,
)
from booking.services import clinic, patients_read
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.admin import ReadOnlyAdmin, RowAdmin, ServiceAdmin
from hospital.common.views import signed_in

SEALED = ("id_sealed", "id_index", "phone_sealed", "phone_index")


class CodedAdmin(ServiceAdmin):
    """Rows with a code that stays: addresses and files name them by it."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code, once it is given."""
        return ("code",) if obj else ()


@admin.register(Department)
class DepartmentAdmin(CodedAdmin):
    """Departments."""

    form = DepartmentForm
    list_display = ("code", "name", "name_en", "place", "discipline", "sensitive")
    search_fields = ("code", "name", "name_en", "pinyin")

    def keep(self, request: HttpRequest, form: Any, known: Any, *, actor: Actor, now: datetime) -> Department:
        """Write it."""
        given = {"code": known.code} if known else {}
        return clinic.department_save(
            **{**form.cleaned_data, **given}, new=known is None, actor=actor, now=now
        )


@admin.register(Room)
class RoomAdmin(CodedAdmin):
    """Rooms."""

    form = RoomForm
    list_display = ("code", "name", "place", "place_en")
    search_fields = ("code", "name", "place")

    def keep(self, request: HttpRequest, form: Any, known: Any, *, actor: Actor, now: datetime) -> Room:
        """Write it."""
        given = {"code": known.code} if known else {}
        return clinic.room_save(**{**form.cleaned_data, **given}, new=known is None, actor=actor, now=now)


@admin.register(Expert)
class ExpertAdmin(CodedAdmin):
    """Experts."""

    form = ExpertForm
    fields = (
        "code",
        "department",
        ("name", "name_en"),
        "pinyin",
        "title",
        "fee",
        ("specialty", "specialty_en"),
        "user",
        "active",
    )
    list_display = ("code", "name", "name_en", "department", "title", "fee_yuan", "user", "active")
    list_select_related = ("department", "user")
    list_filter = ("active", "department")
    search_fields = ("code", "name", "name_en", "pinyin")

    @admin.display(description=gettext_lazy("Fee in yuan"), ordering="fee_fen")
    def fee_yuan(self, expert: Expert) -> str:
        """The fee as people say it."""
        return f"{expert.fee_fen / 100:.2f}"

    def keep(self, request: HttpRequest, form: Any, known: Any, *, actor: Actor, now: datetime) -> Expert:
        """Write it; the fee is in fen by now."""
        given = dict(form.cleaned_data)
        user, fee_fen = given.pop("user"), given.pop("fee")
        code = known.code if known else given["code"]
        return clinic.expert_save(
            **{**given, "code": code},
            user_id=user.pk if user else None,
            fee_fen=fee_fen,
            new=known is None,
            actor=actor,
            now=now,
        )


@admin.register(SessionTemplate)
class SessionTemplateAdmin(ReadOnlyAdmin):
    """Recurring periods."""

    list_display = ("expert", "weekday", "opens_at", "closes_at", "slot_minutes", "appointment_share")
    list_select_related = ("expert",)
    list_filter = ("weekday",)


@admin.register(ClinicSession)
class ClinicSessionAdmin(ReadOnlyAdmin):
    """Sessions."""

    list_display = ("code", "expert", "date", "opens_at", "letter", "state", "number_limit", "walk_ins")
    list_select_related = ("expert",)
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
    list_select_related = ("session__expert", "slot__session__expert")
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
    list_select_related = ("payment",)


OTHERS = (
    Absence,
    AccountPatient,
    Appeal,
    Ban,
    DataRequest,
    Draw,
    DrawRequest,
    FeeDifference,
    PaymentNotice,
    ReturnedNumber,
    RiskSignal,
    Settlement,
    SettlementDifference,
    Slot,
    SpentChallenge,
    Stop,
    StopCase,
    SymptomWord,
    UsualWait,
    WaitlistEntry,
    WalkIn,
)
admin.site.register(OTHERS, RowAdmin)  # sealed columns are binary and never shown
