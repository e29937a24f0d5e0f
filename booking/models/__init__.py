"""Rows of booking."""

from booking.models.appointments import Appointment, WalkIn
from booking.models.clinic import Department, Expert, Room
from booking.models.patients import AccountPatient, Ban, Patient
from booking.models.payments import Payment, PaymentNotice, Refund
from booking.models.sessions import ClinicSession, SessionTemplate, Slot

__all__ = [
    "AccountPatient",
    "Appointment",
    "Ban",
    "ClinicSession",
    "Department",
    "Expert",
    "Patient",
    "Payment",
    "PaymentNotice",
    "Refund",
    "Room",
    "SessionTemplate",
    "Slot",
    "WalkIn",
]
