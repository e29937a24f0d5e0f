"""Who may sign in to the demo: read from ``demo-accounts.json``, which the seeding writes."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings

from hospital.accounts.selectors import START_PAGES
from hospital.models import User

PERIOD_S = 30
ROLES = {
    "patient": User.Role.PATIENT,
    "patient2": User.Role.PATIENT,
    "desk": User.Role.DESK,
    "expert": User.Role.EXPERT,
    "manager": User.Role.MANAGER,
    "admin": User.Role.ADMINISTRATOR,
}


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One line of the page that lists the starting points."""

    key: str
    role: User.Role
    username: str
    password: str
    phone: str
    code: str
    start: str


@dataclass(frozen=True, slots=True)
class DemoAccounts:
    """Everything that the file names."""

    people: list[DemoAccount]
    screen_url: str
    gateway_url: str


def totp_code(secret: str, at_s: float) -> str:
    """The six digits that an authenticator app shows at Unix time ``at_s``."""
    return str(format_hotp_value(hotp_value(secret, int(at_s) // PERIOD_S)))


def code_lasts_s(at_s: float) -> int:
    """How long the present code is still shown."""
    return PERIOD_S - int(at_s) % PERIOD_S


def demo_accounts() -> DemoAccounts:
    """Read the file; an empty list when the demo hospital is not set up yet."""
    try:
        data = json.loads((Path(settings.DATA_DIR) / "demo-accounts.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        data = {}
    people = [
        DemoAccount(
            key=key,
            role=role,
            username=data[key]["username"],
            password=data[key]["password"],
            phone=data[key].get("phone") or "",
            code=totp_code(data[key]["totp_secret"], time.time()) if data[key].get("totp_secret") else "",
            start=START_PAGES[role],
        )
        for key, role in ROLES.items()
        if key in data
    ]
    return DemoAccounts(
        people=people,
        screen_url=data.get("screen", {}).get("url", ""),
        gateway_url=data.get("gateway", {}).get("url", settings.GATEWAY_URL),
    )
