"""Screens and patients' phones in Chromium: calls arrive, a lost connection is shown, nothing is missed."""

import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browser.boards import until_it_shows_the_board
from tests.browser.conftest import CHINESE, DESK, ENGLISH, PHONE, OpenPage
from tests.browser.demo import Demo
from tests.browser.people import somebody

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]
SCREEN = {"width": 1920, "height": 1080}
STATE = "[data-live-page]"

SILENCE = b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\x08\0\0\0" + bytes(
    8
)
"""Four samples of a WAV file."""

both_languages = pytest.mark.parametrize("locale", [CHINESE, ENGLISH])


class Clinic:
    """The demo's running session, driven through the API as its expert and the desk."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.session = self.rows(
            "SELECT s.code FROM booking_clinicsession s JOIN booking_expert e ON e.id = s.expert_id"
            " JOIN hospital_user u ON u.id = e.user_id WHERE s.state IN ('open', 'running')"
            " AND u.username = %s ORDER BY s.id DESC",
            demo.accounts["expert"]["username"],
        )[0][0]
        self.screen = demo.accounts["screen"]["url"].replace("http://127.0.0.1:8000", demo.url)

    def rows(self, query: str, *values: object) -> list[Any]:
        with self.demo.database() as connection:
            return connection.execute(query, values).fetchall()

    def ask(self, path: str, body: dict[str, Any] | None = None, *, role: str = "expert") -> dict[str, Any]:
        answer = requests.post(
            f"{self.demo.url}/api/v1/{path}",
            json=body or {},
            headers={
                "Authorization": f"Token {self.demo.accounts[role]['token']}",
                "Idempotency-Key": str(uuid.uuid4()),
            },
            timeout=10,
        )
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def waiting(self) -> str:
        """Somebody new waits; the code of the ticket."""
        person = somebody()
        walk_in = {
            "session": self.session,
            "name": person.name,
            "id_type": "resident",
            "id_number": person.id_number,
            "phone": person.phone,
            "payment": "cash",
            "priority": "emergency",  # whoever waits already: this one is called next
            "priority_reason": "browser test",
        }
        return str(self.ask("desk/walk-ins/", walk_in, role="desk")["code"])

    def never_full(self) -> None:
        """The demo's data stays between runs: there are numbers left all the same."""
        with self.demo.database() as connection:
            connection.execute(
                "UPDATE booking_clinicsession SET number_limit = walk_ins + appointments_taken + 30 WHERE code = %s",
                [self.session],
            )

    def call_emergencies(self) -> None:
        """Nobody is left who would be called before the next one registered, whatever other tests left behind."""
        while self.rows(
            "SELECT 1 FROM queueing_ticket t JOIN queueing_queuesession l ON l.queue_id = t.queue_id"
            " JOIN booking_clinicsession s ON s.id = l.session_id"
            " WHERE s.code = %s AND t.state = 'waiting' AND t.priority = 'emergency'",
            self.session,
        ):
            self.call()

    def call(self) -> dict[str, Any]:
        """Call the next; who was called before goes in first."""
        called = self.rows(
            "SELECT t.code FROM queueing_ticket t JOIN booking_clinicsession s ON s.id = t.called_session_id"
            " WHERE s.code = %s AND t.state = 'called'",
            self.session,
        )
        for (code,) in called:
            self.ask(f"tickets/{code}/start/")
        return self.ask(f"sessions/{self.session}/calls/next/")


@pytest.fixture
def clinic(demo: Demo) -> Clinic:
    here = Clinic(demo)
    here.call_emergencies()
    here.never_full()
    return here


@both_languages
def test_a_call_is_on_the_screen_and_on_the_phone(
    open_page: OpenPage, clinic: Clinic, accessible: Check, picture: Picture, locale: str
) -> None:
    english = locale == ENGLISH
    code = clinic.waiting()
    screen = open_page(locale=locale, viewport=SCREEN)
    phone = open_page(locale=locale, viewport=PHONE)
    screen.goto(clinic.screen + ("?lang=en" if english else ""))
    phone.goto(f"/t/{code}/")
    for page in (screen, phone):
        expect(page.locator(STATE)).to_have_attribute("data-live-state", "live")
        page.wait_for_timeout(500)
    accessible(phone)
    picture(phone, f"live-{locale[:2]}")
    called = clinic.call()
    assert called["ticket"] == code
    expect(phone.get_by_role("heading", name="It is your turn" if english else "叫到您了")).to_be_visible()
    expect(screen.locator("tr.is-called .screen-now")).to_have_text(called["number"])
    expect(phone.locator("[data-live-say]")).to_have_text(
        f"Your turn. Room {called['room']}" if english else f"叫到您了，请到 {called['room']} 诊室"
    )
    accessible(phone)
    accessible(screen)
    picture(screen, f"screen-{locale[:2]}")
    picture(phone, f"live-called-{locale[:2]}")


VOICES = """
    window.spoken = [];
    let speaking = 0;
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
    const voice = {
        getVoices: () => [{ lang: "zh-CN" }, { lang: "en-US" }],
        cancel: () => {},
        speak: (words) => {
            if (!words.text.trim()) return words.onend();
            spoken.push(`${speaking ? "OVERLAPS " : ""}${words.lang} ${words.text}`);
            speaking += 1;
            setTimeout(() => { speaking -= 1; words.onend(); }, 1500);
        },
    };
    Object.defineProperty(window, "speechSynthesis", { value: voice });
"""
"""A machine with a Chinese and an English voice that takes its time."""
LINGERS = """
    const later = window.setTimeout;
    window.setTimeout = (then, ms, ...rest) => later(then, ms === 4000 ? 10_000 : ms, ...rest);
"""
"""A call that is over stays for 10 s, not 4: a busy machine has time to make the next."""


def test_two_calls_are_announced_one_after_the_other(open_page: OpenPage, clinic: Clinic) -> None:
    clinic.waiting()
    clinic.waiting()
    screen = open_page(viewport=SCREEN)
    screen.add_init_script(VOICES)
    screen.add_init_script(LINGERS)
    screen.goto(clinic.screen)
    screen.get_by_role("button", name="打开声音").click()
    expect(screen.locator("[data-unlock]")).not_to_be_visible()
    expect(screen.locator(STATE)).to_have_attribute("data-live-state", "live")
    expect(screen.locator("[data-announcing]")).to_have_count(0, timeout=25_000)
    first = clinic.call()["number"]
    expect(screen.locator(".screen-call:visible .screen-call-number")).to_have_text(first)
    begun = time.monotonic()
    second = clinic.call()["number"]  # the first goes in: its card makes room early, but not at once
    screen.wait_for_timeout(2_000)
    expect(screen.locator(".screen-call:visible .screen-call-number")).to_have_text(first)
    expect(screen.locator(".screen-call:visible .screen-call-number")).to_have_text(second, timeout=30_000)
    assert time.monotonic() - begun > 3
    assert screen.locator(".screen-call.is-new").count() == 1
    while len(spoken := screen.evaluate("spoken")) < 4:
        screen.wait_for_timeout(100)
    assert [line.split()[0] for line in spoken] == ["zh-CN", "en-US"] * 2
    assert [
        " ".join(number) in line for line, number in zip(spoken, (first, first, second, second), strict=True)
    ]


def speaking_server(screen: Page, address: str) -> list[str]:
    """The machine has no voice, the server speaks for it: what it asked the server to say, as it is asked."""
    asked: list[str] = []

    def page(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('data-clips=""', 'data-clips="/clips/"'))

    def clip(route: Route) -> None:
        asked.append(urlsplit(route.request.url).path.removeprefix("/clips/"))
        route.fulfill(body=SILENCE, content_type="audio/wav")

    screen.add_init_script("speechSynthesis.getVoices = () => []")
    screen.route(address, page)
    screen.route("**/clips/**", clip)
    return asked


def test_who_went_in_meanwhile_is_not_called_again(open_page: OpenPage, clinic: Clinic) -> None:
    for _ in range(3):
        clinic.waiting()
    screen = open_page(viewport=SCREEN)
    asked = speaking_server(screen, clinic.screen)
    screen.add_init_script(LINGERS)
    screen.goto(clinic.screen)
    screen.get_by_role("button", name="打开声音").click()
    expect(screen.locator(STATE)).to_have_attribute("data-live-state", "live")
    expect(screen.locator("[data-announcing]")).to_have_count(0, timeout=25_000)
    screen.evaluate(
        """() => {
            window.shown = [];
            const card = () => [...document.querySelectorAll("[data-call]")].find((each) => !each.hidden);
            const number = () => card()?.querySelector(".screen-call-number").textContent;
            const before = number();
            const look = () => {
                const now = number();
                if (now && now !== (window.shown.at(-1) ?? before)) window.shown.push(now);
            };
            new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
        }"""
    )
    first = clinic.call()["number"]
    expect(screen.locator(".screen-call:visible .screen-call-number")).to_have_text(first)
    second, third = clinic.call()["number"], clinic.call()["number"]
    expect(screen.locator(".screen-call:visible .screen-call-number")).to_have_text(third, timeout=30_000)
    shown = screen.evaluate("window.shown")
    assert shown[0] == first
    assert second not in shown
    assert shown[-1] == third
    while len(asked) < 4:
        screen.wait_for_timeout(100)
    calls = list(dict.fromkeys(said.split("/")[0] for said in asked))
    assert asked == [f"{call}/{language}/" for call in calls for language in ("zh-hans", "en")]
    assert len(calls) == 2


class Cable:
    """The connection of a page, which can be cut so that nobody notices (no close, no error) and mended."""

    def __init__(self, page: Page) -> None:
        self.cut = False
        page.route_web_socket("**/ws/**", self._socket)
        page.route("**/live/*", lambda route: route.abort() if self.cut else route.continue_())

    def _socket(self, socket: WebSocketRoute) -> None:
        if self.cut:
            return  # never answered
        server = socket.connect_to_server()
        server.on_message(lambda message: None if self.cut else socket.send(message))
        socket.on_message(lambda message: None if self.cut else server.send(message))


SILENCE_S = 15
"""The pages' clocks jump over it."""


def test_a_dead_connection_is_shown_after_15_s_and_made_up(
    open_page: OpenPage, clinic: Clinic, picture: Picture
) -> None:
    code = clinic.waiting()
    screen, phone = open_page(viewport=SCREEN), open_page(viewport=PHONE)
    cables = [Cable(screen), Cable(phone)]
    for page in (screen, phone):
        page.clock.install()
    screen.goto(clinic.screen)
    phone.goto(f"/t/{code}/")
    for page in (screen, phone):
        expect(page.locator(STATE)).to_have_attribute("data-live-state", "live")
        page.wait_for_timeout(500)
    for cable in cables:
        cable.cut = True
    called = clinic.call()
    for page in (screen, phone):
        page.clock.fast_forward(SILENCE_S * 1000)
    for page in (screen, phone):
        expect(page.locator(STATE)).to_have_attribute("data-live-state", "stale")
    expect(screen.get_by_text("请听护士叫号").first).to_be_visible()
    expect(screen.get_by_text("起没有连接").first).to_be_visible()
    expect(phone.get_by_text("现在回到候诊区")).to_be_visible()
    expect(phone.get_by_text("现在可以离开")).not_to_be_visible()
    picture(screen, "screen-stale-zh")
    picture(phone, "live-stale-zh")
    for cable in cables:
        cable.cut = False
    expect(phone.get_by_role("heading", name="叫到您了")).to_be_visible()
    expect(screen.locator("tr.is-called .screen-now")).to_have_text(called["number"])
    until_it_shows_the_board(screen, clinic.screen)
    expect(phone.locator(STATE)).to_have_attribute("data-live-state", "live", timeout=20_000)


def test_what_lay_in_a_buffer_while_the_machine_slept_is_no_sign_of_life(
    open_page: OpenPage, clinic: Clinic
) -> None:
    clinic.waiting()
    screen = open_page(viewport=SCREEN)
    asleep, waits = False, []

    def opened(socket: WebSocketRoute) -> None:
        if asleep:
            return  # never answered: there is no network yet
        server = socket.connect_to_server()
        server.on_message(lambda message: waits.append(message) if asleep else socket.send(message))
        socket.on_message(server.send)
        sockets.append(socket)

    sockets: list[WebSocketRoute] = []
    screen.route_web_socket("**/ws/**", opened)
    screen.route("**/live/*", lambda route: route.abort() if asleep else route.continue_())
    screen.clock.install()
    screen.goto(clinic.screen)
    expect(screen.locator(STATE)).to_have_attribute("data-live-state", "live")
    screen.wait_for_timeout(500)
    asleep = True
    called = clinic.call()
    while not waits:
        screen.wait_for_timeout(50)
    screen.evaluate(
        "window.states = []; addEventListener('live:state', (event) => states.push(event.detail.state))"
    )
    screen.clock.set_system_time(screen.evaluate("Date.now()") + 3_600_000)
    for message in waits:
        sockets[0].send(message)
    expect(screen.locator(STATE)).to_have_attribute("data-live-state", "stale", timeout=9_000)
    assert screen.evaluate("states") == ["stale"]
    asleep = False
    expect(screen.locator("tr.is-called .screen-now")).to_have_text(called["number"], timeout=20_000)
    expect(screen.locator(STATE)).to_have_attribute("data-live-state", "live", timeout=20_000)
    until_it_shows_the_board(screen, clinic.screen)


def test_a_screen_left_on_for_26_hours_is_right_and_loads_itself_again_on_a_new_day(
    open_page: OpenPage, clinic: Clinic
) -> None:
    clinic.waiting()
    screen = open_page(viewport=SCREEN)
    screen.clock.install()
    screen.goto(clinic.screen)
    expect(screen.locator(STATE)).to_have_attribute("data-live-state", "live")
    for _hours in range(13):
        screen.clock.fast_forward("02:00:00")
    called = clinic.call()
    expect(screen.locator("tr.is-called .screen-now")).to_have_text(called["number"])
    until_it_shows_the_board(screen, clinic.screen)
    screen.evaluate("document.querySelector('[data-live-page]').dataset.day = '2026-01-01'")
    clinic.waiting()
    with screen.expect_navigation():
        called = clinic.call()
        expect(screen.locator("tr.is-called .screen-now")).to_have_text(called["number"])
        screen.clock.fast_forward("00:06")
    until_it_shows_the_board(screen, clinic.screen)


def test_without_any_socket_the_page_polls(open_page: OpenPage, clinic: Clinic) -> None:
    code = clinic.waiting()
    phone = open_page(locale=ENGLISH)
    phone.route_web_socket("**/ws/**", lambda socket: socket.close(code=1011))
    phone.goto(f"/t/{code}/")
    expect(phone.locator(STATE)).to_have_attribute("data-live-state", "polling")
    clinic.call()
    expect(phone.get_by_role("heading", name="It is your turn")).to_be_visible()


def test_an_open_screen_that_is_switched_off_says_so(open_page: OpenPage, clinic: Clinic) -> None:
    screen = open_page(viewport=DESK)
    screen.route_web_socket("**/ws/**", lambda socket: socket.close(code=4401))
    screen.goto(clinic.screen)
    expect(screen.locator(STATE)).to_have_attribute("data-live-state", "gone")
    expect(screen.locator(".when-gone")).to_be_visible()
    expect(screen.locator(".screen-table")).not_to_be_visible()
