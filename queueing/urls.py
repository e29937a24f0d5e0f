"""Addresses of the queue: pages and API v1."""

from django.urls import URLPattern, URLResolver, path

from queueing.views import fleet, screens, tickets

app_name = "queueing"

api_urlpatterns: list[URLPattern | URLResolver] = []
urlpatterns: list[URLPattern | URLResolver] = [
    path("t/<str:code>/", tickets.ticket, name="ticket"),
    path("t/<str:code>/live/", tickets.ticket_region, name="ticket-region"),
    path("t/<str:code>/leave/", tickets.ticket_leave, name="ticket-leave"),
    path("screens/<str:token>/", screens.screen, name="screen"),
    path("screens/<str:token>/live/", screens.screen_region, name="screen-region"),
    path("manage/screens/", fleet.screens, name="screens"),
    path("manage/screens/add/", fleet.screen_add, name="screen-add"),
    path("manage/screens/<str:code>/revoke/", fleet.screen_revoke, name="screen-revoke"),
]
