"""What the staff's pages accept. Forms check the shape; the rules live in the domain and the services."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.domain.identity import ID_TYPES, identity, phone_number
from booking.selectors import payment_choices
from hospital.common.codes import ALPHABET
from hospital.common.errors import DomainError

_TICKET_LINK = re.compile(rf"/t/([{ALPHABET}]{{20}})(?:[/?#]|$)", re.IGNORECASE)
_LINK_END = re.compile(rf"[/=]([{ALPHABET}]{{8}}|[{ALPHABET}]{{12}})/?(?:[?#].*)?$", re.IGNORECASE)
_FORMS = [
    ("ticket", re.compile(rf"[{ALPHABET}]{{20}}")),
    ("resident", re.compile(r"[0-9]{17}[0-9X]?")),
    ("digits", re.compile(r"[0-9]{1,6}")),
    ("code", re.compile(rf"[{ALPHABET}]{{8}}|[{ALPHABET}]{{12}}")),
    ("hk_macau", re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?")),
    ("phone", re.compile(r"\+?[0-9]{7,16}")),
    ("number", re.compile(r"[A-Z]{1,2}[0-9]{2,4}")),
    ("passport", re.compile(r"(?=.*[0-9]{4})[A-Z0-9]{6,15}")),
]
"""What each kind looks like, once spaces and hyphens are gone; the first that fits counts."""

DOCUMENTS = frozenset(ID_TYPES)


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was scanned or typed. ``valid`` is false for a document or phone number that cannot be right."""

    kind: str
    """A kind of document (``resident``, ``passport``, ``hk_macau``, ``taiwan``), ``phone``, ``code`` (booking or
    check-in), ``qr``, ``ticket``, ``number``, ``name``, or ``digits`` for a number too short to be anything."""
    value: str
    valid: bool = True


def recognised(text: str) -> Recognised:
    """Say what was scanned or typed, from its form alone.

    Examples
    --------
    >>> recognised("11010519491231002x")
    Recognised(kind='resident', value='11010519491231002X', valid=True)
    >>> recognised("110105194912310021").valid
    False
    >>> recognised("138 0013 8000").kind, recognised("k7qm 2xhd").kind, recognised("A17").kind
    ('phone', 'code', 'number')
    >>> recognised("h12345678 02").value, recognised("12345678").kind
    ('H12345678', 'taiwan')
    >>> recognised("赵秀兰").kind, recognised("E12345678").kind
    ('name', 'passport')
    """
    shown = unicodedata.normalize("NFKC", text).strip()
    if shown.lower().startswith(("http://", "https://")):
        return _link(shown)
    plain = re.sub(r"[\s-]", "", shown).upper()
    kind = next((kind for kind, form in _FORMS if form.fullmatch(plain)), "name")
    if kind == "phone":
        return _phone(plain)
    if kind == "digits":
        return Recognised(kind, plain, valid=False)
    if kind in DOCUMENTS:
        return _document(kind, plain)
    return Recognised(kind, " ".join(shown.split()) if kind == "name" else plain)


def _link(text: str) -> Recognised:
    if found := _TICKET_LINK.search(text):
        return Recognised("ticket", found[1].upper())
    found = _LINK_END.search(text)
    return Recognised("qr", found[1].upper()) if found else Recognised("qr", "", valid=False)


def _document(kind: str, number: str) -> Recognised:
    try:
        return Recognised(kind, identity(kind, number).number)
    except DomainError:
        return Recognised(kind, number, valid=False)


def _phone(number: str) -> Recognised:
    """A phone; eight to ten digits that are none may be a Taiwan permit."""
    try:
        phone_number(number)
    except DomainError:
        if 8 <= len(number) <= 10:
            return _document("taiwan", number)
        return Recognised("phone", number, valid=False)
    return Recognised("phone", number)


class FindForm(forms.Form):
    """The desk's one input."""

    q = forms.CharField(max_length=200, strip=True)


class PatientChoiceForm(forms.Form):
    """One of several people found, or a found person again."""

    patient = forms.CharField(max_length=12)


class KeyedForm(forms.Form):
    """A form that does something once, however often it is sent."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def body(self) -> dict[str, object]:
        """What is asked, without the key."""
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


CASH, FREE = ("cash", _("Cash")), ("free", _("Free of charge"))


def _payments() -> list[tuple[str, Any]]:
    """Cash first, free last, between them whatever the hospital takes online."""
    return [CASH, *payment_choices(), FREE]


class RegistrationForm(KeyedForm):
    """A walk-in: for which session, how paid, why first."""

    PRIORITIES = [
        ("normal", _("None")),
        ("priority", _("Priority")),
        ("review", _("Results review")),
        ("emergency", _("Emergency")),
    ]

    session = forms.CharField(
        max_length=12, error_messages={"required": _("Choose a session on the right first.")}
    )
    payment = forms.ChoiceField(choices=_payments)
    priority = forms.ChoiceField(choices=PRIORITIES, required=False)
    priority_reason = forms.CharField(max_length=60, required=False)

    @property
    def through_provider(self) -> bool:
        """Whether the patient pays with a phone, so that the ticket comes later."""
        return self.cleaned_data["payment"] not in {"cash", "free"}

    def wanted(self) -> dict[str, Any]:
        """Which number, as the service asks for it."""
        data = self.cleaned_data
        paid = {"provider_name": data["payment"]} if self.through_provider else {"payment": data["payment"]}
        return {
            "session_code": data["session"],
            **paid,
            "priority": data["priority"] or "normal",
            "priority_reason": data["priority_reason"],
        }


class WalkInForm(RegistrationForm):
    """A walk-in of a known patient."""

    patient = forms.CharField(max_length=12, widget=forms.HiddenInput)


class NewPatientForm(RegistrationForm):
    """A walk-in of somebody whom the hospital does not know yet."""

    ID_TYPES = [
        ("resident", _("Resident ID card")),
        ("passport", _("Passport")),
        ("hk_macau", _("Hong Kong or Macau permit")),
        ("taiwan", _("Taiwan permit")),
    ]

    name = forms.CharField(label=_("Name as on the ID"), max_length=50)
    id_type = forms.ChoiceField(label=_("ID document"), choices=ID_TYPES)
    id_number = forms.CharField(label=_("ID number"), max_length=24)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    birth_date = forms.DateField(
        label=_("Date of birth"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def person(self) -> dict[str, Any]:
        """Who it is, as the service asks for it."""
        names = ("name", "id_type", "id_number", "phone", "birth_date")
        return {name: self.cleaned_data[name] for name in names}


class CheckInForm(KeyedForm):
    """A booked patient is here."""

    appointment = forms.CharField(max_length=12, widget=forms.HiddenInput)


class TicketActionForm(KeyedForm):
    """Something is done with a ticket; some steps ask for a reason."""

    ticket = forms.CharField(max_length=20, widget=forms.HiddenInput)
    reason = forms.CharField(max_length=60, required=False)


class RoomActionForm(KeyedForm):
    """One of the expert's actions; ``ticket`` is the patient whom the page showed, empty for none."""

    ticket = forms.CharField(max_length=20, required=False)
    sure = forms.BooleanField(required=False)


class ScreenForm(forms.Form):
    """A new waiting-room screen: where it hangs and whose calls it shows, in this order."""

    name = forms.CharField(label=_("Name"), max_length=60)
    place = forms.CharField(label=_("Place"), max_length=60, required=False)
    room_codes = forms.MultipleChoiceField(
        label=_("Rooms"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one room.")},
    )
    language = forms.ChoiceField(
        label=_("First language"),
        choices=[("zh-hans", _("Chinese")), ("en", _("English"))],
        initial="zh-hans",
    )

    def __init__(self, *args: Any, rooms: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        field = cast("forms.MultipleChoiceField", self.fields["room_codes"])
        field.choices = [(room.code, f"{room.name} {room.place_label}") for room in rooms]
