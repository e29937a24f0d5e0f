"""People who cannot be entered as they were given."""

from hospital.common.errors import DomainError, Invalid, gettext_noop


class ImpossibleIdentity(Invalid):
    """The document number cannot be right."""

    code = "impossible_id_number"
    message = gettext_noop("This ID number cannot be right. Please check every digit.")


class ImpossibleBirthDate(Invalid):
    """Nobody can have been born then, or the document says otherwise."""

    code = "impossible_birth_date"
    message = gettext_noop("This date of birth cannot be right. Please check it with the document.")


class ImpossiblePhone(Invalid):
    """The phone number cannot be right."""

    code = "impossible_phone"
    message = gettext_noop("This phone number cannot be right.")


class ImpossibleName(Invalid):
    """The name has characters that no name has."""

    code = "impossible_name"
    message = gettext_noop("Please enter the name as on the ID document.")


class NameDiffers(DomainError):
    """The document is known under another name."""

    code = "name_differs"
    message = gettext_noop("This ID number is registered under another name. Please ask the desk.")


class PatientKnown(DomainError):
    """The document is known, under another name or phone."""

    code = "patient_known"
    message = gettext_noop(
        "This ID number is registered already. Enter the same name and phone as then, or ask the desk."
    )


class TooManyRefused(DomainError):
    """Too many people who are known otherwise were tried to be added within an hour."""

    code = "too_many_refused"
    status = 429
    message = gettext_noop("Too many entries did not fit. Please try again in an hour, or ask the desk.")


class SelfKnown(DomainError):
    """An account is one person's: only one of its patients can be that person."""

    code = "self_known"
    message = gettext_noop("You are in the list already. Choose who this person is to you.")


class TooManyPatients(DomainError):
    """The account already has the most family members allowed."""

    code = "limit_reached"
    message = gettext_noop("An account can keep at most %(limit)s patients.")
