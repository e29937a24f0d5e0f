"""Text messages: written in the caller's transaction, sent by a job. A failed message never fails a booking."""

from collections.abc import Mapping
from datetime import datetime

from hospital.common import jobs
from hospital.common.crypto import seal, unseal
from hospital.common.models import Message

TAIL = 4


def message_send(*, kind: str, key: str, phone: str, body: str, now: datetime) -> None:
    """Tell ``phone`` once: a second message of the same kind and key is not written."""
    message, created = Message.objects.get_or_create(
        kind=kind,
        key=key,
        defaults={
            "phone_sealed": seal(phone),
            "phone_tail": phone[-TAIL:],
            "body_sealed": seal(body),
            "created_at": now,
        },
    )
    if created:
        jobs.enqueue("message.deliver", key=str(message.pk), payload={"message": message.pk}, due_at=now)


def deliver(payload: Mapping[str, object], now: datetime) -> None:
    """Hand a message to the provider. The console provider of the demo marks it sent: it is read in the outbox."""
    Message.objects.filter(pk=str(payload["message"]), sent_at=None).update(sent_at=now)


def outbox(limit: int = 50) -> list[dict[str, object]]:
    """The newest messages, readable (demo only)."""
    return [
        {
            "kind": message.kind,
            "phone": unseal(message.phone_sealed) if message.phone_sealed else "",
            "body": unseal(message.body_sealed),
            "created_at": message.created_at,
            "sent_at": message.sent_at,
        }
        for message in Message.objects.order_by("-pk")[:limit]
    ]
