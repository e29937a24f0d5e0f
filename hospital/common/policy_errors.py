"""Changes of the rules that cannot be made as they were asked for."""

from hospital.common.errors import DomainError, Invalid, gettext_noop


class PolicyMoved(DomainError):
    """Somebody else changed the policy meanwhile."""

    code = "policy_moved"
    status = 409
    message = gettext_noop(
        "Somebody changed the rules meanwhile. Look at them as they are now, then change them."
    )


class DelayUpsideDown(Invalid):
    """Numbers that come back are kept for longer at least than at most."""

    code = "delay_upside_down"
    message = gettext_noop("At most must not be less than at least, unless it is 0.")


class DelayUpsideDownBelow(DelayUpsideDown):
    """It would be so for a department or an expert with a value of its own."""

    message = gettext_noop(
        "For a department or doctor with values of its own, at most would be less than at least. Change those first."
    )
