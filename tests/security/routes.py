"""Every address of the product and who may enter it. A new address is added here, or the build fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver

ROLES = ("anonymous", "patient", "desk", "expert", "manager", "administrator", "kiosk")
SAMPLES = {
    "<slug:code>": "NOBODY23",
    "<str:claim>": "no-such-claim",
    "<slug:level>": "expert",
    "<slug:token>": "no-such-token",
    "<slug:verb>": "start",
    "<slug:ticket>": "NOBODY23",
    "<slug:name>": "sandbox",
    "<slug:card>": "waits",
    "<slug:key>": "desk",
    "<slug:day>": "2026-11-02",
    "<int:pk>": "999999",
    "<int:call>": "999999",
    "<slug:language>": "en",
}

EVERYBODY = frozenset(ROLES)
NOBODY: frozenset[str] = frozenset()
SIGNED_IN = frozenset({"patient", "desk", "expert", "manager", "administrator"})
PATIENT = frozenset({"patient"})
DESK = frozenset({"desk", "manager", "administrator"})
EXPERT = frozenset({"expert"})
KIOSK = frozenset({"kiosk"})
MANAGER = frozenset({"manager", "administrator"})
API_OWNER = frozenset({"patient", "desk"})
STAFF = DESK | EXPERT

GET: dict[frozenset[str], str] = {
    EVERYBODY: """
        (empty)
        experts/<slug:code>/  experts/<slug:code>/hold/
        t/<slug:code>/  t/<slug:code>/live/  t/<slug:code>/leave/
        t/<slug:code>/manifest.webmanifest  t/worker.js  t/offline/<slug:language>/
        sessions/<slug:code>/draw/  api/v1/sessions/<slug:code>/draw/
        screens/  screens/<slug:token>/  screens/<slug:token>/live/
        screens/<slug:token>/clips/<int:call>/<slug:language>/
        board/<slug:code>/  board/<slug:code>/live/
        kiosk/
        accounts/inactive/  accounts/login/  accounts/staff/
        api/v1/departments/  api/v1/experts/  api/v1/sessions/  api/v1/sessions/<slug:code>/
        api/v1/sessions/<slug:code>/board/  api/v1/tickets/<slug:code>/
        api/docs/  api/schema/  healthz  readyz  metrics  i18n/setlang/
        pay/<slug:code>/  pay/<slug:code>/done/
        demo/  demo/outbox/  demo/clock/  messages/email/<str:claim>/
    """,
    SIGNED_IN: """
        accounts/again/  accounts/password/  accounts/second-factor/  accounts/second-factor/set-up/
        accounts/second-factor/switch-off/  accounts/recovery-codes/  accounts/recovery-codes/new/
        accounts/recovery-codes/file/
    """,
    PATIENT: """
        my-data/
        appointments/<slug:code>/appeal/  bans/<slug:code>/appeal/
        appointments/  appointments/<slug:code>/  appointments/<slug:code>/calendar.ics
        messages/  messages/settings/  api/v1/messages/  api/v1/messages/settings/
        stopped/<slug:code>/
        appointments/<slug:code>/cancel/  appointments/<slug:code>/pay/  appointments/<slug:code>/move/
        sessions/<slug:code>/waitlist/  waitlist/<slug:code>/  waitlist/<slug:code>/leave/  patients/  api/v1/patients/
        sessions/<slug:code>/draw/enter/  draw-requests/<slug:code>/  draw-requests/<slug:code>/withdraw/
    """,
    API_OWNER: """
        api/v1/appointments/  api/v1/waitlist/  api/v1/draw-requests/  api/v1/draw-requests/<slug:code>/
    """,
    PATIENT | DESK: "api/v1/appointments/<slug:code>/  api/v1/stop-cases/<slug:code>/",
    PATIENT | MANAGER: "api/v1/bans/  api/v1/data-requests/",
    DESK: """
        alarms/  api/v1/alarms/
        desk/merge/
        desk/appointments/<slug:code>/  desk/today/
        desk/day/  api/v1/desk/day-figures/  desk/sessions/<slug:code>/share-out/
        desk/prints/  desk/prints/<slug:code>/
        desk/  desk/new/  desk/sessions/  desk/walk-ins/<slug:code>/  desk/walk-ins/<slug:code>/state/
        api/v1/desk/walk-ins/<slug:code>/  desk/tickets/<slug:code>/  desk/tickets/<slug:code>/slip/
        desk/tickets/<slug:code>/transfer/
        desk/book/  desk/bookings/<slug:code>/  desk/bookings/<slug:code>/move/  desk/refunds/  api/v1/desk/refunds/
        api/v1/stops/  api/v1/stops/<slug:code>/  api/v1/stops/<slug:code>/cases/
        desk/stops/  desk/stops/<slug:code>/  desk/stops/<slug:code>/people.csv  desk/stop-cases/<slug:code>/
    """,
    STAFF: "add-ons/<slug:code>/  api/v1/tickets/<slug:code>/history/",
    EXPERT: """
        room/  room/<slug:code>/  room/<slug:code>/live/
        room/<slug:code>/ask/pause/  room/<slug:code>/ask/chosen/  room/<slug:code>/ask/transfer/
        room/<slug:code>/ask/history/<slug:ticket>/
    """,
    KIOSK: "kiosk/type/  kiosk/no-booking/  kiosk/prints/<slug:code>/",
    MANAGER: """
        manage/requests/  manage/policy/  manage/policy/<slug:level>/<slug:code>/
        api/v1/policy/  api/v1/policy/own/  api/v1/policy/<slug:level>/<slug:code>/
        manage/appeals/  manage/bans/  manage/no-shows/
        manage/money/  manage/money/<slug:day>/  manage/money/<slug:day>.csv
        manage/models/  manage/models.csv  manage/week/  manage/week.csv  manage/week/waiting/
        manage/  manage/cards/<slug:card>.csv  manage/plans/  manage/plans/<slug:code>/
        manage/plans/<slug:code>/simulation/  manage/screens/
        manage/export/  manage/report/  manage/plans/<slug:code>/what-if/
        manage/what-ifs/<slug:code>/  manage/what-ifs/<slug:code>/progress/
        manage/history/  manage/history/<slug:code>/  manage/history/<slug:code>/progress/
        manage/history/<slug:code>/errors.csv  manage/history/mappings/<int:pk>.toml
        manage/night/  manage/night/<int:pk>/  manage/night/<int:pk>/progress/
        manage/estimates/  manage/estimates.csv
        manage/screens/<slug:code>/  manage/screens/notices/
        manage/printers/  manage/printers/<slug:code>/
        manage/schedule/  manage/schedule/extra/  manage/schedule/sessions/<slug:code>/
        manage/schedule/templates/  manage/schedule/templates/new/  manage/schedule/templates/<int:pk>/
        manage/schedule/absences/  manage/schedule/absences/<int:pk>/remove/  manage/schedule/templates/import/
        manage/schedule/templates.csv  manage/schedule/templates.xlsx
        manage/stops/  manage/stops/new/  manage/stops/<slug:code>/  manage/stops/<slug:code>/progress/
        manage/symptoms/  manage/symptoms/words.csv  manage/suspicious/
        api/v1/schedule/templates/  api/v1/schedule/templates/<int:pk>/  api/v1/schedule/absences/
        api/v1/schedule/sessions/  api/v1/appeals/  api/v1/no-shows/
        api/v1/money/  api/v1/money/settlements/  api/v1/money/tills/  api/v1/symptoms/  api/v1/suspicious/
    """,
}

POST: dict[frozenset[str], str] = {
    # a notice needs no account but a signature, and a token is ended by itself: nobody here has either
    NOBODY: "api/v1/payments/<slug:name>/notify/  api/v1/tokens/revoke/",
    EVERYBODY: "screens/pairings/  text-size/  accounts/logout/  demo/sign-in/<slug:key>/  kiosk/pair/",
    KIOSK: "kiosk/check-in/  kiosk/alive/",
    SIGNED_IN: "api/v1/tokens/",
    PATIENT: """
        messages/read/  api/v1/messages/read/  waitlist/<slug:code>/accept/
        my-data/ask/  my-data/export/
        api/v1/my-data/export/  api/v1/data-requests/  api/v1/messages/settings/
        api/v1/bans/<slug:code>/appeals/  api/v1/appointments/<slug:code>/appeals/
    """,
    PATIENT | DESK: """
        api/v1/stop-cases/<slug:code>/choice/
        api/v1/appointments/<slug:code>/cancel/  api/v1/appointments/<slug:code>/payments/
        api/v1/appointments/<slug:code>/move/
    """,
    API_OWNER: """
        api/v1/waitlist/<slug:code>/accept/  api/v1/waitlist/<slug:code>/leave/
        api/v1/draw-requests/<slug:code>/withdraw/
    """,
    DESK: """
        alarms/<slug:code>/acknowledge/  api/v1/alarms/<slug:code>/acknowledge/
        desk/merge/find/  desk/merge/preview/  desk/merge/do/
        desk/today/  desk/add-on/  desk/add-on/ask/  desk/priority/  desk/transfer/
        desk/settle/  api/v1/tickets/<slug:code>/fee/
        desk/sessions/<slug:code>/end/  api/v1/sessions/<slug:code>/end/
        desk/printer/  desk/reprint/
        desk/cancel/  desk/check-in/  desk/find/  desk/patient/  desk/register-new/  desk/register/
        desk/restore/  desk/leave/  desk/undo/  desk/walk-ins/<slug:code>/code/  desk/walk-ins/<slug:code>/cancel/
        api/v1/desk/walk-ins/  api/v1/desk/walk-ins/<slug:code>/cancel/  api/v1/tickets/<slug:code>/cancel/
        api/v1/desk/bookings/  api/v1/desk/patients/  api/v1/desk/patients/find/
        api/v1/desk/merges/  api/v1/desk/merges/preview/  api/v1/stop-cases/<slug:code>/phoned/
        desk/stop-cases/<slug:code>/phoned/
        desk/book/find/  desk/book/register/  desk/book/hold/
        desk/bookings/<slug:code>/cancel/  desk/refunds/<slug:code>/
        api/v1/desk/refunds/<slug:code>/hand-back/
    """,
    DESK | {"kiosk"}: "api/v1/desk/check-ins/",
    EXPERT: """
        room/<slug:code>/chosen/  room/<slug:code>/pause/  room/<slug:code>/resume/
        room/<slug:code>/help/  room/<slug:code>/help-over/  room/<slug:code>/transfer/
        api/v1/sessions/<slug:code>/calls/chosen/  api/v1/sessions/<slug:code>/pause/
        api/v1/sessions/<slug:code>/resume/  api/v1/sessions/<slug:code>/alarms/
        api/v1/alarms/<slug:code>/withdraw/
        room/<slug:code>/next/  room/<slug:code>/<slug:verb>/  api/v1/sessions/<slug:code>/calls/next/
        api/v1/tickets/<slug:code>/finish/  api/v1/tickets/<slug:code>/pass/
        api/v1/tickets/<slug:code>/recall/  api/v1/tickets/<slug:code>/start/
    """,
    STAFF: """
        api/v1/desk/add-ons/  add-ons/<slug:code>/give/
        api/v1/tickets/<slug:code>/leave/  api/v1/tickets/<slug:code>/return/
        api/v1/tickets/<slug:code>/transfer/  api/v1/tickets/<slug:code>/undo/
    """,
    MANAGER: """
        manage/requests/<slug:code>/  api/v1/policy/  api/v1/policy/<slug:level>/<slug:code>/
        manage/money/<slug:code>/decide/
        manage/appeals/<slug:code>/  manage/bans/add/  manage/bans/<slug:code>/lift/  manage/no-shows/decide/
        manage/week/ask/
        manage/plans/<slug:code>/approve/  manage/plans/<slug:code>/edit/  manage/plans/<slug:code>/reject/
        manage/plans/<slug:code>/roll-back/  manage/plans/<slug:code>/simulate/  manage/night/begin/
        manage/history/<slug:code>/check/  manage/history/<slug:code>/take/  manage/history/<slug:code>/discard/
        manage/screens/add/  manage/screens/<slug:code>/revoke/  manage/screens/<slug:code>/reload/
        manage/screens/notices/<slug:code>/end/
        manage/printers/add/  manage/printers/<slug:code>/try/  manage/kiosks/<slug:code>/
        manage/schedule/sessions/<slug:code>/substitute/  manage/schedule/templates/<int:pk>/end/
        manage/stops/<slug:code>/prepare/  manage/stops/<slug:code>/discard/  manage/stops/<slug:code>/apply/
        manage/suspicious/<int:pk>/ban/
        api/v1/schedule/templates/  api/v1/schedule/templates/<int:pk>/
        api/v1/schedule/templates/<int:pk>/end/  api/v1/schedule/templates/import/
        api/v1/schedule/absences/  api/v1/schedule/absences/<int:pk>/remove/
        api/v1/schedule/sessions/  api/v1/schedule/sessions/<slug:code>/substitute/
        api/v1/stops/  api/v1/stops/<slug:code>/prepare/  api/v1/stops/<slug:code>/discard/
        api/v1/stops/<slug:code>/apply/
        api/v1/bans/  api/v1/bans/<slug:code>/lift/  api/v1/appeals/<slug:code>/answer/
        api/v1/no-shows/decide/  api/v1/data-requests/<slug:code>/answer/
        api/v1/money/payments/<slug:code>/review/  api/v1/money/refunds/<slug:code>/review/
        api/v1/symptoms/  api/v1/symptoms/<int:pk>/  api/v1/symptoms/<int:pk>/delete/  api/v1/symptoms/import/
        api/v1/suspicious/<int:pk>/ban/
        manage/symptoms/save/  manage/symptoms/import/  manage/symptoms/<int:pk>/delete/
    """,
}

# They lead on to the next step of a sign-in that is under way; tests/accounts has their tests.
STEPS = {
    "accounts/login/code/",
    "accounts/second-factor/again/",
    "accounts/second-factor/code/",
}


@dataclass(frozen=True)
class Route:
    """An address, the method that reaches its work, and who may."""

    pattern: str
    method: str
    roles: frozenset[str]

    def __str__(self) -> str:
        return f"{self.method} /{self.pattern}"

    @property
    def path(self) -> str:
        """An address of this form that leads to nothing."""
        path = "/" + self.pattern
        for placeholder, sample in SAMPLES.items():
            path = path.replace(placeholder, sample)
        return path


def listed() -> list[Route]:
    """The table above, flat."""
    return [
        Route("" if pattern == "(empty)" else pattern, method, roles)
        for method, table in (("GET", GET), ("POST", POST))
        for roles, patterns in table.items()
        for pattern in patterns.split()
    ]


def served() -> set[str]:
    """Every address that the product answers, but those of Django's own administration."""

    def walk(entries: Iterable[Any], prefix: str) -> Iterator[str]:
        for entry in entries:
            here = prefix + str(entry.pattern)
            if isinstance(entry, URLPattern):
                yield here
            elif not here.startswith("admin/"):
                yield from walk(entry.url_patterns, here)

    return set(walk(get_resolver().url_patterns, ""))
