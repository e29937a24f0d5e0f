"""Whether a document number, a phone and a name can be right, and their one canonical form."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

import phonenumbers
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from booking.domain.errors import ImpossibleBirthDate, ImpossibleIdentity, ImpossibleName, ImpossiblePhone

NAME_MAX = 50
AGE_MAX = 130
_PASSPORT = re.compile(r"[A-Z0-9]{6,15}")
_HK_MACAU = re.compile(r"([HM][0-9]{8})([0-9]{2})?")
_TAIWAN = re.compile(r"([0-9]{8})([0-9]{1,2})?")
_PERMITS = {"hk_macau": _HK_MACAU, "taiwan": _TAIWAN}
_NAME_EXTRA = frozenset("·•・.'’- ()（）")
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_ALIKE = ("LATIN", "CYRILLIC", "GREEK", "CHEROKEE", "ARMENIAN")
_MARKS_MAX = 4


ID_TYPES = ("resident", "passport", "hk_macau", "taiwan")


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
        looked up, because people keep the codes of counties that were renamed), ``passport``, ``hk_macau`` (the
        Mainland travel permit: H or M, 8 digits, on older cards 2 more) or ``taiwan`` (8 digits, on older ones 1
        or 2 more).
    number : str
        As typed: spaces, hyphens, full-width digits and a small x are forgiven.

    Returns
    -------
    Identity
        For a resident with the birth date and the sex that the number tells.

    Raises
    ------
    ImpossibleIdentity
        When no such document can exist.

    Notes
    -----
    The digits after the eighth of a permit count how often it was issued to the same person, so they are left
    out: a renewed permit finds the same patient (ADR 19). Permits have no published check digit.

    Examples
    --------
    >>> identity("hk_macau", "h 1234 5678 02").number
    'H12345678'
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
    if id_type in _PERMITS:
        permit = _PERMITS[id_type].fullmatch(plain)
        if permit is None or not permit[1].strip("HM0"):
            raise ImpossibleIdentity(field="id_number")
        return Identity(id_type, permit[1])
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

    Parameters
    ----------
    text : str
        As typed: spaces, hyphens and full-width digits are forgiven.

    Returns
    -------
    str
        A plus sign and at most 15 digits.

    Raises
    ------
    ImpossiblePhone
        When no phone can have this number.

    Notes
    -----
    Our choice: one form, so that a phone is found however it was typed, and is sent to as it stands.

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


def age_on(born: date, day: date) -> int:
    """Full years on ``day``; whoever was born on 29 February is a year older on 1 March of a common year.

    Parameters
    ----------
    born, day : date
        The day of birth, and a day not before it.

    Returns
    -------
    int
        Years, 0 or more.

    Notes
    -----
    Our choice: before 1 March that year of life is not over.

    Examples
    --------
    >>> age_on(date(2020, 2, 29), date(2026, 2, 28)), age_on(date(2020, 2, 29), date(2026, 3, 1))
    (5, 6)
    """
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def check_birth_date(born: date | None, *, today: date) -> None:
    """A birth date typed in is neither in the future nor longer ago than anybody has lived.

    Parameters
    ----------
    born : date or None
        As typed; None when it is not known, which is possible.
    today : date
        In the hospital's zone.

    Raises
    ------
    ImpossibleBirthDate
        When it is.

    Examples
    --------
    >>> check_birth_date(date(1896, 11, 2), today=date(2026, 11, 2))
    >>> check_birth_date(date(2026, 11, 3), today=date(2026, 11, 2))
    Traceback (most recent call last):
    booking.domain.errors.patients.ImpossibleBirthDate: This date of birth cannot be right. ...
    """
    if born is not None and (born > today or age_on(born, today) > AGE_MAX):
        raise ImpossibleBirthDate(field="birth_date")


def person_name(text: str) -> str:
    """A person's name, byte-equal as typed but for the spaces around it.

    Letters and marks of any script, the middle dot and a few signs. Refused are direction overrides, characters
    that show nothing, heaps of marks, and words that mix alphabets whose letters look alike.

    Parameters
    ----------
    text : str
        As typed.

    Returns
    -------
    str
        1 to 50 characters.

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
    kinds = [unicodedata.category(char)[0] for char in name]
    fine = all(kind in "LM" or char in _NAME_EXTRA for kind, char in zip(kinds, name, strict=True))
    begun = "L" in kinds and kinds[0] != "M" and "M" * (_MARKS_MAX + 1) not in "".join(kinds)
    hidden = any(char in _INVISIBLE for char in name)
    if not fine or not begun or hidden or len(name) > NAME_MAX or _mixes_alphabets(name):
        raise ImpossibleName(field="name")
    return name


def _mixes_alphabets(name: str) -> bool:
    """Whether one word has letters of two alphabets that look alike (a Cyrillic \u0430 among Latin letters)."""
    for word in re.split(r"[\s·•・.-]", name):
        scripts = {unicodedata.name(char, "").split(" ")[0] for char in word}
        if len(scripts.intersection(_ALIKE)) > 1:
            return True
    return False
