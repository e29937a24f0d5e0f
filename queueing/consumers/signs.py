"""What screens say of themselves with their answers to pings; the hub has it written together at each round."""

import re
from typing import Any

from hospital.common import clock
from hospital.common.hub import Hub, hub_of_process
from queueing.selectors.live import topic_revisions
from queueing.services.signs import Sign, screens_seen

SAID = {
    "sound": re.compile("voice|clips|chime|locked|off"),
    "size": re.compile(r"[0-9]{2,5}x[0-9]{2,5}"),
    "build": re.compile("[0-9a-f]{1,40}"),
}
"""What a screen may say of itself with its answer to a ping."""

_heard: dict[int, Sign] = {}
"""By screen, since the last note in the database."""


def heard(screen_id: int, sign: Sign) -> None:
    """Keep the sign until the next round."""
    _heard[screen_id] = sign


def sign_of(said: dict[str, Any], latency_ms: int | None) -> Sign:
    """What a page may say of itself; anything else is as if it said nothing."""
    number = said.get("revision")
    revision = number if type(number) is int and 0 <= number < 2**53 else 0
    texts = {
        name: text if isinstance(text := said.get(name), str) and form.fullmatch(text) else ""
        for name, form in SAID.items()
    }
    return Sign(revision, latency_ms, **texts)


def live_hub() -> Hub:
    """The hub of this process, told once where revisions are and who to note as alive."""
    hub = hub_of_process(topic_revisions)
    if note_seen not in hub.duties:
        hub.duties.append(note_seen)
    return hub


def note_seen() -> None:
    """Write down which screens were heard since last time."""
    global _heard
    signs, _heard = _heard, {}
    if signs:
        screens_seen(signs=signs, now=clock.now())
