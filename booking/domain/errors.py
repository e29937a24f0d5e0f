"""What booking refuses, with stable codes."""

from hospital.common.errors import DomainError, Invalid, NotAllowed, NotFound, gettext_noop
from hospital.common.errors import ReasonMissing as ReasonMissing  # noqa: PLC0414 - one of booking's refusals, too


class SoldOut(DomainError):
    """No number is left."""

    code = "sold_out"
    message = gettext_noop("Just taken. Choose another time.")


class PoolEmpty(SoldOut):
    """No walk-in number is left in the session."""

    message = gettext_noop("Not registered: this session has just sold out. Nothing was charged or printed.")


class AlreadyBooked(DomainError):
    """The patient already has a number in this department on this day."""

    code = "already_booked"
    message = gettext_noop("This patient already has a number in this department on this day.")


class Banned(DomainError):
    """No online booking for a time."""

    code = "banned"
    message = gettext_noop(
        "Online booking is closed for this patient until %(until)s. Walk-in stays possible."
    )


class NotReleased(DomainError):
    """The session's numbers are not out yet."""

    code = "not_released"
    message = gettext_noop("Numbers for this session open %(at)s.")


class BookingClosed(DomainError):
    """Walk-in registration has opened, or the session was stopped or is over."""

    code = "closed"
    message = gettext_noop("Booking for this session is closed. Numbers left are given out at the hospital.")


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


class TooLate(DomainError):
    """The deadline to cancel has passed."""

    code = "too_late"
    message = gettext_noop(
        "Walk-in registration has opened, so this number can no longer be cancelled here. Ask the desk."
    )


class WalkInNotOpen(DomainError):
    """Before walk-in registration opens, or after the session."""

    code = "closed"
    message = gettext_noop("Walk-in registration for this session is not open.")


class HoldOver(DomainError):
    """The hold ran out, so nothing can be paid any more."""

    code = "hold_over"
    message = gettext_noop("Time is up. The number was released.")


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


class SelfKnown(DomainError):
    """An account is one person's: only one of its patients can be that person."""

    code = "self_known"
    message = gettext_noop("You are in the list already. Choose who this person is to you.")


class TooManyPatients(DomainError):
    """The account already has the most family members allowed."""

    code = "limit_reached"
    message = gettext_noop("An account can keep at most %(limit)s patients.")


class UnknownNumber(NotFound):
    """No such slot, session, appointment or patient."""

    message = gettext_noop("Not found.")


class QuotaBelowBooked(DomainError):
    """A released slot's quota never falls below what is held and booked."""

    code = "quota_below_booked"
    message = gettext_noop("A slot cannot offer fewer numbers than are already taken.")


class NotSoldOut(DomainError):
    """The waitlist is for sessions without a free number."""

    code = "not_sold_out"
    message = gettext_noop("This session still has free numbers. Choose a time.")


class NothingToWaitFor(DomainError):
    """All of the session's numbers are kept for walk-ins, so none can come back."""

    code = "nothing_to_wait_for"
    message = gettext_noop("All numbers of this session are given out at the hospital on the day.")


class AlreadyWaiting(DomainError):
    """The patient is on this waitlist."""

    code = "already_waiting"
    message = gettext_noop("This patient is on the waitlist already.")


class WaitlistFull(DomainError):
    """As many wait as the policy allows."""

    code = "limit_reached"
    message = gettext_noop("The waitlist is full: %(limit)s patients wait already.")


class OfferOver(DomainError):
    """The offer's time is up, or the list has ended."""

    code = "offer_over"
    message = gettext_noop("This offer is over. The number went to the next patient.")


class OtherExpert(DomainError):
    """A time can be changed only within one expert's sessions of the same fee."""

    code = "other_expert"
    message = gettext_noop("The time can be changed only with the same doctor and the same fee.")


class SameSlot(DomainError):
    """The appointment is at this time already."""

    code = "same_slot"
    message = gettext_noop("The appointment is at this time already.")


class TooManyMoves(DomainError):
    """The policy's limit of changes is reached."""

    code = "limit_reached"
    message = gettext_noop("The time of an appointment can be changed %(limit)s times. Cancel it instead.")


class NotAChoice(DomainError):
    """A stopped clinic's patient may only take a number of the same grade and fee."""

    code = "not_a_choice"
    message = gettext_noop("This time cannot be chosen instead. Choose one of those shown.")


class ChosenAlready(DomainError):
    """The patient of a stopped clinic has chosen, or was refunded."""

    code = "chosen_already"
    message = gettext_noop("This has been settled already. The page shows how.")


class OnSite(DomainError):
    """The patient of a stopped clinic is in the hospital: the desk helps in person."""

    code = "on_site"
    message = gettext_noop("You are checked in at the hospital. Please go to the front desk.")


class StopNotOpen(DomainError):
    """The stop was carried out or discarded."""

    code = "stop_not_open"
    message = gettext_noop("This stop is being carried out or was discarded; it can no longer be changed.")


class TooSoon(Invalid):
    """Patients need time to answer."""

    code = "too_soon"
    message = gettext_noop("Give patients at least an hour to answer.")


class DrawOpen(DomainError):
    """The numbers of this session are drawn by lot first."""

    code = "draw_open"
    message = gettext_noop("The numbers of this session are drawn by lot first. Enter the draw.")


class DrawOver(DomainError):
    """Requests are no longer taken, or there is no draw."""

    code = "draw_over"
    message = gettext_noop("The draw of this session takes no more requests.")


class AlreadyRequested(DomainError):
    """One request per patient and draw, also when it was withdrawn."""

    code = "already_requested"
    message = gettext_noop("This patient has entered this draw already. One request per patient counts.")


class SessionTooShort(Invalid):
    """A session lasts one slot at least, and less than a day."""

    code = "session_too_short"
    message = gettext_noop("A session lasts at least one slot and at most 16 hours.")


class PeriodsOverlap(DomainError):
    """The expert has another session or recurring period at that time."""

    code = "periods_overlap"
    message = gettext_noop("%(expert)s has another session at that time: %(period)s.")


class SessionStarted(DomainError):
    """What has begun cannot be planned anew."""

    code = "session_started"
    message = gettext_noop("This session has begun or is over; its plan can no longer be changed.")


class LowerGrade(DomainError):
    """Patients paid for a higher grade than the substitute's."""

    code = "lower_grade"
    message = gettext_noop(
        "Patients paid for a higher grade or another department. Stop the clinic instead, so that they can choose."
    )


class WordKnown(DomainError):
    """The department has this word already."""

    code = "word_known"
    message = gettext_noop("This department has this word already.")


class WordsRefused(Invalid):
    """A file of words cannot be taken in; nothing was changed."""

    code = "words_refused"
    message = gettext_noop("Nothing was taken in. Wrong lines: %(rows)s")


class FileUnreadable(Invalid):
    """Neither CSV nor XLSX, or too large."""

    code = "file_unreadable"
    message = gettext_noop("This is no CSV or XLSX file of at most 5000 lines and 2 MB.")


class AddOnClosed(DomainError):
    """Numbers are added only until the session closes."""

    code = "closed"
    message = gettext_noop("No number can be added: this session is over or was stopped.")


class AddOnNotAllowed(NotAllowed):
    """Numbers beyond the quota need a permission."""

    message = gettext_noop(
        "Only the session's own expert, a manager, or staff with the permission may add a number."
    )


class ChallengeRequired(DomainError):
    """The account's behaviour looks like a robot's: its browser has to prove that it works for one person."""

    code = "challenge_required"
    status = 403
    message = gettext_noop("Please confirm that you are not a robot, then book again.")


class PayerLimit(DomainError):
    """A payer of this account paid for as many people as may be."""

    code = "limit_reached"
    message = gettext_noop(
        "%(limit)s people were paid for by the same payer in 30 days. Please book for others at the hospital."
    )
