"""Rows of booking."""

from booking.models.appointments import Appointment, WalkIn
from booking.models.bans import Appeal, Ban
from booking.models.clinic import Department, Expert, Room, SymptomWord
from booking.models.draws import Draw, DrawRequest
from booking.models.patients import AccountPatient, Patient
from booking.models.payments import (
    FeeDifference,
    Payment,
    PaymentNotice,
    Refund,
    Settlement,
    SettlementDifference,
)
from booking.models.requests import DataRequest
from booking.models.risk import RiskSignal, SpentChallenge
from booking.models.sessions import Absence, ClinicSession, SessionTemplate, Slot
from booking.models.stops import Stop, StopCase
from booking.models.waitlist import ReturnedNumber, WaitlistEntry
from booking.models.waits import UsualWait

__all__ = [
    "Absence",
    "AccountPatient",
    "Appeal",
    "Appointment",
    "Ban",
    "ClinicSession",
    "DataRequest",
    "Department",
    "Draw",
    "DrawRequest",
    "Expert",
    "FeeDifference",
    "Patient",
    "Payment",
    "PaymentNotice",
    "Refund",
    "ReturnedNumber",
    "RiskSignal",
    "Room",
    "SessionTemplate",
    "Settlement",
    "SettlementDifference",
    "Slot",
    "SpentChallenge",
    "Stop",
    "StopCase",
    "SymptomWord",
    "UsualWait",
    "WaitlistEntry",
    "WalkIn",
]
