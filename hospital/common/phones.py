"""One canonical form of a phone number: E.164 (+8613800138000), whatever way it was typed."""

import re
import unicodedata

import phonenumbers

HOME_REGION = "CN"
_TYPED = re.compile(r"\+?[0-9 ().\-]{5,30}")


def phone_canonical(typed: str) -> str:
    """The E.164 form of ``typed``; numbers without a country code are Chinese ones.

    Raises
    ------
    ValueError
        When no such number can exist.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    if not _TYPED.fullmatch(text):
        raise ValueError("not a phone number")
    try:
        number = phonenumbers.parse(text, HOME_REGION)
    except phonenumbers.NumberParseException:
        raise ValueError("not a phone number") from None
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise ValueError("not a phone number")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
