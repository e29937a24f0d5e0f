"""Every number of the policy with its default.

Defaults and the ranges seen in published rules of Chinese hospitals: docs/glossary.md.
"""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class Policy:
    """Every number that a hospital may set. Units stand in the names."""

    version: int = 0
    horizon_days: int = 7
    release_time: time = time(7, 0)
    slot_min: int = 60
    arrival_advice_min: int = 30
    hold_min: int = 15
    cancel_deadline_min: int = 0
    numbers_per_department_day: int = 1
    departments_per_day: int = 3
    patients_per_account: int = 5
    no_show_limit: int = 3
    no_show_window_days: int = 90
    no_show_grace_h: int = 24
    no_show_ban_days: tuple[int, ...] = (90,)
    late_cancel_before_deadline_h: int = 12
    late_cancel_limit: int = 5
    late_cancel_window_days: int = 30
    late_cancel_ban_days: int = 30
    moves_per_appointment: int = 3
    return_delay_min_min: int = 10
    return_delay_max_min: int = 120
    return_delay_from_h: int = 24
    waitlist_offer_min: int = 30
    waitlist_offer_far_h: int = 24
    waitlist_far_h: int = 72
    waitlist_per_session: int = 50
    draw_s: int = 0
    stop_choice_h: int = 24
    mismatch_weight_min: int = 90
    load_weight_min: int = 30
    reminder_time: time = time(18, 0)
    holds_per_account_day: int = 10
    holds_per_device_day: int = 10
    unpaid_holds_per_account_day: int = 3
    patients_per_payer_30_days: int = 10
    challenge_from_score: int = 50
    recall_limit: int = 2
    recall_gap_s: int = 60
    undo_min: int = 5
    pause_max_min: int = 120
    takes_transfers: bool = True
    priority_ratio: int = 2
    review_ratio: int = 2
    interleave_booked: int = 2
    interleave_walk_in: int = 1
    late_policy: str = "paper"
    back_places: tuple[int, ...] = (5, 5, 0)
    void_after_misses: int = 3
    passed_ratio: int = 2
    shared_queue: bool = False
    any_expert: bool = False
    overtake_limit: int = 2
    close_grace_min: int = 120
    screen_stale_s: int = 15
    come_back_margin_min: int = 15
    near_people: int = 3
    turn_notices: bool = True
    print_wait_s: int = 60
    kiosk_result_s: int = 15
    kiosk_input_s: int = 45
    kiosk_tries: int = 5
    history_weeks: int = 13
    history_min_sessions: int = 4
    arrival_estimator: str = "full_counts"
    rate_history_weeks: int = 52
    auto_approve: bool = False
    plan_method: str = "r1"
    idle_weight_per_10_min: int = 50
    overtime_weight_per_10_min: int = 75
    unserved_weight_min: int = 60
