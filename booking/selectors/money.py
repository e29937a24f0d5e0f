"""Money as managers look at it: what to decide, what is under way, the books of a day."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet, Sum

from booking.domain.settlements import Entry
from booking.models import FeeDifference, Payment, Refund, Settlement
from hospital.common import clock
from hospital.common.models import StateChange

CASH = "cash"
DIFFER = "differ"
"""In a payment's history: told of again otherwise, when the money was on its way back or with a person already."""
OPEN_TOO_LONG = timedelta(minutes=10)
SHOWN = 100
_NUMBERS = (
    "appointment__patient",
    "appointment__session__expert",
    "walk_in__patient",
    "walk_in__session__expert",
)


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Money that is moving: refunds not done yet, cash to hand back, payments open for longer than asking takes."""

    refunds: int
    in_cash: int
    oldest_refund_at: datetime | None
    open_too_long: int


@dataclass(frozen=True, slots=True)
class Till:
    """What one person took and handed back in cash; amounts in fen."""

    name: str
    taken: int
    taken_fen: int
    returned: int
    returned_fen: int

    @property
    def left_fen(self) -> int:
        """What should be in the drawer."""
        return self.taken_fen - self.returned_fen


@dataclass(frozen=True, slots=True)
class Moved:
    """One line of our books: when it was written, and since when it was under way."""

    entry: Entry
    amount_fen: int
    at: datetime
    since: datetime


def payments_to_review() -> list[Payment]:
    """Payments that did not fit what was asked for, the oldest first."""
    held = Payment.objects.filter(state="held_for_review").select_related(*_NUMBERS)
    return list(held.order_by("paid_at", "pk")[:SHOWN])


def refunds_to_decide() -> list[Refund]:
    """Refunds that the provider could not make, the oldest first."""
    numbers = [f"payment__{name}" for name in _NUMBERS]
    failed = _failed().select_related("payment", *numbers)
    return list(failed.order_by("failed_at", "pk")[:SHOWN])


def _failed() -> QuerySet[Refund]:
    return Refund.objects.filter(failed_at__isnull=False, done_at=None).exclude(payment__provider=CASH)


def cash_to_hand_back() -> list[Refund]:
    """Cash that waits at the desk for its patients, the oldest first."""
    numbers = [f"payment__{name}" for name in _NUMBERS]
    waiting = _in_cash().select_related("payment__appointment__slot", *numbers)
    return list(waiting.order_by("created_at", "pk")[:SHOWN])


def cash_to_hand_back_count() -> int:
    """How many patients the desk owes cash."""
    return _in_cash().count()


def _in_cash() -> QuerySet[Refund]:
    return Refund.objects.filter(done_at=None, payment__provider=CASH)


def money_to_decide_count() -> int:
    """How much money waits for a person."""
    return Payment.objects.filter(state="held_for_review").count() + _failed().count()


def money_under_way(*, now: datetime) -> UnderWay:
    """What should be over soon; three queries."""
    asked = Refund.objects.filter(done_at=None, failed_at=None).exclude(payment__provider=CASH)
    refunds = asked.order_by("created_at")
    waiting = list(refunds.values_list("created_at", flat=True))
    too_long = Q(appointment__pay_by__lte=now - OPEN_TOO_LONG) | Q(walk_in__pay_by__lte=now - OPEN_TOO_LONG)
    return UnderWay(
        len(waiting),
        cash_to_hand_back_count(),
        waiting[0] if waiting else None,
        Payment.objects.filter(too_long, state="created").count(),
    )


def settlements_since(*, since: date) -> QuerySet[Settlement]:
    """The days' settlements with their differences, the newest first."""
    return Settlement.objects.filter(day__gte=since).prefetch_related("differences")


def settlements_of_day(*, day: date) -> QuerySet[Settlement]:
    """One day's settlements."""
    return Settlement.objects.filter(day=day).prefetch_related("differences")


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """When the hospital's day begins and when the next one does."""
    begins = datetime.combine(day, time(), clock.zone())
    return begins, datetime.combine(day + timedelta(days=1), time(), clock.zone())


def providers_of_day(*, day: date) -> set[str]:
    """Every way in which money came or went on a day."""
    paid = _paid(day).values_list("provider", flat=True)
    back = _given_back(day).values_list("payment__provider", flat=True)
    return {*paid, *back}


def books_of_day(*, provider: str, day: date) -> list[Moved]:
    """What we wrote down for one provider's day."""
    paid = _paid(day).filter(provider=provider).values_list("order_no", "paid_fen", "paid_at")
    back = _given_back(day).filter(payment__provider=provider)
    refunds = back.values_list("payment__order_no", "code", "amount_fen", "done_at", "sent_at", "created_at")
    after_transfer = _settled(day).values_list("code", "amount_fen", "settled_at") if provider == CASH else ()
    return [
        *(Moved(Entry(order_no), fen or 0, at, at) for order_no, fen, at in paid if at),
        *(Moved(Entry(code, code if fen < 0 else ""), abs(fen), at, at) for code, fen, at in after_transfer),
        *(
            Moved(Entry(order_no, code), fen, at, sent or made)
            for order_no, code, fen, at, sent, made in refunds
            if at
        ),
    ]


def told_again(*, provider: str, day: date) -> set[tuple[Entry, int | None, int | None]]:
    """Orders and refunds of which a notice of the day said something else than our books: our fen, those told of."""
    begins, ends = day_bounds(day)
    told = StateChange.objects.filter(thing="payment", verb=DIFFER, at__gte=begins, at__lt=ends)
    notices = list(told.values_list("thing_id", "data__told_fen", "data__refund_no"))
    payments = Payment.objects.filter(provider=provider).in_bulk([pk for pk, _fen, _refund_no in notices])
    refunds = dict(Refund.objects.filter(payment__in=payments).values_list("code", "amount_fen"))
    found: set[tuple[Entry, int | None, int | None]] = set()
    for pk, fen, refund_no in notices:
        if pk in payments:
            entry = Entry(payments[pk].order_no, refund_no or "")
            found.add((entry, refunds.get(refund_no) if refund_no else payments[pk].paid_fen or 0, fen))
    return found


def books_of_entries(*, provider: str, entries: set[Entry]) -> dict[Entry, int]:
    """What our books say about these orders and refunds, whatever the day."""
    orders = {entry.order_no for entry in entries if not entry.refund_no}
    refunds = {entry.refund_no for entry in entries if entry.refund_no}
    paid = Payment.objects.filter(provider=provider, order_no__in=orders, paid_at__isnull=False)
    back = Refund.objects.filter(payment__provider=provider, code__in=refunds).exclude(
        sent_at=None, done_at=None
    )
    found = {Entry(order_no): fen or 0 for order_no, fen in paid.values_list("order_no", "paid_fen")}
    listed = back.values_list("payment__order_no", "code", "amount_fen")
    return found | {Entry(order_no, code): fen for order_no, code, fen in listed}


def tills_of_day(*, day: date) -> list[Till]:
    """Cash of a day by whoever took it or handed it back, from the history; three queries."""
    begins, ends = day_bounds(day)
    steps = Q(thing="payment", verb__in=["pay", "done"]) | Q(thing="feedifference", verb="settle")
    moves = StateChange.objects.filter(steps, at__gte=begins, at__lt=ends).values_list(
        "thing", "thing_id", "verb", "actor_name"
    )
    in_cash = Payment.objects.filter(
        provider=CASH, pk__in=[pk for thing, pk, _verb, _name in moves if thing == "payment"]
    )
    fen = {("payment", pk): paid_fen or 0 for pk, paid_fen in in_cash.values_list("pk", "paid_fen")}
    fen |= {("feedifference", pk): taken for pk, taken in _settled(day).values_list("pk", "amount_fen")}
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for thing, pk, verb, name in moves:
        taken = fen.get((thing, pk), 0) * (-1 if verb == "done" else 1)
        if taken:
            place = 0 if taken > 0 else 2
            sums[name][place] += 1
            sums[name][place + 1] += abs(taken)
    return [Till(name, *figures) for name, figures in sorted(sums.items())]


def fee_differences_fen(*, appointment_id: int | None, walk_in_id: int | None) -> int:
    """What was settled at the desk for a number after its transfers, added up; below 0 it was handed back."""
    number = {"appointment_id": appointment_id} if walk_in_id is None else {"walk_in_id": walk_in_id}
    return FeeDifference.objects.filter(**number).aggregate(fen=Sum("amount_fen"))["fen"] or 0


def _paid(day: date) -> QuerySet[Payment]:
    begins, ends = day_bounds(day)
    return Payment.objects.filter(paid_at__gte=begins, paid_at__lt=ends)


def _settled(day: date) -> QuerySet[FeeDifference]:
    begins, ends = day_bounds(day)
    return FeeDifference.objects.filter(settled_at__gte=begins, settled_at__lt=ends)


def _given_back(day: date) -> QuerySet[Refund]:
    begins, ends = day_bounds(day)
    return Refund.objects.filter(done_at__gte=begins, done_at__lt=ends)
