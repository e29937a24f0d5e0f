"""Addresses of the patients' pages."""

from django.urls import URLPattern, URLResolver, path

from booking.api import appointments, catalogue
from booking.views import appointments as pages
from booking.views import experts, home, patients, payments

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
    path("payments/<slug:name>/notify/", appointments.PaymentNotify.as_view(), name="payment-notify"),
]
