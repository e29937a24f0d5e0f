"""Draws: an account's requests, and what everybody may see of a session's draw."""

from dataclasses import dataclass

from django.db.models import QuerySet

from booking.domain.draws import draw_faults
from booking.domain.errors import UnknownNumber
from booking.models import ClinicSession, Draw, DrawRequest
from booking.selectors.own import own_or_any, owned_by
from hospital.common.crypto import unseal
from hospital.models import User


@dataclass(frozen=True, slots=True)
class DrawView:
    """One draw as published: ``seed`` and ``places`` (place and code) only once it is over."""

    session: ClinicSession
    commitment: str
    requests: int
    seed: str
    places: tuple[tuple[int, str], ...]
    faults: tuple[str, ...]

    @property
    def is_over(self) -> bool:
        """Whether there is something to check."""
        return bool(self.seed)


def draw_of_session(*, code: str) -> DrawView:
    """The draw of a session; codes only, nothing personal. Raises ``UnknownNumber`` when it has none."""
    draws = Draw.objects.select_related("session__expert__department", "session__room")
    draw = draws.filter(session__code=code).first()
    if draw is None:
        raise UnknownNumber(field="session")
    requests = DrawRequest.objects.filter(session=draw.session)
    count = requests.exclude(state="withdrawn").count()
    if draw.session.drawn_at is None:
        return DrawView(draw.session, draw.commitment, count, "", (), ())
    seed = unseal(draw.seed_sealed)
    drawn = requests.filter(place__isnull=False).order_by("place").values_list("place", "code")
    places = tuple((place, request) for place, request in drawn if place is not None)
    faults = tuple(draw_faults(seed=seed, published=draw.commitment, places=places))
    return DrawView(draw.session, draw.commitment, count, seed, places, faults)


def draw_requests_of_user(*, user: User) -> list[DrawRequest]:
    """Requests of this account that wait for their draw, the soonest first."""
    mine = _requests().filter(owned_by(user), state="waiting")
    return list(mine.order_by("session__draw_ends_at", "pk"))


def draw_request_for_user(*, user: User, code: str) -> DrawRequest:
    """A request that this user may see: one's own, any for the desk. A stranger's does not exist.

    Raises
    ------
    UnknownNumber
        When there is none.
    """
    return own_or_any(_requests(), user=user, code=code, field="request")


def _requests() -> QuerySet[DrawRequest]:
    return DrawRequest.objects.select_related(
        "slot", "patient", "session__expert__department", "session__room", "appointment__slot"
    )
