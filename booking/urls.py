"""Addresses of the patients' pages."""

from django.urls import URLPattern, URLResolver, path

from booking.api import add_ons as add_ons_api
from booking.api import appointments, catalogue
from booking.api import draws as draws_api
from booking.api import waitlist as waitlist_api
from booking.views import (
    appeals,
    bans,
    draws,
    experts,
    home,
    merges,
    money,
    moves,
    no_shows,
    patients,
    payments,
    schedule,
    schedule_files,
    stop_cases,
    stops,
    symptoms,
    templates,
    waitlist,
)
from booking.views import appointments as pages

app_name = "booking"

urlpatterns = [
    path("", home.home, name="home"),
    path("experts/<slug:code>/", experts.expert, name="expert"),
    path("experts/<slug:code>/hold/", experts.hold, name="hold"),
    path("appointments/", pages.appointments, name="appointments"),
    path("appointments/<slug:code>/", pages.appointment, name="appointment"),
    path("appointments/<slug:code>/pay/", payments.pay, name="pay"),
    path("appointments/<slug:code>/release/", payments.release, name="release"),
    path("appointments/<slug:code>/cancel/", pages.cancel, name="cancel"),
    path("appointments/<slug:code>/calendar.ics", pages.calendar, name="calendar"),
    path("patients/", patients.patients, name="patients"),
    path("appointments/<slug:code>/appeal/", appeals.appointment_appeal, name="appointment-appeal"),
    path("bans/<slug:code>/appeal/", appeals.ban_appeal, name="ban-appeal"),
    path("desk/merge/", merges.merge, name="merge"),
    path("desk/merge/find/", merges.merge_find, name="merge-find"),
    path("desk/merge/preview/", merges.merge_preview, name="merge-preview"),
    path("desk/merge/do/", merges.merge_do, name="merge-do"),
    path("manage/no-shows/", no_shows.no_shows, name="no-shows"),
    path("manage/no-shows/decide/", no_shows.decide, name="no-shows-decide"),
    path("manage/bans/", bans.bans, name="bans"),
    path("manage/bans/add/", bans.ban_add, name="ban-add"),
    path("manage/bans/<slug:code>/lift/", bans.ban_lift, name="ban-lift"),
    path("manage/appeals/", appeals.appeals, name="appeals"),
    path("manage/appeals/<slug:code>/", appeals.appeal_answer, name="appeal-answer"),
    path("stopped/<slug:code>/", stop_cases.stopped, name="stopped"),
    path("desk/stops/", stop_cases.desk_stops, name="desk-stops"),
    path("desk/stops/<slug:code>/", stop_cases.desk_stop, name="desk-stop"),
    path("desk/stops/<slug:code>/people.csv", stop_cases.people_csv, name="desk-stop-csv"),
    path("desk/stop-cases/<slug:code>/", stop_cases.case, name="desk-stop-case"),
    path("desk/stop-cases/<slug:code>/phoned/", stop_cases.phoned, name="desk-stop-phoned"),
    path("manage/money/", money.money, name="money"),
    path("manage/money/<slug:code>/decide/", money.decide, name="money-decide"),
    path("manage/money/<slug:day>/", money.day, name="money-day"),
    path("manage/money/<slug:day>.csv", money.day_csv, name="money-day-csv"),
    path("manage/schedule/", schedule.calendar, name="schedule"),
    path("manage/schedule/extra/", schedule.extra, name="schedule-extra"),
    path("manage/schedule/sessions/<slug:code>/", schedule.session, name="schedule-session"),
    path("manage/schedule/sessions/<slug:code>/substitute/", schedule.substitute, name="schedule-substitute"),
    path("manage/schedule/templates/", templates.templates, name="schedule-templates"),
    path("manage/schedule/templates/new/", templates.template_new, name="schedule-template-new"),
    path("manage/schedule/templates/import/", schedule_files.templates_in, name="schedule-import"),
    path("manage/schedule/templates.csv", schedule_files.templates_out, {"kind": "csv"}, name="schedule-csv"),
    path(
        "manage/schedule/templates.xlsx", schedule_files.templates_out, {"kind": "xlsx"}, name="schedule-xlsx"
    ),
    path("manage/schedule/templates/<int:pk>/", templates.template, name="schedule-template"),
    path("manage/schedule/templates/<int:pk>/end/", templates.template_end, name="schedule-template-end"),
    path("manage/schedule/absences/", templates.absences, name="schedule-absences"),
    path(
        "manage/schedule/absences/<int:pk>/remove/", templates.absence_remove, name="schedule-absence-remove"
    ),
    path("manage/stops/", stops.stops, name="stops"),
    path("manage/stops/new/", stops.new, name="stop-new"),
    path("manage/stops/<slug:code>/", stops.stop, name="stop"),
    path("manage/stops/<slug:code>/prepare/", stops.prepare, name="stop-prepare"),
    path("manage/stops/<slug:code>/discard/", stops.discard, name="stop-discard"),
    path("manage/stops/<slug:code>/apply/", stops.apply, name="stop-apply"),
    path("manage/stops/<slug:code>/progress/", stops.progress, name="stop-progress"),
    path("appointments/<slug:code>/move/", moves.move, name="move"),
    path("sessions/<slug:code>/waitlist/", waitlist.join, name="waitlist-join"),
    path("waitlist/<slug:code>/", waitlist.entry, name="waitlist-entry"),
    path("waitlist/<slug:code>/accept/", waitlist.accept, name="waitlist-accept"),
    path("waitlist/<slug:code>/leave/", waitlist.leave, name="waitlist-leave"),
    path("manage/symptoms/", symptoms.symptoms, name="symptoms"),
    path("manage/symptoms/save/", symptoms.save, name="symptom-save"),
    path("manage/symptoms/import/", symptoms.take_in, name="symptoms-import"),
    path("manage/symptoms/words.csv", symptoms.export, name="symptoms-csv"),
    path("manage/symptoms/<int:pk>/delete/", symptoms.delete, name="symptom-delete"),
    path("sessions/<slug:code>/draw/", draws.audit, name="draw"),
    path("sessions/<slug:code>/draw/enter/", draws.enter, name="draw-enter"),
    path("draw-requests/<slug:code>/", draws.request, name="draw-request"),
    path("draw-requests/<slug:code>/withdraw/", draws.withdraw, name="draw-withdraw"),
]

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("departments/", catalogue.DepartmentList.as_view(), name="departments"),
    path("experts/", catalogue.ExpertList.as_view(), name="experts"),
    path("sessions/", catalogue.SessionList.as_view(), name="sessions"),
    path("sessions/<slug:code>/", catalogue.SessionDetail.as_view(), name="session"),
    path("patients/", appointments.PatientList.as_view(), name="patients"),
    path("appointments/", appointments.AppointmentList.as_view(), name="appointments"),
    path("appointments/<slug:code>/", appointments.AppointmentDetail.as_view(), name="appointment"),
    path(
        "appointments/<slug:code>/cancel/",
        appointments.AppointmentCancel.as_view(),
        name="appointment-cancel",
    ),
    path("appointments/<slug:code>/payments/", appointments.PaymentList.as_view(), name="payments"),
    path("appointments/<slug:code>/move/", appointments.AppointmentMove.as_view(), name="appointment-move"),
    path("waitlist/", waitlist_api.WaitlistList.as_view(), name="waitlist"),
    path("waitlist/<slug:code>/accept/", waitlist_api.WaitlistAccept.as_view(), name="waitlist-accept"),
    path("waitlist/<slug:code>/leave/", waitlist_api.WaitlistLeave.as_view(), name="waitlist-leave"),
    path("draw-requests/", draws_api.DrawRequestList.as_view(), name="draw-requests"),
    path("draw-requests/<slug:code>/", draws_api.DrawRequestDetail.as_view(), name="draw-request"),
    path(
        "draw-requests/<slug:code>/withdraw/", draws_api.DrawRequestWithdraw.as_view(), name="draw-withdraw"
    ),
    path("sessions/<slug:code>/draw/", draws_api.SessionDraw.as_view(), name="session-draw"),
    path("desk/add-ons/", add_ons_api.AddOnList.as_view(), name="add-ons"),
    path("payments/<slug:name>/notify/", appointments.PaymentNotify.as_view(), name="payment-notify"),
]
