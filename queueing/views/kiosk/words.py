"""What a patient does next when the kiosk cannot check in."""

from django.utils.translation import gettext as _


def advice_for(code: str) -> str:
    """The way on, in words, by the code of the refusal."""
    words = {
        "not_found": _(
            "Look whether the code is right, or the ID number and the last four digits of the phone, and try again."
            " Or ask at the front desk."
        ),
        "too_early": _("Please come back at that time and scan again. Your number is safe."),
        "wrong_day": _("Please come on that day. If you need to see a doctor today, go to the front desk."),
        "cancelled": _(
            "If you did not cancel it yourself, ask at the front desk. You can register there, too."
        ),
        "not_paid": _("Pay on your phone under “My appointments” and scan again, or go to the front desk."),
        "already_in_queue": _("Please wait for your number. You need not check in again."),
        "already_checked_in": _("Your visit is over. If you need something else, ask at the front desk."),
        "number_over": _("Your visit is over. If you need something else, ask at the front desk."),
        "session_over": _("Please go to the front desk: they find another time for you."),
        "too_many_tries": _(
            "To protect you, this document can be checked in at the front desk only for now."
        ),
        "busy": _("Please try again in a moment, or go to the front desk."),
    }
    return words.get(code, _("Please go to the front desk."))
