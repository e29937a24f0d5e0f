"""What was scanned or typed at the desk, told by its form alone."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from booking.domain.identity import ID_TYPES, identity, phone_number
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
