"""Days and times as spreadsheets count them, and clocks of 12 hours."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

EARLIEST_YEAR: Final = 1990
LATEST_YEAR: Final = 2100
EXCEL_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet has no zone
_EXCEL_DAY: Final = re.compile(r"\d{5}(\.\d+)?", re.ASCII)
EXCEL_TIME: Final = re.compile(r"0?\.\d+", re.ASCII)
_HALVES: Final = {
    "am": "AM",
    "a.m.": "AM",
    "上午": "AM",
    "凌晨": "AM",
    "pm": "PM",
    "p.m.": "PM",
    "下午": "PM",
}
_WORD: Final = "|".join(re.escape(word) for word in _HALVES)
_TWELVE: Final = re.compile(
    rf"(?P<before>{_WORD})?\s*(?P<clock>\d{{1,2}}:\d{{2}}(:\d{{2}})?)\s*(?P<after>{_WORD})?$",
    re.ASCII | re.IGNORECASE,
)


def within_years(found: datetime) -> datetime | None:
    """It, or None outside the years that a history can be of.

    Parameters
    ----------
    found : datetime
        As read from a text.

    Returns
    -------
    datetime or None

    Examples
    --------
    >>> within_years(datetime(2018, 11, 5)), within_years(datetime(1904, 1, 1))
    (datetime.datetime(2018, 11, 5, 0, 0), None)
    """
    return found if EARLIEST_YEAR <= found.year <= LATEST_YEAR else None


def excel_moment(text: str) -> datetime | None:
    """The moment that a spreadsheet's number of days stands for, or None if the text is none between 1990 and 2100.

    Parameters
    ----------
    text : str
        What a cell without a date format shows, in the calendar that begins in 1900.

    Returns
    -------
    datetime or None
        To the nearest second.

    Examples
    --------
    >>> excel_moment("43409.35462963"), excel_moment("20181105")
    (datetime.datetime(2018, 11, 5, 8, 30, 40), None)
    """
    if not _EXCEL_DAY.fullmatch(text):
        return None
    return within_years(EXCEL_ZERO + timedelta(seconds=round(float(text) * 86400)))


def with_english_half(text: str) -> str:
    """A 12-hour clock with its half of the day behind it, in the letters that ``strptime`` knows.

    Parameters
    ----------
    text : str
        A time, or a day and a time; anything else stays as it is.

    Returns
    -------
    str

    Examples
    --------
    >>> with_english_half("2018-11-05 下午2:05"), with_english_half("2:05 p.m."), with_english_half("14:05")
    ('2018-11-05 2:05 PM', '2:05 PM', '14:05')
    """
    found = _TWELVE.search(text)
    if not found or bool(found["before"]) is bool(found["after"]):
        return text
    half = _HALVES[(found["before"] or found["after"]).lower()]
    if half == "PM" and int(found["clock"].split(":")[0]) > 12:  # 下午 14:05, as some write
        half = ""
    return f"{text[: found.start()].rstrip()} {found['clock']} {half}".strip()
