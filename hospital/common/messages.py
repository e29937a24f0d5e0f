"""What people are told: rows written in the caller's transaction, one for each channel, delivered by jobs.

The row is the truth. A worker hands it to the channel's provider (``hospital.common.senders``) and marks it sent;
killed in between, it hands it over once more with the same key, by which the provider knows it again. A message
that fails never fails what it tells about.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext

from hospital.common import history, jobs
from hospital.common.actor import Actor
from hospital.common.crypto import seal, unseal
from hospital.common.language import hospital_name
from hospital.common.models import Message
from hospital.common.senders import Post, Refused, Unavailable, sender_of
from hospital.common.transactions import transactional

TAIL = 4
TRIES = 12
"""With pauses of 2, 4, 8, ... seconds, an hour at most: a message is given up after a good hour of tries."""
OVERDUE_S = 600
KEPT = timedelta(days=400)
SIGN_IN_CODE = "sign_in_code"
SMS, EMAIL, IN_APP = Message.Channel.SMS, Message.Channel.EMAIL, Message.Channel.IN_APP
_SENT_OUT = (SMS, EMAIL)
_JOB = "message.deliver"


def message_send(
    *,
    kind: str,
    key: str,
    body: str,
    now: datetime,
    phone: str = "",
    email: str = "",
    account: int | None = None,
    language: str = "",
    link: str = "",
    expires_at: datetime | None = None,
    channels: Iterable[str] | None = None,
) -> None:
    """Tell somebody once: a second message of the same kind and key is not written, on any channel.

    Without ``channels`` it goes wherever there is an address: ``phone``, ``email``, and the page of ``account``.
    """
    addresses = {SMS: bool(phone), EMAIL: bool(email), IN_APP: account is not None}
    wanted = [channel for channel, known in addresses.items() if known]
    if channels is not None:
        chosen = set(channels)
        wanted = [channel for channel in wanted if channel in chosen]
    Message.objects.bulk_create(
        [
            Message(
                kind=kind,
                key=key,
                channel=channel,
                account_id=account,
                phone_sealed=seal(phone) if channel == SMS else None,
                phone_tail=phone[-TAIL:] if channel == SMS else "",
                email_sealed=seal(email) if channel == EMAIL else None,
                body_sealed=seal(body),
                link=link,
                language=language,
                created_at=now,
                expires_at=expires_at,
                sent_at=now if channel == IN_APP else None,
            )
            for channel in wanted
        ],
        ignore_conflicts=True,
    )
    waiting = Message.objects.filter(
        kind=kind, key=key, channel__in=_SENT_OUT, sent_at=None, failed_at=None
    ).values_list("pk", flat=True)
    for pk in waiting:
        jobs.enqueue(_JOB, key=str(pk), payload={"message": pk}, due_at=now, urgent=kind == SIGN_IN_CODE)


def message_withdraw(*, kind: str, key: str) -> None:
    """What was not sent yet is not true any more (a reminder of an appointment that was given back)."""
    Message.objects.filter(kind=kind, key=key, channel__in=_SENT_OUT, sent_at=None).delete()


def messages_blank(*, keys: Iterable[str]) -> int:
    """Blank what people were told about these things, and where it went; the rows stay as figures.

    Keys that go on after a hyphen (the second change of an appointment) are about the same thing.
    """
    whole = list(keys)
    begun = "|".join(re.escape(key) for key in whole)
    told = (
        Message.objects.filter(Q(key__in=whole) | Q(key__regex=f"^({begun})-"))
        if whole
        else Message.objects.none()
    )
    told.filter(sent_at=None, channel__in=_SENT_OUT).delete()
    return told.update(
        account=None, phone_sealed=None, phone_tail="", email_sealed=None, body_sealed=seal(""), link=""
    )


def deliver(payload: Mapping[str, object], now: datetime) -> None:
    """Hand one message to its provider. The job's lease keeps a second worker away meanwhile.

    Raises
    ------
    TryLater
        Then the job is tried again, ever less often, until ``TRIES`` are used up or the message is of no use.
    """
    message = Message.objects.filter(pk=str(payload["message"]), sent_at=None, failed_at=None).first()
    if message is None:
        return
    if message.expires_at is not None and message.expires_at <= now:
        _give_up(message, "expired", now)
        return
    try:
        provider_id = sender_of(message.channel).send(_post(message))
    except Refused as refusal:
        _give_up(message, str(refusal), now)
    except Unavailable as trouble:
        tries = message.attempts + trouble.counts
        if tries >= TRIES:
            _give_up(message, str(trouble), now)
            return
        Message.objects.filter(pk=message.pk).update(attempts=tries, failure=str(trouble)[:80])
        raise jobs.TryLater(str(trouble)) from None
    else:
        Message.objects.filter(pk=message.pk, sent_at=None).update(
            sent_at=now, attempts=F("attempts") + 1, failure="", provider_id=provider_id[:80]
        )


def _post(message: Message) -> Post:
    sealed = message.phone_sealed if message.channel == SMS else message.email_sealed
    return Post(
        key=f"{message.kind}/{message.key}",
        to=unseal(sealed) if sealed else "",
        body=_signed(unseal(message.body_sealed), message.language),
        language=message.language,
        link=message.link,
    )


def _signed(body: str, language: str) -> str:
    """What leaves the house says from which hospital it comes; its own pages need not."""
    with translation.override(language or settings.LANGUAGE_CODE):
        name = hospital_name()
        return body if name in body else gettext("%(hospital)s: %(text)s") % {"hospital": name, "text": body}


def _give_up(message: Message, why: str, now: datetime) -> None:
    Message.objects.filter(pk=message.pk).update(
        failed_at=now, attempts=F("attempts") + int(why != "expired"), failure=why[:80]
    )


@transactional
def message_retry(*, message_id: int, actor: Actor, now: datetime) -> bool:
    """Try a message again that was given up; say whether there was something to try."""
    message = Message.objects.select_for_update(no_key=True).get(pk=message_id)
    if message.sent_at is not None or message.failed_at is None:
        return False
    reason, message.failure = message.failure, ""
    message.failed_at, message.attempts, message.expires_at = None, 0, None
    message.save(update_fields=["failed_at", "attempts", "failure", "expires_at"])
    history.record(
        thing=message,
        verb="retry",
        from_state="failed",
        to_state="waiting",
        actor=actor,
        at=now,
        reason=reason,
    )
    jobs.again(_JOB, key=str(message_id), due_at=now)
    return True


def messages_forget(*, now: datetime) -> int:
    """Messages older than a year and a bit are deleted, sign-in codes after a month."""
    old = Q(created_at__lt=now - KEPT) | Q(kind=SIGN_IN_CODE, created_at__lt=now - timedelta(days=30))
    return Message.objects.filter(old).delete()[0]


def failed_count(now: datetime, *, within: timedelta = timedelta(days=1)) -> int:
    """How many messages were given up lately."""
    return Message.objects.filter(sent_at=None, failed_at__gt=now - within).count()


def overdue_count(now: datetime) -> int:
    """How many messages have been waiting to be sent for more than ten minutes."""
    late = now - timedelta(seconds=OVERDUE_S)
    return Message.objects.filter(sent_at=None, failed_at=None, created_at__lt=late).count()


def outbox(limit: int = 50) -> list[dict[str, object]]:
    """The newest messages that leave the house, readable (demo only)."""
    return [
        {
            "kind": message.kind,
            "channel": message.channel,
            "to": (post := _post(message)).to,
            "body": post.body,
            "created_at": message.created_at,
            "sent_at": message.sent_at,
            "failed_at": message.failed_at,
        }
        for message in Message.objects.filter(channel__in=_SENT_OUT).order_by("-pk")[:limit]
    ]
