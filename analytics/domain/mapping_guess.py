"""A first guess at what the columns and words of a hospital's file mean; a person looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from analytics.domain.visits import FIELDS

SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "expert_code": (
        "医生编码",
        "医生工号",
        "医生编号",
        "医生代码",
        "医生",
        "医生姓名",
        "专家",
        "doctor",
        "physician",
    ),
    "department": ("科室", "科室名称", "就诊科室", "挂号科室", "dept", "clinic"),
    "session_date": ("就诊日期", "出诊日期", "日期", "date", "visit_date"),
    "opens_at": ("开诊", "开诊时间", "出诊开始", "session_start"),
    "closes_at": ("停诊", "停诊时间", "出诊结束", "session_end"),
    "walk_in_opens_at": ("现场放号时间", "现场挂号开始"),
    "slot_minutes": ("时段长度", "时段分钟", "slot"),
    "channel": ("来源", "号源类型", "挂号方式", "挂号类型", "预约方式", "source"),
    "slot_starts_at": ("预约时间", "预约时段", "时段开始", "appointment_time"),
    "registered_at": ("挂号时间", "登记时间", "取号时间", "registration_time"),
    "checked_in_at": ("签到时间", "报到时间", "check_in", "arrival_time"),
    "called_at": ("叫号时间", "呼叫时间", "call_time"),
    "started_at": ("接诊时间", "就诊开始时间", "就诊时间", "开始时间", "start", "start_time", "starttime"),
    "finished_at": ("诊毕时间", "就诊结束时间", "结束时间", "完成时间", "end", "end_time", "endtime"),
    "outcome": ("状态", "就诊状态", "挂号状态", "status"),
    "patient_ref": ("患者编号", "病人ID", "患者ID", "门诊号", "就诊卡号", "病历号", "patient", "patient_id"),
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "channel": {
        "预约": "appointment",
        "网上预约": "appointment",
        "电话预约": "appointment",
        "booked": "appointment",
        "现场": "walk_in",
        "窗口": "walk_in",
        "自助机": "walk_in",
        "walk-in": "walk_in",
    },
    "outcome": {
        "已就诊": "done",
        "完成": "done",
        "诊毕": "done",
        "seen": "done",
        "爽约": "no_show",
        "未到": "no_show",
        "no-show": "no_show",
        "退号": "cancelled",
        "取消": "cancelled",
        "已取消": "cancelled",
        "canceled": "cancelled",
        "离开": "left",
        "弃号": "left",
    },
    "opens_at": {"上午": "08:00", "下午": "14:00", "morning": "08:00", "afternoon": "14:00"},
    "closes_at": {"上午": "12:00", "下午": "18:00", "morning": "12:00", "afternoon": "18:00"},
}
CANONICAL: Final[Mapping[str, frozenset[str]]] = {
    "channel": frozenset({"appointment", "walk_in"}),
    "outcome": frozenset({"done", "no_show", "cancelled", "left"}),
}
FEW_WORDS: Final = 20


def guessed_columns(names: Iterable[str]) -> dict[str, str]:
    """Which column each canonical field is probably read from.

    Parameters
    ----------
    names : iterable of str
        The header of the file.

    Returns
    -------
    dict of str to str
        Canonical field to header; fields that no header looks like are missing.

    Examples
    --------
    >>> guessed_columns(["医生工号", "挂号时间", "Start Time", "备注"])
    {'expert_code': '医生工号', 'registered_at': '挂号时间', 'started_at': 'Start Time'}
    """
    plain = {_plain(name): name for name in reversed(list(names))}
    found: dict[str, str] = {}
    for field in FIELDS:
        fitting = [plain[_plain(word)] for word in (field, *SYNONYMS[field]) if _plain(word) in plain]
        if fitting and fitting[0] not in found.values():
            found[field] = fitting[0]
    return found


def guessed_words(field: str, values: Sequence[str]) -> dict[str, str]:
    """The words of a column that are not canonical, each with what it probably stands for, or nothing.

    Parameters
    ----------
    field : str
        The canonical field that the column is.
    values : sequence of str
        Cells of the column.

    Returns
    -------
    dict of str to str
        At most ``FEW_WORDS``: a column with more of them holds no words.

    Examples
    --------
    >>> guessed_words("channel", ["现场", "walk_in", "微信", "现场"])
    {'现场': 'walk_in', '微信': ''}
    """
    known = WORDS[field]
    seen = [word for word in dict.fromkeys(value.strip() for value in values) if word]
    wanted = CANONICAL.get(field)
    words = [word for word in seen if (word not in wanted if wanted else word in known)]
    return {word: known.get(word, "") for word in words} if len(words) <= FEW_WORDS else {}


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
