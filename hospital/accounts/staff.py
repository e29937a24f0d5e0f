"""Accounts of staff: made, changed and closed by administrators, never deleted, because the history names them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from hospital.accounts.errors import (
    LastAdministrator,
    NoStaffAccount,
    NoStaffRole,
    OwnAccount,
    PasswordWeak,
    UsernameInvalid,
    UsernameTaken,
)
from hospital.accounts.selectors import is_username_taken
from hospital.accounts.services import token_revoke
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.codes import random_code
from hospital.common.transactions import transactional
from hospital.models import ApiToken, User

PASSWORD_GROUPS, PASSWORD_GROUP = 3, 4
COLUMNS = ("first_name", "role", "may_add_on", "may_call_out_of_order", "is_active")


@dataclass(frozen=True, slots=True)
class StaffFacts:
    """What administrators say about an account: the name shown, the role, what it may do, whether it signs in."""

    first_name: str
    role: str
    may_add_on: bool = False
    may_call_out_of_order: bool = False
    is_active: bool = True


@transactional
def staff_add(
    *, username: str, facts: StaffFacts, actor: Actor, now: datetime, password: str = ""
) -> tuple[User, str]:
    """Make an account. Without ``password`` it gets one that its owner must change at the first sign-in.

    Returns
    -------
    tuple of (User, str)
        The account, and the password to hand over once; empty when one was given.

    Raises
    ------
    NoStaffRole, UsernameInvalid, UsernameTaken, PasswordWeak
        When the account cannot be made like this; nothing was changed.
    """
    _check_role(facts.role)
    user = User(username=username, **_plain(facts))
    _check_username(username)
    _give_role(user, facts.role)
    once = "" if password else _password_once()
    if password:
        _check_password(password, user)
    user.must_change_password = bool(once)
    user.set_password(password or once)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise UsernameTaken(field="username") from error
    data = {"before": {}, "after": {name: getattr(user, name) for name in COLUMNS}}
    history.begin(user, "add", state=_state(user), actor=actor, at=now, data=data)
    return user, once


def _plain(facts: StaffFacts) -> dict[str, Any]:
    """The columns that are written as they are given; the role brings others with it."""
    return {name: getattr(facts, name) for name in COLUMNS if name != "role"}


@transactional
def staff_change(
    *,
    user_id: int,
    facts: StaffFacts,
    actor: Actor,
    now: datetime,
    new_password: bool = False,
    new_factor: bool = False,
) -> tuple[User, str]:
    """Change an account; closing it or giving it another role ends its tokens.

    ``new_factor`` takes the second factor away and brings a new password too: the old one alone must not be enough to
    set up another authenticator app.

    Returns
    -------
    tuple of (User, str)
        The account, and the new password to hand over once, if there is one.

    Raises
    ------
    NoStaffAccount, NoStaffRole, OwnAccount, LastAdministrator
        When that is not possible; nothing was changed.
    """
    _check_role(facts.role)
    user = _locked(user_id)
    before = {name: getattr(user, name) for name in COLUMNS}
    after = {name: getattr(facts, name) for name in COLUMNS}
    _check_access(user, facts, actor)
    if before != after:
        was = _state(user)
        for name, value in _plain(facts).items():
            setattr(user, name, value)
        _give_role(user, facts.role)
        user.save(update_fields=[*COLUMNS, "is_staff", "is_superuser"])
        data = {"before": before, "after": after}
        history.record(
            thing=user, verb="change", from_state=was, to_state=_state(user), actor=actor, at=now, data=data
        )
    if (before["role"], before["is_active"]) != (facts.role, facts.is_active):
        _end_tokens(user, actor, now)
    once = _password_renew(user, actor, now) if new_password or new_factor else ""
    if new_factor:
        _factor_forget(user, actor, now)
    return user, once


@transactional
def password_choose(*, user: User, password: str, now: datetime) -> None:
    """The owner's own password, checked by the form; the one that was handed over is over."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    _record(user, "choose password", Actor.of(user), now)


def _locked(user_id: int) -> User:
    """The account and every administrator's, locked in order: of two at once the second sees what the first did."""
    admins = User.objects.filter(role=User.Role.ADMINISTRATOR)
    locked = {
        one.pk: one for one in (admins | User.objects.filter(pk=user_id)).select_for_update().order_by("pk")
    }
    user = locked.get(user_id)
    if user is None or not user.is_hospital_staff:
        raise NoStaffAccount
    return user


def _check_access(user: User, facts: StaffFacts, actor: Actor) -> None:
    """Nobody locks themself out, nor the last administrator."""
    if (user.role, user.is_active) == (facts.role, facts.is_active):
        return
    if user.pk == actor.user_id:
        raise OwnAccount(field="role")
    if user.role == User.Role.ADMINISTRATOR:
        others = User.objects.filter(role=User.Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
        if not others.exists():
            raise LastAdministrator(field="role")


def _check_role(role: str) -> None:
    if role not in User.STAFF_ROLES:
        raise NoStaffRole(field="role")


def _check_username(username: str) -> None:
    """Signing in takes no notice of capitals, so two names that differ by them are one."""
    try:
        User._meta.get_field("username").run_validators(username)
    except ValidationError as error:
        raise UsernameInvalid(field="username") from error
    if not username:
        raise UsernameInvalid(field="username")
    if is_username_taken(username):
        raise UsernameTaken(field="username")


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordWeak(field="password", reasons=" ".join(error.messages)) from error


def _give_role(user: User, role: str) -> None:
    user.role = role
    user.is_staff = user.is_superuser = role == User.Role.ADMINISTRATOR


def _end_tokens(user: User, actor: Actor, now: datetime) -> None:
    for token in ApiToken.objects.filter(user=user, revoked_at=None).order_by("pk"):
        token_revoke(token=token, actor=actor, now=now)


def _password_renew(user: User, actor: Actor, now: datetime) -> str:
    once = _password_once()
    user.set_password(once)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    _record(user, "renew password", actor, now)
    return once


def _factor_forget(user: User, actor: Actor, now: datetime) -> None:
    Authenticator.objects.filter(user=user).delete()
    _record(user, "forget factor", actor, now)


def _password_once() -> str:
    """Twelve letters and digits that nobody confuses, in groups: easy to read out and to type."""
    return "-".join(random_code(PASSWORD_GROUP) for _group in range(PASSWORD_GROUPS))


def _record(user: User, verb: str, actor: Actor, now: datetime) -> None:
    history.note(user, verb, state=_state(user), actor=actor, at=now)


def _state(user: User) -> str:
    return "open" if user.is_active else "closed"
