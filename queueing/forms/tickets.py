"""What is done with an appointment or a ticket, at the desk and in the room."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from queueing.forms.asking import KeyedForm

PRIORITIES = [
    ("normal", _("None")),
    ("priority", _("Priority")),
    ("review", _("Results review")),
    ("emergency", _("Emergency")),
]


class CheckInForm(KeyedForm):
    """A booked patient is here."""

    appointment = forms.CharField(max_length=12, widget=forms.HiddenInput)


class TicketActionForm(KeyedForm):
    """Something is done with a ticket; some steps ask for a reason."""

    ticket = forms.CharField(max_length=20, widget=forms.HiddenInput)
    reason = forms.CharField(max_length=60, required=False)


class PriorityForm(TicketActionForm):
    """The ticket goes into another stream; any but the normal one has a reason."""

    priority = forms.ChoiceField(choices=PRIORITIES)


class TransferForm(TicketActionForm):
    """The patient goes to the queue of another session."""

    session = forms.CharField(
        max_length=12, error_messages={"required": _("Choose where the patient shall go.")}
    )


class SettleForm(TicketActionForm):
    """The difference of the fees is settled: the amount that the page showed."""

    fen = forms.IntegerField()


class RoomActionForm(KeyedForm):
    """One of the expert's actions; ``ticket`` is the patient whom the page showed, empty for none."""

    ticket = forms.CharField(max_length=20, required=False)
    sure = forms.BooleanField(required=False)
