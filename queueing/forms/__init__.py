"""What the staff's pages accept. Forms check the shape; the rules live in the domain and the services."""

from queueing.forms.asking import FindForm, KeyedForm, PatientChoiceForm
from queueing.forms.kiosks import KioskAddress, KioskCheckInForm, KioskPairForm, KioskSetForm
from queueing.forms.printers import PrinterChoiceForm, PrinterForm
from queueing.forms.recognised import DOCUMENTS, Recognised, recognised
from queueing.forms.registrations import (
    AddOnForm,
    AddOnQuestion,
    NewPatientForm,
    PaidAddress,
    RegistrationForm,
    WalkInForm,
)
from queueing.forms.rooms import ChosenForm, HelpForm, PauseForm, RoomTransferForm
from queueing.forms.screens import FleetAddress, NoticeForm, ScreenAddress, ScreenForm, ScreenSetupForm
from queueing.forms.tickets import (
    CheckInForm,
    PriorityForm,
    RoomActionForm,
    SettleForm,
    TicketActionForm,
    TransferForm,
)
from queueing.forms.today import TodayForm

__all__ = [
    "DOCUMENTS",
    "AddOnForm",
    "AddOnQuestion",
    "CheckInForm",
    "ChosenForm",
    "FindForm",
    "FleetAddress",
    "HelpForm",
    "KeyedForm",
    "KioskAddress",
    "KioskCheckInForm",
    "KioskPairForm",
    "KioskSetForm",
    "NewPatientForm",
    "NoticeForm",
    "PaidAddress",
    "PatientChoiceForm",
    "PauseForm",
    "PrinterChoiceForm",
    "PrinterForm",
    "PriorityForm",
    "Recognised",
    "RegistrationForm",
    "RoomActionForm",
    "RoomTransferForm",
    "ScreenAddress",
    "ScreenForm",
    "ScreenSetupForm",
    "SettleForm",
    "TicketActionForm",
    "TodayForm",
    "TransferForm",
    "WalkInForm",
    "recognised",
]
