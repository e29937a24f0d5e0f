"""Invented patients: common surnames and given names, resident IDs that are well formed and belong to nobody."""

from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from booking.services import patient_register
from hospital.common.actor import Actor

if TYPE_CHECKING:
    from booking.models import Patient

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = [
    "秀英",
    "建国",
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "涛",
    "明",
    "超",
    "桂芳",
    "玉梅",
    "文斌",
    "大海",
    "志远",
    "晓东",
    "丽萍",
    "子涵",
]
COUNTY = "990101"
"""No county has this code, so no real card does."""


def resident_id(random: Random) -> str:
    """A resident ID of a county that does not exist, with a right check character."""
    born = date(1940, 1, 1) + timedelta(days=random.randrange(28_000))
    body = f"{COUNTY}{born:%Y%m%d}{random.randrange(1000):03d}"
    total = sum(int(digit) * (pow(2, 17 - place) % 11) for place, digit in enumerate(body))
    check = (12 - total % 11) % 11
    return body + ("X" if check == 10 else str(check))


def full_name(random: Random) -> str:
    """A surname and a given name."""
    return random.choice(SURNAMES) + random.choice(GIVEN)


def person(random: Random, now: datetime) -> "Patient":
    """Register one invented patient."""
    return patient_register(
        name=full_name(random),
        id_type="resident",
        id_number=resident_id(random),
        phone=f"1380000{random.randrange(10_000):04d}",
        actor=Actor.job("demo"),
        now=now,
    )
