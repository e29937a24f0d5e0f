"""Addresses of the queue: pages and API v1."""

from django.urls import URLPattern, URLResolver, path

from queueing.api import desk as desk_api
from queueing.api import sessions as sessions_api
from queueing.api import tickets as tickets_api
from queueing.views import desk, fleet, room, screens, tickets

app_name = "queueing"

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/walk-ins/", desk_api.WalkInList.as_view(), name="walk-ins"),
    path("desk/walk-ins/<slug:code>/", desk_api.WalkInDetail.as_view(), name="walk-in"),
    path("desk/walk-ins/<slug:code>/cancel/", desk_api.WalkInCancel.as_view(), name="walk-in-cancel"),
    path("desk/check-ins/", desk_api.CheckInList.as_view(), name="check-ins"),
    path("sessions/<slug:code>/board/", sessions_api.SessionBoard.as_view(), name="board"),
    path("sessions/<slug:code>/calls/next/", sessions_api.CallNext.as_view(), name="call-next"),
    path("tickets/<slug:code>/", tickets_api.TicketDetail.as_view(), name="ticket"),
    path("tickets/<slug:code>/recall/", tickets_api.TicketRecall.as_view(), name="ticket-recall"),
    path("tickets/<slug:code>/start/", tickets_api.TicketStart.as_view(), name="ticket-start"),
    path("tickets/<slug:code>/finish/", tickets_api.TicketFinish.as_view(), name="ticket-finish"),
    path("tickets/<slug:code>/pass/", tickets_api.TicketPass.as_view(), name="ticket-pass"),
    path("tickets/<slug:code>/return/", tickets_api.TicketReturn.as_view(), name="ticket-return"),
    path("tickets/<slug:code>/leave/", tickets_api.TicketLeave.as_view(), name="ticket-leave"),
    path("tickets/<slug:code>/cancel/", tickets_api.TicketCancel.as_view(), name="ticket-cancel"),
    path("tickets/<slug:code>/transfer/", tickets_api.TicketTransfer.as_view(), name="ticket-transfer"),
    path("tickets/<slug:code>/undo/", tickets_api.TicketUndo.as_view(), name="ticket-undo"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/", desk.desk, name="desk"),
    path("desk/sessions/", desk.sessions, name="desk-sessions"),
    path("desk/find/", desk.find, name="desk-find"),
    path("desk/patient/", desk.patient, name="desk-patient"),
    path("desk/new/", desk.new_patient, name="desk-new"),
    path("desk/check-in/", desk.check_in, name="desk-check-in"),
    path("desk/register/", desk.register, name="desk-register"),
    path("desk/register-new/", desk.register_new, name="desk-register-new"),
    path("desk/walk-ins/<slug:code>/", desk.walk_in, name="desk-walk-in"),
    path("desk/walk-ins/<slug:code>/state/", desk.walk_in_state, name="desk-walk-in-state"),
    path("desk/walk-ins/<slug:code>/code/", desk.walk_in_code, name="desk-walk-in-code"),
    path("desk/walk-ins/<slug:code>/cancel/", desk.walk_in_cancel, name="desk-walk-in-cancel"),
    path("desk/undo/", desk.undo, name="desk-undo"),
    path("desk/cancel/", desk.cancel, name="desk-cancel"),
    path("desk/restore/", desk.restore, name="desk-restore"),
    path("desk/tickets/<slug:code>/", desk.ticket, name="desk-ticket"),
    path("desk/tickets/<slug:code>/slip/", desk.slip, name="desk-slip"),
    path("room/", room.rooms, name="rooms"),
    path("room/<slug:code>/", room.room, name="room"),
    path("room/<slug:code>/live/", room.region, name="room-region"),
    path("room/<slug:code>/next/", room.call_next, name="room-next"),
    path("room/<slug:code>/<slug:verb>/", room.act, name="room-act"),
    path("t/<slug:code>/", tickets.ticket, name="ticket"),
    path("t/<slug:code>/live/", tickets.ticket_region, name="ticket-region"),
    path("t/<slug:code>/leave/", tickets.ticket_leave, name="ticket-leave"),
    path("screens/<slug:token>/", screens.screen, name="screen"),
    path("screens/<slug:token>/live/", screens.screen_region, name="screen-region"),
    path("manage/screens/", fleet.screens, name="screens"),
    path("manage/screens/add/", fleet.screen_add, name="screen-add"),
    path("manage/screens/<slug:code>/revoke/", fleet.screen_revoke, name="screen-revoke"),
]
