"""Settings of the tests: the product's own, with a clock that tests can move and fast password hashing."""

import os
from pathlib import Path

os.environ.setdefault("DATA_DIR", str(Path(__file__).resolve().parent.parent / ".data-test"))
os.environ.setdefault("DEMO", "1")

from hospital import servers

servers.environment()

from hospital.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATABASES["default"] |= {"ENGINE": "tests.backend", "TEST": {}}  # noqa: F405
# The counters of sign-in are each test process's own; tests/hospital/test_cache.py tests the shared ones.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LANGUAGE_CODE = "en"
STAFF_SECOND_FACTOR = False  # tests of the second factor switch it on
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405  # else each request warns that it is missing
PUBLIC_FRESH_S = 0  # each request sees what the test has just done; tests of kept pages switch it on
