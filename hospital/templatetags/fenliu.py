"""What every page shows in one way: icons, form fields, QR codes, and the words of ``hospital.common.words``."""

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
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from hospital.common import clock, words
from hospital.common.inbox import Letter, unread_count
from hospital.common.language import chinese
from hospital.common.policy_table import Entry

register = template.Library()
for _word in (
    words.yuan,
    words.yuan_short,
    words.spaced_phone,
    words.hm,
    words.hms,
    words.span,
    words.until,
    words.day,
    words.short_day,
    words.near_day,
    words.near_word,
    words.weekday,
    words.weekday_name,
    words.near_weekday,
    words.near_or_day,
    words.half_day,
    words.spaced_code,
    words.near_half,
):
    register.filter(_word)

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


@register.simple_tag
def joined(*parts: object, between: str = "") -> SafeString:
    """What there is of these parts, with the comma of the reader's language (or another mark) between them."""
    return format_html_join(between or gettext(", "), "{}", ((part,) for part in parts if part))


@register.filter
def strong(text: str) -> SafeString:
    """The text, stressed: for a part of what ``joined`` joins."""
    return format_html("<strong>{}</strong>", text)


@register.filter
def in_language(row: Any, name: str) -> str:
    """A field that has an English twin (``expert``, ``expert_en``), in the reader's language."""
    english = "" if chinese() else getattr(row, f"{name}_en", "")
    return str(english or getattr(row, name))


@register.filter
def letter_text(letter: Letter) -> str:
    """What a message says on a page: without its address where the page has the link itself."""
    return without_address(letter.body) if letter.link else letter.body


def without_address(text: str) -> str:
    """A text message without the address in it: ``Pay: http://h/a Else no.`` -> ``Pay. Else no.``."""
    return re.sub(r"[:：] *https?://\S+ ?", lambda it: "。" if it[0][0] == "：" else ". ", text).rstrip()


@register.filter
def seconds_left(until: dt.datetime) -> int:
    """How long it is until then; never less than nothing."""
    return max(0, int((until - clock.now()).total_seconds()))


@register.filter
def minutes_up(seconds: int) -> int:
    """Begun minutes."""
    return -(-seconds // 60)


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
def rule_value(value: object, entry: Entry) -> str:
    """A value of the policy as people write it: 07:00; yes; 30, 60, 90; nothing is what another rule says."""
    if value in dict(entry.choices):
        return str(dict(entry.choices)[str(value)])
    if value is None:
        return gettext("none of its own")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    return ", ".join(str(step) for step in value) if isinstance(value, tuple) else str(value)


@register.filter
def qr_code(text: str) -> SafeString:
    """A QR code as inline SVG with the quiet margin of 4 modules that scanners need."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        border=4, omitsize=True, dark="#16252b", svgclass=None
    )
    return SafeString(drawn)


@register.filter
def qr_picture(text: str) -> str:
    """The same as the address of a picture, which a phone can keep and another app can read."""
    return segno.make(text, error="m", micro=False).png_data_uri(border=4, scale=8)


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
