"""Questions to booking's data; each takes a constant number of queries."""

from booking.selectors.appointments import (
    appointment_by_id,
    appointment_for_user,
    appointments_ahead,
    appointments_find,
    appointments_of_patient,
    appointments_of_user,
    holds_of_user,
    holds_overdue,
)
from booking.selectors.catalogue import (
    ExpertCard,
    NextFree,
    departments_with_next,
    expert_by_code,
    experts_for_booking,
)
from booking.selectors.patients import (
    patient_by_code,
    patient_for_user,
    patient_id_for_user,
    patient_of_user,
    patients_find,
    patients_of_user,
)
from booking.selectors.rooms import rooms_all, rooms_by_code
from booking.selectors.sessions import (
    SessionView,
    SlotView,
    has_session_at,
    session_by_code,
    session_view,
    sessions_of_day,
    sessions_of_expert,
    slot_by_code,
    slots_of_session,
)
from booking.selectors.waitlist import (
    EntryView,
    waiting_counts,
    waitlist_entries_of_user,
    waitlist_entry_for_user,
    waitlist_place,
)

__all__ = [
    "EntryView",
    "ExpertCard",
    "NextFree",
    "SessionView",
    "SlotView",
    "appointment_by_id",
    "appointment_for_user",
    "appointments_ahead",
    "appointments_find",
    "appointments_of_patient",
    "appointments_of_user",
    "departments_with_next",
    "expert_by_code",
    "experts_for_booking",
    "has_session_at",
    "holds_of_user",
    "holds_overdue",
    "patient_by_code",
    "patient_for_user",
    "patient_id_for_user",
    "patient_of_user",
    "patients_find",
    "patients_of_user",
    "rooms_all",
    "rooms_by_code",
    "session_by_code",
    "session_view",
    "sessions_of_day",
    "sessions_of_expert",
    "slot_by_code",
    "slots_of_session",
    "waiting_counts",
    "waitlist_entries_of_user",
    "waitlist_entry_for_user",
    "waitlist_place",
]
