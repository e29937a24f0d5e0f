"""Who may sign in to the demo; written to ``DATA_DIR/demo-accounts.json`` for people and scripts."""

import json
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings

from booking.services import account_patient_add
from hospital.accounts import services as accounts
from hospital.common.actor import Actor
from hospital.models import User
from queueing.services import screen_add

DEMO = Actor.job("demo")
PEOPLE = {
    # key: role, first name shown, phone, real name, resident ID (of a county that does not exist)
    "patient": ("patient", "李秀英", "+8613800138001", "李秀英", "990101195803120043"),
    "patient2": ("patient", "陈大海", "+8613800138002", "陈大海", "990101198805050011"),
    "desk": ("desk", "王护士", "", "", ""),
    "expert": ("expert", "陈望舒", "", "", ""),
    "manager": ("manager", "何主任", "", "", ""),
    "admin": ("administrator", "管理员", "", "", ""),
}


def accounts_file() -> Path:
    """Where the demo's accounts are listed."""
    return Path(settings.DATA_DIR) / "demo-accounts.json"


def people_ensure(now: datetime) -> dict[str, User]:
    """Make the accounts that are missing; passwords and tokens are written to the file once."""
    file = accounts_file()
    known: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    people = {}
    for key, (role, shown, phone, name, id_number) in PEOPLE.items():
        user = User.objects.filter(username=f"demo-{key}").first()
        if user is None or key not in known:
            user = user or User(username=f"demo-{key}", first_name=shown, role=role)
            user.may_call_out_of_order = role == User.Role.EXPERT
            known[key] = _credentials(user, phone, now)
            _family(user, phone, name, id_number, now)
        people[key] = user
    _write(file, known)
    return people


def _credentials(user: User, phone: str, now: datetime) -> dict[str, str | None]:
    password = f"demo-{secrets.token_hex(4)}"
    user.set_password(password)
    user.is_staff = user.is_superuser = user.role == User.Role.ADMINISTRATOR
    user.save()
    if phone:
        accounts.account_set_phone(user=user, phone=phone, verified=True, now=now)
    secret = None
    if user.is_hospital_staff:
        secret = generate_totp_secret()
        accounts.second_factor_set(user=user, secret=secret)
    token = accounts.token_issue(name="demo", actor=DEMO, now=now, user=user)
    return {
        "username": user.username,
        "password": password,
        "phone": phone or None,
        "totp_secret": secret,
        "token": token,
    }


def _family(user: User, phone: str, name: str, id_number: str, now: datetime) -> None:
    if name:
        account_patient_add(
            account_id=user.pk,
            name=name,
            id_type="resident",
            id_number=id_number,
            phone=phone,
            relation="self",
            actor=DEMO,
            now=now,
        )


def devices_ensure(rooms: list[str], now: datetime) -> None:
    """A screen for the cardiology waiting area and a kiosk, with their tokens in the file."""
    file = accounts_file()
    known = json.loads(file.read_text(encoding="utf-8"))
    if "screen" not in known:
        _screen, token = screen_add(
            name="心血管内科候诊屏",
            name_en="Cardiology waiting area",
            place="3 楼 B 区候诊",
            place_en="Floor 3, area B",
            room_codes=rooms,
            actor=DEMO,
            now=now,
        )
        known["screen"] = {"url": f"{settings.PUBLIC_URL}/screens/{token}/", "token": token}
    if "kiosk" not in known:
        token = accounts.token_issue(name="demo kiosk", actor=DEMO, now=now, device="kiosk")
        known["kiosk"] = {"url": f"{settings.PUBLIC_URL}/kiosk/", "token": token}
    known["screen"]["url"] = f"{settings.PUBLIC_URL}/screens/{known['screen']['token']}/"
    known["gateway"] = {"url": settings.GATEWAY_URL}
    _write(file, known)


def _write(file: Path, known: dict[str, Any]) -> None:
    file.write_text(json.dumps(known, ensure_ascii=False, indent=2), encoding="utf-8")
    file.chmod(0o600)
