"""What stands against accounts: signals, scores, and who has to prove that no robot is at work."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.db.models import Count, F, Q, Sum

from booking.domain.risk import PAYER, PAYER_DAYS, SCORE_MAX, SIGNAL_DAYS, Facts, Signal
from booking.models import Appointment, Ban, Patient, Payment, RiskSignal
from hospital.common.policy import policy
from hospital.models import ApiToken, User

_REREAD_AFTER_S = 1.0
_SHOWN = 200
LISTED_FROM = 20
"""A weak signal alone, such as an account made today, is everybody's and nothing to look at."""
_suspects: tuple[float, frozenset[bytes]] = (-1e9, frozenset())


@dataclass(frozen=True, slots=True)
class Suspect:
    """One account with its reasons, and whom it books for."""

    account: User
    score: int
    signals: tuple[Signal, ...]
    noticed_at: datetime
    patients: tuple[tuple[Patient, bool], ...]

    @property
    def patient_codes(self) -> list[str]:
        """Codes of the people whom it books for."""
        return [patient.code for patient, _is_banned in self.patients]


def _current(now: datetime) -> Q:
    recent = Q(at__gt=now - timedelta(days=SIGNAL_DAYS))
    return recent | Q(kind=PAYER, at__gt=now - timedelta(days=PAYER_DAYS))


def risk_score(*, account_id: int, now: datetime) -> int:
    """An account's points of 100."""
    found = RiskSignal.objects.filter(_current(now), account=account_id).aggregate(points=Sum("weight"))
    return min(SCORE_MAX, found["points"] or 0)


def suspect_tokens(*, now: datetime) -> frozenset[bytes]:
    """Digests of the tokens whose accounts must take the long way; read again at most once a second."""
    global _suspects
    read_at, known = _suspects
    if monotonic() - read_at >= _REREAD_AFTER_S:
        current = RiskSignal.objects.filter(_current(now))
        sums = current.values("account").annotate(total=Sum("weight")).order_by()
        heavy = sums.filter(total__gte=policy().challenge_from_score).values_list("account", flat=True)
        tokens = ApiToken.objects.filter(user__in=list(heavy), revoked_at=None).values_list(
            "digest", flat=True
        )
        known = frozenset(bytes(digest) for digest in tokens)
        _suspects = (monotonic(), known)
    return known


def accounts_active(*, since: datetime) -> list[int]:
    """Accounts that held a number since then."""
    recent = Appointment.objects.filter(held_at__gte=since, account__role="patient")
    return list(recent.order_by("account").values_list("account", flat=True).distinct())


def risk_facts(*, account_ids: Iterable[int], now: datetime) -> dict[int, Facts]:
    """What these accounts did in the last days. Four queries, however many they are."""
    ids = list(account_ids)
    ages = dict(User.objects.filter(pk__in=ids).values_list("pk", "date_joined"))
    recent = Appointment.objects.filter(account__in=ids, held_at__gt=now - timedelta(days=SIGNAL_DAYS))
    unpaid = Q(state__in=["expired", "cancelled"], booked_at=None)
    cancels = Q(state="cancelled", booked_at__isnull=False)
    rows = {
        row["account"]: row
        for row in recent.values("account").annotate(
            holds=Count("pk"),
            unpaid=Count("pk", filter=unpaid),
            cancels=Count("pk", filter=cancels),
            people=Count("patient", distinct=True),
        )
    }
    devices, payers = _device_accounts(ids, now), payer_patients(account_ids=ids, now=now)
    return {
        account: Facts(
            age_days=(now - ages[account]).total_seconds() / 86_400,
            holds=row["holds"],
            unpaid=row["unpaid"],
            cancels=row["cancels"],
            patients=row["people"],
            device_accounts=devices.get(account, 1),
            payer_patients=payers.get(account, 0),
        )
        for account in ids
        if (row := rows.get(account)) is not None
    }


def _device_accounts(ids: list[int], now: datetime) -> dict[int, int]:
    since = now - timedelta(days=SIGNAL_DAYS)
    on_devices = Appointment.objects.filter(held_at__gt=since, device_index__isnull=False)
    mine = on_devices.filter(account__in=ids).values("device_index")
    pairs = set(on_devices.filter(device_index__in=mine).values_list("device_index", "account"))
    counts: dict[bytes, int] = {}
    for device, _account in pairs:
        counts[bytes(device or b"")] = counts.get(bytes(device or b""), 0) + 1
    most: dict[int, int] = {}
    for device, account in pairs:
        most[account] = max(most.get(account, 1), counts[bytes(device or b"")])
    return most


def payer_patients(*, account_ids: Iterable[int], now: datetime) -> dict[int, int]:
    """For each account the most people that one of its payers paid for in 30 days, whoever's account they are."""
    since = now - timedelta(days=PAYER_DAYS)
    paid = Payment.objects.filter(
        payer_index__isnull=False, paid_at__gt=since, appointment__isnull=False
    ).exclude(appointment=None)
    mine = list(
        paid.filter(appointment__account__in=list(account_ids))
        .values_list("payer_index", "appointment__account")
        .distinct()
    )
    people = (
        paid.filter(payer_index__in={bytes(index or b"") for index, _account in mine})
        .values("payer_index")
        .annotate(n=Count(F("appointment__patient"), distinct=True))
    )
    counts = {bytes(row["payer_index"] or b""): row["n"] for row in people}
    most: dict[int, int] = {}
    for index, account in mine:
        most[account] = max(most.get(account, 0), counts[bytes(index or b"")])
    return most


def payer_people_besides(*, payer_index: bytes, patient_id: int, now: datetime) -> int:
    """For how many people besides this patient a payer paid in 30 days."""
    paid = Payment.objects.filter(payer_index=payer_index, paid_at__gt=now - timedelta(days=PAYER_DAYS))
    others = paid.filter(appointment__isnull=False).exclude(appointment__patient=patient_id)
    return others.values("appointment__patient").distinct().count()


def suspects(*, now: datetime) -> list[Suspect]:
    """Accounts with more than a weak signal, the highest score first. Three queries."""
    found = RiskSignal.objects.filter(_current(now)).select_related("account").order_by("-weight")
    signals: dict[int, list[RiskSignal]] = {}
    for one in found:
        signals.setdefault(one.account_id, []).append(one)
    links = Patient.objects.filter(accounts__account__in=signals).annotate(owner=F("accounts__account"))
    banned = set(
        Ban.objects.in_force(now)
        .filter(patient__accounts__account__in=signals)
        .values_list("patient", flat=True)
    )
    people: dict[int, list[tuple[Patient, bool]]] = {}
    for patient in links.order_by("pk"):
        people.setdefault(patient.owner, []).append((patient, patient.pk in banned))
    made = [
        Suspect(
            account=rows[0].account,
            score=min(SCORE_MAX, sum(one.weight for one in rows)),
            signals=tuple(Signal(one.kind, one.weight, int(one.data.get("count", 0))) for one in rows),
            noticed_at=max(one.at for one in rows),
            patients=tuple(people.get(account, ())),
        )
        for account, rows in signals.items()
    ]
    listed = [one for one in made if one.score >= LISTED_FROM]
    return sorted(listed, key=lambda one: (-one.score, one.account.pk))[:_SHOWN]


def suspect_of(*, account_id: int, now: datetime) -> Suspect | None:
    """One account of that list."""
    return next((one for one in suspects(now=now) if one.account.pk == account_id), None)
