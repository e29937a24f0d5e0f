"""A page driven by the keyboard alone: Tab, arrows, Space, Enter and typing. A mouse would fail the test."""

from playwright.sync_api import ElementHandle, Locator, Page, expect

NO_MOUSE = "addEventListener('pointerdown', () => console.error('a mouse was used'), true)"
HAS_FOCUS = "wanted => document.activeElement === wanted"
IN_GROUP = "radio => document.activeElement.type === 'radio' && document.activeElement.name === radio.name"
SCANNER = """
    const at = new WeakMap();
    let now = 0;
    Object.defineProperty(KeyboardEvent.prototype, "timeStamp", {
        get() {
            if (!at.has(this)) at.set(this, (now += 5));
            return at.get(this);
        },
    });
"""
"""Every key comes 5 ms after the one before, as from a scanner, however busy the machine is."""
STOPS = 160
"""So many presses of Tab lead through the longest page."""


class Keys:
    """Somebody without a mouse at a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.add_init_script(NO_MOUSE)

    def reach(self, target: Locator) -> None:
        """Press Tab until the target has the focus, and see that it does."""
        self._tab(self._visible(target), HAS_FOCUS)
        expect(target).to_be_focused()

    def press(self, target: Locator) -> None:
        """Reach a link or button, press Enter, and be on the page it leads to."""
        self.reach(target)
        self.go("Enter")

    def go(self, keys: str) -> None:
        """Press what sends a form or leads away, and be there."""
        self.page.wait_for_load_state()  # it listens, and a form that has the focus from the start has taken it
        with self.page.expect_navigation():
            self.page.keyboard.press(keys)

    def fill(self, target: Locator, text: str) -> None:
        """Reach a field and type into it."""
        self.reach(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)
        expect(target).to_have_value(text)

    def choose(self, radio: Locator) -> None:
        """Tab to the group of radio buttons, then arrows to this one."""
        wanted = self._visible(radio)
        self._tab(wanted, IN_GROUP)
        for _turn in range(STOPS):
            if self.page.evaluate(HAS_FOCUS, wanted):
                break
            self.page.keyboard.press("ArrowDown")
        if not radio.is_checked():
            self.page.keyboard.press("Space")
        expect(radio).to_be_checked()

    def select(self, field: Locator, value: str) -> None:
        """Reach a list and press the arrow until it says this."""
        self.reach(field)
        for _option in range(STOPS):
            if field.input_value() == value:
                break
            self.page.keyboard.press("ArrowDown")
        expect(field).to_have_value(value)

    def _visible(self, target: Locator) -> ElementHandle:
        expect(target).to_be_visible()
        return target.element_handle()

    def _tab(self, wanted: ElementHandle, there: str) -> None:
        for _stop in range(STOPS):
            if self.page.evaluate(there, wanted):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(
            f"the keyboard does not get there: {wanted.evaluate('one => one.outerHTML')[:200]}"
        )
