"""An account's e-mail address: sealed, and used only once the link sent to it was opened and confirmed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from hospital.common.crypto import blind_index, seal, unseal
from hospital.common.errors import DomainError, gettext_noop
from hospital.common.messages import EMAIL, message_send
from hospital.common.models import Message
from hospital.common.transactions import transactional
from hospital.models import User

LINK_H = 24
LINKS_A_DAY = 5
_KIND = "email_confirm"
_SALT = "hospital.accounts.emails"


class TooManyLinks(DomainError):
    """Nobody's letter box is filled through us."""

    code = "too_many_links"
    status = 429
    message = gettext_noop("Too many confirmation mails today. Try again tomorrow.")


class LinkOver(DomainError):
    """The link is old, or the address was changed since."""

    code = "link_over"
    status = 410
    message = gettext_noop("This link is no longer valid. Enter the address again.")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a confirmation link says: this account, this address."""

    account_id: int
    digest: str
    until: float


@transactional
def email_set(*, account_id: int, address: str, now: datetime) -> User:
    """Keep a new address and send it a link; empty takes the address away. Unchanged and confirmed: nothing.

    Raises
    ------
    TooManyLinks
        After five links within a day.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=account_id)
    if address == email_of(user) and (user.email_confirmed_at or not address):
        return user
    if address:
        _send_link(user, address, now)
    user.email_sealed = seal(address) if address else None
    user.email_confirmed_at = None
    user.save(update_fields=["email_sealed", "email_confirmed_at"])
    return user


@transactional
def email_confirm(*, claim: str, now: datetime) -> User:
    """Whoever has the link reads the letters of that address: from now on messages go there.

    Raises
    ------
    LinkOver
        When the link is old or forged, or the address was changed since.
    """
    said = _read(claim, now)
    user = User.objects.select_for_update(no_key=True).filter(pk=said.account_id).first()
    if user is None or not user.email_sealed or _digest(email_of(user)) != said.digest:
        raise LinkOver
    if user.email_confirmed_at is None:
        user.email_confirmed_at = now
        user.save(update_fields=["email_confirmed_at"])
    return user


def email_of(user: User) -> str:
    """The address, opened; empty when there is none."""
    return unseal(user.email_sealed) if user.email_sealed else ""


def _send_link(user: User, address: str, now: datetime) -> None:
    sent = Message.objects.filter(account=user, kind=_KIND, created_at__gt=now - timedelta(days=1))
    if sent.count() >= LINKS_A_DAY:
        raise TooManyLinks
    until = now + timedelta(hours=LINK_H)
    claim = signing.dumps([user.pk, _digest(address), until.timestamp()], salt=_SALT)
    language = user.language or settings.LANGUAGE_CODE
    link = urljoin(settings.PUBLIC_URL, reverse("notices:confirm-email", args=[claim]))
    with translation.override(language):
        body = gettext(
            "Confirm that messages of the hospital may come to this address (within 24 hours):\n%(link)s\n"
            "Was it not you? Then do nothing."
        ) % {"link": link}
    message_send(
        kind=_KIND,
        key=f"{user.pk}-{int(now.timestamp() * 1000)}",
        body=body,
        now=now,
        email=address,
        account=user.pk,
        language=language,
        expires_at=until,
        channels=[EMAIL],
    )


def _read(claim: str, now: datetime) -> Claim:
    try:
        said = Claim(*signing.loads(claim, salt=_SALT))
    except (signing.BadSignature, TypeError) as error:
        raise LinkOver from error
    if now.timestamp() >= said.until:
        raise LinkOver
    return said


def _digest(address: str) -> str:
    return blind_index("email", address).hex()
