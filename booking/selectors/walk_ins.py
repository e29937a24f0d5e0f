"""Questions about walk-ins, and the ways to pay that the desk can offer for them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from booking.domain.errors import UnknownNumber
from booking.models import Payment, WalkIn
from booking.providers import provider_names
from hospital.common import history
from hospital.common.actor import Actor

PROVIDER_LABELS: dict[str, Promise] = {
    "sandbox": gettext_lazy("Demo payment"),
    "wechat": gettext_lazy("WeChat Pay"),
    "alipay": gettext_lazy("Alipay"),
    "cash": gettext_lazy("Cash"),
}


@dataclass(frozen=True, slots=True)
class Reservation:
    """How a walk-in was asked for: by whom, and what the ticket shall say."""

    actor: Actor
    wishes: dict[str, str]


def payment_choices() -> list[tuple[str, str]]:
    """The ways to pay online, by name, in the order of the settings."""
    return [(name, provider_label(name)) for name in provider_names()]


def provider_label(name: str) -> str:
    """A way to pay as people know it."""
    return str(PROVIDER_LABELS.get(name, name))


def walk_in_by_code(*, code: str) -> WalkIn:
    """One walk-in with its session, patient and payments. Raises UnknownNumber."""
    found = _whole().filter(code=code).first()
    if found is None:
        raise UnknownNumber
    return found


def walk_in_by_id(*, walk_in_id: int) -> WalkIn:
    """The same by its key."""
    return _whole().get(pk=walk_in_id)


def walk_in_open_payment(walk_in: WalkIn) -> str:
    """The code of the payment that is to be made for it; empty when none is open."""
    return next((payment.code for payment in walk_in.payments.all() if payment.state == "created"), "")


def walk_in_cash_fen(*, walk_in_id: int | None) -> int:
    """What was taken in cash for it, and so is handed back in cash."""
    taken = Payment.objects.filter(walk_in_id=walk_in_id, walk_in__isnull=False, provider="cash")
    return sum(taken.values_list("amount_fen", flat=True))


def walk_in_reservation(walk_in: WalkIn) -> Reservation:
    """Who asked for it and with what wishes: the first row of its history."""
    first = history.of(walk_in).order_by("pk")[0]
    return Reservation(
        Actor(first.actor_kind, first.actor_id, first.actor_name),
        {name: str(value) for name, value in first.data.items()},
    )


def _whole() -> "QuerySet[WalkIn]":
    return WalkIn.objects.select_related(
        "session__expert__department", "session__room", "patient"
    ).prefetch_related("payments")


def walk_ins_unpaid(*, session_ids: Iterable[int]) -> list[WalkIn]:
    """Walk-ins of these sessions whose numbers are kept while they pay."""
    reserved = WalkIn.objects.filter(session__in=list(session_ids), state="reserved")
    return list(reserved.select_related("patient").order_by("registered_at", "pk"))
