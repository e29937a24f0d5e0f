"""The product's settings without its apps' middleware: what the bare views are served with."""

from hospital.settings import *  # noqa: F403

INSTALLED_APPS = ["django.contrib.contenttypes"]
MIDDLEWARE: list[str] = []
AUTH_USER_MODEL = "auth.User"
ROOT_URLCONF = "bench.bare"
