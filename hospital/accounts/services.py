"""Changes of accounts: a patient's account at the first code, tokens for scripts and kiosks."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from allauth.mfa.adapter import get_adapter as factor_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction

from hospital.accounts.digests import phone_index, token_digest
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.codes import random_code
from hospital.common.crypto import seal
from hospital.common.transactions import transactional
from hospital.models import ApiToken, User

TAIL = 4
USERNAME_LENGTH = 12
TOKEN_PREFIX = "fl_"  # noqa: S105 - tells a found token apart, no secret


def phone_fields(phone: str) -> dict[str, object]:
    """The columns of :class:`User` that hold ``phone`` (canonical form)."""
    return {
        "phone_sealed": seal(phone),
        "phone_index": phone_index(phone),
        "phone_tail": phone[-TAIL:],
    }


@transactional
def account_open(*, phone: str, now: datetime) -> User:
    """The account of a phone whose code was just entered: at the first time it is made."""
    known = User.objects.filter(phone_index=phone_index(phone)).first()
    if known is not None:
        if known.phone_verified_at is None:
            known.phone_verified_at = now
            known.save(update_fields=["phone_verified_at"])
        return known
    user = User(
        username=f"p{random_code(USERNAME_LENGTH)}",
        role=User.Role.PATIENT,
        phone_verified_at=now,
        **phone_fields(phone),
    )
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        # the same phone opened its account in another window a moment ago
        return User.objects.get(phone_index=phone_index(phone))
    history.begin(user, "open", state="open", actor=Actor.of(user), at=now)
    return user


@transactional
def account_set_phone(*, user: User, phone: str, verified: bool, now: datetime) -> None:
    """Give an account its phone number."""
    for name, value in phone_fields(phone).items():
        setattr(user, name, value)
    user.phone_verified_at = now if verified else None
    user.save(update_fields=["phone_sealed", "phone_index", "phone_tail", "phone_verified_at"])


@transactional
def account_set_language(*, user: User, language: str) -> None:
    """From now on messages come in this language; one that the hospital does not speak is ignored."""
    if language in dict(settings.LANGUAGES) and language != user.language:
        user.language = language
        user.save(update_fields=["language"])


@transactional
def account_set_texts(*, user: User, sms_all: bool) -> None:
    """Text messages about everything, or only about what nobody must miss."""
    if sms_all != user.sms_all:
        user.sms_all = sms_all
        user.save(update_fields=["sms_all"])


@transactional
def second_factor_set(*, user: User, secret: str) -> None:
    """Give an account an authenticator app with a known secret (demo, tests); sealed like any other."""
    sealed = {"secret": factor_adapter().encrypt(secret)}
    Authenticator.objects.update_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": sealed})


@contextmanager
def session_alone(key: str) -> Iterator[SessionStore]:
    """A browser's session, read again under its row's lock and saved before that goes: what it counts stays counted."""
    with transaction.atomic():
        Session.objects.select_for_update().filter(session_key=key).first()
        session = SessionStore(key)
        yield session
        if session.modified and session.session_key == key:
            session.save()
            # not once more by the middleware: by then another try may have been counted
            session.modified = False


def sessions_forget(*, now: datetime) -> int:
    """Sessions that are over are deleted; ``now`` is real time, which they end by."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]


@transactional
def token_issue(*, name: str, actor: Actor, now: datetime, user: User | None = None, device: str = "") -> str:
    """Make a bearer token for a person or a kiosk; it is shown once and kept as a digest."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        digest=token_digest(token), user=user, device=device, name=name, created_at=now
    )
    history.begin(row, "issue", state="valid", actor=actor, at=now)
    return token


@transactional
def tokens_issue(*, users: Sequence[User], name: str, actor: Actor, now: datetime) -> list[str]:
    """Make a bearer token for each of many people, in a few statements."""
    tokens = [TOKEN_PREFIX + secrets.token_urlsafe(32) for _user in users]
    rows = ApiToken.objects.bulk_create(
        ApiToken(digest=token_digest(token), user=user, name=name, created_at=now)
        for user, token in zip(users, tokens, strict=True)
    )
    history.record_all(things=rows, verb="issue", to_state="valid", actor=actor, at=now)
    return tokens


@transactional
def token_revoke(*, token: ApiToken, actor: Actor, now: datetime) -> None:
    """End a token; ending it twice changes nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        history.record(
            thing=token, verb="revoke", from_state="valid", to_state="revoked", actor=actor, at=now
        )
