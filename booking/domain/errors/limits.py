"""Limits of the policy, and what is asked of whoever looks like a robot."""

from hospital.common.errors import DomainError, gettext_noop


class LimitReached(DomainError):
    """A limit of the policy."""

    code = "limit_reached"
    message = gettext_noop("At most %(limit)s departments a day can be booked.")


class TooManyToday(LimitReached):
    """The account or the device has taken as many numbers today as one may."""

    message = gettext_noop("At most %(limit)s numbers a day can be taken. More can be taken tomorrow.")


class TooManyUnpaid(LimitReached):
    """Numbers were held today and not paid, or asked for in a draw."""

    message = gettext_noop(
        "%(limit)s numbers taken today were not paid, or wait for a draw. "
        "Pay for one of them first, or come back tomorrow."
    )


class PayerLimit(DomainError):
    """A payer of this account paid for as many people as may be."""

    code = "limit_reached"
    message = gettext_noop(
        "%(limit)s people were paid for by the same payer in 30 days. Please book for others at the hospital."
    )


class TooManyMoves(DomainError):
    """The policy's limit of changes is reached."""

    code = "limit_reached"
    message = gettext_noop("The time of an appointment can be changed %(limit)s times. Cancel it instead.")


class ChallengeRequired(DomainError):
    """The account's behaviour looks like a robot's: its browser has to prove that it works for one person."""

    code = "challenge_required"
    status = 403
    message = gettext_noop("Please confirm that you are not a robot, then try again.")
