"""What keeping accounts of staff refuses, with stable codes."""

from hospital.common.errors import DomainError, Invalid, NotFound, gettext_noop


class UsernameTaken(DomainError):
    """Somebody signs in with this name already."""

    code = "username_taken"
    message = gettext_noop("This user name is taken already. Choose another one.")


class UsernameInvalid(Invalid):
    """No user name looks like this."""

    code = "username_invalid"
    message = gettext_noop("A user name has letters, digits and @ . + - _ only, 150 at most.")


class PasswordWeak(Invalid):
    """The password would be guessed."""

    code = "password_weak"
    message = "%(reasons)s"


class NoStaffRole(Invalid):
    """Accounts of patients begin with a phone number, not here."""

    code = "no_staff_role"
    message = gettext_noop("Choose a role of the staff.")


class NoStaffAccount(NotFound):
    """There is no such account of staff."""

    code = "no_staff_account"
    message = gettext_noop("There is no such account of staff.")


class OwnAccount(DomainError):
    """Whoever locks themself out cannot undo it."""

    code = "own_account"
    message = gettext_noop(
        "Nothing was changed: your own role and access are for another administrator to change."
    )


class LastAdministrator(DomainError):
    """Without an administrator nobody could make one."""

    code = "last_administrator"
    message = gettext_noop("Nothing was changed: this is the last administrator who can sign in.")
