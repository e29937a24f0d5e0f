"""How money, clock times, days, codes and phones look, in the reader's language; times in the hospital's zone.

Pages use them as filters (``{% load fenliu %}``), services in messages to people.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import formats
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext, gettext_noop, pgettext

from hospital.common import clock
from hospital.common.half_days import AFTERNOON, EVENING, MORNING, half_of
from hospital.common.language import chinese

_STATES = (
    gettext_noop("applying"),
    gettext_noop("arrived"),
    gettext_noop("created"),
    gettext_noop("ended"),
    gettext_noop("failed"),
    gettext_noop("held"),
    gettext_noop("held for review"),
    gettext_noop("kept"),
    gettext_noop("lapsed"),
    gettext_noop("lost"),
    gettext_noop("no show"),
    gettext_noop("offered"),
    gettext_noop("passed"),
    gettext_noop("refunding"),
    gettext_noop("reserved"),
    gettext_noop("serving"),
    gettext_noop("taken"),
    gettext_noop("transferred"),
)
"""States of the tables that are no label elsewhere."""


def state(name: str) -> str:
    """no_show -> no show, in the reader's language."""
    word = name.replace("_", " ")
    return gettext(word)


def yuan(fen: int | None) -> str:
    """5000 -> ¥50.00."""
    return "" if fen is None else f"¥{fen / 100:.2f}"


def yuan_short(fen: int | None) -> str:
    """5000 -> ¥50, 5050 -> ¥50.50."""
    if fen is None:
        return ""
    return f"¥{fen // 100}" if fen % 100 == 0 else yuan(fen)


def spaced_phone(number: str) -> str:
    """+8613812345678 -> 138 1234 5678, as it is dialled here; others stay as they are."""
    here = number.removeprefix("+86")
    return f"{here[:3]} {here[3:7]} {here[7:]}" if len(here) == 11 and here.isdigit() else number


def hm(moment: dt.datetime | dt.time | None) -> str:
    """09:57."""
    if moment is None:
        return ""
    return (clock.local(moment) if isinstance(moment, dt.datetime) else moment).strftime("%H:%M")


def hms(moment: dt.datetime | None) -> str:
    """09:57:12."""
    return "" if moment is None else clock.local(moment).strftime("%H:%M:%S")


def span(thing: Any) -> str:
    """10:00–11:00 of anything with starts_at and ends_at."""
    return f"{hm(thing.starts_at)}–{hm(thing.ends_at)}"


def until(start: dt.datetime | dt.time | None, end: dt.datetime | dt.time | None) -> str:
    """10:00–11:00 of two moments."""
    return f"{hm(start)}–{hm(end)}"


def _date_of(value: dt.datetime | dt.date) -> dt.date:
    return clock.local(value).date() if isinstance(value, dt.datetime) else value


def day(value: dt.datetime | dt.date | None) -> str:
    """11月25日 周三, Wed 25 Nov."""
    if value is None:
        return ""
    date = _date_of(value)
    if chinese():
        return f"{date.month}月{date.day}日 {formats.date_format(date, 'D').replace('星期', '周')}"
    return formats.date_format(date, "D j M")


def short_day(value: dt.datetime | dt.date | None) -> str:
    """11月25日, 25 Nov."""
    if value is None:
        return ""
    date = _date_of(value)
    if chinese():
        return f"{date.month}月{date.day}日"
    return formats.date_format(date, "j M")


def near_day(value: dt.datetime | dt.date | None) -> str:
    """今天, 明天, 后天 before the full day; otherwise the full day alone."""
    if value is None:
        return ""
    word = near_word(value)
    return f"{word} {day(value)}" if word else day(value)


def near_word(value: dt.datetime | dt.date | None) -> str:
    """The word for a day close to today, empty when there is none."""
    if value is None:
        return ""
    distance = (_date_of(value) - clock.today()).days
    if distance == 2 and not chinese():
        return ""
    return {0: gettext("Today"), 1: gettext("Tomorrow"), 2: gettext("In 2 days")}.get(distance, "")


def weekday(value: dt.datetime | dt.date | None) -> str:
    """周三, Wed."""
    if value is None:
        return ""
    return formats.date_format(_date_of(value), "D").replace("星期", "周")


def weekday_name(number: int) -> str:
    """星期三, Wednesday, of a weekday counted from Monday = 1."""
    return str(WEEKDAYS[number - 1])


def weekday_short(number: int) -> str:
    """周三, Wed, of a weekday counted from Monday = 1."""
    return str(WEEKDAYS_ABBR[number - 1]).replace("星期", "周")


def near_weekday(value: dt.datetime | dt.date | None) -> str:
    """After 明天 the weekday is enough (周三); otherwise the full day."""
    return weekday(value) if near_word(value) else day(value)


def near_or_day(value: dt.datetime | dt.date | None) -> str:
    """今天, 明天, 后天 alone, otherwise the full day; inside a sentence: today, tomorrow."""
    return near_word(value).lower() or day(value)


def half_day(moment: dt.datetime | None) -> str:
    """上午 before noon, 下午 before 18:00, then 晚上."""
    return "" if moment is None else half_name(half_of(clock.local(moment).hour))


def half_name(half: int) -> str:
    """上午, 下午 or 晚上 of a part of the day."""
    return {
        MORNING: pgettext("half of a day", "morning"),
        AFTERNOON: pgettext("half of a day", "afternoon"),
        EVENING: pgettext("half of a day", "evening"),
    }[half]


def spaced_code(code: str) -> str:
    """K7QM2XHD -> K7QM 2XHD, easier to read out and to type."""
    return " ".join(code[i : i + 4] for i in range(0, len(code), 4))


def near_half(moment: dt.datetime) -> str:
    """明天上午, 周四上午; inside a sentence: this morning, tomorrow morning, Thu morning."""
    if chinese():
        return f"{near_word(moment) or weekday(moment)}{half_day(moment)}"
    today = _date_of(moment) == clock.today()
    return f"{'this' if today else near_word(moment).lower() or weekday(moment)} {half_day(moment)}"
