"""Addresses of the patients' pages."""

from django.urls import URLPattern, URLResolver, path

from booking.views import home

app_name = "booking"

urlpatterns = [
    path("", home.home, name="home"),
    path("appointments/", home.home, name="appointments"),
    path("patients/", home.home, name="patients"),
]

api_urlpatterns: list[URLPattern | URLResolver] = []
