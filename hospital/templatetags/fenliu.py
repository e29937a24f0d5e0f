"""How values look on every page: icons, money, clock times and days in the reader's language.

Times are shown in the hospital's zone whatever the server's is. `{% load fenliu %}` gives the lot.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import segno
from django import forms, template
from django.conf import settings
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from hospital.common import clock
from hospital.common.inbox import unread_count
from hospital.common.language import chinese

register = template.Library()

STAFF_PATHS = ("/desk/", "/room/", "/manage/", "/admin/")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of static/img/icons.svg: decoration, unless a label says what it means."""
    href = f"{static('img/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', href)


@register.simple_tag(takes_context=True)
def audience(context: template.Context) -> str:
    """Whose look an error page wears."""
    request = context.get("request")
    if isinstance(request, HttpRequest) and request.path.startswith(STAFF_PATHS):
        return "staff"
    return "patient"


@register.simple_tag(takes_context=True)
def unread_messages(context: template.Context) -> int | None:
    """How many messages the patient has not read; None for anybody else, without asking for a session."""
    request = context.get("request")
    if not isinstance(request, HttpRequest) or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    user = request.user
    if not user.is_authenticated or user.role != "patient":
        return None
    return unread_count(account_id=user.pk)


@register.simple_tag
def now_iso() -> str:
    """The hospital's present moment with its offset: the page's clock counts on from here."""
    return clock.local(clock.now()).isoformat(timespec="seconds")


@register.filter
def yuan(fen: int | None) -> str:
    """5000 -> ¥50.00."""
    return "" if fen is None else f"¥{fen / 100:.2f}"


@register.filter
def yuan_short(fen: int | None) -> str:
    """5000 -> ¥50, 5050 -> ¥50.50."""
    if fen is None:
        return ""
    return f"¥{fen // 100}" if fen % 100 == 0 else yuan(fen)


@register.filter
def spaced_phone(number: str) -> str:
    """+8613812345678 -> 138 1234 5678, as it is dialled here; others stay as they are."""
    here = number.removeprefix("+86")
    return f"{here[:3]} {here[3:7]} {here[7:]}" if len(here) == 11 and here.isdigit() else number


@register.filter
def without_address(text: str) -> str:
    """A text message without the address in it, for a page with a link of its own: ``Pay: http://h/a Else no.``."""
    return re.sub(r"[:：] *https?://\S+ ?", lambda it: "。" if it[0][0] == "：" else ". ", text).rstrip()


@register.filter
def hm(moment: dt.datetime | dt.time | None) -> str:
    """09:57."""
    if moment is None:
        return ""
    return (clock.local(moment) if isinstance(moment, dt.datetime) else moment).strftime("%H:%M")


@register.filter
def hms(moment: dt.datetime | None) -> str:
    """09:57:12."""
    return "" if moment is None else clock.local(moment).strftime("%H:%M:%S")


@register.filter
def span(thing: Any) -> str:
    """10:00–11:00 of anything with starts_at and ends_at."""
    return f"{hm(thing.starts_at)}–{hm(thing.ends_at)}"


def _date_of(value: dt.datetime | dt.date) -> dt.date:
    return clock.local(value).date() if isinstance(value, dt.datetime) else value


@register.filter
def day(value: dt.datetime | dt.date | None) -> str:
    """11月25日 周三, Wed 25 Nov."""
    if value is None:
        return ""
    date = _date_of(value)
    if chinese():
        return f"{date.month}月{date.day}日 {formats.date_format(date, 'D').replace('星期', '周')}"
    return formats.date_format(date, "D j M")


@register.filter
def short_day(value: dt.datetime | dt.date | None) -> str:
    """11月25日, 25 Nov."""
    if value is None:
        return ""
    date = _date_of(value)
    if chinese():
        return f"{date.month}月{date.day}日"
    return formats.date_format(date, "j M")


@register.filter
def near_day(value: dt.datetime | dt.date | None) -> str:
    """今天, 明天, 后天 before the full day; otherwise the full day alone."""
    if value is None:
        return ""
    word = near_word(value)
    return f"{word} {day(value)}" if word else day(value)


@register.filter
def near_word(value: dt.datetime | dt.date | None) -> str:
    """The word for a day close to today, empty when there is none."""
    if value is None:
        return ""
    distance = (_date_of(value) - clock.today()).days
    if distance == 2 and not chinese():
        return ""
    return {0: gettext("Today"), 1: gettext("Tomorrow"), 2: gettext("In 2 days")}.get(distance, "")


@register.filter
def weekday(value: dt.datetime | dt.date | None) -> str:
    """周三, Wed."""
    if value is None:
        return ""
    return formats.date_format(_date_of(value), "D").replace("星期", "周")


@register.filter
def near_weekday(value: dt.datetime | dt.date | None) -> str:
    """After 明天 the weekday is enough (周三); otherwise the full day."""
    return weekday(value) if near_word(value) else day(value)


@register.filter
def near_or_day(value: dt.datetime | dt.date | None) -> str:
    """今天, 明天, 后天 alone, otherwise the full day; inside a sentence: today, tomorrow."""
    return near_word(value).lower() or day(value)


@register.filter
def half_day(moment: dt.datetime | None) -> str:
    """上午 before noon, 下午 before 18:00, then 晚上."""
    if moment is None:
        return ""
    hour = clock.local(moment).hour
    if hour < 12:
        return pgettext("half of a day", "morning")
    return pgettext("half of a day", "afternoon") if hour < 18 else pgettext("half of a day", "evening")


@register.filter
def spaced_code(code: str) -> str:
    """K7QM2XHD -> K7QM 2XHD, easier to read out and to type."""
    return " ".join(code[i : i + 4] for i in range(0, len(code), 4))


@register.filter
def styled(field: BoundField) -> SafeString:
    """A form field with Bootstrap's class for its kind; an invalid one is marked for the eye, too."""
    widget = field.field.widget
    if isinstance(widget, forms.Select):
        kind = "form-select"
    elif isinstance(widget, forms.CheckboxInput | forms.RadioSelect):
        kind = "form-check-input"
    else:
        kind = "form-control"
    return field.as_widget(attrs={"class": f"{kind} is-invalid" if field.errors else kind})


@register.filter
def plain_value(value: object) -> str:
    """A number of the policy as people write it: 07:00; 30, 60, 90."""
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    return ", ".join(str(step) for step in value) if isinstance(value, tuple) else str(value)


@register.filter
def near_half(moment: dt.datetime) -> str:
    """明天上午, 周四上午; inside a sentence: this morning, tomorrow morning, Thu morning."""
    if chinese():
        return f"{near_word(moment) or weekday(moment)}{half_day(moment)}"
    today = _date_of(moment) == clock.today()
    return f"{'this' if today else near_word(moment).lower() or weekday(moment)} {half_day(moment)}"


@register.filter
def qr_code(text: str) -> SafeString:
    """A QR code as inline SVG with the quiet margin of 4 modules that scanners need."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        border=4, omitsize=True, dark="#16252b", svgclass=None
    )
    return SafeString(drawn)


@register.filter
def public_url(path: str) -> str:
    """The full address of a page, for others to open."""
    return f"{settings.PUBLIC_URL}{path}"


@register.filter
def where(room: Any) -> str:
    """3 楼 B 区 305 诊室; Floor 3, area B, room 305."""
    if not room.place_label:
        return gettext("Room %(room)s") % {"room": room.name}
    return gettext("%(place)s, room %(room)s") % {"place": room.place_label, "room": room.name}
