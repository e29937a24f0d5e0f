"""Whether a document number, a phone and a name can be right, and their one canonical form."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

import phonenumbers
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from booking.domain.errors import ImpossibleIdentity, ImpossibleName, ImpossiblePhone

NAME_MAX = 50
_PASSPORT = re.compile(r"[A-Z0-9]{6,15}")
_NAME_EXTRA = frozenset("·•・.'’- ()（）")


@dataclass(frozen=True, slots=True)
class Identity:
    """A checked document: its canonical number and what the number tells."""

    id_type: str
    number: str
    birth_date: date | None = None
    sex: str = ""


def identity(id_type: str, number: str) -> Identity:
    """Check a document number and bring it into its one form.

    Parameters
    ----------
    id_type : str
        ``resident`` (GB 11643: 17 digits and an ISO 7064 MOD 11-2 check character; the county is not
        looked up, because people keep the codes of counties that were renamed) or ``passport``.
    number : str
        As typed: spaces, hyphens, full-width digits and a small x are forgiven.

    Raises
    ------
    ImpossibleIdentity
        When no such document can exist.

    Examples
    --------
    >>> identity("resident", "11010519491231002x").birth_date
    datetime.date(1949, 12, 31)
    >>> identity("resident", "11010519491231002X").sex
    'f'
    """
    plain = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", number)).upper()
    if id_type == "passport":
        if not _PASSPORT.fullmatch(plain) or not any(char.isdigit() for char in plain):
            raise ImpossibleIdentity(field="id_number")
        return Identity("passport", plain)
    if id_type != "resident":
        raise ImpossibleIdentity(field="id_type")
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", plain) or ric.calc_check_digit(plain) != plain[-1]:
        raise ImpossibleIdentity(field="id_number")
    try:
        born = ric.get_birth_date(plain)
    except ValidationError:
        raise ImpossibleIdentity(field="id_number") from None
    return Identity("resident", plain, born, "m" if int(plain[16]) % 2 else "f")


def phone_number(text: str) -> str:
    """The one canonical form of a phone: E.164; numbers without a country code are Chinese.

    Raises
    ------
    ImpossiblePhone
        When no phone can have this number.

    Examples
    --------
    >>> phone_number("138 0013 8000")
    '+8613800138000'
    """
    try:
        parsed = phonenumbers.parse(unicodedata.normalize("NFKC", text), "CN")
    except phonenumbers.NumberParseException:
        raise ImpossiblePhone(field="phone") from None
    if not phonenumbers.is_valid_number(parsed):
        raise ImpossiblePhone(field="phone")
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def person_name(text: str) -> str:
    """A person's name, byte-equal as typed but for the spaces around it.

    Letters and marks of any script, the middle dot and a few signs; direction overrides and blank look-alikes
    are refused.

    Raises
    ------
    ImpossibleName
        When it is empty, longer than 50 characters or holds anything else.

    Examples
    --------
    >>> person_name(" 买买提·吐尔逊 ")
    '买买提·吐尔逊'
    """
    name = text.strip(" \u3000\t")
    fine = all(unicodedata.category(char)[0] in "LM" or char in _NAME_EXTRA for char in name)
    blank = not any(unicodedata.category(char)[0] == "L" for char in name)
    hangul_fillers = any(char in "\u115f\u1160\u3164\uffa0" for char in name)
    if not fine or blank or hangul_fillers or len(name) > NAME_MAX:
        raise ImpossibleName(field="name")
    return name
