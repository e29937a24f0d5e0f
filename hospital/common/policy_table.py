"""What each number of the policy means to the person who sets it: its group, name, unit, bounds and level.

Whoever sets a number, on the page, by a script or in code, is held to the bounds that stand here.
"""

from dataclasses import dataclass
from datetime import time
from typing import Any

from django.utils.translation import gettext_lazy as _

from hospital.common.errors import Invalid, gettext_noop
from hospital.common.policy_levels import EXPERT, HOSPITAL, LEVELS, Level
from hospital.common.policy_values import Policy

DAYS, HOURS, MINUTES, SECONDS = _("days"), _("hours"), _("minutes"), _("seconds")


@dataclass(frozen=True, slots=True)
class Entry:
    """One number: ``low`` and ``high`` are what a hospital may sensibly set."""

    name: str
    label: Any
    unit: Any = ""
    low: int = 1
    high: int = 100
    help: Any = ""

    @property
    def default(self) -> Any:
        """What holds until somebody changes it."""
        return getattr(_DEFAULTS, self.name)

    @property
    def level(self) -> Level:
        """Who may have a value of its own: see ``LEVELS``."""
        return LEVELS[self.name][0]

    def is_own(self, level: Level) -> bool:
        """Whether somebody on this level may have a value of its own."""
        return level == HOSPITAL or self.level in {level, EXPERT}


_DEFAULTS = Policy()

GROUPS: tuple[tuple[str, Any, tuple[Entry, ...]], ...] = (
    (
        "booking",
        _("Booking"),
        (
            Entry(
                "horizon_days",
                _("How far ahead numbers can be booked"),
                DAYS,
                1,
                90,
                _("Sessions released already stay."),
            ),
            Entry("release_time", _("Release time"), help=_("On that day numbers go on sale at this time.")),
            Entry("hold_min", _("Time to pay"), MINUTES, 5, 60, _("Then an unpaid number goes back.")),
            Entry(
                "cancel_deadline_min",
                _("Patients can cancel until"),
                _("minutes before walk-in registration opens"),
                0,
                4320,
                _("0: until it opens. Until then they get everything back."),
            ),
            Entry("numbers_per_department_day", _("Numbers per patient, department and day"), high=10),
            Entry("departments_per_day", _("Departments per patient and day"), high=20),
            Entry("patients_per_account", _("People per account"), high=50),
            Entry("moves_per_appointment", _("Changes of time per appointment"), low=0, high=20),
            Entry("arrival_advice_min", _("Advice to come early"), MINUTES, 0, 240),
            Entry("slot_min", _("Length of a slot in new periods"), MINUTES, 5, 480),
            Entry(
                "draw_s",
                _("Draw: requests are collected for"),
                SECONDS,
                0,
                3600,
                _(
                    "0: no draw, whoever comes first is served first. Holds for sessions released from now on."
                ),
            ),
        ),
    ),
    (
        "missed",
        _("Missed appointments and late cancellations"),
        (
            Entry("no_show_limit", _("Missed appointments that close online booking")),
            Entry("no_show_window_days", _("Counted within"), DAYS, 1, 730),
            Entry("no_show_grace_h", _("Undecided ones count after"), HOURS, 0, 720),
            Entry(
                "no_show_ban_days",
                _("Online booking closed for"),
                DAYS,
                1,
                3650,
                _("One number, or steps such as 30, 60, 90: the second ban takes the second step."),
            ),
            Entry(
                "late_cancel_before_deadline_h",
                _("A cancellation is late in the last"),
                HOURS,
                0,
                240,
                _("Before the last moment to cancel."),
            ),
            Entry("late_cancel_limit", _("Late cancellations that close online booking")),
            Entry("late_cancel_window_days", _("Late ones are counted within"), DAYS, 1, 730),
            Entry("late_cancel_ban_days", _("Online booking closed after late ones for"), DAYS, 1, 3650),
        ),
    ),
    (
        "returned",
        _("Numbers that come back, and the waitlist"),
        (
            Entry("return_delay_min_min", _("Kept back for at least"), MINUTES, 0, 1440),
            Entry(
                "return_delay_max_min",
                _("Kept back for at most"),
                MINUTES,
                0,
                1440,
                _("A random time in between, so that nobody can hand a number on. 0: public at once."),
            ),
            Entry("return_delay_from_h", _("Kept back when further away than"), HOURS, 0, 720),
            Entry("waitlist_offer_min", _("An offer stands for"), MINUTES, 5, 1440),
            Entry("waitlist_far_h", _("A session is far away from"), HOURS, 1, 2160),
            Entry("waitlist_offer_far_h", _("An offer of a session far away stands for"), HOURS, 1, 240),
            Entry("waitlist_per_session", _("People on the waitlist of a session"), low=0, high=1000),
        ),
    ),
    (
        "told",
        _("Messages and stopped clinics"),
        (
            Entry("reminder_time", _("Reminder the day before at")),
            Entry("stop_choice_h", _("Time to choose when a clinic is stopped"), HOURS, 1, 240),
        ),
    ),
    (
        "scalpers",
        _("Against scalpers"),
        (
            Entry("holds_per_account_day", _("Numbers held per account and day"), high=1000),
            Entry("holds_per_device_day", _("Numbers held per device and day"), high=1000),
            Entry("unpaid_holds_per_account_day", _("Unpaid numbers per account and day"), high=1000),
            Entry("patients_per_payer_30_days", _("People that one payer pays for in 30 days"), high=1000),
            Entry(
                "challenge_from_score",
                _("Proof that no robot books, from a score of"),
                help=_("Scores go from 0 to 100."),
            ),
        ),
    ),
    (
        "queue",
        _("In the waiting room"),
        (
            Entry("recall_limit", _("Calls repeated before a patient is passed"), low=0, high=10),
            Entry("recall_gap_s", _("Time between two calls"), SECONDS, 0, 600),
            Entry("undo_min", _("A step can be taken back for"), MINUTES, 0, 60),
            Entry("priority_ratio", _("Ordinary patients between two with priority"), high=20),
            Entry("review_ratio", _("First visits between two reviews of results"), high=20),
            Entry("close_grace_min", _("A session closes by itself after"), MINUTES, 0, 720),
            Entry("screen_stale_s", _("A screen says that it is offline after"), SECONDS, 5, 600),
            Entry("come_back_margin_min", _("Margin of the time to come back"), MINUTES, 0, 120),
        ),
    ),
    (
        "plans",
        _("Quota plans"),
        (
            Entry("history_weeks", _("History looked at"), _("weeks"), 1, 104),
            Entry("history_min_sessions", _("Sessions needed for a plan of one weekday")),
            Entry(
                "auto_approve", _("Plans hold without approval"), help=_("Otherwise a manager approves each.")
            ),
        ),
    ),
)
ENTRIES = {entry.name: entry for _code, _title, entries in GROUPS for entry in entries}
STEPS_MAX = 10


class UnknownPolicy(Invalid):
    """A policy value that does not exist or has the wrong type."""

    code = "unknown_policy"
    message = gettext_noop("“%(name)s” is not a policy value.")


class PolicyOutOfBounds(Invalid):
    """A number that no hospital may set."""

    code = "policy_out_of_bounds"
    message = gettext_noop("“%(name)s” must be from %(low)s to %(high)s.")


class NotOwn(Invalid):
    """A number that cannot differ here."""

    code = "policy_not_own"
    message = gettext_noop("“%(name)s” cannot be set here: it holds for everybody above.")


def value_of(name: str, value: object) -> Any:
    """A stored or given value as the policy has it: times and steps are text and lists in a row.

    Raises
    ------
    UnknownPolicy
        For a name that is no policy value, or a value of another type.
    """
    if name not in ENTRIES:
        raise UnknownPolicy(field=name, name=name)
    kind = type(ENTRIES[name].default)
    try:
        known = time.fromisoformat(value) if kind is time and isinstance(value, str) else value
    except ValueError:
        raise UnknownPolicy(field=name, name=name) from None
    known = tuple(known) if kind is tuple and isinstance(known, list) else known
    if type(known) is not kind:
        raise UnknownPolicy(field=name, name=name)
    return known


def check_bounds(name: str, value: object) -> None:
    """Numbers are within the entry's bounds; steps are a few such numbers.

    Raises
    ------
    PolicyOutOfBounds
        With the name and the bounds.
    """
    entry = ENTRIES[name]
    numbers = value if isinstance(value, tuple) else (value,) if type(value) is int else (entry.low,)
    known = all(type(one) is int and entry.low <= one <= entry.high for one in numbers)
    if not known or not 0 < len(numbers) <= STEPS_MAX:
        raise PolicyOutOfBounds(field=name, name=name, low=entry.low, high=entry.high)
