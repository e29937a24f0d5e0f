"""What is refused about bans, appeals and the records of patients, with stable codes."""

from hospital.common.errors import DomainError, gettext_noop


class BanOver(DomainError):
    """The ban has ended or was lifted already."""

    code = "ban_over"
    message = gettext_noop("This ban has ended already.")


class AlreadyBanned(DomainError):
    """A person's decision already closes online booking for this patient."""

    code = "already_banned"
    message = gettext_noop(
        "Online booking is closed for this patient already, by a decision of the hospital."
    )


class NothingToAppeal(DomainError):
    """Only a ban in force, or an appointment marked as missed or as cancelled late, can be appealed against."""

    code = "nothing_to_appeal"
    message = gettext_noop("There is nothing to appeal against any more.")


class AppealOpen(DomainError):
    """One appeal at a time."""

    code = "appeal_open"
    message = gettext_noop("Your appeal is with the hospital already. You will get an answer.")


class CannotMerge(DomainError):
    """The two rows are one, or one of them was merged or erased."""

    code = "cannot_merge"
    message = gettext_noop("These two records cannot be merged: choose two different ones that are in use.")


class BothInSession(DomainError):
    """Both have a live number in one session."""

    code = "both_in_session"
    message = gettext_noop("Both have a number in the same session. Cancel one of the two first.")


class HeldTwice(DomainError):
    """Both have something of which a person may have only one."""

    code = "held_twice"
    message = gettext_noop("Both have an open entry of the same kind (%(kinds)s). End one of the two first.")


class RequestOpen(DomainError):
    """One request of a kind at a time."""

    code = "request_open"
    message = gettext_noop("You have asked for this already. The hospital will answer.")


class ErasureBlocked(DomainError):
    """A person with a live number, open money, a ban or an appeal cannot be deleted yet."""

    code = "erasure_blocked"
    message = gettext_noop(
        "The identity cannot be deleted yet: something is still open (a number, a payment, a ban or an appeal)."
    )

    @property
    def reasons(self) -> tuple[str, ...]:
        """What is open, as ``erasure_blockers`` names it."""
        return tuple(map(str, self.params.get("reasons", ())))  # type: ignore[call-overload]
