"""Who may have a value of its own for which number of the policy, and why. ``docs/adr/0024`` says the principle."""

from typing import Literal

Level = Literal["hospital", "department", "expert"]
HOSPITAL: Level = "hospital"
DEPARTMENT: Level = "department"
EXPERT: Level = "expert"

LEVELS: dict[str, tuple[Level, str]] = {
    "horizon_days": (HOSPITAL, "one release a day: the pages that a rush reads are kept for everybody"),
    "release_time": (HOSPITAL, "one release a day: the pages that a rush reads are kept for everybody"),
    "slot_min": (HOSPITAL, "what a form begins with: every period has a length of its own"),
    "arrival_advice_min": (EXPERT, "how early to come depends on what is done before the consultation"),
    "hold_min": (EXPERT, "a number is held in one session"),
    "cancel_deadline_min": (EXPERT, "how long before a number can still be given to somebody else"),
    "numbers_per_department_day": (DEPARTMENT, "counted over all experts of the department"),
    "departments_per_day": (HOSPITAL, "counted over all departments"),
    "patients_per_account": (HOSPITAL, "an account has no department"),
    "moves_per_appointment": (EXPERT, "an appointment moves among one expert's sessions"),
    "draw_s": (EXPERT, "a draw is held for one session, where more ask than there are numbers"),
    "no_show_limit": (HOSPITAL, "a ban closes the whole hospital, so that misses anywhere count alike"),
    "no_show_window_days": (HOSPITAL, "as no_show_limit"),
    "no_show_grace_h": (HOSPITAL, "as no_show_limit"),
    "no_show_ban_days": (HOSPITAL, "as no_show_limit"),
    "late_cancel_before_deadline_h": (EXPERT, "as cancel_deadline_min"),
    "late_cancel_limit": (HOSPITAL, "as no_show_limit"),
    "late_cancel_window_days": (HOSPITAL, "as no_show_limit"),
    "late_cancel_ban_days": (HOSPITAL, "as no_show_limit"),
    "return_delay_min_min": (EXPERT, "how much a number is worth to a buyer differs by expert"),
    "return_delay_max_min": (EXPERT, "as return_delay_min_min"),
    "return_delay_from_h": (EXPERT, "as return_delay_min_min"),
    "waitlist_offer_min": (EXPERT, "an offer is one session's"),
    "waitlist_offer_far_h": (EXPERT, "an offer is one session's"),
    "waitlist_far_h": (EXPERT, "an offer is one session's"),
    "waitlist_per_session": (EXPERT, "a list is one session's"),
    "stop_choice_h": (HOSPITAL, "one stop may take several experts away, and all affected get one letter"),
    "reminder_time": (HOSPITAL, "one job tells everybody of tomorrow"),
    "holds_per_account_day": (HOSPITAL, "counted for an account over all departments"),
    "holds_per_device_day": (HOSPITAL, "counted for a device over all departments"),
    "unpaid_holds_per_account_day": (HOSPITAL, "counted for an account over all departments"),
    "patients_per_payer_30_days": (HOSPITAL, "counted for a payer over all departments"),
    "challenge_from_score": (HOSPITAL, "a score is an account's"),
    "recall_limit": (EXPERT, "by the expert who calls"),
    "recall_gap_s": (EXPERT, "by the expert who calls"),
    "undo_min": (HOSPITAL, "desks take steps back of every department"),
    "priority_ratio": (DEPARTMENT, "a queue may be shared by experts of the department"),
    "review_ratio": (DEPARTMENT, "a queue may be shared by experts of the department"),
    "close_grace_min": (EXPERT, "who overruns, by how much"),
    "screen_stale_s": (HOSPITAL, "a screen shows rooms of several departments"),
    "come_back_margin_min": (EXPERT, "how far the expected time of this expert can be trusted"),
    "history_weeks": (HOSPITAL, "plans are compared across experts on the same evidence"),
    "history_min_sessions": (HOSPITAL, "plans are compared across experts on the same evidence"),
    "auto_approve": (HOSPITAL, "whether the method is trusted is one decision"),
}
"""The lowest level that may have its own value, and the reason. Whatever an expert may have, the department may too."""
