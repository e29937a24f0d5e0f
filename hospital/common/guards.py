"""What a service asks before it looks at anything: that the actor may do this, and says why."""

from collections.abc import Collection

from hospital.common.actor import Actor
from hospital.common.errors import NotAllowed, ReasonMissing


def require(actor: Actor, roles: Collection[str]) -> None:
    """Whoever does this has one of ``roles`` (``job`` for a background duty).

    Raises
    ------
    NotAllowed
        When the actor has none of them.
    """
    if actor.kind not in roles:
        raise NotAllowed


def require_reason(reason: str, *, field: str = "reason") -> str:
    """What was given as reason, without spaces around it.

    Raises
    ------
    ReasonMissing
        When nothing was; ``field`` is where it belongs.
    """
    given = reason.strip()
    if not given:
        raise ReasonMissing(field=field)
    return given
