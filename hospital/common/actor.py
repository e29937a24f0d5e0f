"""Who does something: a person, a device, a job or a payment provider."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hospital.common.roles import STAFF

if TYPE_CHECKING:
    from hospital.models import User


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of a change, as the history keeps it."""

    kind: str
    """A role of :class:`hospital.models.User`, or ``job``, ``provider``, ``screen``, ``kiosk``."""
    user_id: int | None = None
    name: str = ""

    @classmethod
    def of(cls, user: "User") -> "Actor":
        """The signed-in person."""
        return cls(kind=user.role, user_id=user.pk, name=user.get_username())

    @classmethod
    def job(cls, name: str) -> "Actor":
        """A background duty, by its name."""
        return cls(kind="job", name=name)

    @classmethod
    def provider(cls, name: str) -> "Actor":
        """A payment provider that sent a notice."""
        return cls(kind="provider", name=name)

    @classmethod
    def device(cls, kind: str, name: str) -> "Actor":
        """A screen or kiosk."""
        return cls(kind=kind, name=name)

    @property
    def account_key(self) -> str:
        """Whose keys of repeated requests these are: ``desk:12``, ``kiosk:hall``."""
        return f"{self.kind}:{self.user_id or self.name}"

    @property
    def is_staff(self) -> bool:
        """Whether this is a member of the hospital's staff."""
        return self.kind in STAFF
