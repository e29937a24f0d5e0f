"""Lines on screens: put one up, take it down."""

from datetime import datetime

from booking import selectors as booking
from hospital.common import history, live
from hospital.common.actor import Actor
from hospital.common.errors import NotFound
from hospital.common.transactions import transactional
from queueing.domain.screen_errors import NoticeEndsEarly
from queueing.models import Screen, ScreenNotice
from queueing.selectors.screens import NOTICES_TOPIC


@transactional
def notice_add(
    *,
    text: str,
    actor: Actor,
    now: datetime,
    text_en: str = "",
    screen_code: str = "",
    department_code: str = "",
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> ScreenNotice:
    """A line on one screen, on those that show a department, or on all of them, from then until then.

    Raises
    ------
    NotFound, booking's UnknownNumber (``not_found``)
        When there is no such screen or department.
    NoticeEndsEarly (``notice_ends_early``)
        When it would be over before it begins, or is over already.
    """
    begins_at = max(begins_at or now, now)
    if ends_at is not None and ends_at <= max(begins_at, now):
        raise NoticeEndsEarly(field="ends_at")
    screen = _screen(screen_code) if screen_code else None
    department = booking.department_by_code(code=department_code) if department_code else None
    notice = ScreenNotice.objects.create(
        screen=screen,
        department=department,
        text=text,
        text_en=text_en,
        begins_at=begins_at,
        ends_at=ends_at,
        created_at=now,
    )
    history.begin(notice, "add", state="up", actor=actor, at=now, data={"text": text})
    _tell(notice)
    return notice


@transactional
def notice_end(*, notice_code: str, actor: Actor, now: datetime) -> ScreenNotice:
    """Take a line down now; one that is over stays so. Raises NotFound."""
    notice = ScreenNotice.objects.select_for_update().filter(code=notice_code).first()
    if notice is None:
        raise NotFound
    if notice.ends_at is not None and notice.ends_at <= now:
        return notice
    notice.ends_at = now
    notice.begins_at = min(notice.begins_at, now)
    notice.save(update_fields=["begins_at", "ends_at"])
    history.record(thing=notice, verb="end", from_state="up", to_state="down", actor=actor, at=now)
    _tell(notice)
    return notice


def _screen(code: str) -> Screen:
    """The screen, locked: its first line of its own gives it a board of its own."""
    screen = Screen.objects.select_for_update().filter(code=code, revoked_at=None).first()
    if screen is None:
        raise NotFound(field="screen")
    return screen


def _tell(notice: ScreenNotice) -> None:
    if notice.screen_id is None:
        live.announce(NOTICES_TOPIC, "notices.changed")
    else:
        live.announce(f"screen.{notice.screen_id}", "screen.notices", screen=notice.screen_id)
