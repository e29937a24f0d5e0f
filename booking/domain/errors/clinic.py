"""What keeping departments, rooms and experts refuses."""

from hospital.common.errors import DomainError, Invalid, gettext_noop


class NameMissing(Invalid):
    """What patients read needs a name in both languages."""

    code = "name_missing"
    message = gettext_noop("Give the name in both languages.")


class FeeImplausible(Invalid):
    """No consultation costs that."""

    code = "fee_implausible"
    message = gettext_noop("The fee is between 0 and 10,000 yuan.")


class CodeTaken(DomainError):
    """Addresses and files name departments, rooms and experts by their codes."""

    code = "code_taken"
    message = gettext_noop("This code is taken already. Choose another one.")


class AccountNotForExpert(DomainError):
    """An expert signs in with an active account of the role expert, which is no other expert's."""

    code = "account_not_for_expert"
    message = gettext_noop("Choose an active account with the role expert that belongs to no other expert.")


class ExpertHasPatients(DomainError):
    """Patients have numbers of this expert, so the expert cannot leave without a word to them."""

    code = "expert_has_patients"
    message = gettext_noop(
        "Nothing was changed: %(sessions)s sessions of this expert have patients. Stop them first, under Stop clinic."
    )
