"""Messages in the app: what an account was told, newest first, and what of it was not read yet."""

from dataclasses import dataclass
from datetime import datetime

from hospital.common.crypto import unseal
from hospital.common.messages import IN_APP, KEPT
from hospital.common.models import Message

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, opened."""

    kind: str
    key: str
    body: str
    language: str
    link: str
    at: datetime
    read: bool


def letters(*, account_id: int, now: datetime) -> list[Letter]:
    """The newest messages of an account."""
    found = Message.objects.filter(account_id=account_id, channel=IN_APP, created_at__gt=now - KEPT)
    return [
        Letter(
            kind=message.kind,
            key=message.key,
            body=unseal(message.body_sealed),
            language=message.language,
            link=message.link,
            at=message.created_at,
            read=message.read_at is not None,
        )
        for message in found.order_by("-pk")[:SHOWN]
    ]


def unread_count(*, account_id: int) -> int:
    """How many messages the account has not read."""
    return Message.objects.filter(account_id=account_id, channel=IN_APP, read_at=None).count()


def read_all(*, account_id: int, until: datetime, now: datetime) -> int:
    """Mark as read what had come by ``until``, when the page was made: what came since was not seen."""
    return Message.objects.filter(
        account_id=account_id, channel=IN_APP, read_at=None, created_at__lte=until
    ).update(read_at=now)


def read_one(*, account_id: int, kind: str, key: str, now: datetime) -> str | None:
    """Mark one message as read; give the path it leads to, None when the account has no such message."""
    mine = Message.objects.filter(account_id=account_id, channel=IN_APP, kind=kind, key=key)
    link = mine.values_list("link", flat=True).first()
    if link is not None:
        mine.filter(read_at=None).update(read_at=now)
    return link
