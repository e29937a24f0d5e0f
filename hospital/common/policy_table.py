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
    choices: tuple[tuple[str, Any], ...] = ()

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
            Entry(
                "mismatch_weight_min",
                _("A doctor known for something else counts as"),
                _("minutes of another time or of waiting"),
                0,
                1000,
                _("Weighed when patients of a clinic are given to colleagues."),
            ),
            Entry(
                "load_weight_min",
                _("A session without numbers left counts as"),
                _("minutes of another time or of waiting"),
                0,
                1000,
            ),
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
            Entry("pause_max_min", _("A room pauses for at most"), MINUTES, 5, 480),
            Entry(
                "takes_transfers",
                _("Takes patients from colleagues"),
                help=_("Otherwise only the desk and managers can transfer somebody there."),
            ),
            Entry("priority_ratio", _("Ordinary patients between two with priority"), high=20),
            Entry("review_ratio", _("First visits between two reviews of results"), high=20),
            Entry(
                "interleave_booked",
                _("Booked patients in turn"),
                high=20,
                help=_("Where booked patients and walk-ins take turns: so many booked ones first."),
            ),
            Entry(
                "interleave_walk_in",
                _("Walk-ins in turn"),
                high=20,
                help=_("Where booked patients and walk-ins take turns: then so many walk-ins."),
            ),
            Entry(
                "late_policy",
                _("Patients who missed their call"),
                choices=(
                    ("paper", _("on time: the next once back; late: to the end")),
                    ("back_n", _("some places back, in the end void")),
                    ("interleave", _("in turn with the others")),
                ),
            ),
            Entry(
                "back_places",
                _("Places lost by a missed call"),
                low=0,
                high=50,
                help=_("Steps such as 5, 5, 0: the second miss takes the second step; 0 is the end."),
            ),
            Entry(
                "void_after_misses",
                _("Missed calls forgiven before a number is void"),
                low=0,
                high=20,
                help=_("Only where missed calls cost places. 0: never void."),
            ),
            Entry("passed_ratio", _("Others between two who missed their call"), high=20),
            Entry(
                "shared_queue",
                _("Doctors of a department share one queue"),
                help=_("Those whose clinics have the same hours. Holds for clinics that have no queue yet."),
            ),
            Entry(
                "any_expert",
                _("In a shared queue, any doctor may call whoever booked one"),
                help=_("Otherwise who chose a doctor waits for that one."),
            ),
            Entry(
                "overtake_limit",
                _("Calls that may go past somebody who waits for the right doctor"),
                low=0,
                high=20,
                help=_("In a shared queue."),
            ),
            Entry("close_grace_min", _("A session closes by itself after"), MINUTES, 0, 720),
            Entry("screen_stale_s", _("A screen says that it is offline after"), SECONDS, 5, 600),
            Entry("come_back_margin_min", _("Margin of the time to come back"), MINUTES, 0, 120),
            Entry(
                "near_people",
                _("Told that the turn is near with so many people ahead"),
                low=0,
                high=20,
                help=_("0 for never."),
            ),
            Entry(
                "turn_notices",
                _("Messages when the turn is near and when called"),
                help=_("By text message and in the app; the patient’s live page tells in any case."),
            ),
            Entry(
                "print_wait_s",
                _("A slip waits for a printer that does not answer"),
                SECONDS,
                5,
                900,
                _("Then it is given up, and the desk prints it from the browser."),
            ),
            Entry("kiosk_result_s", _("A kiosk shows the number for"), SECONDS, 5, 120),
            Entry("kiosk_input_s", _("A kiosk waits for an entry for"), SECONDS, 20, 300),
            Entry(
                "kiosk_tries",
                _("Wrong entries at a kiosk per document and hour"),
                high=20,
                help=_("Then the front desk checks the patient in."),
            ),
        ),
    ),
    (
        "plans",
        _("Quota plans"),
        (
            Entry("history_weeks", _("History looked at"), _("weeks"), 1, 104),
            Entry("history_min_sessions", _("Sessions needed for a plan of one weekday")),
            Entry(
                "arrival_estimator",
                _("How walk-ins are counted"),
                choices=(
                    ("full_counts", _("every session alike")),
                    ("discounted", _("recent sessions count more")),
                ),
                help=_("How fast older sessions fade is learnt from each department’s history."),
            ),
            Entry(
                "rate_history_weeks",
                _("History looked at where recent sessions count more"),
                _("weeks"),
                8,
                104,
            ),
            Entry(
                "auto_approve", _("Plans hold without approval"), help=_("Otherwise a manager approves each.")
            ),
            Entry(
                "plan_method",
                _("Quotas that are proposed"),
                choices=(("r1", _("the paper's rule (R1)")), ("optimised", _("the optimised ones"))),
                help=_(
                    "Each plan shows both. Optimised ones are proposed only where simulations show a gain."
                ),
            ),
            Entry(
                "idle_weight_per_10_min",
                _("10 minutes without a patient count as"),
                _("minutes of one patient waiting"),
                0,
                1000,
                _("What the optimised quotas weigh. A doctor who waits is idle."),
            ),
            Entry(
                "overtime_weight_per_10_min",
                _("10 minutes of overtime count as"),
                _("minutes of one patient waiting"),
                0,
                1000,
            ),
            Entry(
                "unserved_weight_min",
                _("A patient who comes after the close counts as"),
                _("minutes of one patient waiting"),
                0,
                1000,
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
    if entry.choices and value not in dict(entry.choices):
        raise UnknownPolicy(field=name, name=name)
    numbers = value if isinstance(value, tuple) else (value,) if type(value) is int else (entry.low,)
    known = all(type(one) is int and entry.low <= one <= entry.high for one in numbers)
    if not known or not 0 < len(numbers) <= STEPS_MAX:
        raise PolicyOutOfBounds(field=name, name=name, low=entry.low, high=entry.high)
