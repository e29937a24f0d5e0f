"""Pages and API. Requests for which no cookie can matter take a shorter way through Django, or past it."""

import os
from collections.abc import Callable, Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")
os.environ.setdefault("WEB_PROCESS", "1")

from hospital import servers

servers.environment()

from django.core.wsgi import get_wsgi_application

pages = get_wsgi_application()

from booking.api.quick import SHORTCUTS
from hospital.common.admission import admitted, gate_of_settings
from hospital.common.scripts import ScriptHandler, is_for_scripts
from hospital.common.shortcuts import Shortcuts

scripts = ScriptHandler()


def answered(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer one request."""
    return (scripts if is_for_scripts(environ) else pages)(environ, start_response)


application = admitted(Shortcuts(answered, SHORTCUTS), gate_of_settings())
