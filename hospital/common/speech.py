"""Spoken words for machines that have no voice of their own: clips made by espeak-ng, where the server has it.

It is no requirement: without it a screen without a voice chimes and flashes.
"""

import base64
import hashlib
import logging
import shutil
import subprocess
from functools import cache

from django.core.cache import cache as kept

logger = logging.getLogger(__name__)

VOICES = {"zh-hans": "cmn", "en": "en-gb"}
WORDS_PER_MIN = "135"
TIMEOUT_S = 5
KEPT_S = 3600
TEXT_MAX = 200


@cache
def program() -> str:
    """Where espeak-ng is; empty when it is not installed. Looked up once a process."""
    return shutil.which("espeak-ng") or ""


def is_possible() -> bool:
    """Whether this server can speak."""
    return bool(program())


def clip(text: str, language: str) -> bytes | None:
    """``text`` as a WAV file, made once an hour for all screens; None when it cannot be made."""
    if not is_possible() or language not in VOICES or len(text) > TEXT_MAX:
        return None
    key = f"clip:{language}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"
    known = kept.get(key)
    if known is None:
        known = base64.b64encode(_spoken(text, VOICES[language])).decode()
        kept.set(key, known, KEPT_S)
    return base64.b64decode(known) or None


def _spoken(text: str, voice: str) -> bytes:
    command = [program(), "-v", voice, "-s", WORDS_PER_MIN, "--stdout", "--stdin"]
    try:
        said = subprocess.run(
            command, input=text.encode(), capture_output=True, timeout=TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        logger.warning("espeak-ng did not speak: %s", type(error).__name__)
        return b""
    return said.stdout
