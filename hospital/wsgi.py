"""Pages and API."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")
os.environ.setdefault("WEB_PROCESS", "1")

from hospital import servers

servers.environment()

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
