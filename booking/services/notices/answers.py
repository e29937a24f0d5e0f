"""Bans, and what the hospital answered."""

from datetime import datetime

from booking.models import Appeal, Ban, DataRequest
from booking.services.notice_facts import moment, page
from booking.services.notice_rows import tell
from booking.services.notices.told import notice


@notice
def ban(ban: Ban, now: datetime) -> None:
    """No online booking: why, until when, what stays possible, how to appeal."""
    tell(
        "ban",
        ban.code,
        patient=ban.patient,
        facts=lambda: {"until": moment(ban.ends_at), "reason": ban.get_reason_display()},
        link=page("appointments"),
        now=now,
    )


@notice
def ban_lifted(ban: Ban, now: datetime) -> None:
    """The ban is over before its time."""
    tell("ban_lifted", ban.code, patient=ban.patient, link=page("appointments"), now=now)


@notice
def appeal_answered(appeal: Appeal, now: datetime) -> None:
    """What the hospital decided, in its words."""
    thing = appeal.ban or appeal.appointment
    if thing is None:
        return
    tell(
        "appeal_answered",
        appeal.code,
        patient=thing.patient,
        account=appeal.account,
        text="appeal_upheld" if appeal.state == "upheld" else "appeal_rejected",
        facts=lambda: {"answer": appeal.answer},
        link=page("appointments"),
        now=now,
    )


@notice
def data_answered(request: DataRequest, now: datetime) -> None:
    """What became of a wish about one's own data, told to the account that asked."""
    if request.account is None:
        return
    tell(
        "data_answered",
        request.code,
        patient=request.patient,
        account=request.account,
        text="data_granted" if request.state == "done" else "data_refused",
        facts=lambda: {"answer": request.answer, "wish": request.get_kind_display()},
        link=page("my-data"),
        now=now,
    )
