"""What booking does: one function, one transaction, one history row."""

from booking.services.absences import AbsenceEffect, absence_add, absence_preview, absence_remove
from booking.services.account_patients import account_patients_take_in
from booking.services.add_ons import appointment_add_on
from booking.services.appeals import appeal_answer, appointment_appeal, ban_appeal
from booking.services.appointments import (
    appointment_arrive,
    appointment_cancel,
    appointment_confirm,
    appointment_confirm_at_desk,
    appointment_leave,
    appointment_see,
)
from booking.services.bans import ban_add, ban_lift, bans_add
from booking.services.counter import appointment_book_at_desk, appointment_pay_url, refund_hand_back
from booking.services.data_requests import (
    data_export,
    data_request_grant,
    data_request_make,
    data_request_refuse,
)
from booking.services.draw_steps import draw_hold, drawn_first, draws_hold_due
from booking.services.draws import draw_end_tell, draw_request_ask, draw_request_withdraw
from booking.services.extras import session_add, session_substitute
from booking.services.hold_requests import appointment_hold_asked
from booking.services.holds import (
    appointment_expire,
    appointment_hold,
    appointment_hold_once,
    holds_expire_due,
)
from booking.services.merges import patients_merge
from booking.services.moves import appointment_move
from booking.services.patients import account_patient_add, patient_register
from booking.services.payment_notices import payment_notice_apply
from booking.services.payments import fee_difference_settle, payment_create, payment_pay_url
from booking.services.reads import patients_read
from booking.services.reconciliation import payment_close, payments_reconcile
from booking.services.refunds import refund_send, refunds_follow
from booking.services.reminders import reminders_send
from booking.services.resolutions import (
    Resolved,
    appointment_correct,
    appointments_resolve,
    no_show_confirm,
    no_shows_confirm_due,
)
from booking.services.returns import numbers_publish_due
from booking.services.reviews import payment_review, refund_review
from booking.services.risk import address_tried, challenge_wanted, risk_check, risk_look, signals_note
from booking.services.schedules import session_create, sessions_generate
from booking.services.sessions import (
    STOPPED_JOB,
    session_close,
    session_open_if_due,
    session_release,
    session_set_quotas,
    session_start,
    session_stop,
    sessions_advance,
)
from booking.services.settlements import settlement_make, settlements_make_due
from booking.services.stop_cases import stop_case_ask, stop_case_choose, stop_case_phoned
from booking.services.stops import (
    stop_apply,
    stop_discard,
    stop_go_on,
    stop_prepare,
    stop_propose,
    stops_go_on,
)
from booking.services.symptoms import symptom_word_delete, symptom_word_save, symptom_words_import
from booking.services.templates import TemplateFacts, template_end, template_save
from booking.services.turns import Turn, turn_come, turn_near, turn_of
from booking.services.waitlist import (
    offers_lapse_due,
    waitlist_accept,
    waitlist_end_tell,
    waitlist_join,
    waitlist_leave,
)
from booking.services.waits import SlotWait, slot_waits_set
from booking.services.walk_ins import (
    number_void_tell,
    walk_in_cancel,
    walk_in_expire,
    walk_in_register,
    walk_ins_expire_due,
    walk_ins_tell_stopped,
)

__all__ = [
    "STOPPED_JOB",
    "AbsenceEffect",
    "Resolved",
    "SlotWait",
    "TemplateFacts",
    "Turn",
    "absence_add",
    "absence_preview",
    "absence_remove",
    "account_patient_add",
    "account_patients_take_in",
    "address_tried",
    "appeal_answer",
    "appointment_add_on",
    "appointment_appeal",
    "appointment_arrive",
    "appointment_book_at_desk",
    "appointment_cancel",
    "appointment_confirm",
    "appointment_confirm_at_desk",
    "appointment_correct",
    "appointment_expire",
    "appointment_hold",
    "appointment_hold_asked",
    "appointment_hold_once",
    "appointment_leave",
    "appointment_move",
    "appointment_pay_url",
    "appointment_see",
    "appointments_resolve",
    "ban_add",
    "ban_appeal",
    "ban_lift",
    "bans_add",
    "challenge_wanted",
    "data_export",
    "data_request_grant",
    "data_request_make",
    "data_request_refuse",
    "draw_end_tell",
    "draw_hold",
    "draw_request_ask",
    "draw_request_withdraw",
    "drawn_first",
    "draws_hold_due",
    "fee_difference_settle",
    "holds_expire_due",
    "no_show_confirm",
    "no_shows_confirm_due",
    "number_void_tell",
    "numbers_publish_due",
    "offers_lapse_due",
    "patient_register",
    "patients_merge",
    "patients_read",
    "payment_close",
    "payment_create",
    "payment_notice_apply",
    "payment_pay_url",
    "payment_review",
    "payments_reconcile",
    "refund_hand_back",
    "refund_review",
    "refund_send",
    "refunds_follow",
    "reminders_send",
    "risk_check",
    "risk_look",
    "session_add",
    "session_close",
    "session_create",
    "session_open_if_due",
    "session_release",
    "session_set_quotas",
    "session_start",
    "session_stop",
    "session_substitute",
    "sessions_advance",
    "sessions_generate",
    "settlement_make",
    "settlements_make_due",
    "signals_note",
    "slot_waits_set",
    "stop_apply",
    "stop_case_ask",
    "stop_case_choose",
    "stop_case_phoned",
    "stop_discard",
    "stop_go_on",
    "stop_prepare",
    "stop_propose",
    "stops_go_on",
    "symptom_word_delete",
    "symptom_word_save",
    "symptom_words_import",
    "template_end",
    "template_save",
    "turn_come",
    "turn_near",
    "turn_of",
    "waitlist_accept",
    "waitlist_end_tell",
    "waitlist_join",
    "waitlist_leave",
    "walk_in_cancel",
    "walk_in_expire",
    "walk_in_register",
    "walk_ins_expire_due",
    "walk_ins_tell_stopped",
]
