"""The words of every notice: one home for both languages. Short, for one text message; with clock times.

Placeholders are filled by ``booking.services.notices`` in the reader's language.
"""

from collections.abc import Mapping

from django.utils.translation import gettext

from hospital.common.errors import gettext_noop

TEXTS: dict[str, str] = {
    "booked": gettext_noop(
        "%(patient)s: booked for %(when)s, %(expert)s, %(where)s. Check-in code %(code)s. "
        "If you cannot come, cancel before %(until)s."
    ),
    "booked_late": gettext_noop(
        "%(patient)s: booked for %(when)s, %(expert)s, %(where)s. Check-in code %(code)s. Bring your ID."
    ),
    "pay_link": gettext_noop(
        "%(patient)s: a number is held for you: %(when)s, %(expert)s. Pay %(amount)s before %(until)s: %(link)s"
    ),
    "moved": gettext_noop(
        "%(patient)s: changed to %(when)s, %(expert)s, %(where)s. Check-in code %(code)s stays the same."
    ),
    "reminder": gettext_noop(
        "Reminder: %(patient)s, %(when)s, %(expert)s, %(where)s. Bring your ID; check-in code %(code)s. "
        "You can cancel until %(until)s."
    ),
    "reminder_late": gettext_noop(
        "Reminder: %(patient)s, %(when)s, %(expert)s, %(where)s. Bring your ID; check-in code %(code)s."
    ),
    "cancelled_refunded": gettext_noop(
        "%(patient)s: %(when)s, %(expert)s is cancelled. What you paid goes back the way you paid."
    ),
    "cancelled": gettext_noop(
        "%(patient)s: %(when)s, %(expert)s is cancelled without a refund. Questions: ask at the front desk."
    ),
    "cancelled_unpaid": gettext_noop(
        "%(patient)s: %(when)s, %(expert)s is cancelled. Nothing had been paid. You can book another time."
    ),
    "substituted": gettext_noop(
        "%(patient)s: %(expert)s sees you instead of %(before)s on %(when)s, %(where)s. "
        "Check-in code %(code)s stays. You can cancel with a full refund until %(until)s."
    ),
    "offer": gettext_noop(
        "%(patient)s: a number is free for you: %(when)s, %(expert)s. Take it and pay before %(until)s: %(link)s"
    ),
    "offer_lapsed": gettext_noop(
        "%(patient)s: the number offered for %(when)s, %(expert)s was not taken in time and goes to the next. "
        "You can book another time."
    ),
    "waitlist_ended": gettext_noop(
        "%(patient)s: no number came free for %(when)s, %(expert)s. Walk-in numbers are given at the hospital "
        "from %(walk_in)s."
    ),
    "waitlist_stopped": gettext_noop(
        "%(patient)s: clinic stopped, %(when)s, %(expert)s; its waitlist is over. You can book another time."
    ),
    "stopped": gettext_noop(
        "%(patient)s: clinic stopped, %(when)s, %(expert)s%(why)s. Choose another number or a refund before "
        "%(until)s: %(link)s Otherwise you get the full refund."
    ),
    "stopped_unpaid": gettext_noop(
        "%(patient)s: clinic stopped, %(when)s, %(expert)s%(why)s. Your unpaid number is released, "
        "nothing is charged. You can book another time."
    ),
    "stopped_here": gettext_noop(
        "%(patient)s: clinic stopped, %(when)s, %(expert)s%(why)s. Please go to the nurse desk: "
        "a colleague can see you today, or you get the full refund."
    ),
    "stop_settled": gettext_noop(
        "%(patient)s: for the stopped clinic on %(when)s, %(expert)s, what you paid goes back the way you paid."
    ),
    "void": gettext_noop(
        "%(patient)s: you were called %(times)s times by %(expert)s and were not there: your number is void. "
        "Please ask at the front desk."
    ),
    "refund": gettext_noop(
        "%(patient)s: %(amount)s for %(when)s, %(expert)s has been paid back the way you paid. "
        "Your bank may need some days to show it."
    ),
    "refund_failed": gettext_noop(
        "%(patient)s: %(amount)s for %(when)s, %(expert)s could not be paid back yet. "
        "We look after it; you can also come to the front desk with your ID."
    ),
    "refund_cash": gettext_noop(
        "%(patient)s: %(amount)s for %(when)s, %(expert)s goes back in cash. "
        "Fetch it at the front desk and bring your ID."
    ),
    "ban": gettext_noop(
        "%(patient)s cannot book online until %(until)s: %(reason)s. Walk-in numbers stay possible. "
        "Not right? Appeal under “My appointments”."
    ),
    "ban_lifted": gettext_noop("%(patient)s can book online again from now on."),
    "appeal_upheld": gettext_noop("%(patient)s: your appeal is granted. %(answer)s"),
    "appeal_rejected": gettext_noop(
        "%(patient)s: your appeal is not granted. %(answer)s Questions: ask at the front desk."
    ),
    "data_granted": gettext_noop("Your request about your data (%(wish)s) was carried out. %(answer)s"),
    "data_refused": gettext_noop("Your request about your data (%(wish)s) was refused. %(answer)s"),
    "draw_won": gettext_noop(
        "%(patient)s: you are drawn: %(when)s, %(expert)s. Pay before %(until)s to keep the number: %(link)s"
    ),
    "draw_stopped": gettext_noop(
        "%(patient)s: clinic stopped, %(when)s, %(expert)s; its numbers are not drawn. You can book another time."
    ),
    "draw_ended": gettext_noop(
        "%(patient)s: no numbers were drawn for %(when)s, %(expert)s. Walk-in numbers are given at the hospital "
        "from %(walk_in)s."
    ),
    "draw_lost": gettext_noop(
        "%(patient)s: you were not drawn for %(when)s, %(expert)s. Nothing is charged. "
        "Choose another time, or join the waitlist."
    ),
    "turn_near": gettext_noop(
        "%(patient)s: number %(number)s, people ahead: %(ahead)s. Please come to %(place)s, room %(room)s. %(link)s"
    ),
    "turn_come": gettext_noop(
        "%(patient)s: number %(number)s is called. Please go to room %(room)s, %(place)s. "
        "Not there? Report to the nurse desk when you are back."
    ),
}

ESSENTIAL = frozenset(
    {
        "booked", "pay_link", "moved", "reminder", "cancelled", "substituted", "offer", "stopped", "stop_settled",
        "refund_failed", "refund_cash", "ban", "draw_won", "void",
    }
)  # fmt: skip
"""Kinds that always go by text message, too: whoever misses one comes in vain, or loses a number or money."""


def notice_text(name: str, facts: Mapping[str, object]) -> str:
    """The text of this name in the language in force."""
    text = TEXTS[name]
    return gettext(text) % facts
